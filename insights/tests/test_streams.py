"""Streams of income on values: the vectors of semantics part 9."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.streams import (
    Stream,
    concentration,
    expected_days,
    frequency,
    gap_variation,
    matched,
    reliability,
    stability,
    variation,
)
from ledger.periods import add_months

TODAY = date(2026, 6, 15)


def days(*texts):
    return [date.fromisoformat(f"2026-{text}") for text in texts]


def stream(by_day):
    return Stream("Payer", by_day)


@pytest.mark.parametrize(
    ("totals", "hhi", "effective", "diversification", "normalised"),
    [
        ([5000, 2000, 500], 0.52, 1.92, 0.48, 0.28),
        ([700], 1.0, 1.0, 0.0, 1.0),
        ([1, 1], 0.5, 2.0, 0.5, 0.0),
        ([9, 9, 9, 9], 0.25, 4.0, 0.75, 0.0),
        ([100, -5], 1.0, 1.0, 0.0, 1.0),  # a correction is no stream
    ],
)
def test_concentration(totals, hhi, effective, diversification, normalised):
    found = concentration(totals)
    assert round(found.hhi, 2) == hhi
    assert round(found.effective_streams, 2) == effective
    assert round(found.diversification, 2) == diversification
    assert round(found.normalised_hhi, 2) == normalised


@pytest.mark.parametrize("totals", [[], [0], [-3]])
def test_without_income_there_is_no_concentration(totals):
    assert concentration(totals) is None


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=20))
@settings(max_examples=40)
def test_concentration_lies_between_equal_and_single(totals):
    found = concentration(totals)
    assert 1 / len(totals) - 1e-9 <= found.hhi <= 1 + 1e-9
    assert abs(sum(found.shares) - 1) < 1e-9
    assert -1e-9 <= found.normalised_hhi <= 1 + 1e-9


@pytest.mark.parametrize(
    ("amounts", "cv", "score"),
    [
        ([3000] * 6, 0.0, 1.0),
        ([2900, 3100, 3000, 3050, 2950, 3000], 0.0215, 0.979),
        ([1000, 3000, 2000, 0, 4000, 2000], 0.6455, 0.608),
    ],
)
def test_the_variation_of_amounts(amounts, cv, score):
    assert round(variation(amounts), 4) == cv
    assert round(stability(variation(amounts)), 3) == score


def test_variation_of_nothing_is_unknown():
    assert variation([]) is None
    assert variation([1, -1]) is None
    assert stability(None) == 0


@pytest.mark.parametrize(
    ("observed", "cv"),
    [
        (days("01-30", "02-27", "03-31", "04-30", "05-29"), 0.050),
        (days("01-05", "01-29", "03-20", "04-02", "06-11"), 0.567),
    ],
)
def test_the_variation_of_gaps(observed, cv):
    assert round(gap_variation(observed), 3) == cv


@pytest.mark.parametrize(
    ("step", "name"),
    [(7, "weekly"), (14, "biweekly"), (30, "monthly"), (31, "monthly"), (28, "monthly"), (91, "quarterly"), (365, "yearly"), (45, "irregular"), (3, "irregular")],
)  # fmt: skip
def test_each_rhythm_has_its_own_name(step, name):
    """The original called a salary every 30.4 days irregular and a weekly wage monthly."""
    assert frequency([TODAY + timedelta(days=step * k) for k in range(5)]) == name


def test_what_a_31st_promises_is_clamped_and_never_drifts():
    found = expected_days(date(2026, 1, 31), "monthly", date(2026, 6, 30))
    assert found == days("01-31", "02-28", "03-31", "04-30", "05-31", "06-30")
    assert expected_days(date(2026, 1, 1), "irregular", TODAY) == []
    assert len(expected_days(date(1900, 1, 1), "weekly", TODAY)) == 400  # bounded


def test_five_of_six_came_when_expected():
    expected = expected_days(date(2026, 1, 1), "monthly", date(2026, 6, 1))
    observed = days("01-01", "02-02", "03-01", "04-20", "05-01", "06-03")
    assert matched(observed, expected) / len(expected) == pytest.approx(0.833, abs=0.001)


def test_one_payment_does_not_stand_for_two():
    assert matched(days("01-03"), days("01-01", "01-04")) == 1


def test_a_steady_salary_has_the_best_grade():
    salary = stream({add_months(date(2025, 12, 30), k): 300_000 for k in range(6)})
    found = reliability(salary, TODAY)
    assert (found.frequency, found.regularity, found.grade) == ("monthly", "regular", "A")
    assert (found.amount_cv, found.on_time, found.missing_months) == (0.0, 1.0, ())
    assert found.next_on == date(2026, 6, 30)


def test_a_missing_month_counts_as_zero():
    salary = stream(dict.fromkeys(days("01-30", "02-27", "04-30", "05-29"), 300000))
    found = reliability(salary, TODAY)
    assert found.missing_months == (date(2026, 3, 1),)
    assert found.amount_cv == pytest.approx(0.5)
    assert found.grade not in ("A", "B")


def test_the_month_that_runs_is_not_missing_before_it_is_over():
    paid = stream(dict.fromkeys(days("03-28", "04-28", "05-28"), 100))
    assert reliability(paid, TODAY).missing_months == ()


@pytest.mark.parametrize("observed", [[], days("05-01"), days("04-01", "05-01")])
def test_below_three_observations_nothing_is_claimed(observed):
    found = reliability(stream(dict.fromkeys(observed, 5)), TODAY)
    assert (found.grade, found.score, found.regularity) == ("insufficient_data", None, "insufficient_data")  # fmt: skip


def test_a_quarterly_dividend_is_not_missing_in_between():
    paid = stream(dict.fromkeys(days("01-15", "04-15"), 100) | {date(2025, 10, 15): 100, date(2025, 7, 15): 100})  # fmt: skip
    found = reliability(paid, TODAY)
    assert (found.frequency, found.missing_months, found.amount_cv) == ("quarterly", (), 0.0)


def test_who_stopped_paying_loses_the_grade():
    paid = stream(dict.fromkeys(days("01-05", "02-05", "03-05"), 100))
    still = reliability(paid, date(2026, 3, 20))
    stopped = reliability(paid, TODAY)
    assert still.grade == "A"
    assert stopped.score < still.score
    assert stopped.on_time == 0.5
