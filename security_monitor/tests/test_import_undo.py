"""An undone import leaves what deleting its rows one by one would have left, in books and profiles."""

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.transaction import atomic, set_rollback
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.clock import tick
from accounts.errors import Refusal
from accounts.models import Event, Tombstone
from config.tests.cast import account_of, posted
from ledger.models import (
    Account,
    DailyTotal,
    MonthlyTotal,
    Split,
    Transaction,
    TransactionTag,
    Transfer,
)
from ledger.services import import_undo, imports
from ledger.services.drafts import Change, SplitDraft
from ledger.services.editing import edit
from ledger.services.import_undo import take_out
from ledger.services.posting import remove
from ledger.services.review import review
from ledger.tests.bank_files import table
from ledger.verification import verify_user
from security_monitor.models import Case, Profile
from security_monitor.services import gate
from security_monitor.services.rebuilding import drift_of

HEADER = "date,payee,category,account,amount,currency,id,status"
ROWS = 40
ROUND = 7  # so that an import takes several rounds, and the last one is not full


@pytest.fixture(autouse=True)
def _short_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_undo, "BOOK_CHUNK", ROUND)


def imported(owner: Any, dice: random.Random, rows: int = ROWS) -> Any:
    """A file of two currencies' accounts on days that the windows know, a transfer told by both sides."""
    today = timezone.now().date()
    lines = []
    for n in range(rows):
        day = today - timedelta(days=dice.choice((0, 1, 3, 8, 20, 60, 110, 400, 800)))
        name, currency = dice.choice((("Main", "EUR"), ("Yen", "JPY")))
        amount = dice.randrange(-9_000, 4_000) or 1
        status = dice.choice(("", "", "pending"))
        lines.append(
            f"{day},P{dice.randrange(5)},C{dice.randrange(4)},{name},{amount},{currency},R{n},{status}"
        )
    for name, other, amount in (("Main", "Spare", -50), ("Spare", "Main", 50)):
        lines.append(f"{today},Transfer : {other},,{name},{amount},EUR,T{name},")
    data = table(*lines, header=HEADER)
    return imports.commit(owner.pk, imports.upload(owner.pk, data=data).id)


def handled(owner: Any, batch: Any, dice: random.Random) -> None:
    """What an owner does to imported rows: parts, tags, a verdict, other days."""
    rows = Transaction.objects.for_user(owner).filter(import_batch=batch, transfer=None)
    for row in dice.sample(list(rows), 8):
        whole = Decimal(row.amount_minor) / (100 if row.currency == "EUR" else 1)
        parts = (SplitDraft(amount=whole - 1, category="C1"), SplitDraft(amount=Decimal(1)))
        fields: dict[str, Any] = dice.choice(
            ({"splits": parts}, {"tags": ("one", "two")}, {"posted_on": timezone.now().date()})
        )
        edit(owner.pk, [Change(id=row.id, fields=fields)])
    for row in dice.sample(list(rows), 3):
        review(owner.pk, row.id, verdict="fraud", reviewer_id=owner.pk)


def left(owner: Any) -> dict[str, Any]:
    """All that the books, the watch and the owner's clients know, without ids that were made anew."""

    def of(model: Any, *columns: str) -> Any:
        return Counter(model.objects.filter(user_id=owner.pk).values_list(*columns))

    sums = ("inflow_minor", "outflow_minor", "count")
    keys = ("account_id", "is_transfer", "is_pending")
    return {
        "accounts": of(Account, "id", "balance_minor", "cleared_minor", "pending_out_minor", "seq"),
        "months": of(MonthlyTotal, "month", "category_id", *keys, *sums),
        "days": of(DailyTotal, "day", *keys, *sums),
        "rows": of(Transaction, "id", "seq"),
        "splits": of(Split, "transaction_id"),
        "tags": of(TransactionTag, "transaction_id"),
        "transfers": of(Transfer, "id"),
        "profiles": of(Profile, "kind", "key", "currency", "state"),
        "cases": of(Case, "transaction_id", "state", "outcome"),
        "tombstones": of(Tombstone, "kind", "row_id", "seq"),
        "events": of(Event, "kind", "seq"),
    }


def one_by_one(owner: Any, batch: Any) -> None:
    rows = Transaction.objects.for_user(owner).filter(import_batch=batch)
    remove(
        owner.pk, list(rows.values_list("id", flat=True)), source="import_undo",
        seq=tick(owner.pk), keep=False,
    )  # fmt: skip


def at_once(owner: Any, batch: Any) -> None:
    seq = tick(owner.pk)
    rows = Transaction.objects.for_user(owner).filter(import_batch=batch)
    take_out(owner.pk, seq, batch.id, list(rows.values_list("id", "status", "transfer_id")))


@pytest.mark.parametrize("seed", range(4))
def test_rows_taken_out_at_once_leave_what_deleting_them_leaves(
    alice: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    posted(account_of(alice), "-12.00", payee="P1", category="C1", day=str(timezone.now().date()))
    batch = imported(alice, dice)
    handled(alice, batch, dice)
    monkeypatch.setattr(import_undo, "BOOK_CHUNK", 5000)  # events and traces come once per round
    found = []
    for way in (one_by_one, at_once):
        with atomic():
            way(alice, batch)
            found.append(left(alice))
            set_rollback(True)
    assert found[1] == found[0]
    assert sum(found[0]["tombstones"].values()) > ROWS  # the transfer's own among them
    assert Counter(kind for kind, _, _ in found[0]["tombstones"].elements())["transfer"] == 1


@pytest.mark.parametrize("seed", range(4, 8))
def test_after_an_undo_books_and_profiles_are_what_a_recomputation_says(
    alice: Any, bob: Any, seed: int
) -> None:
    dice = random.Random(seed)
    mine = posted(account_of(alice), "-12.00", payee="P1", category="C1")
    kept = imported(bob, random.Random(seed))
    first, second = imported(alice, dice, 20), None
    handled(alice, first, dice)
    second = imports.commit(
        alice.pk,
        imports.upload(
            alice.pk, data=table("2026-01-02,Other,-3.00,"), account_id=mine.account_id
        ).id,
    )
    before = left(bob)
    imports.undo(alice.pk, first.id)
    assert verify_user(alice.pk) == []
    assert drift_of(alice.pk) == []
    rows = Transaction.objects.for_user(alice)
    assert {row.import_batch_id for row in rows} == {None, second.id}
    assert left(bob) == before
    with pytest.raises(Refusal):
        imports.undo(alice.pk, kept.id)


def test_a_watch_that_fails_leaves_its_gap_and_the_undo_its_books(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = imported(alice, random.Random(1))
    calls = iter(range(99))

    def fails_once(*args: Any) -> Any:
        if next(calls) == 1:
            raise ValueError("the second round")
        return works(*args)

    works = gate._assess
    monkeypatch.setattr(gate, "_assess", fails_once)
    imports.undo(alice.pk, batch.id)
    assert next(calls) == -(-(ROWS + 2) // ROUND)
    assert verify_user(alice.pk) == []
    assert not Transaction.objects.for_user(alice).exists()
    assert drift_of(alice.pk) != []  # remembered by the gap, for the task that mends it


def test_statements_of_an_undo_do_not_grow_with_the_file(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_undo, "BOOK_CHUNK", 5000)
    counts = []
    for rows in (100, 180):  # both have all the payees, categories and accounts
        batch = imported(alice, random.Random(3), rows)
        with CaptureQueriesContext(connection) as ran:
            imports.undo(alice.pk, batch.id)
        counts.append(len([q for q in ran if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]))
    assert counts[0] == counts[1], counts
