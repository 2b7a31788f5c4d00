"""The comparison of two groups: the vector of semantics part 12, and values of other programs."""

import random
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.statistics import (
    cliffs_delta,
    holm,
    median_difference_interval,
    median_interval,
    quantile,
    rank_test,
    wilson,
)

STRESSED, OTHERS = [80, 120, 95, 150, 60], [40, 55, 30, 45, 50, 35]
AMOUNTS = st.lists(st.integers(1, 10**6), min_size=5, max_size=25)


def test_the_vector_of_moods():
    assert cliffs_delta(STRESSED, OTHERS) == 1.0
    assert (median(STRESSED), median(OTHERS)) == (95, 42.5)
    # Of the 462 ways to choose five of eleven one is as high and one as low.
    assert rank_test(STRESSED, OTHERS) == pytest.approx(2 / 462)
    low, high = median_difference_interval(STRESSED, OTHERS)
    assert 0 < low < 52.5 < high


@pytest.mark.parametrize(
    ("ours", "others", "delta"),
    [([1], [1], 0.0), ([1, 2], [1, 2], 0.0), ([1], [2, 3], -1.0), ([2], [1, 2, 3], 0.0), ([3, 3], [1, 3], 0.5)],
)  # fmt: skip
def test_cliffs_delta(ours, others, delta):
    assert cliffs_delta(ours, others) == delta


@pytest.mark.parametrize(
    ("ours", "others", "p"),
    [
        # Counted: 2 of 20, all of 20; and the example of scipy's documentation, 14 of 126.
        ([1, 2, 3], [4, 5, 6], 0.1),
        ([1, 4, 5], [2, 3, 6], 1.0),
        ([19, 22, 16, 29, 24], [20, 11, 17, 12], 0.11111),
        # Ties: every arrangement of the midranks, counted by hand.
        ([1, 1], [1, 1], 1.0),
        ([1, 1, 2], [2, 3, 3], 0.2),
    ],
)
def test_the_exact_rank_test(ours, others, p):
    assert rank_test(ours, others) == pytest.approx(p, abs=1e-4)


def test_large_groups_are_judged_by_the_normal_curve():
    ours, others = list(range(1, 21)), list(range(11, 31))
    # U is 50 where 200 is the middle; the variance is 400 * 41 / 12, a little less for ten ties.
    assert rank_test(ours, others) == pytest.approx(5.26e-5, rel=0.02)
    assert rank_test([5] * 20, [5] * 20) == 1.0
    assert rank_test(list(range(40)), list(range(40))) > 0.99


@given(AMOUNTS, AMOUNTS)
@settings(max_examples=30, deadline=None)
def test_the_two_groups_are_treated_alike(ours, others):
    assert cliffs_delta(ours, others) == pytest.approx(-cliffs_delta(others, ours))
    assert rank_test(ours, others) == pytest.approx(rank_test(others, ours))
    assert 0 <= rank_test(ours, others) <= 1
    low, high = median_difference_interval(ours, others)
    assert min(ours) - max(others) <= low <= high <= max(ours) - min(others)


def test_the_interval_is_the_same_every_time_and_that_of_real_resampling():
    values = [3, 8, 9, 14, 20, 22, 31, 40]
    assert median_interval(values) == median_interval(values)
    dice = random.Random(5)
    drawn = sorted(median(dice.choices(values, k=len(values))) for _ in range(4000))
    low, high = median_interval(values)
    assert low == pytest.approx(quantile(drawn, 0.025), abs=1.5)
    assert high == pytest.approx(quantile(drawn, 0.975), abs=3)


@pytest.mark.parametrize(
    ("ps", "expected"),
    [
        ([], []),
        ([0.04], [0.04]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.9], [1.0, 1.0]),
    ],
)
def test_holm(ps, expected):
    assert holm(ps) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), max_size=8))
@settings(max_examples=30)
def test_holm_never_makes_a_p_smaller_and_keeps_the_order(ps):
    adjusted = holm(ps)
    assert all(p <= a <= 1 for p, a in zip(ps, adjusted, strict=True))
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    assert [adjusted[i] for i in order] == sorted(adjusted)


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 100, 0.0018, 0.0545),
    ],
)
def test_wilson(hits, count, low, high):
    assert wilson(hits, count) == pytest.approx((low, high), abs=1e-4)


def test_quantiles_lie_between_neighbours():
    assert [quantile([1, 2, 3, 4], share) for share in (0, 0.25, 0.5, 1)] == [1, 1.75, 2.5, 4]
    assert quantile([7], 0.9) == 7
