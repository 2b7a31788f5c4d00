"""The feed on values: ranking, keys, what is unusual."""

from datetime import date
from uuid import UUID

import pytest

from insights.feed import FEED_MAX, Finding, ranked, unusual

DAY = date(2026, 6, 15)
ALICE, BOB = UUID(int=1), UUID(int=2)


def finding(key, severity="info", weight=0):
    return Finding("bill_due", key, severity, DAY, key, "", weight)


def test_the_most_urgent_comes_first_then_the_largest():
    found = ranked([finding("a", "info", 9), finding("b", "urgent"), finding("c", "warning", 1), finding("d", "warning", 5)])  # fmt: skip
    assert [f.key for f in found] == ["b", "d", "c", "a"]


def test_one_matter_is_told_once_at_its_most_urgent():
    (only,) = ranked([finding("a"), finding("a", "urgent")])
    assert only.severity == "urgent"
    assert len(ranked([finding(str(n)) for n in range(300)])) == FEED_MAX


def test_an_id_is_the_owners_own_and_lasts():
    assert finding("a").id_for(ALICE) == finding("a", "urgent").id_for(ALICE)
    assert finding("a").id_for(ALICE) != finding("a").id_for(BOB)
    assert finding("a").id_for(ALICE) != finding("b").id_for(ALICE)


@pytest.mark.parametrize(
    ("value", "history", "z"),
    [
        # Semantics part 12: median 41, MAD 2.
        (410, [42, 38, 45, 40, 41, 39, 44, 43, 40], 124.45),
        (55, [42, 38, 45, 40, 41, 39, 44, 43, 40], 4.72),
        (50, [42, 38, 45, 40, 41, 39, 44, 43, 40], None),
        (1299, [999] * 12, None),  # no deviation at all: half as much again is unusual
        (1599, [999] * 12, 99.0),
        (410, [42, 38, 45], None),
        (5, [100, 100, 100, 100], None),
    ],
)
def test_what_is_unusual(value, history, z):
    assert unusual(value, history, least=1) == z


def test_small_differences_are_not_worth_a_word():
    assert unusual(55, [42, 38, 45, 40, 41, 39, 44, 43, 40], least=20) is None
