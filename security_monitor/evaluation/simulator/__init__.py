"""Books of invented households with seeded frauds, and honest events that look like them.

For every rule that scores there is an attack and a look-alike (`attacks.py`, `habits_attacks.py`); the
rest is ordinary life (`household.py`). Nothing here knows a rule's thresholds.
"""
