"""Schedules as tables: the rules of our books, and what other programs answered to the same rules."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.business_days import Weekend, countries, off_in, shifted
from ledger.recurrence import (
    DayPolicy,
    Frequency,
    NthWeekday,
    Schedule,
    between,
    due_at,
    monthly_equivalent,
    nominal_dates,
    slack,
)

D = date.fromisoformat
VECTORS = json.loads((Path(__file__).parent / "recurrence_vectors.json").read_text())
LAST_WORKDAY = {"last_business_day": True}


def made(frequency: str = "monthly", anchor: str = "2026-01-31", **parts) -> Schedule:
    return Schedule(Frequency(frequency), D(anchor), **parts)


def dates(schedule: Schedule, number: int, after: str = "") -> list[str]:
    found = nominal_dates(schedule, D(after) if after else None)
    return [day.isoformat() for day in islice(found, number)]


def posted(schedule: Schedule, number: int) -> list[str]:
    return [f"{schedule.posted_on(d):%m-%d}" for d in islice(nominal_dates(schedule), number)]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (made(), "2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31 2026-06-30"),
        (made(anchor="2028-01-31"), "2028-01-31 2028-02-29 2028-03-31"),
        (made(anchor="2026-01-30"), "2026-01-30 2026-02-28 2026-03-30 2026-04-30"),
        (
            made(anchor="2025-11-30", interval=3),
            "2025-11-30 2026-02-28 2026-05-30 2026-08-30 2026-11-30",
        ),
        (made("quarterly", "2025-11-30"), "2025-11-30 2026-02-28 2026-05-30 2026-08-30"),
        (
            made("yearly", "2024-02-29"),
            "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29",
        ),
        (
            made("yearly", "2024-02-29", day_policy=DayPolicy.NEXT_DAY),
            "2024-02-29 2025-03-01 2026-03-01 2027-03-01 2028-02-29",
        ),
        (made("yearly", "2024-02-29", day_policy=DayPolicy.SKIP), "2024-02-29 2028-02-29"),
        (made(day_policy=DayPolicy.SKIP), "2026-01-31 2026-03-31 2026-05-31 2026-07-31"),
        (made(day_policy=DayPolicy.NEXT_DAY), "2026-01-31 2026-03-01 2026-03-31 2026-05-01"),
        (
            made(anchor="2026-01-01", nth_weekday=NthWeekday(5, 0)),
            "2026-03-30 2026-06-29 2026-08-31 2026-11-30",
        ),
        (made(**LAST_WORKDAY), "2026-01-30 2026-02-27 2026-03-31 2026-04-30 2026-05-29"),
        (made(anchor="2026-01-01", **LAST_WORKDAY), "2026-01-30 2026-02-27 2026-03-31"),
        (made("semi_monthly", "2026-01-10"), "2026-01-15 2026-01-31 2026-02-15 2026-02-28"),
        (made("four_weekly", "2026-01-02"), "2026-01-02 2026-01-30 2026-02-27 2026-03-27"),
        (made(count=5), "2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31"),
        (made(until=D("2026-03-31")), "2026-01-31 2026-02-28 2026-03-31"),
        # Two days of which a short month makes one.
        (made(days_of_month=(30, 31)), "2026-01-31 2026-02-28 2026-03-30 2026-03-31"),
    ],
)
def test_nominal_dates(schedule, expected):
    wanted = expected.split()
    ends = schedule.count or schedule.until
    assert dates(schedule, 99 if ends else len(wanted)) == wanted


def test_the_anchor_s_day_comes_back_a_year_later():
    assert dates(made(), 14)[-1] == "2027-02-28"


def test_every_two_weeks_has_three_paydays_in_january_and_july():
    months = [day[:7] for day in dates(made("biweekly", "2026-01-02"), 26)]
    assert [m for m in sorted(set(months)) if months.count(m) == 3] == ["2026-01", "2026-07"]
    assert dates(made("weekly", "2026-01-02", interval=2), 26) == dates(
        made("biweekly", "2026-01-02"), 26
    )


@pytest.mark.parametrize(
    ("weekend", "expected"),
    [
        (Weekend.PREVIOUS, "01-30 02-27 03-31 04-30 05-29 06-30 07-31 08-31 09-30 10-30"),
        (Weekend.NEXT, "02-02 03-02 03-31 04-30 06-01 06-30 07-31 08-31 09-30 11-02"),
        (Weekend.NEAREST, "01-30 02-27 03-31 04-30 06-01 06-30 07-31 08-31 09-30 10-30"),
        (Weekend.MODIFIED_FOLLOWING, "01-30 02-27 03-31 04-30 05-29 06-30 07-31 08-31 09-30 10-30"),
        (Weekend.NONE, "01-31 02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31"),
    ],
)
def test_weekends_move_the_posting_date_and_never_the_nominal_one(weekend, expected):
    schedule = made(weekend=weekend)
    assert posted(schedule, 10) == expected.split()
    assert dates(schedule, 10) == dates(made(), 10)


@pytest.mark.parametrize(
    ("country", "day", "weekend", "expected"),
    [
        ("DE", "2026-05-01", Weekend.PREVIOUS, "2026-04-30"),
        ("DE", "2026-05-01", Weekend.NEXT, "2026-05-04"),
        ("DE", "2026-05-01", Weekend.MODIFIED_FOLLOWING, "2026-05-04"),
        ("DE", "2026-12-25", Weekend.NEXT, "2026-12-28"),
        ("DE-BY", "2026-01-06", Weekend.PREVIOUS, "2026-01-05"),
        ("DE", "2026-01-06", Weekend.PREVIOUS, "2026-01-06"),  # Epiphany is Bavaria's alone
        ("US", "2026-11-26", Weekend.PREVIOUS, "2026-11-25"),
        ("", "2026-11-26", Weekend.PREVIOUS, "2026-11-26"),
    ],
)
def test_holidays_of_a_country_move_it_too(country, day, weekend, expected):
    assert not country or country in countries()
    assert shifted(D(day), weekend, off_in(country)) == D(expected)


def test_a_holiday_moves_the_last_business_day_without_another_nominal_date():
    schedule = made(anchor="2027-12-01", last_business_day=True, holidays="DE")
    good_friday = made(anchor="2029-03-01", last_business_day=True, holidays="DE")
    assert dates(good_friday, 1) == ["2029-03-30"]
    assert posted(good_friday, 1) == ["03-29"]
    assert posted(schedule, 1) == ["12-31"]


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        ("2026-03-16", time(9), "2026-03-16T08:00"),
        ("2026-03-30", time(9), "2026-03-30T07:00"),
        ("2026-10-19", time(9), "2026-10-19T07:00"),
        ("2026-11-02", time(9), "2026-11-02T08:00"),
        ("2026-03-29", time(2, 30), "2026-03-29T01:30"),  # an hour that is not: 03:30 there
        ("2026-10-25", time(2, 30), "2026-10-25T00:30"),  # an hour that comes twice: the first
        ("2026-11-24", None, "2026-11-23T23:00"),
    ],
)
def test_an_hour_on_the_owner_s_clock(day, at, expected):
    wanted = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert due_at(D(day), at, ZoneInfo("Europe/Berlin")) == wanted


@pytest.mark.parametrize(
    ("amount", "schedule", "expected"),
    [
        ("2000", made("biweekly"), "4333.33"),
        ("2000", made("weekly", interval=2), "4333.33"),
        ("100", made("four_weekly"), "108.33"),
        ("100", made("quarterly"), "33.33"),
        ("100", made("yearly"), "8.33"),
        ("100", made("semi_monthly"), "200.00"),
        ("100", made(interval=2), "50.00"),
        ("12", made("daily"), "365.00"),
        ("12", made("weekly", weekdays=(1, 4)), "104.00"),
    ],
)
def test_what_it_comes_to_in_a_month(amount, schedule, expected):
    found = monthly_equivalent(Decimal(amount), schedule)
    assert found.quantize(Decimal("0.01")) == Decimal(expected)


@pytest.mark.parametrize(
    ("schedule", "nominal", "expected"),
    [
        (made(), "2026-02-28", 4),
        (made("weekly"), "2026-01-31", 3),
        (made("daily"), "2026-02-03", 0),
        (made("daily", interval=2), "2026-02-02", 1),
        (made(count=1), "2026-01-31", 4),
    ],
)
def test_early_and_late_end_half_way_to_the_neighbour(schedule, nominal, expected):
    assert slack(schedule, D(nominal), 4) == expected


PARTS = st.fixed_dictionaries(
    {
        "frequency": st.sampled_from(list(Frequency)),
        "anchor_on": st.dates(D("2019-12-01"), D("2028-03-31")),
        "interval": st.integers(1, 5),
        "day_policy": st.sampled_from(list(DayPolicy)),
        "weekend": st.sampled_from(list(Weekend)),
        "count": st.none() | st.integers(1, 30),
    }
)


@settings(max_examples=60, deadline=None)
@given(PARTS, st.integers(0, 20))
def test_going_on_in_the_middle_gives_what_a_walk_from_the_anchor_gives(parts, place):
    schedule = Schedule(**parts)
    walk = list(islice(nominal_dates(schedule), 40))
    assert walk == sorted(set(walk))
    if place < len(walk):
        rest = list(islice(nominal_dates(schedule, walk[place]), 10))
        assert rest == walk[place + 1 : place + 11]
    moved = [schedule.posted_on(day) for day in walk]
    assert moved == sorted(moved), "money never moves before money of an earlier date"
    assert list(between(schedule, min(moved), max(moved)))[: len(walk)]


@settings(max_examples=40, deadline=None)
@given(st.dates(D("2020-01-01"), D("2030-12-31")), st.integers(1, 12), st.integers(0, 60))
def test_a_month_is_counted_from_the_anchor(anchor, interval, k):
    schedule = Schedule(Frequency.MONTHLY, anchor, interval=interval)
    found = next(islice(nominal_dates(schedule), k, None))
    assert found == anchor + relativedelta(months=k * interval)


def test_no_walk_is_endless():
    never = made(anchor="2026-02-01", interval=12, days_of_month=(30,), day_policy=DayPolicy.SKIP)
    assert dates(never, 3) == []
    assert dates(made(), 9999)[-1] == "2199-12-31"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"])
def test_other_programs_answer_the_same(vector):
    """Where they differ from us, by mistake or on purpose, the table says which policy is theirs."""
    parts = dict(vector["parts"])
    nth = parts.pop("nth_weekday", None)
    weekend = Weekend(parts.pop("weekend", "none"))
    schedule = Schedule(
        Frequency(parts.pop("frequency")),
        D(parts.pop("anchor_on")),
        day_policy=DayPolicy(parts.pop("day_policy", "clamp")),
        nth_weekday=NthWeekday(*nth) if nth else None,
        weekend=weekend,
        until=D(parts.pop("until")) if "until" in parts else None,
        days_of_month=tuple(parts.pop("days_of_month", ())),
        weekdays=tuple(parts.pop("weekdays", ())),
        **parts,
    )
    wanted = vector["dates"]
    found = [
        schedule.posted_on(d).isoformat() for d in islice(nominal_dates(schedule), len(wanted))
    ]
    assert (found == wanted) is not vector.get("differs", False)


def test_adding_step_by_step_would_lose_the_day():
    """The mistake to avoid, as dateutil makes it when it is asked to."""
    day, stepped = D("2026-01-31"), []
    for _ in range(3):
        stepped.append(day.isoformat())
        day += relativedelta(months=1)
    assert stepped == ["2026-01-31", "2026-02-28", "2026-03-28"] != dates(made(), 3)
