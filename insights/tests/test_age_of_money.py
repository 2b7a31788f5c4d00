"""First in, first out: the vector of semantics part 10, and that no money is made or lost."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.age_of_money import Movement, age_of_money


def moves(*rows):
    return [Movement(date.fromisoformat(f"2026-{day}"), into, out) for day, into, out in rows]


def test_the_vector():
    found = age_of_money(
        moves(
            ("01-01", 1000, 0), ("01-15", 1000, 0), ("01-20", 0, 600), ("01-31", 0, 800),
            ("02-10", 0, 500),
        )
    )  # fmt: skip
    assert [spent.days for spent in found.spent] == [19, 23, 26]
    assert str(round(found.days, 2)) == "22.67"
    assert found.unfunded == 0


@pytest.mark.parametrize(
    ("rows", "days", "unfunded"),
    [
        ([], None, 0),
        ([("01-01", 100, 0)], None, 0),
        ([("01-01", 0, 100)], None, 100),  # nothing came in: it has no age
        ([("01-01", 100, 100)], 0, 0),  # in and out on one day
        ([("01-01", 50, 0), ("01-11", 0, 80)], 10, 30),
    ],
)
def test_edges(rows, days, unfunded):
    found = age_of_money(moves(*rows))
    assert (found.days, found.unfunded) == (days, unfunded)


def test_only_the_last_ten_spendings_count():
    found = age_of_money(moves(("01-01", 100, 0), *((f"01-{d:02}", 0, 1) for d in range(2, 32))))
    assert len(found.spent) == 10
    assert found.days == sum(range(21, 31)) / 10


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=30))
@settings(max_examples=40)
def test_what_is_spent_was_there_or_is_unfunded(days):
    rows = [Movement(date(2026, 1, 1) + timedelta(n), *day) for n, day in enumerate(days)]
    found = age_of_money(rows)
    assert 0 <= found.unfunded <= sum(row.outflow for row in rows)
    assert all(0 <= spent.days <= len(rows) for spent in found.spent)
