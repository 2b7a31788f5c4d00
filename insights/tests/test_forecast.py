"""The forecast on values: the worked vector, and what holds for any history."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.forecast import Inputs, Item, Scenario, forecast, pinball
from insights.forecasting import MODELS, fit, high_rank, low_rank

TODAY = date(2026, 6, 15)


def on(day):
    return TODAY + timedelta(days=day)


KNOWN = (
    Item(on(5), -90_000, "Rent", "rent"),
    Item(on(10), -40_000, "Insurance", "insurance"),
    Item(on(25), 250_000, "Salary", "salary"),
)
# 500.00 in each block of 30 days beside the scheduled: 16.67 a day, not rounded.
QUIET = tuple([-50_000, *[0] * 29] * 8)
VECTOR = Inputs(TODAY, "EUR", 120_000, KNOWN, QUIET)


def test_the_vector_of_the_low_point(monkeypatch):
    monkeypatch.setattr("insights.forecasting.MODELS", {"typical_month": MODELS["typical_month"]})
    found = forecast(VECTOR, 30)
    assert (found.low_point.on, found.low_point.p50) == (on(24), -50_000)
    assert (found.days[-1].on, found.days[-1].p50) == (on(30), 190_000)
    assert sum(day.modelled for day in found.days) == -50_000
    assert sum(day.known for day in found.days) == 120_000


def test_without_history_only_the_scheduled_counts():
    found = forecast(Inputs(TODAY, "EUR", 120_000, KNOWN), 30)
    assert (found.low_point.on, found.low_point.p50) == (on(10), -10_000)
    assert all(day.p10 == day.p50 == day.p90 and not day.modelled for day in found.days)
    assert found.below_zero == 1.0
    assert forecast(Inputs(TODAY, "EUR", 130_000, KNOWN), 30).below_zero == 0.0


def test_what_is_overdue_happens_tomorrow_and_what_is_later_does_not():
    late = (Item(on(-3), -100), Item(on(0), -10), Item(on(1), -1), Item(on(31), -1000))
    found = forecast(Inputs(TODAY, "EUR", 0, late), 30)
    assert [day.known for day in found.days] == [-111, *[0] * 29]


def test_a_skipped_rule_and_a_single_expense():
    what_if = Scenario(frozenset({"rent"}), (Item(on(2), -5_000),))
    found = forecast(what_if.apply(VECTOR), 30)
    assert sum(day.known for day in found.days) == 120_000 + 90_000 - 5_000


def test_an_income_on_the_first_without_a_schedule_is_seen_in_the_month():
    first = TODAY - timedelta(days=364)
    days = [first + timedelta(days=k) for k in range(365)]
    found = fit([300_000 if day.day == 1 else -9_000 for day in days], TODAY, 30)
    assert found.model == "days_of_month"
    assert found.by_day[15] == 300_000  # the 1st of July
    assert found.losses["days_of_month"] < found.losses["seasonal_naive"]


def test_a_single_dear_month_does_not_move_the_typical_one():
    history = [-1_000] * 300
    history[150] = -2_000_000
    month_days = [1] * 400
    assert MODELS["typical_month"](history, month_days, 300, 2) == [-1_000, -1_000]
    assert MODELS["damped_trend"](history, month_days, 300, 2) == [-1_000, -1_000]


def test_four_of_five_days_to_come_lie_inside():
    """Independent noise of which the history is no part: 80 % of what follows is in the bands."""
    dice = random.Random(5)
    hits = count = 0
    for _ in range(20):
        walk = [dice.gauss(-2_000, 3_000) for _ in range(400)]
        found = fit(walk[:340], TODAY, 60)
        for ahead in (7, 14, 30, 60):
            error = sum(walk[340 : 340 + ahead]) - sum(found.by_day[:ahead])
            low, high = found.band(ahead)
            hits += low <= error <= high
            count += 1
    assert 0.7 <= hits / count <= 0.92


def test_ranks_are_conformal():
    errors = list(range(1, 20))  # of 20 places two lie below the second and two above the 18th
    assert (low_rank(errors), high_rank(errors)) == (2, 18)
    assert (low_rank([7]), high_rank([7])) == (7, 7)


@pytest.mark.parametrize(
    ("actual", "quantile", "expected", "loss"),
    [(110, 0.9, 100, 9), (90, 0.9, 100, 1), (90, 0.1, 100, 9), (100, 0.5, 100, 0)],
)
def test_pinball(actual, quantile, expected, loss):
    assert pinball(actual, quantile, expected) == pytest.approx(loss)


def test_too_short_a_history_is_refused():
    with pytest.raises(ValueError, match="too short"):
        fit([1.0] * 57, TODAY)


amounts = st.integers(-(10**9), 10**9)


@settings(max_examples=25, deadline=None)
@given(
    balance=amounts,
    history=st.lists(amounts, min_size=58, max_size=90),
    known=st.lists(st.tuples(st.integers(-5, 40), amounts, st.sampled_from(["a", None])), max_size=6),
    rates=st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.floats(-1e6, 1e6)), max_size=3, unique_by=lambda pair: pair[0]),
    days=st.integers(1, 40),
)  # fmt: skip
def test_any_forecast_adds_up(balance, history, known, rates, days):
    items = tuple(Item(on(day), minor, category) for day, minor, category in known)
    inputs = Inputs(TODAY, "EUR", balance, items, tuple(history), tuple(rates))
    found = forecast(inputs, days)
    at = balance
    for day in found.days:
        at += day.known + day.modelled
        assert at == day.p50
        assert day.p10 <= day.p50 <= day.p90
    assert found.low_point.p50 == min(day.p50 for day in found.days)
    assert 0 <= found.below_zero <= 1
    assert sum(s.known for s in found.by_category) == sum(d.known for d in found.days)
    assert sum(s.modelled for s in found.by_category) == sum(d.modelled for d in found.days)
    longer = forecast(inputs, days + 1)
    assert longer.days[:days] == found.days
