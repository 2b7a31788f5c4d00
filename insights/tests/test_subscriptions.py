"""Standing charges on values: what is one, what is not, and what comes next."""

from datetime import date, timedelta

import pytest

from insights.subscriptions import Payment, find, group_of
from ledger.periods import add_months

START = date(2025, 1, 31)


def monthly(amounts, start=START, step=1):
    return [Payment(add_months(start, step * k), minor) for k, minor in enumerate(amounts)]


def every(days, amounts, start=START):
    return [Payment(start + timedelta(days=days * k), minor) for k, minor in enumerate(amounts)]


@pytest.mark.parametrize(
    ("payments", "period"),
    [
        (monthly([999] * 3), "monthly"),
        (monthly([1000, 1100, 900, 1050]), "monthly"),
        (every(7, [500] * 10), "weekly"),
        (every(14, [500] * 8), "biweekly"),
        (every(28, [500] * 8), "four_weekly"),
        (monthly([4500] * 4, step=3), "quarterly"),
        (every(365, [6000] * 2), "yearly"),
        (monthly([5000, 6900, 4100, 6200, 7100, 5400, 6600]), "monthly"),  # power, by use
        (monthly([999] * 5)[:2] + monthly([999] * 5)[3:] + monthly([999] * 9)[5:], "monthly"),
    ],
)
def test_what_stands_is_found(payments, period):
    (found,) = find(payments)
    assert found.period == period
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize(
    "payments",
    [
        [],
        monthly([999]),
        monthly([999] * 2),
        every(365, [6000]),
        every(365, [6000, 9000]),  # two purchases a year apart
        every(340, [6000, 6000]),
        every(7, [3100, 9700, 4500, 6600, 8200, 5100, 3900, 7700]),  # a supermarket visited weekly
        every(1, [250] * 20),  # coffee
        every(6, [250] * 20),
        every(45, [999] * 6),  # no rhythm of the calendar
        [Payment(START + timedelta(days=d), 999) for d in (0, 9, 60, 75, 130, 190)],
        monthly([100, 900, 250, 4000, 60, 700]),
        # A book of tickets, bought again when it is used up: its day wanders through the month.
        every(33, [12_000] * 12),
    ],
)
def test_what_does_not_stand_is_left_alone(payments):
    assert find(payments) == []


def test_a_price_that_moves_by_more_than_a_percent_is_told():
    (found,) = find(monthly([999] * 6 + [1299] * 6))
    assert found.fixed
    (rise,) = found.price_changes
    assert (rise.before, rise.after, rise.percent) == (999, 1299, 30.03)
    assert rise.on == date(2025, 7, 31)
    assert found.typical == 1299
    (same,) = find(monthly([100_000] * 6 + [100_500] * 6))
    assert same.price_changes == ()


def test_two_plans_at_one_payee_are_two_and_single_purchases_none():
    payments = monthly([299] * 8) + monthly([999] * 8, date(2025, 1, 12)) + [Payment(date(2025, 3, 3), 5000)]  # fmt: skip
    assert sorted(found.typical for found in find(payments)) == [299, 999]


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        (monthly([5] * 5), date(2025, 6, 30)),
        (monthly([5] * 5, date(2025, 1, 15)), date(2025, 6, 15)),
        (every(7, [5] * 5), date(2025, 3, 7)),
        (every(365, [5] * 2), date(2027, 1, 31)),
    ],
)
def test_the_next_charge(payments, expected):
    (found,) = find(payments)
    assert found.next_on == expected


def test_what_comes_in_a_month_and_what_has_ended():
    (found,) = find(every(7, [5] * 6))
    last = found.last.on
    assert found.coming(last, last + timedelta(days=21)) == [last + timedelta(days=7 * k) for k in (1, 2, 3)]  # fmt: skip
    assert found.is_active(last + timedelta(days=10))
    assert not found.is_active(last + timedelta(days=30))


def test_a_charge_that_is_a_little_late_is_still_expected():
    (found,) = find(monthly([5] * 6, date(2025, 1, 15)))
    late = found.next_on + timedelta(days=2)
    assert found.coming(late, late + timedelta(days=3)) == [late + timedelta(days=1)]


@pytest.mark.parametrize(("name", "group"), [("NETFLIX.COM", "video"), ("Disney+", "video"), ("Spotify AB", "music"), ("Rewe", None), ("", None)])  # fmt: skip
def test_services_of_one_kind_are_known_by_their_names(name, group):
    assert group_of(name) == group
