"""What attachments leave behind: rows of transactions that cannot come back, files without a row.

A deleted transaction keeps its files for KEPT_DAYS, so that `restore` brings both back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef
from django.db.transaction import atomic
from django.utils import timezone

from accounts.clock import tick
from accounts.ownership import OwnedQuerySet
from ledger.models import Attachment, DeletedTransaction, Transaction
from ledger.services.attachments import discard, drop_files

KEPT_DAYS = 30
CHUNK = 200
# A file is written before its row is committed: a younger one may be on its way.
ON_ITS_WAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Swept:
    rows: int
    files: int


def sweep_attachments() -> Swept:
    """Remove what nobody can ask for any more. Safe to run twice, and at any time."""
    return Swept(rows=_drop_rows(timezone.now()), files=_drop_orphans(timezone.now()))


def _drop_rows(now: datetime) -> int:
    """Attachments whose transaction is gone for good, owner by owner."""
    count = 0
    gone = _gone(Attachment.objects.all(), now)
    for user_id in list(gone.order_by().values_list("user_id", flat=True).distinct()):
        while dropped := _drop_some(user_id, now):
            count += dropped
    return count


@atomic
def _drop_some(user_id: UUID, now: datetime) -> int:
    seq = tick(user_id)
    # Asked anew under the clock: the owner may have restored the row a moment ago.
    rows = list(_gone(Attachment.objects.for_user(user_id), now).order_by("id")[:CHUNK])
    if rows:
        discard(user_id, seq, rows)
    return len(rows)


def _gone(rows: OwnedQuerySet, now: datetime) -> OwnedQuerySet:
    """Not in the books, and not deleted so lately that it may come back."""
    same = {"id": OuterRef("transaction_id"), "user_id": OuterRef("user_id")}
    restorable = DeletedTransaction.objects.filter(
        **same, deleted_at__gte=now - timedelta(days=KEPT_DAYS)
    )
    return rows.exclude(Exists(Transaction.objects.filter(**same))).exclude(Exists(restorable))


def _drop_orphans(now: datetime) -> int:
    """Files that no row names: of uploads that were cut off, of owners who left."""
    count = 0
    for names in _stored():
        known = set(
            Attachment.objects.filter(stored_as__in=names).values_list("stored_as", flat=True)
        )
        orphans = [name for name in names if name not in known and _is_old(name, now)]
        drop_files(orphans)
        count += len(orphans)
    return count


def _stored() -> Iterator[list[str]]:
    """The names in the storage, a bounded number at a time."""
    if not default_storage.exists(""):
        return
    folders, _ = default_storage.listdir("")
    for folder in sorted(folders):
        if len(folder) != 2:
            continue  # none of ours
        _, files = default_storage.listdir(folder)
        names = [f"{folder}/{file}" for file in files]
        for start in range(0, len(names), CHUNK):
            yield names[start : start + CHUNK]


def _is_old(name: str, now: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < now - ON_ITS_WAY
    except FileNotFoundError:
        return False
