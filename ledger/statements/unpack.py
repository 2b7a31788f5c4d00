"""Gzip and ZIP files of other programs, unpacked within bounds that no archive can stretch."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from ledger.statements.model import UnreadableFile

GZIP = b"\x1f\x8b"
ZIPPED, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # XLSX and old XLS
ZIP = (ZIPPED, b"PK\x05\x06")
UNPACKED_MAX = 300_000_000  # Bytes. GnuCash's XML takes 1.5 kB for a transaction.
MEMBER_MAX = 100_000_000
MEMBERS_MAX = 1_000
RATIO_MAX = 200  # Real ledgers pack 10 to 30 times; a bomb a thousand times.
SMALL_BYTES = 5_000_000  # Below it the ratio does not matter.
CHUNK_BYTES = 1_000_000

_TOO_LARGE = "The file unpacks to far more than the books of a household."
_DAMAGED = "The compressed file is damaged or cut off."


def gunzipped(data: bytes) -> Iterator[bytes]:
    """The content of a gzip file in chunks; of any other file, the file itself in chunks.

    Raises UnreadableFile (`archive_too_large`, `damaged_archive`) where the trouble stands.
    """
    if not data.startswith(GZIP):
        for start in range(0, len(data), CHUNK_BYTES):
            yield data[start : start + CHUNK_BYTES]
        return
    room = min(UNPACKED_MAX, max(len(data) * RATIO_MAX, SMALL_BYTES))
    unpacker, rest = zlib.decompressobj(wbits=31), data
    try:
        while not unpacker.eof:
            chunk = unpacker.decompress(rest, CHUNK_BYTES)
            rest = unpacker.unconsumed_tail
            room -= len(chunk)
            if room < 0:
                raise UnreadableFile("archive_too_large", _TOO_LARGE)
            if not chunk and not rest:
                raise UnreadableFile("damaged_archive", _DAMAGED)
            yield chunk
    except zlib.error as error:
        raise UnreadableFile("damaged_archive", _DAMAGED) from error


def first_bytes(data: bytes, count: int) -> bytes:
    """How the content begins; b"" where it cannot be unpacked."""
    if not data.startswith(GZIP):
        return data[:count]
    try:
        return zlib.decompressobj(wbits=31).decompress(data, count)
    except zlib.error:
        return b""


def is_workbook(data: bytes) -> bool:
    """Whether it may be one of Excel's: what reads those is loaded only then."""
    return data.startswith((ZIPPED, OLE))


def is_zip(data: bytes) -> bool:
    return data.startswith(ZIP)


def member_names(data: bytes) -> list[str]:
    """The files of a ZIP archive; [] where it is none, or damaged."""
    if not is_zip(data):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [one.filename for one in archive.infolist()[:MEMBERS_MAX] if _is_wanted(one)]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return []


def is_file(one: zipfile.ZipInfo) -> bool:
    """Whether the member is a file with a name: zipfile itself stumbles over an empty one."""
    return bool(one.filename) and not one.is_dir()


def _is_wanted(one: zipfile.ZipInfo) -> bool:
    # macOS adds a shadow of every file, with its attributes and the same ending.
    return is_file(one) and not one.filename.startswith("__MACOSX/")


def member(data: bytes, name: str) -> bytes:
    """One file of a ZIP archive, within this module's bounds.

    Raises UnreadableFile (`damaged_archive`, `archive_encrypted`, `archive_too_large`).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            one = archive.getinfo(name)
            limit = min(MEMBER_MAX, max(one.compress_size * RATIO_MAX, SMALL_BYTES))
            return read_bounded(archive, one, limit, _TOO_LARGE)
    except UnreadableFile:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        LookupError,
        RuntimeError,  # also NotImplementedError: a ZIP version Python does not know
    ) as error:
        raise UnreadableFile("damaged_archive", "The ZIP archive is damaged.") from error


def read_bounded(
    archive: zipfile.ZipFile, one: zipfile.ZipInfo, limit: int, too_large: str
) -> bytes:
    """One member's bytes. What its header claims is not believed: reading stops at the limit.

    Raises UnreadableFile (`archive_encrypted`, `damaged_archive`, and `archive_too_large` with the
    sentence given).
    """
    if one.flag_bits & 1:
        raise UnreadableFile("archive_encrypted", "The archive is locked with a password.")
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableFile("damaged_archive", "The archive is packed in an unusual way.")
    with archive.open(one) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise UnreadableFile("archive_too_large", too_large)
    return content
