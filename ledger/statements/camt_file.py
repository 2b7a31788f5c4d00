"""From a download to the XML documents in it, within bounds that no archive can stretch."""

import io
import zipfile
import zlib

from ledger.statements.model import UnreadableFile
from ledger.statements.unpack import is_file, read_bounded

UNPACKED_BYTES_MAX = 50_000_000
MEMBERS_MAX = 100
PACKING_RATIO_MAX = 200  # Real statements pack 10 to 40 times; a bomb a thousand times.
SMALL_BYTES = 1_000_000  # Below it the ratio does not matter.

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_NAME_MAX = 80


def xml_documents(data: bytes) -> list[tuple[str, bytes]]:
    """The XML files of a download as (name, bytes): the file itself (name "") or a ZIP's members.

    Raises UnreadableFile (`file_too_large`, `archive_too_large`, `archive_encrypted`,
    `damaged_archive`, `not_camt`) before anything large is unpacked.
    """
    if len(data) > UNPACKED_BYTES_MAX:
        raise UnreadableFile("file_too_large", "The file is larger than 50 MB.")
    if not data.startswith(_ZIP_MAGIC):
        return [("", data)]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive)
    except UnreadableFile:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,  # also NotImplementedError: a ZIP version or method Python does not know
    ) as error:
        raise UnreadableFile("damaged_archive", "The ZIP archive is damaged.") from error


def _members(archive: zipfile.ZipFile) -> list[tuple[str, bytes]]:
    members = [one for one in archive.infolist() if is_file(one)]
    if len(members) > MEMBERS_MAX:
        message = f"The archive holds {len(members)} files, more than {MEMBERS_MAX}."
        raise UnreadableFile("archive_too_large", message)
    wanted = [one for one in members if _is_xml(one.filename)]
    if not wanted:
        raise UnreadableFile("not_camt", "The archive holds no XML file.")
    room = UNPACKED_BYTES_MAX
    documents = []
    for one in wanted:
        document = _unpacked(archive, one, room)
        room -= len(document)
        documents.append((one.filename[:_NAME_MAX], document))
    return documents


def _is_xml(name: str) -> bool:
    # macOS adds a shadow of every file, with its attributes and the same ending.
    return name.lower().endswith(".xml") and not name.startswith("__MACOSX/")


def _unpacked(archive: zipfile.ZipFile, one: zipfile.ZipInfo, room: int) -> bytes:
    limit = min(room, max(one.compress_size * PACKING_RATIO_MAX, SMALL_BYTES))
    too_large = f"“{one.filename[:_NAME_MAX]}” unpacks to far more than a bank statement."
    return read_bounded(archive, one, limit, too_large)
