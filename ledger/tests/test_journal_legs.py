"""Entries of any shape: own accounts move by what they say, categories get what they are given."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.statements.journal import EQUITY, EXPENSE, INCOME, OWN, Entry, JournalAccount, Posting
from ledger.statements.journal_legs import Leg, legs_of

ACCOUNTS = {
    **{name: JournalAccount(OWN) for name in ("a", "b", "c", "d")},
    **{name: JournalAccount(EXPENSE) for name in ("food", "fees", "tools")},
    "pay": JournalAccount(INCOME),
    "equity": JournalAccount(EQUITY),
}


def entry(*postings: tuple[str, str] | tuple[str, str, str, str, str]) -> Entry:
    """Postings are (account, amount in EUR), or (account, amount, currency, worth, its currency)."""
    made = [
        Posting(p[0], Decimal(p[1]), p[2], Decimal(p[3]), p[4])
        if len(p) == 5
        else Posting(p[0], Decimal(p[1]), "EUR")
        for p in postings
    ]
    return Entry(7, date(2024, 1, 2), made)


def told(legs: list[Leg]) -> list[tuple[str, str, str, dict[str, str]]]:
    return [
        (
            leg.place[0],
            f"{leg.amount:.2f}",
            leg.other[0] if leg.other else "",
            {share.account: f"{share.amount:.2f}" for share in leg.shares},
        )
        for leg in legs
    ]


def test_a_transfer_with_a_fee_is_a_pair_and_a_row() -> None:
    assert told(legs_of(entry(("a", "-105"), ("b", "100"), ("fees", "5")), ACCOUNTS)) == [
        ("a", "-100.00", "b", {}),
        ("b", "100.00", "a", {}),
        ("a", "-5.00", "", {"fees": "-5.00"}),
    ]


def test_one_payment_from_two_accounts_is_a_row_of_each() -> None:
    legs = legs_of(entry(("a", "-30"), ("b", "-70"), ("food", "80"), ("tools", "20")), ACCOUNTS)
    assert told(legs) == [
        ("a", "-30.00", "", {"food": "-30.00"}),
        ("b", "-70.00", "", {"food": "-50.00", "tools": "-20.00"}),
    ]


def test_one_account_to_several_is_a_pair_for_each() -> None:
    legs = legs_of(entry(("a", "-60"), ("b", "20"), ("c", "40")), ACCOUNTS)
    assert told(legs) == [
        ("a", "-20.00", "b", {}),
        ("b", "20.00", "a", {}),
        ("a", "-40.00", "c", {}),
        ("c", "40.00", "a", {}),
    ]
    assert len({leg.transfer_id for leg in legs}) == 2


def test_income_and_spending_beside_a_transfer_are_rows_of_one_account() -> None:
    legs = legs_of(entry(("a", "-100"), ("b", "100"), ("pay", "-5"), ("fees", "5")), ACCOUNTS)
    assert told(legs)[2:] == [
        ("a", "5.00", "", {"pay": "5.00"}),
        ("a", "-5.00", "", {"fees": "-5.00"}),
    ]


def test_shares_in_another_currency_sum_to_the_amount() -> None:
    legs = legs_of(
        entry(("a", "-10", "USD", "-9", "EUR"), ("food", "3"), ("fees", "3"), ("tools", "3")),
        ACCOUNTS,
    )
    assert sum(share.amount for share in legs[0].shares) == Decimal(-10)
    assert sorted(f"{share.amount}" for share in legs[0].shares) == ["-3.33", "-3.33", "-3.34"]


def test_an_unbalanced_entry_keeps_its_amounts() -> None:
    legs = legs_of(entry(("a", "-10"), ("food", "8")), ACCOUNTS)
    assert told(legs) == [("a", "-10.00", "", {"food": "-8.00", "": "-2.00"})]


def test_what_cost_nothing_still_comes_in() -> None:
    legs = legs_of(entry(("a", "10", "USD", "0", "EUR")), ACCOUNTS)
    assert told(legs) == [("a", "10.00", "", {})]


cents = st.integers(-100_000, 100_000).map(lambda n: Decimal(n) / 100)
postings = st.lists(
    st.tuples(st.sampled_from(sorted(set(ACCOUNTS) - {"equity"})), cents), min_size=1, max_size=8
)


@given(postings)
@settings(max_examples=300, deadline=None)
def test_nothing_is_made_or_lost(drawn: list[tuple[str, Decimal]]) -> None:
    total = sum((amount for _, amount in drawn), Decimal(0))
    drawn = [*drawn, ("a", -total)]
    made = Entry(1, date(2024, 1, 2), [Posting(name, amount, "EUR") for name, amount in drawn])
    said: dict[str, Decimal] = defaultdict(Decimal)
    for name, amount in drawn:
        said[name] += amount
    found: dict[str, Decimal] = defaultdict(Decimal)
    pairs: dict[str, list[Decimal]] = defaultdict(list)
    legs = legs_of(made, ACCOUNTS)
    for leg in legs:
        assert leg.amount
        found[leg.place[0]] += leg.amount
        assert not leg.shares or sum(share.amount for share in leg.shares) == leg.amount
        for share in leg.shares:
            found[share.account] -= share.amount
        if leg.transfer_id:
            pairs[leg.transfer_id].append(leg.amount)
    assert all(len(two) == 2 and sum(two) == 0 for two in pairs.values())
    own = any(said[name] for name in "abcd")
    assert {n: v for n, v in found.items() if v} == (
        {n: v for n, v in said.items() if v} if own else {}
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(ACCOUNTS)), cents, st.sampled_from(["EUR", "USD", "JPY", "ACME"]),
            st.one_of(st.none(), cents), st.sampled_from(["EUR", "USD"]),
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_accounts_move_by_what_any_entry_says(drawn: list[tuple]) -> None:
    made = Entry(
        1, date(2024, 1, 2),
        [Posting(n, a, c, w, i if w is not None else "") for n, a, c, w, i in drawn],
    )  # fmt: skip
    said: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for name, amount, currency, *_ in drawn:
        if ACCOUNTS[name].kind == OWN and currency != "ACME":
            said[name, currency] += amount
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for leg in legs_of(made, ACCOUNTS):
        found[leg.place] += leg.amount
        assert not leg.shares or sum(share.amount for share in leg.shares) == leg.amount
    assert {p: v for p, v in found.items() if v} == {p: v for p, v in said.items() if v}
