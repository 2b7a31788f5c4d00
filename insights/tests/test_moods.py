"""Moods on values: comparisons, silence below five, regret, evenings, drift from the newest end."""

from datetime import date, datetime
from uuid import uuid4

import pytest

from insights.moods import (  # fmt: skip
    Purchase,
    compare,
    day_part,
    drift,
    is_like_regretted,
    low_evenings,
    regrets,
    shares,
)

DAY = date(2026, 6, 1)


def bought(amounts, mood=None, category="Shopping", at=None):
    return [Purchase(uuid4(), DAY, minor, category, at, mood) for minor in amounts]


VECTOR = bought([8000, 12000, 9500, 15000, 6000], "stressed") + bought([4000, 5500, 3000, 4500, 5000, 3500])  # fmt: skip


def test_the_vector_of_stressed_purchases():
    (found,) = compare(VECTOR)
    assert (found.mood, found.n, found.n_others) == ("stressed", 5, 6)
    assert (found.median, found.baseline_median, found.difference) == (9500, 4250, 5250)
    assert (found.cliffs_delta, found.verdict) == (1.0, "spends_more")
    assert found.p_adjusted < 0.05


def test_below_five_on_either_side_nothing_is_said():
    for purchases in (bought([100] * 4, "bored") + bought([1] * 20), bought([100] * 9, "bored") + bought([1] * 4)):  # fmt: skip
        (found,) = compare(purchases)
        assert (found.verdict, found.median, found.cliffs_delta, found.p_adjusted) == ("insufficient_data", None, None, None)  # fmt: skip


def test_many_moods_make_each_claim_harder():
    alone = compare(VECTOR)[0].p_adjusted
    more = VECTOR + [p for mood in ("bored", "happy", "anxious") for p in bought([4100, 5100, 4600, 9000, 4200], mood)]  # fmt: skip
    stressed = next(found for found in compare(more) if found.mood == "stressed")
    assert len(compare(more)) == 4
    assert stressed.p_adjusted > 0
    assert alone == pytest.approx(2 / 462)


def test_equal_groups_differ_in_nothing():
    found = compare(bought([10, 20, 30, 40, 50], "happy") + bought([10, 20, 30, 40, 50]))[0]
    assert (found.verdict, found.cliffs_delta) == ("no_clear_difference", 0.0)


def test_emotional_and_planned_parts_of_what_has_a_mood():
    found = shares(bought([300], "stressed") + bought([100], "impulsive") + bought([400], "planned") + bought([200], "happy") + bought([9999]))  # fmt: skip
    assert (found.emotional, found.planned) == (0.4, 0.4)
    assert shares(bought([5])).planned is None


@pytest.mark.parametrize(("hour", "part"), [(0, "night"), (5, "night"), (6, "morning"), (12, "afternoon"), (17, "evening"), (21, "evening"), (22, "night")])  # fmt: skip
def test_parts_of_the_day(hour, part):
    assert day_part(datetime(2026, 6, 1, hour)) == part
    assert day_part(None) == "unknown"


def test_regret_by_category_and_the_pattern_it_makes():
    told = bought([1000, 2000, 3000], "regretful") + bought([500, 700], "happy") + bought([10] * 4, "regretful", "Food")  # fmt: skip
    shopping, food = regrets(told)
    assert (shopping.category, shopping.n, shopping.regretted, shopping.rate) == ("Shopping", 5, 3, 0.6)  # fmt: skip
    assert shopping.interval[0] < 0.6 < shopping.interval[1]
    assert (food.category, food.rate) == ("Food", None)  # four are too few
    (large,), (small,), (other,) = bought([2500]), bought([1400]), bought([2500], category="Rent")
    assert is_like_regretted(large, [shopping, food]) is shopping
    assert is_like_regretted(small, [shopping, food]) is None
    assert is_like_regretted(other, [shopping, food]) is None


def test_an_evening_goes_on_past_midnight():
    evenings = [p for day in range(1, 6) for p in bought([1000 * day], "stressed", at=datetime(2026, 6, day, 21))]  # fmt: skip
    late = bought([500], "bored", at=datetime(2026, 6, 2, 1))  # still the first evening
    noon = bought([9999], "stressed", at=datetime(2026, 6, 3, 12))
    found = low_evenings(evenings + late + noon + bought([7777], "stressed"))
    assert (found.n, found.median) == (5, 3000)
    assert found.p10 == 1500 + 0.4 * 500
    assert found.interval[0] <= 3000 <= found.interval[1]
    assert low_evenings(evenings[:4]).median is None


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([(0, 100)] * 4 + [(90, 100)] * 4, "rising"),
        ([(90, 100)] * 4 + [(0, 100)] * 4, "falling"),
        ([(50, 100)] * 8, "steady"),
        ([(90, 100)] * 8 + [(0, 100)] * 4 + [(90, 100)] * 4, "rising"),  # the newest end counts
        ([(50, 100)] * 7, "insufficient_data"),
        ([(0, 0)] * 8, "insufficient_data"),
    ],
)
def test_the_drift_is_read_from_the_newest_end(periods, expected):
    assert drift(periods) == expected
