"""Effects and money are pure: what holds for every value is stated once, for every value."""

from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import money
from ledger.effects import NIL, Effects, Movement

ACCOUNTS = [UUID(int=n) for n in (1, 2, 3)]
CATEGORIES = [None, UUID(int=10), UUID(int=11)]
minors = st.integers(-money.MINOR_MAX, money.MINOR_MAX)
currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF"])


@st.composite
def movements(draw: st.DrawFn) -> Movement:
    parts = tuple(
        draw(st.lists(st.tuples(st.sampled_from(CATEGORIES), st.integers(-1000, 1000)), min_size=1))
    )
    return Movement(
        account_id=draw(st.sampled_from(ACCOUNTS)),
        currency="EUR",
        posted_on=draw(st.dates(date(2025, 12, 20), date(2026, 2, 10))),
        amount_minor=sum(amount for _, amount in parts),
        status=draw(st.sampled_from(["pending", "cleared", "reconciled"])),
        is_transfer=draw(st.booleans()),
        parts=parts,
    )


def is_nothing(effects: Effects) -> bool:
    left = effects.without_zeros()
    return not left.accounts and not left.months and not left.days


@given(st.lists(movements()))
def test_what_is_counted_in_and_out_leaves_nothing(rows: list[Movement]) -> None:
    assert is_nothing(Effects().add(rows).add(rows, sign=-1))


@given(st.lists(movements()), st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[Movement], random: object) -> None:
    other = list(rows)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert Effects().add(rows).without_zeros() == Effects().add(other).without_zeros()


@given(st.lists(movements()))
def test_balances_months_and_days_tell_one_sum(rows: list[Movement]) -> None:
    effects = Effects().add(rows)
    for account in ACCOUNTS:
        total = sum(row.amount_minor for row in rows if row.account_id == account)
        assert effects.accounts[account][0] == total
        months = [s for key, s in effects.months.items() if key[1] == account]
        assert sum(inflow - outflow for inflow, outflow, _ in months) == total
        days = [s for key, s in effects.days.items() if key[0] == account]
        assert sum(inflow - outflow for inflow, outflow, _ in days) == total
        assert sum(s[2] for s in days) == sum(row.account_id == account for row in rows)


@given(st.lists(movements()))
def test_flows_are_never_negative_and_pending_money_is_never_cleared(rows: list[Movement]) -> None:
    effects = Effects().add(rows)
    assert all(min(sums) >= 0 for sums in [*effects.months.values(), *effects.days.values()])
    for account, (balance, cleared, pending_out) in effects.accounts.items():
        mine = [row for row in rows if row.account_id == account and row.status == "pending"]
        assert balance - cleared == sum(row.amount_minor for row in mine)
        assert pending_out == sum(min(row.amount_minor, 0) for row in mine)


def test_no_category_has_a_key_and_a_split_row_counts_once_a_part() -> None:
    row = Movement(
        ACCOUNTS[0],
        "EUR",
        date(2026, 1, 31),
        -100,
        "cleared",
        False,
        ((None, -150), (CATEGORIES[1], 50)),
    )
    effects = Effects().add([row])
    month = date(2026, 1, 1)
    assert effects.months == {
        (month, ACCOUNTS[0], NIL, False, False): [0, 150, 1],
        (month, ACCOUNTS[0], CATEGORIES[1], False, False): [50, 0, 1],
    }
    assert effects.days == {(ACCOUNTS[0], date(2026, 1, 31), False, False): [0, 100, 1]}


def test_parts_that_do_not_sum_are_our_own_mistake() -> None:
    with pytest.raises(AssertionError):
        Movement(ACCOUNTS[0], "EUR", date(2026, 1, 1), -100, "cleared", False, ((None, -99),))


# money


@given(minors, currencies)
def test_text_and_minor_units_are_one_value(minor: int, currency: str) -> None:
    text = money.format_minor(minor, currency)
    assert money.to_minor(Decimal(text), currency) == minor
    assert Decimal(text) == money.from_minor(minor, currency)
    places = money.exponent(currency)
    assert len(text.partition(".")[2]) == places
    assert format(money.from_minor(minor, currency), "f") == text


@given(minors, currencies)
def test_rounding_what_is_exact_changes_nothing(minor: int, currency: str) -> None:
    assert money.round_to_minor(money.from_minor(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (-1230, "EUR", "-12.30"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (1200, "JPY", "1200"),
        (-1, "JPY", "-1"),
        (1250, "KWD", "1.250"),
        (-1, "KWD", "-0.001"),
        (10**13, "EUR", "100000000000.00"),
    ],
)
def test_amounts_have_their_currencys_decimals(minor: int, currency: str, text: str) -> None:
    assert money.format_minor(minor, currency) == text
    assert money.to_minor(Decimal(text), currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("-0", "EUR", 0),
        ("-0.00", "EUR", 0),
        ("12.3000", "EUR", 1230),
        ("1E+3", "JPY", 1000),
        ("1E-2", "EUR", 1),
        ("0E-30", "EUR", 0),
    ],
)
def test_unusual_spellings_are_exact(text: str, currency: str, minor: int) -> None:
    result = money.to_minor(Decimal(text), currency)
    assert result == minor
    assert isinstance(result, int)


@pytest.mark.parametrize(
    ("text", "currency", "error"),
    [
        ("0.001", "EUR", money.TooManyDecimals),
        ("0.5", "JPY", money.TooManyDecimals),
        ("1E-30", "EUR", money.TooManyDecimals),
        ("1.0000000000000000000000000001", "KWD", money.TooManyDecimals),
        ("100000000000.01", "EUR", money.AmountTooLarge),
        ("-100000000000.01", "EUR", money.AmountTooLarge),
        ("1E+13", "JPY", None),
        ("10000000000001", "JPY", money.AmountTooLarge),
        ("1E+999999", "EUR", money.AmountTooLarge),
        ("NaN", "EUR", InvalidOperation),
        ("Infinity", "EUR", InvalidOperation),
        ("1", "XAU", money.UnknownCurrency),
        ("1", "XXX", money.UnknownCurrency),
        ("1", "eur0", money.UnknownCurrency),
    ],
)
def test_what_the_books_cannot_hold_is_refused(
    text: str, currency: str, error: type[Exception] | None
) -> None:
    if error is None:
        assert money.to_minor(Decimal(text), currency) == money.MINOR_MAX
        return
    with pytest.raises(error):
        money.to_minor(Decimal(text), currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("0.005", "EUR", 1), ("-0.005", "EUR", -1), ("2.5", "JPY", 3), ("1.0004999", "KWD", 1000)],
)
def test_computed_money_is_rounded_half_up(text: str, currency: str, minor: int) -> None:
    assert money.round_to_minor(Decimal(text), currency) == minor


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (1000, [1, 1, 1], [334, 333, 333]),
        (5, [1, 1], [3, 2]),
        (-1000, [1, 1, 1], [-334, -333, -333]),
        (100, [0, 1, 0], [0, 100, 0]),
        (0, [3, 4], [0, 0]),
        (1, [1, 2], [0, 1]),
    ],
)
def test_splits_by_largest_remainder(total: int, weights: list[int], shares: list[int]) -> None:
    assert money.split_evenly(total, weights) == shares


@given(minors, st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_shares_sum_to_the_total_and_are_fair(total: int, weights: list[int]) -> None:
    shares = money.split_evenly(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        exact = Decimal(total) * weight / sum(weights)
        assert abs(share - exact) <= 1
        assert share == 0 if weight == 0 else share * total >= 0


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_weights_without_sense_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        money.split_evenly(100, weights)
