"""Avalanche, snowball and the others on values."""

from decimal import Decimal
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from debts.amortization import Minimum
from debts.strategies import (
    Owed,
    avalanche,
    first_minimums,
    hybrid,
    minimums_only,
    pay_in_order,
    snowball,
)


def owed(key, balance, apr, minimum):
    return Owed(key, balance, lambda month: Decimal(apr), Minimum(minimum))


THREE = [
    owed("A", 500_000, "0.229", 12_500),
    owed("B", 120_000, "0.149", 4_000),
    owed("Car", 800_000, "0.065", 24_000),
]


def test_avalanche_of_three():
    made = pay_in_order(THREE, avalanche(THREE), 70_000)
    assert (made.months, made.total_interest) == (23, 157_094)
    assert made.payoff_order == (("A", 14), ("B", 16), ("Car", 23))


def test_snowball_of_three():
    made = pay_in_order(THREE, snowball(THREE), 70_000)
    assert (made.months, made.total_interest) == (23, 166_962)
    assert made.payoff_order == (("B", 4), ("A", 16), ("Car", 23))


def test_minimums_alone():
    made = minimums_only(THREE)
    assert (made.months, made.total_interest) == (77, 568_695)
    assert made.payoff_order == (("Car", 37), ("B", 38), ("A", 77))
    assert first_minimums(THREE) == 40_500


def test_hybrid_clears_what_is_small_first():
    assert hybrid(THREE, 70_000) == ["B", "A", "Car"]
    made = pay_in_order(THREE, hybrid(THREE, 70_000), 70_000)
    assert made.total_interest == 166_962


def test_an_order_may_name_one_debt():
    made = pay_in_order(THREE, ["Car"], 70_000)
    assert made.payoff_order[0][0] == "Car"


def test_a_payment_once_shortens():
    plain = pay_in_order(THREE, avalanche(THREE), 70_000)
    made = pay_in_order(THREE, avalanche(THREE), 70_000, {2: 200_000})
    assert made.months < plain.months
    assert made.total_interest < plain.total_interest


def test_what_no_payment_ends_is_said_and_not_looped():
    hopeless = [owed("A", 5_000_000, "0.24", 50_000)]
    assert pay_in_order(hopeless, ["A"], 50_000).never_pays_off
    assert minimums_only(hopeless).never_pays_off


debts_of = st.lists(
    st.tuples(
        st.integers(1_000, 500_000), st.decimals("0", "0.3", places=3), st.integers(500, 5_000)
    ),
    min_size=2,
    max_size=3,
)


@settings(max_examples=15, deadline=None)
@given(debts_of, st.integers(20_000, 60_000))
def test_no_order_is_cheaper_than_avalanche(rows, monthly):
    debts = [owed(str(n), *row) for n, row in enumerate(rows)]
    best = pay_in_order(debts, avalanche(debts), monthly)
    if best.never_pays_off:
        return
    for order in permutations([d.key for d in debts]):
        other = pay_in_order(debts, order, monthly)
        # Each month rounds each debt's interest by half a cent at most.
        slack = best.months * len(debts)
        assert other.never_pays_off or best.total_interest <= other.total_interest + slack
