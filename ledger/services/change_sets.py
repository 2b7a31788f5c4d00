"""Changes of many rows that one call takes back: kept as the rows were, undone where nothing came since.

General on purpose: whoever changes many rows under one tick keeps a set of entries here.
"""

import zlib
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury
from accounts.clock import tick
from accounts.errors import Refusal
from accounts.ids import new_id
from accounts.sql import CHUNK
from ledger.errors import Reason
from ledger.models import ChangeSet, Split, Transaction, Transfer
from ledger.services import books
from ledger.services.books import Row
from ledger.services.drafts import Change
from ledger.services.editing import write
from ledger.services.mending import mend
from ledger.services.owned import hold, trace
from ledger.services.posting import remove

Entry = dict[str, Any]  # {"id", "before": {field: old value}} or {"id", "made": true}
IDS = {"payee": "payee_id", "category": "category_id", "transfer": "transfer_id"}
WORDS = ("memo", "status")


def before_of(row: Row, fields: Collection[str]) -> Entry:
    """What an undo needs of a row that is about to change in these fields of an edit."""
    names = set(fields)
    if names & {"category", "splits"}:
        names |= {"category", "splits"}  # one replaces the other
    before: dict[str, Any] = {}
    for name in sorted(names):
        if name in IDS:
            value = getattr(row.transaction, IDS[name])
            before[name] = str(value) if value else None
        elif name == "tags":
            before[name] = [str(tag_id) for tag_id in row.tag_ids]
        elif name == "splits":
            before[name] = [
                [str(s.id), s.amount_minor, str(s.category_id) if s.category_id else None, s.memo]
                for s in row.splits
            ]
        else:
            assert name in WORDS, name
            before[name] = getattr(row.transaction, name)
    return {"id": str(row.transaction.id), "before": before}


def made_of(row: Row) -> Entry:
    """A row that did not exist before: an undo deletes it."""
    return {"id": str(row.transaction.id), "made": True}


def keep(user_id: UUID, seq: int, *, kind: str, title: str, entries: Sequence[Entry]) -> ChangeSet:
    """Store the set in the commit of its changes. All its rows carry this very seq now."""
    kept = ChangeSet(
        id=new_id(),
        user_id=user_id,
        seq=seq,
        made_seq=seq,
        kind=kind,
        title=title[:200],
        count=len({entry["id"] for entry in entries}),
        before=zlib.compress(orjson.dumps(list(entries))),
    )
    kept.save(force_insert=True)
    trace(user_id, seq, "change_set", "created", kept.id, kind=kind, count=kept.count)
    return kept


@dataclass(slots=True)
class Undone:
    """What an undo did: how many rows are as before, and which were left and why."""

    change_set: ChangeSet
    reverted: int = 0
    left: list[tuple[UUID, str]] = field(default_factory=list)  # changed_later or gone


@atomic
def undo(*, user_id: UUID, change_set_id: UUID, expected_seq: int | None = None) -> Undone:
    """Make the rows as they were before the set, except those that somebody changed since.

    A transfer that the set made comes apart whole or not at all. Once: 409 after that.
    """
    seq = tick(user_id)
    kept: ChangeSet = hold(
        ChangeSet.objects.for_user(user_id),
        change_set_id,
        Reason.CHANGE_SET_NOT_FOUND,
        expected_seq,
    )
    if kept.undone_at is not None:
        raise Refusal(Reason.CHANGE_SET_UNDONE, status=409)
    entries: list[Entry] = orjson.loads(zlib.decompress(bytes(kept.before)))
    undone = Undone(kept)
    ours = _untouched(user_id, kept, entries, undone)
    for start in range(0, len(ours), CHUNK):
        undone.reverted += _revert(user_id, seq, ours[start : start + CHUNK])
    kept.undone_at, kept.seq, kept.before = timezone.now(), seq, b""
    kept.save(update_fields=["undone_at", "seq", "before"])
    trace(
        user_id, seq, "change_set", "undone", kept.id,
        reverted=undone.reverted, left=len(undone.left),
    )  # fmt: skip
    return undone


def _untouched(
    user_id: UUID, kept: ChangeSet, entries: Sequence[Entry], undone: Undone
) -> list[Entry]:
    """The entries whose rows nobody changed since; the others are named in `undone`.

    Those of one transfer stand together, so that no chunk parts them more than it must.
    """
    found = _standing(user_id, [UUID(entry["id"]) for entry in entries])
    whys: dict[UUID, str] = {}
    for entry in entries:
        row_id = UUID(entry["id"])
        if row_id not in found:
            whys[row_id] = "gone"
        elif found[row_id][0] != kept.made_seq:
            whys[row_id] = "changed_later"
    split_up = {found[i][1] for i in whys if i in found} - {None}
    linked = {UUID(e["id"]) for e in entries if "made" in e or "transfer" in e["before"]}
    legs: dict[UUID | None, int] = {}
    for row_id in linked & found.keys():
        legs[found[row_id][1]] = legs.get(found[row_id][1], 0) + 1
    for row_id in linked & found.keys() - whys.keys():
        transfer = found[row_id][1]
        if transfer in split_up or legs[transfer] != 2:
            whys[row_id] = "changed_later"
    undone.left = sorted(whys.items(), key=lambda item: str(item[0]))
    ours = [entry for entry in entries if UUID(entry["id"]) not in whys]
    return sorted(ours, key=lambda e: (str(found[UUID(e["id"])][1] or ""), "made" in e))


def _standing(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, tuple[int, UUID | None]]:
    """(seq, transfer) of the rows that are still there, by id."""
    rows = Transaction.objects.for_user(user_id)
    found: dict[UUID, tuple[int, UUID | None]] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = rows.filter(id__in=ids[start : start + CHUNK])
        for row_id, seq, transfer_id in chunk.values_list("id", "seq", "transfer_id"):
            found[row_id] = (seq, transfer_id)
    return found


def _revert(user_id: UUID, seq: int, entries: Sequence[Entry]) -> int:
    """Write the old values back and delete what the set made: a constant number of statements."""
    changed = _merged(entry for entry in entries if "before" in entry)
    ids = [UUID(row_id) for row_id in changed]
    rows = books.load(user_id, list(Transaction.objects.for_user(user_id).filter(id__in=ids)))
    transfers = {row.transaction.transfer_id for row in rows} - {None}
    after = [_as_before(row, changed[str(row.transaction.id)], seq) for row in rows]
    kept_links = {row.transaction.transfer_id for row in after} - {None}
    mend(user_id, after)
    changes = [
        Change(id=row.transaction.id, fields=changed[str(row.transaction.id)]) for row in rows
    ]
    if rows:
        write(user_id, seq, changes, rows, after, "undo")
    made = [UUID(entry["id"]) for entry in entries if "made" in entry]
    if made:
        remove(user_id, made, source="undo", seq=seq, keep=False)
    _drop_transfers(user_id, seq, transfers - kept_links)
    return len(rows) + len(made)


def _merged(entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """Old values by row: what was kept first of a field is what it was."""
    merged: dict[str, dict[str, Any]] = {}
    for entry in entries:
        merged[entry["id"]] = {**entry["before"], **merged.get(entry["id"], {})}
    return merged


def _as_before(row: Row, before: dict[str, Any], seq: int) -> Row:
    new = Row(copy(row.transaction), list(row.splits), list(row.tag_ids))
    one = new.transaction
    one.seq, one.updated_at = seq, timezone.now()
    for name, value in before.items():
        if name in IDS:
            setattr(one, IDS[name], UUID(value) if value else None)
        elif name in WORDS:
            setattr(one, name, value)
        elif name == "tags":
            new.tag_ids = [UUID(tag_id) for tag_id in value]
            one.tag_count = len(new.tag_ids)
        else:
            new.splits = [_split(one, position, part) for position, part in enumerate(value)]
            one.split_count = len(new.splits)
    return new


def _split(row: Transaction, position: int, part: Sequence[Any]) -> Split:
    """A split under its old id."""
    split_id, amount, category_id, memo = part
    return Split(
        id=UUID(split_id),
        user_id=row.user_id,
        transaction_id=row.id,
        position=position,
        amount_minor=amount,
        category_id=UUID(category_id) if category_id else None,
        memo=memo,
    )


def _drop_transfers(user_id: UUID, seq: int, ids: set[Any]) -> None:
    """Transfers that linked two rows which were there before; the others went with their legs."""
    left = Transfer.objects.for_user(user_id).filter(id__in=ids)
    gone = list(left.values_list("id", flat=True))
    if gone:
        left._raw_delete("default")
        bury(user_id, seq, "transfer", gone)
