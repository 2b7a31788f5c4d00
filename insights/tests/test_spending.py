"""Spending to come on values: months, categories and the whole agree, and ranges hold what they say."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insights.forecast import Inputs, Item
from insights.spending import band_of, months_ahead, spending, together
from insights.spending_months import Past, fit_months, is_intermittent

TODAY = date(2026, 6, 15)
EVEN = (100,) * 31


def inputs(months, known=(), days=EVEN, today=TODAY):
    return Inputs(today, "EUR", 0, known, spending=Past(tuple(months), days))


def rows(found):
    return {row.name: row.amounts.p50 for row in found.by_category}


def test_months_and_categories_add_up_and_a_part_of_a_month_takes_its_days():
    food, rent = (30_000,) * 24, (90_000,) * 24
    found = spending(inputs([("Food", food), ("Rent", rent)]), 60)
    assert [(m.span.start, m.span.end) for m in found.months] == [
        (date(2026, 6, 16), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 7, 31)),
        (date(2026, 8, 1), date(2026, 8, 14)),
    ]
    assert [m.amounts.p50 for m in found.months] == [60_000, 120_000, 13_548 + 40_645]
    assert rows(found) == {"Rent": 175_645, "Food": 58_548}
    assert found.total.p50 == 234_193
    assert (found.total.p10, found.total.p90) == (234_193, 234_193)  # never off in two years


def test_the_days_of_the_month_that_take_most_are_still_to_come_or_over():
    """All of it on the 20th: on the 15th a month's worth is ahead, on the 25th none."""
    on_the_20th = tuple(100 * (day == 20) for day in range(1, 32))
    steady = [("Rent", (50_000,) * 12)]
    assert spending(inputs(steady, days=on_the_20th), 15).total.p50 == 50_000
    late = inputs(steady, days=on_the_20th, today=date(2026, 6, 25))
    assert spending(late, 5).total.p50 == 0


def test_what_is_known_stands_apart_and_counts_in_its_category_once():
    known = (
        Item(date(2026, 6, 20), -5_000, "Food", spends=True),
        Item(date(2026, 6, 1), -700, None, spends=True),  # overdue
        Item(date(2026, 7, 5), 300, "Food", spends=True),  # a refund
        Item(date(2026, 7, 5), -90_000, "transfers"),
        Item(date(2026, 7, 6), 200_000, "Salary"),
        Item(date(2026, 9, 1), -1, "Food", spends=True),  # after the last day
    )
    found = spending(inputs([("Food", (31_000,) * 12)], known), 46)
    assert [(m.amounts.known, m.amounts.p50) for m in found.months] == [
        (5_700, 5_700 + 15_500),
        (-300, -300 + 31_000),
    ]
    assert rows(found) == {"Food": 5_000 - 300 + 46_500, None: 700}
    assert found.total.known == 5_400
    nothing = next(row for row in found.by_category if row.name is None)
    assert (nothing.amounts.p10, nothing.amounts.p90, nothing.model) == (700, 700, None)


def test_without_a_year_of_whole_months_nothing_is_said_of_ranges():
    found = spending(inputs([("Food", (1_000, 2_000) * 5)]), 30)
    assert (found.total.p10, found.total.p90) == (None, None)
    assert found.total.p50 > 0
    empty = spending(Inputs(TODAY, "EUR", 0), 30)
    assert (empty.total.p50, empty.total.p10, empty.by_category) == (0, None, [])


def test_a_price_that_rose_is_paid_from_then_on():
    found = fit_months([80_000.0] * 18 + [90_000.0] * 3, 2)
    assert found.weights == {"last_month": 1}
    assert found.expected == [90_000, 90_000]


@pytest.mark.parametrize("quiet", [6, 10])
def test_a_bill_that_ended_is_not_expected_for_long(quiet):
    ended = [50_000.0, 52_000.0] * 7 + [0.0] * quiet
    assert not is_intermittent(ended)
    assert fit_months(ended, 1).expected == [0]


def test_what_comes_in_few_months_is_how_often_times_how_much():
    """400 each fourth month, not in the same months of the year: 100 a month, by no latest month."""
    travel = [400.0 * (k % 4 == 1) for k in range(22)] + [0.0, 0.0]
    assert is_intermittent(travel)
    found = fit_months(travel, 12)
    assert found.intermittent
    assert sum(found.expected) / 12 == pytest.approx(sum(travel) / 24, rel=0.05)
    assert found.weights.keys() == {"two_years", "season", "chance_and_size"}


def test_what_ended_fades_with_each_empty_month():
    def said(quiet):
        return fit_months([100.0, 0.0] * 7 + [0.0] * quiet, 1).expected[0]

    assert said(0) > said(2) > said(4) > 0


@pytest.mark.parametrize(
    ("past", "is_so"),
    [
        ([1, 0, 0, 0] * 6, True),
        ([1] * 24, False),
        ([1] * 18 + [0] * 6, False),
        ([1, 0] * 8 + [0] * 8, False),  # over: quiet for longer than ever
        ([0] * 24, False),
        ([0], True),
    ],
)
def test_intermittent_is_empty_in_many_months_and_not_over(past, is_so):
    assert is_intermittent(past) is is_so


def test_a_band_is_conformal_and_grows_with_the_months():
    """Errors 1..19 once: of 20 places a tenth lies below the second, and a tenth above the 18th."""
    band = band_of([[float(n)] for n in range(-9, 10)])
    assert band.month(1) == pytest.approx((-8 * 1.05, 8 * 1.05))
    assert band.month(0.25) == pytest.approx((-4 * 1.05, 4 * 1.05))
    walk = band_of([[3.0, 3.0, 3.0, 3.0], [-3.0, -3.0, -3.0, -3.0], [3.0, -3.0, 3.0, -3.0]])
    assert walk.months(2)[1] > walk.months(1)[1] > walk.months(0.5)[1] > 0
    assert walk.months(9)[1] > walk.months(4)[1]


def test_errors_of_categories_that_cancel_are_none_of_the_whole():
    one, other = fit_months([10.0, 30.0] * 12, 1), fit_months([30.0, 10.0] * 12, 1)
    for path in together([one, other]):
        assert path == pytest.approx([0.0] * len(path), abs=1e-6)


def test_four_of_five_months_to_come_lie_inside():
    """Five categories of independent noise: 80 % of months and of quarters are in their ranges."""
    dice = random.Random(3)
    hits = count = 0
    for _ in range(40):
        series = [
            [dice.gammavariate(4, 5_000) * (dice.random() < share) for _ in range(27)]
            for share in (1, 1, 0.9, 0.5, 0.2)
        ]
        past = [(str(n), tuple(round(v) for v in row[:24])) for n, row in enumerate(series)]
        found = spending(inputs(past, today=date(2026, 6, 30)), 92)
        came = [sum(row[24 + k] for row in series) for k in range(3)]
        for month, actual in zip(found.months, came, strict=True):
            hits += month.amounts.p10 <= actual <= month.amounts.p90
        hits += found.total.p10 <= sum(came) <= found.total.p90
        count += 4
    assert 0.72 <= hits / count <= 0.9


def test_a_year_over_a_leap_day_is_cut_at_every_month():
    spans = months_ahead(date(2028, 1, 31), 365)
    assert [span.start.month for span in spans] == [*range(2, 13), 1]
    assert spans[0].end == date(2028, 2, 29)
    assert sum((span.end - span.start).days + 1 for span in spans) == 365


amounts = st.integers(-(10**8), 10**9)
history = st.integers(1, 24).flatmap(
    lambda count: st.lists(st.lists(amounts, min_size=count, max_size=count).map(tuple), max_size=4)
)


@settings(max_examples=40, deadline=None)
@given(
    series=history,
    known=st.lists(
        st.tuples(st.integers(-5, 400), amounts, st.sampled_from(["0", "k", None])), max_size=5
    ),
    shape=st.lists(st.integers(0, 10**6), min_size=31, max_size=31).map(tuple),
    today=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    days=st.integers(1, 365),
)
def test_any_spending_adds_up_to_the_last_cent(series, known, shape, today, days):
    items = tuple(
        Item(today + timedelta(k), -minor, category, spends=True) for k, minor, category in known
    )
    past = [(str(n), row) for n, row in enumerate(series)]
    found = spending(inputs(past, items, shape, today), days)
    for part in ("known", "p50"):
        total = getattr(found.total, part)
        assert sum(getattr(row.amounts, part) for row in found.months) == total
        assert sum(getattr(row.amounts, part) for row in found.by_category) == total
    for one in [found.total, *(m.amounts for m in found.months)]:
        if one.p10 is not None:
            assert one.p10 <= one.p50 <= one.p90
