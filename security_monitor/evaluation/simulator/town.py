"""Many households, each with its share of attacks and look-alikes late in the file."""

from datetime import date, timedelta

from security_monitor.evaluation.simulator import attacks, attacks_habits
from security_monitor.evaluation.simulator.household import Household
from security_monitor.evaluation.simulator.rows import Row

PAIRS = attacks.PAIRS | attacks_habits.PAIRS
BEGIN = date(2024, 7, 1)  # of eighteen months the last quarter holds holidays and a Christmas
MONTHS_MIN = 15  # before that TX15, a payee silent for over a year, has no attack


def simulate(households: int, months: int, seed: int) -> list[Row]:
    """All rows, oldest first. A household has one attack and three look-alikes in its last months."""
    rows = [row for number in range(households) for row in lived(number, months, seed).rows]
    rows.sort(key=lambda row: (row.at, row.user))
    return rows


def lived(number: int, months: int, seed: int) -> Household:
    household = Household(number, seed, BEGIN, months)
    household.live()
    codes = sorted(PAIRS)
    tested = household.end - timedelta(round(30.4 * months / 4) - 2)
    room = (household.end - tested).days
    PAIRS[codes[number % len(codes)]][0](household, tested + timedelta(room // 2))
    for n in (1, 2, 3):
        code = codes[(number + 7 * n) % len(codes)]
        PAIRS[code][1](household, tested + timedelta(n * room // 5))
    household.rows = [row for row in household.rows if row.at.date() < household.end]
    return household
