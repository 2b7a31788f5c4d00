"""A plan carried out, and taken back: new rows posted, known rows brought up to the bank's word.

Statements: those of `post` and `edit` per chunk of rows, whatever stands in the books.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.ids import new_id
from ledger import money
from ledger.effects import Effects
from ledger.matching import By, Decision, Kind
from ledger.models import Transaction, Transfer
from ledger.services import books
from ledger.services.books import Row
from ledger.services.categorising import mark_suggested
from ledger.services.drafts import Change, SplitDraft
from ledger.services.editing import edit
from ledger.services.import_plan import Plan
from ledger.services.import_progress import Teller
from ledger.services.import_report import counts_of
from ledger.services.import_rows import Candidate
from ledger.services.import_rules import met
from ledger.services.posting import post
from ledger.services.rule_book import count_hits
from ledger.services.transfer_marks import mark

BOOK_CHUNK = 5000  # rows per round: bounds memory and the parameters of one statement
SOURCE = "import"
Snapshot = dict[str, Any]


def book(
    user_id: UUID, seq: int, plan: Plan, batch_id: UUID, zone: ZoneInfo, progress: Teller
) -> list[Snapshot]:
    """Book the new rows and update the known ones. Returns what `take_back` needs of the latter."""
    legs = _make_transfers(user_id, seq, plan)
    new = list(plan.of_kind(Kind.NEW))
    booked: dict[int, Row] = {}  # those that rules or suggestions met, by position
    effects = Effects()
    total = sum(counts_of(plan).values())
    known_already = total - len(new)
    progress(known_already, total)
    for start in range(0, len(new), BOOK_CHUNK):
        drafts = [
            candidate.draft(
                zone=zone,
                batch_id=batch_id,
                external_id=decision.external_id,
                fingerprint=decision.fingerprint,
                transfer_id=legs.get(candidate.position),
            )
            for candidate, decision in new[start : start + BOOK_CHUNK]
        ]
        rows = post(user_id, drafts, source=SOURCE, seq=seq, effects=effects)
        for (candidate, _), row in zip(new[start : start + BOOK_CHUNK], rows, strict=True):
            if candidate.reasons or candidate.takes_suggestion:
                booked[candidate.position] = row
        progress(known_already + min(start + BOOK_CHUNK, len(new)), total)
    books.apply(user_id, seq, effects)
    marks = [(booked[c.position], UUID(c.transfer_to)) for c in plan.marked]
    for start in range(0, len(marks), BOOK_CHUNK):
        mark(user_id, seq, marks[start : start + BOOK_CHUNK], source=SOURCE)
    ids = {position: row.transaction.id for position, row in booked.items()}
    mark_suggested(user_id, {ids[c.position]: c.suggested for c, _ in new if c.suggested})
    ignored = [pair for pair in plan.of_kind(Kind.SKIPPED) if pair[1].by == By.RULE]
    count_hits(user_id, seq, met([*new, *ignored], ids))
    reversal: list[Snapshot] = []
    known = list(plan.of_kind(Kind.UPDATED, Kind.MATCHED))
    for start in range(0, len(known), BOOK_CHUNK):
        reversal += _bring_up(user_id, seq, known[start : start + BOOK_CHUNK])
    return reversal


def _make_transfers(user_id: UUID, seq: int, plan: Plan) -> dict[int, UUID]:
    """A transfer per pair of rows: its id by the positions of its legs."""
    made = [Transfer(id=new_id(), user_id=user_id, seq=seq) for _ in plan.transfers]
    Transfer.objects.bulk_create(made, batch_size=BOOK_CHUNK)
    return {
        position: transfer.id
        for transfer, pair in zip(made, plan.transfers, strict=True)
        for position in pair
    }


def _bring_up(
    user_id: UUID, seq: int, known: Sequence[tuple[Candidate, Decision]]
) -> list[Snapshot]:
    """Write the bank's columns into rows that the books have; the old values, for an undo."""
    rows = _rows(user_id, [decision.id for _, decision in known if decision.id])
    changes, reversal = [], []
    for candidate, decision in known:
        row = rows[decision.id]  # type: ignore[index]
        wanted = _wanted(candidate, decision)
        if row.transaction.transfer_id and "amount_minor" in wanted:
            del wanted["amount_minor"]  # Both legs stay equal: that change is the owner's to make.
        before = {name: _plain(getattr(row.transaction, name)) for name in wanted}
        after = {name: _plain(value) for name, value in wanted.items()}
        reversal.append({"id": str(row.transaction.id), "before": before, "after": after})
        changes.append(Change(id=row.transaction.id, fields=_edit_of(row, wanted)))
    edit(user_id, changes, source=SOURCE, seq=seq)
    return reversal


def _wanted(candidate: Candidate, decision: Decision) -> dict[str, Any]:
    """The columns that the decision names, with the bank's values."""
    values = {
        "amount": ("amount_minor", candidate.amount_minor),
        "posted_on": ("posted_on", candidate.row.posted_on),
        "status": ("status", candidate.status),
        "external_id": ("external_id", decision.external_id),
        "fingerprint": ("fingerprint", decision.fingerprint),
        "statement_text": ("statement_text", candidate.statement_text or candidate.payee),
    }
    return dict(values[name] for name in decision.fields)


def _edit_of(row: Row, columns: dict[str, Any]) -> dict[str, Any]:
    """Columns as `edit` takes them: an amount that moves splits moves the last of them."""
    fields = {name: value for name, value in columns.items() if name != "amount_minor"}
    if "amount_minor" in columns:
        currency, amount = row.transaction.currency, columns["amount_minor"]
        fields["amount"] = money.from_minor(amount, currency)
        if row.splits:
            parts = [split.amount_minor for split in row.splits]
            parts[-1] += amount - sum(parts)
            fields["splits"] = tuple(
                SplitDraft(
                    amount=money.from_minor(part, currency),
                    category=split.category_id,
                    memo=split.memo,
                )
                for part, split in zip(parts, row.splits, strict=True)
            )
    return fields


def take_back(user_id: UUID, seq: int, reversal: Sequence[Snapshot]) -> int:
    """Give updated rows their old values, where the owner has not changed them since. How many."""
    undone = 0
    for start in range(0, len(reversal), BOOK_CHUNK):
        chunk = reversal[start : start + BOOK_CHUNK]
        rows = _rows(user_id, [UUID(kept["id"]) for kept in chunk])
        changes = []
        for kept in chunk:
            row = rows.get(UUID(kept["id"]))
            fields = _old_values(row, kept) if row is not None else {}
            if row is not None and fields:
                changes.append(Change(id=row.transaction.id, fields=_edit_of(row, fields)))
        edit(user_id, changes, source="import_undo", seq=seq)
        undone += len(changes)
    return undone


def _old_values(row: Row, kept: Snapshot) -> dict[str, Any]:
    current = row.transaction
    return {
        name: date.fromisoformat(old) if name == "posted_on" else old
        for name, old in kept["before"].items()
        if _plain(getattr(current, name)) == kept["after"][name]
        and not (name == "amount_minor" and current.transfer_id)
    }


def _rows(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Row]:
    found = Transaction.objects.for_user(user_id).filter(id__in=ids)
    return {row.transaction.id: row for row in books.load(user_id, list(found))}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
