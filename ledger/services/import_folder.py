"""A folder that bank files are put into: each is imported once and then moved out of the way.

The place of a file says how far it came: in the folder it waits, in `.working` it is being read, in
`done` it is booked, in `failed` it is not and a text beside it says why. One watcher holds a folder
at a time. A kill at any point loses nothing: what stood in `.working` is read again, and rows that
were booked already are known by the import itself.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError

from accounts.errors import Refusal
from ledger.errors import Reason
from ledger.models import ImportBatch
from ledger.services import imports
from ledger.services.import_files import check_size

WORKING, DONE, FAILED, LOCK = ".working", "done", "failed", ".watch.lock"
HALF_WRITTEN = (".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", "~")
SAME_NAME_MAX = 10_000
NAME_BYTES_MAX = 220  # Leaves room for a number and for ".txt".
AWAY = (OperationalError, InterfaceError)  # The database cannot be reached.
log = structlog.get_logger(__name__)


class FolderIsWatched(Exception):
    """Another process holds this folder."""


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it was seen: one that changes is still being written."""

    size: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file."""

    name: str
    place: Path
    batch: ImportBatch | None = None
    reason: str = ""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder; the system lets go of it when the process ends, however it ends."""
    for name in (WORKING, DONE, FAILED):
        (folder / name).mkdir(exist_ok=True)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            flock(descriptor, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise FolderIsWatched from None
        yield
    finally:
        os.close(descriptor)


def waiting(folder: Path) -> dict[str, Look]:
    """The files that wait, by name: plain ones, neither hidden nor named as half written."""
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            hidden = entry.name.startswith(".") or entry.name.lower().endswith(HALF_WRITTEN)
            try:
                if not hidden and entry.is_file(follow_symlinks=False):
                    seen = entry.stat(follow_symlinks=False)
                    found[entry.name] = Look(seen.st_size, seen.st_mtime_ns)
            except FileNotFoundError:
                continue  # It went while we looked.
    return found


def settled(before: dict[str, Look], now: dict[str, Look]) -> list[str]:
    """Names of files that are as they were a settle time ago, in order."""
    return sorted(name for name, look in now.items() if before.get(name) == look)


def recover(folder: Path) -> int:
    """Put back what a watcher that was killed had taken up. Call while holding the folder."""
    count = 0
    for path in sorted((folder / WORKING).iterdir()):
        path.rename(free_place(folder, path.name))
        count += 1
    return count


def take(
    folder: Path,
    name: str,
    *,
    user_id: UUID,
    account_id: UUID | None = None,
    create_accounts: bool = False,
) -> Taken | None:
    """Import one file and move it to its place; None when it is gone, or another took it first."""
    working = folder / WORKING / name
    try:
        (folder / name).rename(working)  # Whoever renames it has it.
    except FileNotFoundError:
        return None
    batch, reason = None, ""
    try:
        check_size(working.stat().st_size)
        batch = book_file(user_id, working.read_bytes(), name, account_id, create_accounts)
    except Refusal as refusal:
        line = refusal.extra.get("line")
        reason = refusal.message + (f" (line {line})" if line else "")
    except OSError as error:
        reason = f"The file cannot be read: {error.strerror}."
    except AWAY:
        working.rename(free_place(folder, name))  # Not the file's fault: it waits again.
        raise
    except Exception:
        # One file that finds a bug of ours must not stop the folder, at every start anew.
        log.exception("import_folder.broken", file=name)
        reason = "Something broke on our side. It was logged; the file is not booked."
    place = free_place(folder / (FAILED if reason else DONE), name)
    working.rename(place)
    if said := reason or _bad_rows(batch):
        text = place.with_name(f"{place.name}.txt")
        text.write_text(said + "\n", encoding="utf-8", errors="replace")
    return Taken(name, place, batch, reason)


def book_file(
    user_id: UUID, data: bytes, filename: str, account_id: UUID | None, create_accounts: bool
) -> ImportBatch:
    """Upload and commit. Refuses a file that names accounts of which there is none, unless allowed."""
    batch = imports.upload(user_id, data=data, filename=filename, account_id=account_id)
    try:
        new = [
            account["name"] for account in batch.report["accounts"] if account["will_be_created"]
        ]
        if new and not create_accounts:
            names = ", ".join(new)
            raise Refusal(
                Reason.ACCOUNT_REQUIRED, detail=f"It names accounts that do not exist: {names}."
            )
        return imports.commit(user_id, batch.id)
    except Refusal:
        imports.discard(user_id, batch.id)
        raise


def free_place(folder: Path, name: str) -> Path:
    """The name in the folder, numbered where it or its text is there already."""
    stem, ending = os.path.splitext(name)
    while len(os.fsencode(stem + ending)) > NAME_BYTES_MAX:
        stem, ending = stem[:-1] or "file", ending[:20]
    for number in range(1, SAME_NAME_MAX):
        place = folder / f"{stem}{f'-{number}' if number > 1 else ''}{ending}"
        if not place.exists() and not place.with_name(f"{place.name}.txt").exists():
            return place
    raise OSError(f"{folder} has {SAME_NAME_MAX} files named {name}")


def _bad_rows(batch: ImportBatch | None) -> str:
    """The rows that were not booked, by line."""
    rows = batch.report["bad_rows"] if batch is not None else []
    return "\n".join(f"line {row['line']}: {row['message']}" for row in rows)
