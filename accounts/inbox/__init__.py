"""What an owner is told: notifications in the inbox, by mail at once or in a digest.

Owns notifications and the choices about them. What happened is read from the outbox (Event), in
order, by the place that each owner's clock keeps; the words for it are the floors' own (MATTERS).
"""
