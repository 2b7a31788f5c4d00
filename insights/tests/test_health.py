"""The health score: its breakdown, its grades, and that more of a problem never scores better."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.health import WEIGHTS, Situation, health_of

GOOD = Situation(
    months=6, income=1_800_000, expense=1_200_000, deficit_months=0, liquid=1_500_000, debt=0,
    hhi=0.5, expense_volatility_percent=10.0,
)  # fmt: skip
MONEY = st.integers(0, 10**9)
SITUATIONS = st.builds(
    Situation, months=st.integers(2, 12), income=MONEY, expense=MONEY,
    deficit_months=st.integers(0, 2), liquid=st.integers(-(10**9), 10**9), debt=MONEY,
    hhi=st.floats(0.05, 1), expense_volatility_percent=st.floats(0, 500),
)  # fmt: skip
WORSE = {
    "income": lambda s, n: replace(s, income=max(0, s.income - n)),
    "expense": lambda s, n: replace(s, expense=s.expense + n),
    "deficits": lambda s, n: replace(s, deficit_months=min(s.months, s.deficit_months + 1)),
    "liquid": lambda s, n: replace(s, liquid=s.liquid - n),
    "debt": lambda s, n: replace(s, debt=s.debt + n),
    "one payer": lambda s, n: replace(s, hhi=min(1, s.hhi + 0.1)),
    "unsteady": lambda s, n: replace(
        s, expense_volatility_percent=s.expense_volatility_percent + 5
    ),
}


def test_all_is_well():
    found = health_of(GOOD)
    assert (found.score, found.grade) == (100, "A")


def test_nothing_is_well():
    found = health_of(Situation(6, 600_000, 900_000, 6, -10, 10**8, 1.0, 400.0))
    assert (found.score, found.grade) == (0, "F")


def test_the_factors_sum_to_the_score_and_the_weights_to_a_hundred():
    assert sum(WEIGHTS.values()) == 100
    found = health_of(replace(GOOD, expense=1_700_000, liquid=700_000))
    assert abs(sum(factor.points for factor in found.factors) - found.score) < 1.01
    assert {factor.code for factor in found.factors} == WEIGHTS.keys()
    assert 60 < found.score < 90


@pytest.mark.parametrize("months", [0, 1])
def test_too_little_history_has_no_score(months):
    found = health_of(replace(GOOD, months=months))
    assert (found.score, found.grade, found.factors) == (None, "insufficient_data", ())


@pytest.mark.parametrize("problem", WORSE)
@given(situation=SITUATIONS, amount=st.integers(1, 10**8))
@settings(max_examples=40)
def test_more_of_a_problem_never_scores_better(problem, situation, amount):
    before, after = health_of(situation), health_of(WORSE[problem](situation, amount))
    assert after.score <= before.score
