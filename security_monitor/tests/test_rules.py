"""Each rule on the attack it is for, and on the honest look-alike next to it."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from security_monitor.engine.buckets import Sketch
from security_monitor.engine.catalogue import BY_CODE
from security_monitor.engine.facts import Facts, Said, StrangeLogin
from security_monitor.engine.profiles import Entry
from security_monitor.services.replay import Replay
from security_monitor.tests.test_engine import TODAY, an_id, entry

MIDNIGHT = (TODAY - 719_163) * 86400


def habit(amount: int = -4000, rows: int = 20, every: int = 5, **fields: Any) -> list[Entry]:
    """Payments of about one size, the last of them a week ago."""
    return [
        entry(n, amount - 37 * (n % 5), TODAY - 7 - every * (rows - n), **fields)
        for n in range(rows)
    ]


def monthly(amount: int, months: int = 5, **fields: Any) -> list[Entry]:
    end = date.fromordinal(TODAY)
    found = []
    for back in range(months, 0, -1):
        year, month = divmod(end.year * 12 + end.month - 1 - back, 12)
        found.append(entry(back, amount, date(year, month + 1, 3).toordinal(), **fields))
    return found


def robbed(amount: int, rows: int) -> list[Entry]:
    """Payments of the last days, two a day, at other shops."""
    return [entry(700 + n, amount, TODAY - n // 2, payee_id=an_id(500 + n)) for n in range(rows)]


def said(code: str, past: list[Entry], row: Entry, **more: Any) -> int:
    """The weight that one rule gives the row after this past; 0: silent."""
    replay = Replay()
    for known in past:
        replay.learn(known)
    facts = replay.facts(row)
    for name, value in more.items():
        setattr(facts, name, value)
    rule = BY_CODE[code]
    hit = rule.check(facts, rule.parameters)
    return 0 if hit is None else hit.weight


NEW = an_id(77)
OTHER = an_id(8)
yesterday = TODAY - 1
SPEND = [*habit(-4000), *habit(-6000, payee_id=OTHER)]
LIMIT = [entry(900, -97_000, TODAY - 2)]
CARD = [
    entry(800 + n, -150, TODAY, payee_id=an_id(300 + n), instant=MIDNIGHT + 60 * n)
    for n in range(2)
]
HOURS = habit(rows=200, every=1, instant=MIDNIGHT + 12 * 3600)
ATTACKS: list[tuple[str, list[Entry], Entry, dict[str, Any]]] = [
    ("TX01", habit(), entry(1, -41_000), {}),
    ("TX02", habit(), entry(1, -41_000), {}),
    ("TX03", SPEND, entry(1, -99_000, payee_id=NEW), {}),
    ("TX04", SPEND, entry(1, -12_000, payee_id=NEW), {}),
    ("TX05", [*habit(rows=70, every=1), *(entry(900 + n, -900, payee_id=an_id(200 + n)) for n in
     range(4))], entry(1, -900, payee_id=NEW), {}),
    ("TX06", [entry(900 + n, -900, instant=MIDNIGHT + 60 * n) for n in range(7)],
     entry(1, -900, instant=MIDNIGHT + 600), {}),
    ("TX07", [*monthly(-50_000), *habit(-400), entry(901, -60_000), entry(902, -60_000)],
     entry(1, -60_000), {}),
    ("TX08", [entry(900, -2350)], entry(1, -2350), {}),
    ("TX09", [entry(900, -2350)], entry(1, -2360), {}),
    ("TX10", LIMIT, entry(1, -98_500), {}),
    ("TX11", [entry(900 + n, -40_000, TODAY - n) for n in range(2)], entry(1, -40_000), {}),
    ("TX12", SPEND, entry(1, -50_000, payee_id=NEW), {}),
    ("TX13", HOURS, entry(1, -900, instant=MIDNIGHT + 3 * 3600), {}),
    ("TX14", [entry(n, -4000, TODAY - 130 - n) for n in range(9)], entry(1, -9000), {}),
    ("TX15", [entry(n, -4000, TODAY - 500 - n) for n in range(4)], entry(1, -4000), {}),
    ("TX16", monthly(-999), entry(1, -1399), {}),
    ("TX17", [entry(900, -100, TODAY - 20)], entry(1, -4999), {}),
    ("TX18", CARD, entry(1, -120, payee_id=NEW, instant=MIDNIGHT + 300), {}),
    ("TX19", habit(payee_id=OTHER), entry(1, 9000, payee_id=NEW), {}),
    ("TX20", habit(rows=60, every=1), entry(1, -900_000, currency="JPY"), {}),
    ("TX22", SPEND, entry(1, -90_000), {"balance_minor": 100_000}),
    ("TX23", habit(), entry(1, -4000, category_id=OTHER), {}),
    ("TX24", [], entry(1, -9000), {"before": entry(1, -900, TODAY - 9)}),
    ("TX25", habit(rows=30, every=1), entry(1, -900, TODAY - 90), {"entry": None}),
    ("TX28", [], entry(1, -900), {"said": Said(is_denied=True)}),
    ("TX29", [*habit(rows=60, every=2), *robbed(-16_000, 10)], entry(1, -16_000, payee_id=NEW), {}),
    ("TX30", [], entry(1, -900), {"shop": (3, 20)}),
    ("TX31", [], entry(1, -900, payee_id=NEW), {"login": StrangeLogin(35, 9, "Odd.")}),
]  # fmt: skip
HONEST: list[tuple[str, list[Entry], Entry, dict[str, Any]]] = [
    ("TX01", habit(), entry(1, -5500), {}),
    ("TX01", habit(rows=7), entry(1, -41_000), {}),
    ("TX02", habit(), entry(1, 41_000), {}),
    ("TX03", [*SPEND, *monthly(-99_000, payee_id=NEW, months=14)],
     entry(1, -99_500, payee_id=NEW), {}),
    ("TX04", SPEND, entry(1, -3000, payee_id=NEW), {}),
    ("TX05", habit(rows=70, every=1), entry(1, -900, payee_id=NEW), {}),
    ("TX06", habit(), entry(1, -900), {}),
    ("TX07", monthly(-50_000), entry(1, -60_000), {}),
    ("TX08", [entry(900 + n, -2350, TODAY - 7 * n) for n in range(6)], entry(1, -2350), {}),
    ("TX08", [entry(900, -2350, TODAY - 4)], entry(1, -2350), {}),
    ("TX08", [entry(900, -350)], entry(1, -350), {}),
    ("TX09", [entry(900, -2350)], entry(1, -2500), {}),
    ("TX10", [], entry(1, -98_500), {}),
    ("TX11", [entry(900 + n, -40_000, TODAY - 30 * n) for n in range(6)], entry(1, -40_000), {}),
    ("TX12", SPEND, entry(1, -50_100, payee_id=NEW), {}),
    ("TX13", HOURS, entry(1, -900, instant=MIDNIGHT + 13 * 3600), {}),
    ("TX14", habit(), entry(1, -9000), {}),
    ("TX15", [entry(n, -4000, TODAY - 365 - n) for n in range(4)], entry(1, -4000), {}),
    ("TX16", monthly(-999), entry(1, -1099), {}),
    ("TX17", [entry(900, -2000, TODAY - 20)], entry(1, -4999), {}),
    ("TX18", CARD[:1], entry(1, -120, payee_id=NEW, instant=MIDNIGHT + 300), {}),
    ("TX19", habit(), entry(1, 9000), {}),
    ("TX20", habit(rows=20), entry(1, -900_000, currency="JPY"), {}),
    ("TX22", SPEND, entry(1, -4200), {"balance_minor": 4300}),
    ("TX23", habit(), entry(1, -4000), {}),
    ("TX24", [], entry(1, -9000), {"before": entry(1, -900, TODAY)}),
    ("TX25", [], entry(1, -900, TODAY - 90), {"entry": None}),
    ("TX28", [], entry(1, -900), {}),
    ("TX29", [*habit(rows=60, every=2), *robbed(-4400, 10)], entry(1, -9000, payee_id=NEW), {}),
    ("TX30", [], entry(1, -900), {"shop": (3, 2000)}),
    ("TX30", [], entry(1, -900), {"shop": (1, 2)}),
    ("TX31", [], entry(1, -900, payee_id=NEW), {"login": StrangeLogin(15, 9, "Odd hour.")}),
]  # fmt: skip


def name_of(value: Any) -> str:
    return value if isinstance(value, str) else ""


def late(row: Entry) -> Entry:
    return replace(row, created_day=TODAY)


@pytest.mark.parametrize(("code", "past", "row", "more"), ATTACKS, ids=name_of)
def test_an_attack_is_seen(code: str, past: list[Entry], row: Entry, more: Any) -> None:
    more = {"entry": late(row), "today": TODAY} if "entry" in more else {"today": TODAY, **more}
    assert said(code, past, row, **more) > 0


@pytest.mark.parametrize(("code", "past", "row", "more"), HONEST, ids=name_of)
def test_a_look_alike_is_left_alone(code: str, past: list[Entry], row: Entry, more: Any) -> None:
    more = {"entry": late(row), "today": TODAY} if "entry" in more else {"today": TODAY, **more}
    assert said(code, past, row, **more) == 0


def test_every_live_rule_has_an_attack() -> None:
    live = {code for code, rule in BY_CODE.items() if rule.status == "live"}
    assert live - {code for code, *_ in ATTACKS} == {"ML01"}  # test_learning_nights has its own


def test_the_vector_of_the_robust_z_score() -> None:
    """Median 41, MAD 2: 410 is far out, 55 is not, though a plain z of 4.7 would say so."""
    history = [42, 38, 45, 40, 41, 39, 44, 43, 40]
    past = [entry(n, -100 * amount, TODAY - 70 + 7 * n) for n, amount in enumerate(history)]
    assert said("TX02", past, entry(90, -41_000)) >= 60
    assert said("TX02", past, entry(90, -5500)) == 0


def test_rows_between_own_accounts_are_no_fact() -> None:
    facts = Facts(entry=entry(1, -900), profiles={}, today=TODAY)
    assert facts.usual is None
    assert Sketch({}).n == 0


SUMMER, WINTER = date(2026, 7, 15).toordinal(), date(2026, 1, 15).toordinal()


def at(day: int, hour: int, minute: int = 0) -> int:
    return (day - 719_163) * 86400 + hour * 3600 + minute * 60


@pytest.mark.parametrize(
    ("zone", "hour", "words"),
    [
        ("UTC", 3, "between 03:00 and 03:59."),
        ("Europe/Berlin", 3, "between 05:00 and 05:59."),
        ("Asia/Kolkata", 3, "between 08:30 and 09:29."),
        ("America/Los_Angeles", 3, "between 20:00 and 20:59."),
    ],
)
def test_an_unusual_hour_is_said_on_the_owners_clock(zone: str, hour: int, words: str) -> None:
    replay = Replay()
    for n in range(200):
        replay.learn(entry(n, -4000, SUMMER - n, instant=at(SUMMER - n, 12)))
    facts = replay.facts(entry(900, -900, SUMMER, instant=at(SUMMER, hour, 7)))
    facts.zone = ZoneInfo(zone)
    hit = BY_CODE["TX13"].check(facts, BY_CODE["TX13"].parameters)
    assert hit is not None
    assert hit.message.endswith(words)
    assert hit.evidence["hour_utc"] == hour


def test_summer_time_makes_no_usual_hour_unusual() -> None:
    """Always at eight o'clock in Berlin: 07 UTC all winter, 06 UTC on the first day of summer time."""
    winter = [entry(n, -4000, WINTER - n, instant=at(WINTER - n, 7)) for n in range(200)]
    assert said("TX13", winter, entry(900, -900, SUMMER, instant=at(SUMMER, 6))) == 0
    assert said("TX13", winter, entry(900, -900, SUMMER, instant=at(SUMMER, 4))) == 15
