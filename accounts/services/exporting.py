"""Everything an owner has, as one archive: a JSON file per kind of row, and the files that hang on them.

Rows stand there as the API shows them, read from the same kinds as the change feed, so that a new
table is in the archive from its first day.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.api.rendering import to_json
from accounts.audit import audit
from accounts.mirror import Kind, kinds
from accounts.models import User
from accounts.serializers import represent_user

CHUNK = 500  # rows that are shown at once: the archive's memory, whatever the history
IN_MEMORY = 5_000_000
NOTE = """Your books, one file per kind of row, as the API shows them (docs/live.md).
`attachments/` holds the files of your transactions under the ids of attachments.json.
"""


def export(user: User) -> IO[bytes]:
    """The archive, open at its beginning; on disk where it is large. It is on the trail."""
    archive: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (the answer closes it)
    counts: dict[str, int] = {}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("README.txt", NOTE)
        files.writestr("profile.json", to_json(represent_user(user)))
        for kind in kinds().values():
            counts[kind.name] = _write(files, user.pk, kind)
        for path in settings.EXPORT_EXTRAS:
            counts |= import_string(path)(user.pk, files)
        files.writestr("counts.json", json.dumps(counts, indent=1))
    audit("user.exported", user_id=user.pk, target="user", target_id=user.pk, data=counts)
    archive.seek(0)
    return archive


def _write(files: zipfile.ZipFile, user_id: UUID, kind: Kind) -> int:
    count = 0
    with files.open(f"{kind.name}s.json", "w") as out:
        out.write(b"[")
        for row in _rows(user_id, kind):
            out.write(b",\n" if count else b"\n")
            out.write(to_json(row))
            count += 1
        out.write(b"\n]\n")
    return count


def _rows(user_id: UUID, kind: Kind) -> Iterator[dict[str, Any]]:
    """Rows by id, chunk by chunk after the last one."""
    manager: Any = kind.model._default_manager
    last = UUID(int=0)
    while True:
        ids = list(
            manager.for_user(user_id)
            .filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:CHUNK]
        )
        if not ids:
            return
        shown = kind.show(user_id, ids)
        yield from (shown[row_id] for row_id in ids if row_id in shown)
        last = ids[-1]
