"""Buckets, trend and diagram on values."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.cashflow import (
    Bucket,
    Stream,
    chain,
    consistency,
    percent,
    sankey,
    settled,
    sides,
    trend,
    volatility_percent,
)
from ledger.periods import Span

DAY = Span(date(2026, 1, 1), date(2026, 1, 1))
MONEY = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("kind", "inflow", "outflow", "expected"),
    [
        ("income", 3000, 0, (3000, 0)),
        ("income", 3000, 200, (2800, 0)),  # a correction
        ("expense", 50, 200, (0, 150)),  # a refund
        ("expense", 700, 500, (0, -200)),  # more refund than spending is credit, not clamped
        (None, 10, 7, (10, 7)),
    ],
)
def test_refunds_stay_on_their_side(kind, inflow, outflow, expected):
    assert sides(kind, inflow, outflow) == expected


@given(st.lists(st.tuples(MONEY, MONEY, MONEY), max_size=12), MONEY)
@settings(max_examples=40)
def test_a_chain_neither_makes_nor_loses_money(moves, opening):
    buckets = [Bucket(DAY, False, income=i, expense=e, transfers=t, count=1) for i, e, t in moves]
    chain(buckets, opening)
    total = sum(b.income - b.expense + b.transfers for b in buckets)
    if buckets:
        assert buckets[-1].closing == opening + total
    for bucket in buckets:
        assert bucket.closing == bucket.opening + bucket.net + bucket.transfers


def test_behind_a_missing_rate_no_balance_is_known():
    buckets = [Bucket(DAY, False, is_complete=False), Bucket(DAY, False, income=5)]
    chain(buckets, 100)
    assert [(b.opening, b.closing) for b in buckets] == [(100, None), (None, None)]


@pytest.mark.parametrize(
    ("values", "direction", "change"),
    [
        ([100] * 6, "steady", 0.0),
        ([100, 100, 100, 114, 114, 114], "steady", 14.0),
        ([100, 100, 100, 115, 115, 116], "up", 15.33),
        ([100, 100, 100, 80, 80, 80], "down", -20.0),
        ([-100, -100, -100, -50, -50, -50], "up", 50.0),  # less loss is better
        ([0, 0, 0, 1, 0, 0], "up", None),
        ([1, 2, 3, 4, 5], "insufficient_data", None),
    ],
)
def test_the_last_three_against_the_three_before(values, direction, change):
    found = trend(values)
    assert (found.direction, found.change_percent) == (direction, change)


def test_one_odd_bucket_does_not_turn_the_slope():
    assert trend([10, 20, 30, 40, 5000, 60, 70]).per_bucket == Decimal(10)


@pytest.mark.parametrize(
    ("values", "expected", "word"),
    [
        ([100, 100, 100], 0.0, "high"),
        ([1, 3], None, "insufficient_data"),
        ([-1, 0, 1], None, "insufficient_data"),
        ([290_000, 310_000, 300_000, 305_000, 295_000, 300_000], 2.15, "high"),
        ([100_000, 300_000, 200_000, 0, 400_000, 200_000], 64.55, "low"),
    ],
)
def test_volatility_is_the_population_deviation_over_the_mean(values, expected, word):
    assert volatility_percent(values) == expected
    assert consistency(expected) == word


def test_a_trend_begins_with_the_first_row_and_ends_with_the_last_full_bucket():
    empty, full, partial = Bucket(DAY, False), Bucket(DAY, False, count=1), Bucket(DAY, True)
    assert settled([empty, full, empty, partial]) == [full, empty]
    assert settled([empty, empty]) == []


@pytest.mark.parametrize(("part", "whole", "expected"), [(2682, 3000, 89.4), (1, 3, 33.33), (1, 0, None), (1, -5, None)])  # fmt: skip
def test_a_percentage_has_two_decimals_and_no_division_by_nothing(part, whole, expected):
    assert percent(part, whole) == expected


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), MONEY), max_size=10))
@settings(max_examples=40)
def test_what_comes_into_the_pool_leaves_it(rows):
    links = sankey([Stream(name, is_income, minor) for name, is_income, minor in rows])
    assert all(amount > 0 for _, _, amount in links)
    into = sum(amount for _, target, amount in links if target == "Income")
    out = sum(amount for source, _, amount in links if source == "Income")
    assert into == out
