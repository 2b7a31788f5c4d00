"""The search for two sides of one movement, on values."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rates import Quotation, RateTable
from ledger.transfer_matching import (
    DEVIATION_MAX,
    PARTNERS_MAX,
    POINTS,
    TRANSFER_GAP_DAYS_MAX,
    Holder,
    Side,
    find_pairs,
)

MAIN, SAVINGS, CARD, DOLLARS = (UUID(int=n) for n in range(1, 5))
HOLDERS = {
    MAIN: Holder("Main account", "DE89 3704 0044 0532 0130 00"),
    SAVINGS: Holder("Savings", "DE02120300000000202051"),
    CARD: Holder("Visa", ""),
    DOLLARS: Holder("Dollars", ""),
}
RATES = RateTable([Quotation("EUR", "USD", date(2026, 1, 15), Decimal("1.10"))])
numbers = count(100)


def side(account, amount, day=15, text="", currency="EUR"):
    day = date(2026, 1, 1) + timedelta(day - 1) if isinstance(day, int) else day
    return Side(UUID(int=next(numbers)), account, day, amount, currency, text)


def pairs(*sides, rejected=()):
    return find_pairs(sides, HOLDERS, RATES, rejected)


def codes(pair):
    return [evidence.code for evidence in pair.evidence]


def test_the_vector_of_semantics_part_8():
    """Salary, groceries, refund, savings, card purchase, card payment, loan, interest, fee."""
    loan = UUID(int=9)
    rows = [
        side(MAIN, 300_000), side(MAIN, -20_000), side(MAIN, 5_000),
        to_savings := side(MAIN, -50_000), from_main := side(SAVINGS, 50_000),
        side(CARD, -12_000),
        card_bill := side(MAIN, -12_000), card_paid := side(CARD, 12_000),
        principal := side(MAIN, -30_000), repaid := side(loan, 30_000),
        side(MAIN, -4_500), side(MAIN, -300),
    ]  # fmt: skip
    found = {(pair.out.id, pair.into.id) for pair in pairs(*rows)}
    assert found == {
        (to_savings.id, from_main.id),
        (card_bill.id, card_paid.id),
        (principal.id, repaid.id),
    }
    assert not any(pair.is_ambiguous for pair in pairs(*rows))


@pytest.mark.parametrize(
    ("out", "into"),
    [
        (side(MAIN, -5000), side(MAIN, 5000)),  # one account
        (side(MAIN, -5000), side(SAVINGS, -5000)),  # one sign
        (side(MAIN, -5000), side(SAVINGS, 5001)),  # another amount
        (side(MAIN, -5000, 15), side(SAVINGS, 5000, 21)),  # too far apart
        (side(MAIN, -5000, 15), side(SAVINGS, 5000, 9)),
        (side(MAIN, -5000), side(DOLLARS, 5000, currency="JPY")),  # no rate is known
        (side(MAIN, -10_000), side(DOLLARS, 11_221, currency="USD")),  # 2.01 % from it
        (side(MAIN, -10_000), side(DOLLARS, 10_779, currency="USD")),
    ],
)
def test_no_pair(out, into):
    assert pairs(out, into) == []


@pytest.mark.parametrize("gap", range(-TRANSFER_GAP_DAYS_MAX, TRANSFER_GAP_DAYS_MAX + 1))
def test_days_apart_count_either_way(gap):
    (pair,) = pairs(side(MAIN, -5000, 15), side(SAVINGS, 5000, 15 + gap))
    assert ("same_day" in codes(pair)) == (gap == 0)
    nearer = pairs(side(MAIN, -5000, 15), side(SAVINGS, 5000, 15))[0]
    assert pair.points <= nearer.points


@pytest.mark.parametrize("arrived", [11_000, 10_780, 11_220])
def test_across_currencies_within_two_percent_of_the_rate(arrived):
    (pair,) = pairs(side(MAIN, -10_000), side(DOLLARS, arrived, currency="USD"))
    assert "near_rate" in codes(pair)
    exact = pairs(side(MAIN, -10_000), side(DOLLARS, 11_000, currency="USD"))[0]
    assert pair.points <= exact.points == POINTS - 250  # no words


def test_the_best_pair_wins_and_each_row_is_used_once():
    out = side(MAIN, -5000, 15)
    far, near = side(SAVINGS, 5000, 18), side(CARD, 5000, 15)
    other = side(MAIN, -5000, 20)
    found = pairs(out, far, near, other)
    assert [(p.out.id, p.into.id) for p in found] == [(out.id, near.id), (other.id, far.id)]


def test_two_equally_good_are_both_shown_and_marked():
    out = side(MAIN, -5000)
    first, second = side(SAVINGS, 5000), side(CARD, 5000)
    found = pairs(out, first, second)
    assert {p.into.id for p in found} == {first.id, second.id}
    assert all(p.is_ambiguous for p in found)


@pytest.mark.parametrize(
    "text",
    ["to savings", "SEPA DE02 1203 0000 0000 2020 51", "TO ACCOUNT XXXX2051", "card ***2051"],
)
def test_a_text_that_names_the_account_settles_it(text):
    out = side(MAIN, -5000, text=text)
    right, wrong = side(SAVINGS, 5000), side(CARD, 5000)
    found = pairs(out, right, wrong)
    assert [(p.into.id, p.is_ambiguous) for p in found] == [(right.id, False)]
    assert "names_account" in codes(found[0])


def test_it_may_be_the_text_of_the_arrival():
    (pair,) = pairs(side(MAIN, -5000), side(SAVINGS, 5000, text="from MAIN ACCOUNT, thanks"))
    assert "names_account" in codes(pair)
    assert pair.points == POINTS


@pytest.mark.parametrize("text", ["savingsbank fees", "order 202051", "Visage", "x2051"])
def test_a_part_of_a_word_or_number_names_nothing(text):
    (pair,) = pairs(side(CARD, -5000, text=text), side(SAVINGS, 5000))
    assert "names_account" not in codes(pair)


@pytest.mark.parametrize("text", ["Online Transfer", "TRF 22", "Umbuchung", "VIREMENT interne"])
def test_the_word_transfer_helps_less(text):
    (pair,) = pairs(side(MAIN, -5000, text=text), side(SAVINGS, 5000))
    assert "says_transfer" in codes(pair)
    (plain,) = pairs(side(MAIN, -5000), side(SAVINGS, 5000))
    assert plain.points < pair.points < POINTS


def test_a_common_amount_says_less_than_a_rare_one():
    rest = [side(MAIN, -5000, date(2025, 6, day)) for day in range(1, 10)]
    (rare,) = pairs(side(MAIN, -5000), side(SAVINGS, 5000))
    (common,) = pairs(side(MAIN, -5000), side(SAVINGS, 5000), *rest)
    assert common.points < rare.points


def test_a_rejected_pair_leaves_the_next_best():
    out, first, second = side(MAIN, -5000), side(SAVINGS, 5000), side(CARD, 5000, 17)
    found = pairs(out, first, second, rejected=[(out.id, first.id)])
    assert [p.into.id for p in found] == [second.id]


def test_hundreds_of_equal_rows_stay_bounded():
    rows = [side(MAIN, -100) for _ in range(300)] + [side(SAVINGS, 100) for _ in range(300)]
    assert len(pairs(*rows)) <= 300 * PARTNERS_MAX


sides = st.lists(
    st.builds(
        side,
        st.sampled_from([MAIN, SAVINGS, CARD]),
        st.sampled_from([-200, -100, -50, 50, 100, 200, 110]),
        st.integers(1, 20),
        st.sampled_from(["", "transfer", "savings", "visa"]),
        st.sampled_from(["EUR", "USD"]),
    ),
    max_size=30,
)


@given(sides)
def test_every_pair_keeps_the_rules(rows):
    found = find_pairs(rows, HOLDERS, RATES)
    assert [p.key for p in found] == sorted(p.key for p in found)
    sure = [s.id for p in found if not p.is_ambiguous for s in (p.out, p.into)]
    unsure = {s.id for p in found if p.is_ambiguous for s in (p.out, p.into)}
    assert len(sure) == len(set(sure))
    assert not unsure & set(sure)
    for pair in found:
        out, into = pair.out, pair.into
        assert out.amount_minor < 0 < into.amount_minor
        assert out.account_id != into.account_id
        assert abs(out.posted_on - into.posted_on) <= timedelta(TRANSFER_GAP_DAYS_MAX)
        assert 0 < pair.points <= POINTS
        if out.currency == into.currency:
            assert out.amount_minor == -into.amount_minor
        else:
            fair = RATES.convert(-out.amount_minor, out.currency, into.currency, out.posted_on)
            assert abs(into.amount_minor - fair) <= fair * DEVIATION_MAX


@given(sides)
def test_the_order_of_rows_changes_nothing(rows):
    def seen(found):
        return [(p.out.id, p.into.id, p.points, p.is_ambiguous) for p in found]

    there, back = (find_pairs(order, HOLDERS, RATES) for order in (rows, rows[::-1]))
    assert seen(there) == seen(back)
