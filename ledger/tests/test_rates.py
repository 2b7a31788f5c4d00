"""Which rate a day's amount is converted with."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.rates import Converter, Quotation, RateTable

DAY = date(2026, 1, 15)


def quoted(base, quote, rate, day=15, own=False):
    return Quotation(base, quote, date(2026, 1, day), Decimal(rate), own)


def test_an_amount_of_the_same_currency_stays_without_any_rate():
    assert RateTable().convert(12345, "EUR", "EUR", DAY) == 12345


@pytest.mark.parametrize(
    ("minor", "base", "quote", "rate", "expected"),
    [
        (100_00, "EUR", "USD", "1.0853", 108_53),
        (1_000_000, "JPY", "EUR", "0.0061", 6_100_00),  # no decimals to two
        (100_00, "EUR", "JPY", "163.545", 16_355),  # rounded half up, once
        (100_00, "EUR", "KWD", "0.33185", 33_185),  # two decimals to three
        (1_250, "KWD", "USD", "3.25", 4_06),  # 4.0625 rounds down
        (-1_250, "KWD", "USD", "3.26", -4_08),  # -4.075 away from zero
    ],
)
def test_a_rate_converts_between_currencies_of_different_decimals(
    minor, base, quote, rate, expected
):
    assert RateTable([quoted(base, quote, rate)]).convert(minor, base, quote, DAY) == expected


@pytest.mark.parametrize(("day", "found"), [(15, True), (8, True), (7, False), (16, False)])
def test_a_rate_holds_for_a_week_and_not_backwards(day, found):
    rate = RateTable([quoted("EUR", "USD", "1.1", day)]).rate("EUR", "USD", DAY)
    assert (rate is not None) is found


def test_the_latest_rate_of_the_week_counts():
    table = RateTable([quoted("EUR", "USD", "1.1", 9), quoted("EUR", "USD", "1.2", 13)])
    assert table.convert(100, "EUR", "USD", DAY) == 120


def test_an_inverse_rate_is_divided_by_and_not_rounded_before():
    table = RateTable([quoted("EUR", "JPY", "163.55")])
    assert table.convert(1_000_000, "JPY", "EUR", DAY) == 611434  # 6114.3381...


def test_the_direction_asked_for_stands_before_a_newer_inverse():
    table = RateTable([quoted("USD", "EUR", "0.9", 10), quoted("EUR", "USD", "1.25")])
    assert table.convert(100_00, "USD", "EUR", DAY) == 90_00


def test_two_currencies_meet_in_the_euro():
    table = RateTable([quoted("EUR", "USD", "1.10"), quoted("EUR", "JPY", "165", 12)])
    rate = table.rate("USD", "JPY", DAY)
    assert (rate.via, rate.value, rate.day) == ("EUR", Decimal(150), date(2026, 1, 12))
    assert table.convert(100_00, "USD", "JPY", DAY) == 15_000


def test_or_in_the_dollar():
    table = RateTable([quoted("USD", "KWD", "0.31"), quoted("USD", "JPY", "155")])
    assert table.convert(31_000, "KWD", "JPY", DAY) == 15_500


def test_a_direct_rate_stands_before_the_way_over_the_euro():
    table = RateTable(
        [quoted("EUR", "USD", "1.1"), quoted("EUR", "JPY", "165"), quoted("USD", "JPY", "151")]
    )
    assert table.convert(100, "USD", "JPY", DAY) == 151


@pytest.mark.parametrize("order", [1, -1])
def test_the_owners_rate_wins_over_a_common_one_of_the_day(order):
    both = [quoted("EUR", "USD", "1.1"), quoted("EUR", "USD", "1.3", own=True)]
    assert RateTable(both[::order]).convert(100, "EUR", "USD", DAY) == 130


def test_the_owners_rate_wins_in_the_other_direction_too():
    table = RateTable([quoted("EUR", "USD", "1.1"), quoted("USD", "EUR", "0.8", own=True)])
    assert table.convert(100, "EUR", "USD", DAY) == 125


def test_a_common_rate_of_a_later_day_wins_over_an_older_own_one():
    table = RateTable([quoted("EUR", "USD", "1.1"), quoted("EUR", "USD", "1.3", 10, own=True)])
    assert table.convert(100, "EUR", "USD", DAY) == 110


def test_a_missing_rate_is_none_and_a_warning_and_never_one():
    converter = Converter(RateTable([quoted("EUR", "USD", "1.1")]), "USD")
    assert converter.convert(1_000_000, "JPY", DAY) is None
    assert converter.convert(100, "EUR", DAY) == 110
    assert converter.convert(5, "USD", DAY) == 5
    (warning,) = converter.warnings()
    assert warning == {
        "code": "fx_missing",
        "message": "No exchange rate from JPY to USD on 2026-01-15 or the week before.",
        "base": "JPY",
        "quote": "USD",
        "day": DAY,
    }
    assert converter.rates() == [
        {"base": "EUR", "quote": "USD", "day": DAY, "rate": "1.1", "rate_day": DAY, "via": None}
    ]


def test_large_amounts_are_exact_to_the_last_unit():
    table = RateTable([quoted("EUR", "USD", "1.00000000001")])
    assert table.convert(10**17 - 1, "EUR", "USD", DAY) == 100000000000999999
