"""Verbs on attachments: attach a file to a transaction, take it off.

The bytes go to the default storage under a random name before the owner's clock is taken, because
a storage may be slow; what never came to a row is found and removed by the nightly sweep.
"""

import hashlib
import uuid
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.db.transaction import atomic, on_commit
from django.utils import timezone

from accounts.announce import bury, push
from accounts.clock import tick
from accounts.errors import Refusal
from accounts.ids import new_id
from ledger.errors import Reason
from ledger.file_types import FileType, named_as, type_of
from ledger.models import Attachment, Transaction
from ledger.selectors.attachments import bytes_of, standing_attachments
from ledger.services.owned import hold, trace

PER_TRANSACTION_MAX = 20
log = structlog.get_logger(__name__)


def check_attachment_size(size: int) -> None:
    """Refuse a file by its size, before it is read."""
    if size > settings.ATTACHMENT_MAX_BYTES:
        raise Refusal(
            Reason.FILE_TOO_LARGE,
            status=413,
            detail=f"An attachment has at most {settings.ATTACHMENT_MAX_BYTES} bytes.",
            pointer="/file",
        )


def attach(*, user_id: UUID, transaction_id: UUID, data: bytes, filename: str = "") -> Attachment:
    """Keep a file with a transaction.

    Refuses what is empty, too large (413), of no type of ours (415) or named as another type; a row
    that has PER_TRANSACTION_MAX files and an owner whose space is full (409).
    """
    check_attachment_size(len(data))
    kind, name = _judged(data, filename)
    _check_room(user_id, transaction_id, len(data))
    stored_as = default_storage.save(_random_name(), ContentFile(data))
    attachment = Attachment(
        id=new_id(),
        user_id=user_id,
        transaction_id=transaction_id,
        filename=name,
        content_type=kind.content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        stored_as=stored_as,
    )
    try:
        return _store(user_id, attachment)
    except BaseException:
        drop_files([stored_as])
        raise


def _judged(data: bytes, filename: str) -> tuple[FileType, str]:
    """(type by content, name to show), or a refusal."""
    if not data:
        raise Refusal(Reason.FILE_IS_EMPTY, pointer="/file")
    kind = type_of(data)
    if kind is None:
        raise Refusal(Reason.FILE_TYPE_NOT_TAKEN, status=415, pointer="/file")
    name = named_as(filename, kind)
    if name is None:
        raise Refusal(
            Reason.EXTENSION_DISAGREES,
            detail=f"The content is {kind.content_type}; such a file ends in .{kind.endings[0]}.",
            pointer="/file",
        )
    return kind, name


def _check_room(user_id: UUID, transaction_id: UUID, size: int) -> None:
    """Refuse a foreign row, and more than a row or an owner may have."""
    hold(Transaction.objects.for_user(user_id), transaction_id, Reason.TRANSACTION_NOT_FOUND)
    there = Attachment.objects.for_user(user_id).filter(transaction_id=transaction_id).count()
    if there >= PER_TRANSACTION_MAX:
        raise Refusal(
            Reason.TOO_MANY_ATTACHMENTS,
            status=409,
            detail=f"A transaction has at most {PER_TRANSACTION_MAX} attachments.",
        )
    quota = settings.ATTACHMENT_QUOTA_BYTES
    used = bytes_of(user_id)
    if used + size > quota:
        raise Refusal(
            Reason.ATTACHMENT_QUOTA_REACHED,
            status=409,
            detail=f"Your attachments may take {quota} bytes and take {used} now.",
            extra={"quota_bytes": quota, "used_bytes": used},
        )


def _random_name() -> str:
    """Nothing of the user's is in it; two signs of it spread the files over 256 folders."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


@atomic
def _store(user_id: UUID, attachment: Attachment) -> Attachment:
    attachment.seq = tick(user_id)
    # Others may have come between; under the clock none can.
    _check_room(user_id, attachment.transaction_id, attachment.size)
    attachment.save(force_insert=True)
    _recount(user_id, attachment.seq, [attachment.transaction_id])
    trace(
        user_id,
        attachment.seq,
        "attachment",
        "created",
        attachment.id,
        transaction=str(attachment.transaction_id),
        size=attachment.size,
        sha256=attachment.sha256,
    )
    return attachment


@atomic
def detach(*, user_id: UUID, attachment_id: UUID, expected_seq: int | None = None) -> None:
    """Take a file off its transaction for good: the bytes go after the commit."""
    seq = tick(user_id)
    attachment: Attachment = hold(
        standing_attachments(user_id), attachment_id, Reason.ATTACHMENT_NOT_FOUND, expected_seq
    )
    discard(user_id, seq, [attachment])


def discard(user_id: UUID, seq: int, attachments: Sequence[Attachment]) -> None:
    """Rows go now, under the clock that the caller holds; their files once that is committed."""
    ids = [attachment.id for attachment in attachments]
    Attachment.objects.for_user(user_id).filter(id__in=ids)._raw_delete("default")
    _recount(user_id, seq, [attachment.transaction_id for attachment in attachments])
    bury(user_id, seq, "attachment", ids)
    for row_id in ids:
        trace(user_id, seq, "attachment", "deleted", row_id)
    on_commit(partial(drop_files, [attachment.stored_as for attachment in attachments]))


def _recount(user_id: UUID, seq: int, transaction_ids: Sequence[UUID]) -> None:
    """Rows say how many files they have. Deleted rows are not there to say it."""
    files = Attachment.objects.for_user(user_id).filter(transaction_id=OuterRef("id")).order_by()
    number = files.values("transaction_id").annotate(number=Count("id")).values("number")
    told = (
        Transaction.objects.for_user(user_id)
        .filter(id__in=transaction_ids)
        .update(attachment_count=Coalesce(Subquery(number), 0), seq=seq, updated_at=timezone.now())
    )
    if told:
        rows = [{"id": str(row_id)} for row_id in dict.fromkeys(transaction_ids)]
        push(user_id, seq, "transaction.updated", rows)


def drop_files(names: Sequence[str]) -> None:
    """Remove files of the storage. One that cannot be removed now is left to the sweep."""
    for name in names:
        try:
            default_storage.delete(name)
        except OSError as error:
            log.warning("attachment.file_stays", name=name, error=str(error))


def erase_files(user_id: UUID) -> None:
    """Remove every file of an owner who is erased. One that stays raises, so that its row stays too."""
    for name in Attachment.objects.for_user(user_id).values_list("stored_as", flat=True).iterator():
        default_storage.delete(name)
