"""Periods: no gap, no overlap, any start day, weekends."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgeting.periods import PERIODS, WEEKENDS, Cycle

D = date.fromisoformat
days = st.dates(D("1990-01-01"), D("2150-12-31"))
cycles = st.builds(
    Cycle, st.sampled_from(PERIODS), days, st.integers(1, 31), st.sampled_from(WEEKENDS)
)


@pytest.mark.parametrize(
    ("cycle", "day", "start", "end"),
    [
        # semantics, part 1: custom month start 25
        (Cycle("monthly", D("2026-01-01"), 25), "2026-01-24", "2025-12-25", "2026-01-24"),
        (Cycle("monthly", D("2026-01-01"), 25), "2026-01-25", "2026-01-25", "2026-02-24"),
        # payday moved before a weekend: 2026-04-25 is a Saturday, 2026-07-25 too
        (Cycle("monthly", D("2026-01-01"), 25, "previous"), "2026-04-24", "2026-04-24", "2026-05-24"),
        (Cycle("monthly", D("2026-01-01"), 25, "previous"), "2026-04-23", "2026-03-25", "2026-04-23"),
        (Cycle("monthly", D("2026-01-01"), 25, "next"), "2026-04-26", "2026-03-25", "2026-04-26"),
        # 31 clamps: January's period starts on the 31st, February's on the 28th
        (Cycle("monthly", D("2026-01-01"), 31), "2026-02-27", "2026-01-31", "2026-02-27"),
        (Cycle("monthly", D("2026-01-01"), 31), "2028-02-29", "2028-02-29", "2028-03-30"),
        (Cycle("quarterly", D("2026-01-01")), "2026-05-31", "2026-04-01", "2026-06-30"),
        (Cycle("yearly", D("2026-01-01")), "2026-11-24", "2026-01-01", "2026-12-31"),
        (Cycle("weekly", D("2026-11-23")), "2026-11-24", "2026-11-23", "2026-11-29"),
        (Cycle("biweekly", D("2026-01-02")), "2026-01-30", "2026-01-30", "2026-02-12"),
        # A period that begins on the 1st, moved to the Friday before: it begins in another month.
        (Cycle("monthly", D("2026-01-01"), 1, "previous"), "2026-08-01", "2026-07-31", "2026-08-31"),
    ],
)  # fmt: skip
def test_the_period_of_a_day(cycle, day, start, end):
    span = cycle.containing(D(day))
    assert (span.start, span.end) == (D(start), D(end))


@given(cycles, days)
def test_every_day_lies_in_one_period(cycle, day):
    number = cycle.number(day)
    span = cycle.span(number)
    assert span.start <= day <= span.end
    assert cycle.span(number + 1).start == span.end + timedelta(1)
    assert cycle.number(span.start) == cycle.number(span.end) == number


@given(cycles, days, st.integers(0, 200))
def test_spans_are_without_gap(cycle, day, more):
    spans = list(cycle.spans(day, day + timedelta(more)))
    assert spans[0].start <= day
    assert spans[-1].end >= day + timedelta(more)
    for before, after in itertools.pairwise(spans):
        assert before.end + timedelta(1) == after.start
