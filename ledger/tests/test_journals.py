"""hledger and beancount read our journals, and their balances are ours."""

import csv
import io
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.tests.cast import account_of, posted
from ledger.effects import NIL
from ledger.exports import FORMATS
from ledger.exports.beancount import write_beancount
from ledger.exports.entries import NO_EXPENSE, NO_INCOME, TRANSIT, entries
from ledger.exports.hledger import write_hledger
from ledger.exports.names import beancount_part, hledger_part, place_names
from ledger.exports.source import Selection, read_book, read_rows
from ledger.models import Account, MonthlyTotal
from ledger.money import from_minor
from ledger.services.transfers import TransferDraft, make_transfer
from ledger.tests.books_of_everything import WEIRD, fill

Sums = dict[tuple[str, str], Decimal]  # by account name of the journal and currency
Reader = Callable[[str, Path], Sums]


def by_hledger(text: str, folder: Path) -> Sums:
    file = folder / "books.journal"
    file.write_text(text, encoding="utf-8")
    command = [
        "hledger", "-f", str(file), "balance", "--flat", "-N", "-E", "--layout=bare", "-O", "csv",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env={"LC_ALL": "C.UTF-8"}, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(io.StringIO(done.stdout)))[1:]
    return {(account, currency): Decimal(figure) for account, currency, figure in rows if currency}


def by_beancount(text: str, folder: Path) -> Sums:
    loader = pytest.importorskip("beancount.loader")
    found, problems, _ = loader.load_string(text)
    assert problems == []
    sums: Sums = defaultdict(Decimal)
    for entry in found:
        for posting in getattr(entry, "postings", ()):
            sums[posting.account, posting.units.currency] += posting.units.number
    return sums


readers = pytest.mark.parametrize(
    ("write", "tidy", "joint", "read"),
    [
        pytest.param(
            write_hledger,
            hledger_part,
            " ",
            by_hledger,
            marks=pytest.mark.skipif(not shutil.which("hledger"), reason="needs hledger"),
            id="hledger",
        ),
        pytest.param(write_beancount, beancount_part, "-", by_beancount, id="beancount"),
    ],
)


def nonzero(sums: Sums) -> Sums:
    return {key: figure for key, figure in sums.items() if figure}


def ours(user: Any, names: dict[Any, str]) -> Sums:
    """Balance of every account, and the negative sum of every category, by the journal's names."""
    sums: Sums = defaultdict(Decimal)
    for account in Account.objects.for_user(user):
        sums[names[account.id], account.currency] = from_minor(
            account.balance_minor, account.currency
        )
    totals = MonthlyTotal.objects.for_user(user).filter(is_transfer=False)
    for total in totals.exclude(category_id=NIL):
        net = from_minor(total.inflow_minor - total.outflow_minor, total.currency)
        sums[names[total.category_id], total.currency] -= net
    for total in totals.filter(category_id=NIL):
        inflow = from_minor(total.inflow_minor, total.currency)
        sums[names[NO_INCOME], total.currency] -= inflow
        sums[names[NO_EXPENSE], total.currency] += from_minor(total.outflow_minor, total.currency)
    return nonzero(sums)


@readers
def test_every_balance_and_category_is_the_same_there(
    alice: Any, tmp_path: Path, write: Any, tidy: Any, joint: str, read: Reader
) -> None:
    fill(alice)
    selection = Selection(alice.pk)
    book = read_book(selection)
    text = "".join(write(book, read_rows(selection)))
    names = place_names(book, tidy, joint)
    theirs = {k: v for k, v in nonzero(read(text, tmp_path)).items() if "Opening" not in k[0]}
    assert theirs == ours(alice, names)


@readers
def test_a_period_begins_with_what_was_there_before(
    alice: Any, tmp_path: Path, write: Any, tidy: Any, joint: str, read: Reader
) -> None:
    """From the middle of the books to their end: the balances of the accounts are the same."""
    fill(alice)
    selection = Selection(alice.pk, date_from=date(2026, 1, 12))
    book = read_book(selection)
    names = place_names(book, tidy, joint)
    theirs = nonzero(read("".join(write(book, read_rows(selection))), tmp_path))
    for account in Account.objects.for_user(alice):
        balance = from_minor(account.balance_minor, account.currency)
        assert theirs.get((names[account.id], account.currency), Decimal(0)) == balance


@readers
def test_one_account_keeps_its_balance(
    alice: Any, tmp_path: Path, write: Any, tidy: Any, joint: str, read: Reader
) -> None:
    accounts = fill(alice)
    for name in ("savings", "yen", "main"):
        account = Account.objects.get(id=accounts[name].id)
        selection = Selection(alice.pk, account_id=account.id)
        book = read_book(selection)
        names = place_names(book, tidy, joint)
        theirs = read("".join(write(book, read_rows(selection))), tmp_path)
        balance = from_minor(account.balance_minor, account.currency)
        assert theirs[names[account.id], account.currency] == balance


@readers
def test_prices_that_do_not_divide_still_balance(
    alice: Any, tmp_path: Path, write: Any, tidy: Any, joint: str, read: Reader
) -> None:
    yen, euro, won = (account_of(alice, name, name) for name in ("JPY", "EUR", "KRW"))
    for n in range(40):
        for origin, goal in ((yen, euro), (euro, yen), (yen, won)):
            draft = TransferDraft(
                from_account=origin.id,
                to_account=goal.id,
                amount=Decimal(54_456 + 7 * n),
                to_amount=Decimal(33_503 + 13 * n),
                posted_on=date(2026, 1, 12),
            )
            make_transfer(user_id=alice.pk, draft=draft)
    selection = Selection(alice.pk)
    book = read_book(selection)
    names = place_names(book, tidy, joint)
    theirs = read("".join(write(book, read_rows(selection))), tmp_path)
    assert nonzero(theirs) == ours(alice, names)


@readers
def test_books_without_a_row_are_a_journal(
    alice: Any, tmp_path: Path, write: Any, tidy: Any, joint: str, read: Reader
) -> None:
    selection = Selection(alice.pk)
    assert nonzero(read("".join(write(read_book(selection), read_rows(selection))), tmp_path)) == {}


def test_hledger_sees_flags_payees_and_tags(alice: Any, tmp_path: Path) -> None:
    if not shutil.which("hledger"):
        pytest.skip("needs hledger")
    fill(alice)
    selection = Selection(alice.pk)
    file = tmp_path / "books.journal"
    text = "".join(write_hledger(read_book(selection), read_rows(selection)))
    file.write_text(text, encoding="utf-8")

    def ask(*words: str) -> list[str]:
        command = ["hledger", "-f", str(file), *words]
        env = {"LC_ALL": "C.UTF-8"}
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", env=env, check=True
        ).stdout.splitlines()

    assert {"home", "日本", "Lohn-ü", "date-tag"} <= set(ask("tags"))
    assert {"REWE", "ACME", "東京スーパー", "(bracket) starts"} <= set(ask("payees"))
    pending = ask("register", "--pending", "-O", "csv", "^Assets:Main", "^Assets:savings 2$")
    assert len(pending) == 1 + 3  # a header, one plain row, both legs of a transfer


def test_beancount_sees_flags_tags_and_real_names(alice: Any) -> None:
    loader = pytest.importorskip("beancount.loader")
    fill(alice)
    selection = Selection(alice.pk)
    found, problems, _ = loader.load_string(
        "".join(write_beancount(read_book(selection), read_rows(selection)))
    )
    assert problems == []
    booked = [entry for entry in found if type(entry).__name__ == "Transaction"]
    assert sum(entry.flag == "!" for entry in booked) == 2
    assert any("home" in entry.tags and entry.meta["tags"] == "home, 日本" for entry in booked)
    assert {"東京スーパー", "back\\slash \\", 'The "Quoted" Café'} <= {e.payee for e in booked}
    names = {e.meta.get("name") for e in found if type(e).__name__ == "Open"}
    assert {"円", "Food & Drink / Café|Bar", "Main: the (old) one; really"} <= names


def test_a_transfer_is_one_entry_unless_its_days_differ(alice: Any) -> None:
    fill(alice)
    selection = Selection(alice.pk)
    book = read_book(selection)
    told = list(entries(book, read_rows(selection)))
    accounts = {account.id for account in book.accounts}
    whole = [e for e in told if all(posting.place in accounts for posting in e.postings)]
    halves = [e for e in told if any(posting.place == TRANSIT for posting in e.postings)]
    assert (len(whole), len(halves)) == (5, 6)
    under_way: Sums = defaultdict(Decimal)
    for entry in halves:
        for posting in entry.postings:
            if posting.place == TRANSIT:
                under_way["", posting.currency] += posting.minor
    assert not any(under_way.values())


@pytest.mark.parametrize("name", [*WEIRD, "", " ", "a  b", "-x-", "ünïcode", "2nd home", "²"])
def test_any_name_is_made_lawful(name: str) -> None:
    regex = pytest.importorskip("regex")

    assert regex.fullmatch(r"[\p{Lu}\p{Nd}][\p{L}\p{Nd}\-]*", beancount_part(name))
    part = hledger_part(name)
    assert part == part.strip()
    assert not {":", ";", "\n", "  ", "|"} & {*part, *(part[i : i + 2] for i in range(len(part)))}


@pytest.mark.parametrize("format", FORMATS)
def test_a_chunk_costs_the_same_queries_and_no_row_is_lost(
    alice: Any, format: str, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    account = account_of(alice)
    for n in range(7):
        posted(account, f"-{n + 1}.00", f"2026-01-{n // 2 + 1:02}", tags=("t",), payee=f"P{n}")
    monkeypatch.setattr("ledger.exports.source.CHUNK", 3)
    selection = Selection(alice.pk)
    with django_assert_num_queries(3 + 3 * 2):
        text = "".join(FORMATS[format][0](read_book(selection), read_rows(selection)))
    assert all(f"P{n}" in text for n in range(7))


def test_memory_does_not_grow_with_the_books(alice: Any) -> None:
    """Rows are given one by one: the first comes before the last was read."""
    account = account_of(alice)
    for n in range(3):
        posted(account, f"-{n + 1}.00")
    rows = read_rows(Selection(alice.pk))
    assert next(rows).amount_minor == -100
    assert iter(rows) is rows
