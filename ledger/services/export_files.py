"""The files of transactions in the archive of everything that one owns."""

from uuid import UUID
from zipfile import ZipFile

import structlog
from django.core.files.storage import default_storage

from ledger.selectors.attachments import attachments_of

log = structlog.get_logger(__name__)


def add_attachments(user_id: UUID, files: ZipFile) -> dict[str, int]:
    """Each under its id; one that the storage lost is logged and left out, the others come."""
    count = 0
    for attachment in attachments_of(user_id).order_by("id").iterator():
        try:
            with default_storage.open(attachment.stored_as) as stored:
                files.writestr(f"attachments/{attachment.id}", stored.read())
        except FileNotFoundError:
            log.error("attachment.lost", id=str(attachment.id), name=attachment.stored_as)
            continue
        count += 1
    return {"attachment_files": count}
