"""Required contributions, pace, projections and shares, against hand-checked vectors."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.allocation import Need, allocate, capped, largest_remainder
from goals.maths import crossed, path, plan, progress, required_per_month

TODAY = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("total", "target_on", "amounts"),
    [
        (1_000_000, date(2027, 1, 31), [83_334] * 4 + [83_333] * 8),
        (850_000, date(2027, 1, 31), [70_834] * 4 + [70_833] * 8),
        (10_000, date(2026, 4, 30), [3_334, 3_333, 3_333]),
        (100, TODAY, [100]),
        (2, date(2026, 4, 30), [1, 1]),
    ],
)
def test_plan_meets_the_target_to_the_last_unit(total, target_on, amounts):
    dues = plan(total, target_on, TODAY)
    assert [amount for _, amount in dues] == amounts
    assert sum(amounts) == total


def test_plan_keeps_the_31st_where_there_is_one():
    days = [day for day, _ in plan(400, date(2026, 5, 31), TODAY)]
    assert days == [TODAY, date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_required_per_month_has_no_calendar_cliffs():
    assert required_per_month(600_000, TODAY + timedelta(183), TODAY) == 99_795
    assert required_per_month(5_000, TODAY - timedelta(1), TODAY) == 5_000
    assert required_per_month(5_000, TODAY, TODAY) == 5_000


def test_progress_is_99_until_met():
    assert [progress(n, 1000) for n in (-5, 0, 999, 1000, 2000)] == [0, 0, 99, 100, 100]
    assert crossed(240, 760, 1000) == [25, 50, 75]
    assert crossed(760, 240, 1000) == []


def standing(**changes):
    base = {"target": 1000, "saved": 300, "flows": [(TODAY, 300)], "target_on": None}
    return path(**{**base, "today": TODAY, **changes})


def test_status_words():
    soon = TODAY + timedelta(60)
    assert standing(saved=1000).status == "done"
    assert standing(target_on=TODAY).status == "overdue"
    assert standing(target_on=soon).status == "behind"
    assert standing(target_on=soon, paused=True).status == "paused"
    assert standing(target_on=TODAY, paused=True).status == "paused"
    assert standing().status == "on_track"


def test_projection_has_a_range():
    steady = standing(flows=[(TODAY - timedelta(30 * n), 100) for n in range(3)])
    assert steady.pace_per_month == 100
    assert steady.projected_on == steady.earliest == steady.latest == TODAY + timedelta(210)
    rough = standing()
    assert rough.earliest < rough.projected_on
    assert rough.latest is None
    assert standing(flows=[]).projected_on is None


def needs():
    return [
        Need("a", 5_000, 1, date(2027, 1, 1), 1_000),
        Need("b", 10_000, 5, None, 2_000),
        Need("c", 100, 3, date(2026, 6, 1), 500),
    ]


@pytest.mark.parametrize(
    ("strategy", "amount", "given"),
    [
        ("percent", 10_000, {"a": 1_133, "b": 2_267, "c": 100}),
        ("urgency", 6_000, {"c": 100, "a": 5_000, "b": 900}),
        ("priority", 10_050, {"b": 10_000, "c": 50, "a": 0}),
        ("proportional", 50_000, {"a": 5_000, "b": 10_000, "c": 100}),
        ("balanced", 700, {"a": 100, "b": 500, "c": 100}),
    ],
)
def test_strategies(strategy, amount, given):
    assert allocate(amount, needs(), strategy) == given


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**13), st.lists(st.integers(0, 10**9), min_size=1, max_size=8))
def test_shares_sum_exactly(amount, weights):
    assert sum(largest_remainder(amount, weights)) == (amount if sum(weights) else 0)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**9),
    st.lists(st.tuples(st.integers(1, 99), st.integers(0, 10**8)), min_size=1, max_size=8),
)
def test_caps_hold_and_nothing_is_lost(amount, pairs):
    weights, caps = [w for w, _ in pairs], [c for _, c in pairs]
    got = capped(amount, weights, caps)
    assert all(0 <= share <= cap for share, cap in zip(got, caps, strict=True))
    assert sum(got) == min(amount, sum(caps))
