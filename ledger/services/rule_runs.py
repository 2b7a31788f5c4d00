"""Rules on rows that are in the books: what a rule would do, and doing it as one undoable change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.transaction import atomic

from accounts.clock import tick
from accounts.errors import Refusal
from accounts.sql import CHUNK
from ledger import money
from ledger import rules as engine
from ledger.errors import Reason
from ledger.models import ChangeSet, Rule, Transaction
from ledger.predicates import Named, Subject
from ledger.selectors.names import named_by, subjects_of
from ledger.selectors.search import condition
from ledger.services import books
from ledger.services.books import Row
from ledger.services.change_sets import Entry, before_of, keep
from ledger.services.drafts import Change
from ledger.services.editing import edit
from ledger.services.owned import hold
from ledger.services.rule_book import Written, compiled, count_hits, edits_of, node_of, written
from ledger.services.transfer_marks import mark

ROWS_MAX = 10_000  # one change set: it is one transaction, and the owner's writes wait for it
SHOWN_MAX = 100
SOURCE = "rule"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A row of the books that a rule met, and what comes of it."""

    row: Row
    subject: Subject
    changes: engine.RowChanges


@dataclass(slots=True)
class Applied:
    """What a rule did to the past, or would do. rows: the first hundred that change."""

    matched: int = 0
    changed: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    change_set: ChangeSet | None = None


def matching(
    user_id: UUID, query: str, date_from: date | None = None, date_to: date | None = None
) -> QuerySet[Any]:
    """The owner's rows that a rule's query chooses."""
    rows = Transaction.objects.for_user(user_id).filter(
        condition(user_id, node_of(query), "/query")
    )
    if date_from is not None:
        rows = rows.filter(posted_on__gte=date_from)
    return rows if date_to is None else rows.filter(posted_on__lte=date_to)


def tried(user_id: UUID, rule: Written, transactions: Sequence[Transaction]) -> list[Meeting]:
    """What the rule would do to each row. Five statements at most; nothing is written."""
    rows = books.load(user_id, transactions)
    rules, names = compiled(user_id, [rule], named_by(rows))
    found = []
    for row, subject in zip(rows, subjects_of(rows, names), strict=True):
        changes = engine.apply(rules, subject, said=said_by(row))
        found.append(Meeting(row, subject, _without_repeats(row, changes)))
    return found


def said_by(row: Row) -> set[str]:
    """What a booked row says already. Nobody knows any more whose word it was, so it is the owner's."""
    one = row.transaction
    said = {"payee"} if one.payee_id else set()
    if one.category_id or row.splits:
        said |= {"category", "splits"}
    return said | ({"memo"} if one.memo else set())


def _without_repeats(row: Row, changes: engine.RowChanges) -> engine.RowChanges:
    """A row that is split just so already stays as it is."""
    shares = changes.fields.get("splits")
    if shares is None:
        return changes
    held = [(s.amount_minor, str(s.category_id or ""), s.memo) for s in row.splits]
    if held != [(s.amount_minor, s.category.id if s.category else "", s.memo) for s in shares]:
        return changes
    fields = {name: value for name, value in changes.fields.items() if name != "splits"}
    return engine.RowChanges(fields, changes.reasons)


def shown(meeting: Meeting) -> dict[str, Any]:
    """A row and its changes, as the API gives them."""
    one, before = meeting.row.transaction, meeting.subject
    was: dict[str, Any] = {
        "payee": before.payee,
        "category": before.category,
        "tags": before.tags,
        "memo": one.memo,
        "status": one.status,
        "transfer_to": None,
    }
    splits = [engine.Share(s.amount_minor, None, s.memo) for s in meeting.row.splits]
    was["splits"] = [
        engine.Share(share.amount_minor, part, share.memo)
        for share, part in zip(splits, _padded(before.parts, len(splits)), strict=True)
    ]
    plain = partial(_plain, currency=one.currency)
    return {
        "transaction": one.id,
        "posted_on": one.posted_on,
        "amount": money.format_minor(one.amount_minor, one.currency),
        "currency": one.currency,
        "payee": before.payee.name if before.payee else None,
        "statement_text": one.statement_text,
        "changes": [
            {"field": name, "before": plain(was[name]), "after": plain(value)}
            for name, value in meeting.changes.fields.items()
        ],
    }


def _padded(parts: Sequence[Named], length: int) -> list[Named | None]:
    return [*parts, *[None] * (length - len(parts))]


def _plain(value: Any, currency: str) -> Any:
    if isinstance(value, Named):
        return value.name
    if isinstance(value, engine.Share):
        amount = money.format_minor(value.amount_minor, currency)
        category = value.category.name if value.category else None
        return {"amount": amount, "category_name": category, "memo": value.memo}
    if isinstance(value, tuple | list):
        return [_plain(item, currency) for item in value]
    return value


def foresee(
    *, user_id: UUID, rule_id: UUID, date_from: date | None = None, date_to: date | None = None
) -> Applied:
    """What `apply_to_past` would do now. Reads only."""
    rule: Rule = hold(Rule.objects.for_user(user_id), rule_id, Reason.RULE_NOT_FOUND)
    applied = Applied()
    for meetings in _chunks(user_id, written(rule), date_from, date_to):
        _count(applied, meetings)
    return applied


@atomic
def apply_to_past(
    *,
    user_id: UUID,
    rule_id: UUID,
    date_from: date | None = None,
    date_to: date | None = None,
    expected_seq: int | None = None,
) -> Applied:
    """Let the rule change the rows that it meets, as one change set. None where nothing changes.

    Refuses with 409 past ROWS_MAX rows. Statements: constant per chunk of rows.
    """
    seq = tick(user_id)
    rule: Rule = hold(Rule.objects.for_user(user_id), rule_id, Reason.RULE_NOT_FOUND, expected_seq)
    applied = Applied()
    entries: list[Entry] = []
    met: list[tuple[UUID | None, Sequence[engine.Reason]]] = []
    for meetings in _chunks(user_id, written(rule), date_from, date_to):
        _count(applied, meetings)
        entries += _carry_out(user_id, seq, meetings)
        met += [(m.row.transaction.id, m.changes.reasons) for m in meetings]
    if entries:
        applied.change_set = keep(user_id, seq, kind="rule", title=rule.name, entries=entries)
    count_hits(user_id, seq, met)
    return applied


def _chunks(user_id: UUID, rule: Written, date_from: date | None, date_to: date | None) -> Any:
    """Meetings, chunk by chunk; the rows are chosen before any of them changes."""
    chosen = matching(user_id, rule.query, date_from, date_to).order_by("posted_on", "id")
    ids = list(chosen.values_list("id", flat=True)[: ROWS_MAX + 1])
    if len(ids) > ROWS_MAX:
        raise Refusal(Reason.TOO_MANY_ROWS, status=409)
    rows = Transaction.objects.for_user(user_id)
    for start in range(0, len(ids), CHUNK):
        chunk = rows.filter(id__in=ids[start : start + CHUNK]).order_by("posted_on", "id")
        yield [m for m in tried(user_id, rule, list(chunk)) if m.changes.reasons]


def _count(applied: Applied, meetings: Sequence[Meeting]) -> None:
    changing = [meeting for meeting in meetings if meeting.changes.fields]
    applied.matched += len(meetings)
    applied.changed += len(changing)
    room = SHOWN_MAX - len(applied.rows)
    applied.rows += [shown(meeting) for meeting in changing[:room]]


def _carry_out(user_id: UUID, seq: int, meetings: Sequence[Meeting]) -> list[Entry]:
    """Edit the rows, then link those that are transfers; what an undo needs of them."""
    entries: list[Entry] = []
    changes: list[Change] = []
    marks: dict[UUID, UUID] = {}
    for meeting in meetings:
        one = meeting.row.transaction
        fields = edits_of(meeting.changes, partial(money.from_minor, currency=one.currency))
        if fields:
            entries.append(before_of(meeting.row, fields.keys()))
            changes.append(Change(id=one.id, fields=fields))
        if to := meeting.changes.fields.get("transfer_to"):
            marks[one.id] = UUID(to.id)
    rows = {m.row.transaction.id: m.row for m in meetings}
    edited = edit(user_id, changes, source=SOURCE, seq=seq)
    rows |= {row.transaction.id: row for row in edited}
    still = [(rows[row_id], account_id) for row_id, account_id in marks.items()]
    return entries + mark(user_id, seq, still, source=SOURCE)


__all__ = ["Applied", "Meeting", "apply_to_past", "foresee", "matching", "shown", "tried"]
