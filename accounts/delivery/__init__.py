"""What leaves the house by itself: the owner's events, posted to addresses of the owner's choice.

Owns webhooks and the log of their deliveries. What happened is not known here: events are read from
the outbox (accounts.feed), in order, by the position each webhook keeps in it.
"""
