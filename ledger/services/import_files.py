"""A bank file as bytes: read by the front door of the readers, kept compressed, refused by name."""

import hashlib
import zlib
from typing import Any

from django.conf import settings

from accounts.errors import FieldError, Refusal
from ledger.errors import Reason
from ledger.models import Account, ImportBatch
from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.statements.read import read_statement_file

FILENAME_MAX = 200


def check_size(size: int) -> None:
    if size > settings.UPLOAD_MAX_BYTES:
        raise Refusal(
            Reason.FILE_TOO_LARGE,
            status=413,
            detail=f"The file is larger than {settings.UPLOAD_MAX_BYTES} bytes.",
            pointer="/file",
        )


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def packed(data: bytes) -> bytes:
    return zlib.compress(data, 6)


def content_of(batch: ImportBatch) -> bytes:
    """The file as it was uploaded. Refuses (409) once an undo has emptied it."""
    if not batch.content:
        raise Refusal(Reason.IMPORT_NOT_IN_PREVIEW, status=409)
    return zlib.decompress(bytes(batch.content))


def read(
    data: bytes, *, filename: str = "", format: str | None = None, mapping: Any = None
) -> ParsedFile:
    """What the file says; a Refusal with the reader's own code, sentence and line if nothing."""
    try:
        return read_statement_file(
            data, filename=filename, format=format or None, mapping=mapping or None
        )
    except UnreadableFile as error:
        raise unreadable(error) from None


def read_for(
    account: Account | None, data: bytes, *, filename: str, format: str | None, mapping: Any
) -> tuple[ParsedFile, Any]:
    """The file and the mapping to read it with again: the owner's, else the account's.

    A saved mapping counts while it fits: the table has its columns and no row reads worse by it.
    """
    saved = account.import_mapping if account is not None else None
    if mapping or not saved:
        return read(data, filename=filename, format=format, mapping=mapping), mapping
    guessed: ParsedFile | None = None
    try:
        parsed = read_statement_file(data, filename=filename, format=format or None, mapping=saved)
        if parsed.format != "csv" or not parsed.bad_rows:
            return parsed, (saved if parsed.format == "csv" else None)
        guessed = read(data, filename=filename, format=format)
        if len(parsed.bad_rows) <= len(guessed.bad_rows):
            return parsed, saved
    except UnreadableFile:
        pass  # Another layout than last time.
    return guessed or read(data, filename=filename, format=format), None


def unreadable(error: UnreadableFile) -> Refusal:
    """The reader's own code and sentence. A wrong mapping points at the mapping, not the file."""
    pointer = "/mapping" if "mapping" in error.code else "/file"
    refusal = Refusal(
        Reason.UNREADABLE_FILE,
        status=413 if error.code == Reason.FILE_TOO_LARGE else 400,
        detail=str(error),
        errors=[FieldError(pointer, error.code, str(error))],
        extra={"line": error.line} if error.line is not None else None,
    )
    refusal.code = error.code
    return refusal


def shown_name(filename: str) -> str:
    """The file's name without its folders and without what no screen should get."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    visible = "".join(c for c in last if c.isprintable() and not "\ud800" <= c <= "\udfff")
    return visible.strip()[-FILENAME_MAX:]
