"""Rollover, pace and envelopes against worked figures (semantics, part 1) and another program's."""

import itertools
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgeting.envelope import Envelope, Month, envelopes
from budgeting.recommending import recommend
from budgeting.rollover import MODES, Terms, carry, chain, pace, percent_of
from ledger.periods import Span, add_months, month_end

JANUARY = date(2026, 1, 1)
SPENT = [6000, 15000, 28000, 4000]
VECTORS = Path(__file__).parent / "data" / "envelope_actual.json"


def months(count):
    starts = [add_months(JANUARY, n) for n in range(count)]
    return [Span(start, month_end(start)) for start in starts]


def worked(terms, spent, moved=None):
    return chain(months(len(spent)), terms, moved or [0] * len(spent), spent)


@pytest.mark.parametrize(
    ("mode", "cap", "available", "left", "following"),
    [
        ("none", None, [100, 100, 100, 100], [40, -50, -180, 60], 100),
        ("surplus", None, [100, 140, 100, 100], [40, -10, -180, 60], 160),
        ("both", None, [100, 140, 90, -90], [40, -10, -190, -130], -30),
        ("surplus", 25, [100, 125, 100, 100], [40, -25, -180, 60], 125),
        ("both", 25, [100, 125, 75, 75], [40, -25, -205, 35], 125),
        ("deficit", None, [100, 100, 50, -130], [40, -50, -230, -170], -70),
    ],
)
def test_the_table_of_rollovers(mode, cap, available, left, following):
    cap = None if cap is None else cap * 100
    states = worked([Terms(JANUARY, 10000, mode, cap)], SPENT + [0])
    assert [s.available // 100 for s in states[:4]] == available
    assert [s.left // 100 for s in states[:4]] == left
    assert states[4].available // 100 == following


def test_a_limit_used_up_exactly_leaves_nothing_and_still_is_a_budget():
    """(a) Firefly makes no limit at all here."""
    assert worked([Terms(JANUARY, 10000, "both")], [20000, 0])[1].available == 0


def test_an_old_row_flows_through_every_later_month():
    """(b)"""
    before = worked([Terms(JANUARY, 10000, "both")], SPENT)
    after = worked([Terms(JANUARY, 10000, "both")], [6001, *SPENT[1:]])
    assert [b.left - a.left for b, a in zip(before, after, strict=True)] == [1, 1, 1, 1]


def test_a_mode_holds_from_its_month_on():
    """(c) The mode of the month that ends decides what goes into the next."""
    terms = [Terms(JANUARY, 10000, "both"), Terms(date(2026, 3, 1), 10000, "none")]
    states = worked(terms, SPENT)
    assert [s.available for s in states] == [10000, 14000, 9000, 10000]


def test_refunds_net_and_may_exceed_spending():
    """(d) Never clamped to zero."""
    [state] = worked([Terms(JANUARY, 10000)], [50000 - 70000])
    assert (state.spent, state.left) == (-20000, 30000)


def test_a_budget_of_nothing_with_rollover_is_legal():
    """(e)"""
    states = worked([Terms(JANUARY, 0, "both")], [500, -700])
    assert [s.left for s in states] == [-500, 200]
    assert states[0].percent is None


def test_money_that_was_moved_counts_as_assigned():
    [state] = worked([Terms(JANUARY, 10000)], [0], moved=[-2500])
    assert (state.assigned, state.available) == (7500, 7500)


@given(
    st.sampled_from(MODES), st.none() | st.integers(0, 500),
    st.lists(st.tuples(st.integers(-900, 900), st.integers(-300, 300)), min_size=1, max_size=30),
)  # fmt: skip
def test_nothing_is_lost_between_periods(mode, cap, figures):
    spent, moved = [s for s, _ in figures], [m for _, m in figures]
    states = worked([Terms(JANUARY, 400, mode, cap)], spent, moved)
    for before, after in itertools.pairwise(states):
        assert after.carried == before.carries == carry(before.left, mode, cap)
        assert abs(after.carried) <= (
            abs(before.left) if cap is None else min(cap, abs(before.left))
        )
        assert after.carried * before.left >= 0
    for state in states:
        assert state.left == state.assigned + state.carried - state.spent


def test_pace_as_in_the_semantics():
    [state] = chain(
        [Span(date(2026, 6, 1), date(2026, 6, 30))], [Terms(JANUARY, 40000)], [0], [20000]
    )
    going = pace(state, date(2026, 6, 10))
    assert (going.projected, going.safe_per_day, going.status) == (60000, 952, "at_risk")


@pytest.mark.parametrize(
    ("spent", "day", "expected"),
    [
        (40001, date(2026, 6, 30), (40001, 0, "over")),
        (30000, date(2026, 7, 5), (30000, None, "on_track")),
        (0, date(2026, 5, 1), (0, None, "on_track")),
        (-500, date(2026, 6, 15), (-1000, 2531, "on_track")),
    ],
)
def test_pace_at_the_edges(spent, day, expected):
    [state] = chain(
        [Span(date(2026, 6, 1), date(2026, 6, 30))], [Terms(JANUARY, 40000)], [0], [spent]
    )
    going = pace(state, day)
    assert (going.projected, going.safe_per_day, going.status) == expected


def test_percents_have_two_decimals():
    assert (percent_of(1, 3), percent_of(5, 0), percent_of(-1, 8)) == (33.33, None, -12.5)


def scenarios():
    return json.loads(VECTORS.read_text())["scenarios"]


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s["name"])
def test_envelopes_are_those_of_actual(scenario):
    asked = [as_month(scenario, month) for month in scenario["months"]]
    for name, found in zip(scenario["months"], envelopes(asked), strict=True):
        expected = scenario["expected"][name]
        assert {
            "incomeAvailable": found.available_income,
            "lastMonthOverspent": found.overspent,
            "forNextMonth": found.held,
            "totalBudgeted": -found.budgeted,
            "toBudget": found.to_budget,
            "fromLastMonth": found.from_last,
            "totalIncome": found.income,
        }.items() <= expected.items()
        balances = {n: c["balance"] for n, c in expected["categories"].items()}
        assert found.balances == balances


def as_month(scenario, month):
    on_budget = {a for a, kind in scenario["accounts"].items() if kind == "on budget"}
    rows = [
        row for row in scenario["transactions"]
        if row["date"].startswith(month) and row["account"] in on_budget and row.get("category")
    ]  # fmt: skip
    flags = {}
    for since, category, flag in scenario["carryover"]:
        if since <= month:
            flags[category] = flag

    def total(categories):
        return sum(row["amount"] for row in rows if row["category"] in categories)

    budgets = scenario["budgets"].get(month, {})
    return Month(
        total(scenario["income_categories"]),
        {c: Envelope(budgets.get(c, 0), -total([c]), flags.get(c, False))
         for c in scenario["expense_categories"]},
        sum(amount for when, amount in scenario["hold"] if when == month),
    )  # fmt: skip


def test_a_recommendation_is_monthly_and_never_below_the_median():
    """C5: the original took the mean per payment and offered 29 for a category of 3,000 a month."""
    found = recommend([300000] * 12, step=100)
    assert (found.amount, found.median, found.confidence) == (300000, 300000, "high")


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=24), st.sampled_from([1, 100]))
def test_recommendations_lie_between_median_and_maximum(amounts, step):
    found = recommend(amounts, step)
    if found is not None:
        assert found.median <= found.amount <= -(-max(amounts) // step) * step


def test_one_outlier_moves_nothing():
    calm = recommend([10000] * 11 + [10000])
    wild = recommend([10000] * 11 + [900000])
    assert wild.amount == calm.amount


@pytest.mark.parametrize("amounts", [[], [100, 200], [0, 0, 0], [-5, -5, -5]])
def test_too_little_is_said_to_be_too_little(amounts):
    assert recommend(amounts) is None
