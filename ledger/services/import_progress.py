"""How far a long commit has come. Not in the database: what it writes shows only when all is done.

The cache holds the last sign of life, so that every process can answer for the worker; open sockets
are told as it happens. Losing either loses no booking.
"""

from collections.abc import Callable
from typing import TypedDict
from uuid import UUID

from django.core.cache import cache

from accounts.hints import send_passing

ALIVE_SECONDS = 120  # The longest step without a sign, reading a large file, takes a few seconds.
Teller = Callable[[int, int], None]


class Progress(TypedDict):
    """Rows of the file that are dealt with, and all of them."""

    done: int
    total: int


def _key(batch_id: UUID) -> str:
    return f"import.progress.{batch_id}"


def teller(user_id: UUID, batch_id: UUID) -> Teller:
    """What a commit calls with (done, total) as it goes."""

    def tell(done: int, total: int) -> None:
        cache.set(_key(batch_id), Progress(done=done, total=total), ALIVE_SECONDS)
        data = {"id": str(batch_id), "status": "committing", "done": done, "total": total}
        send_passing(user_id, "import.progress", data)

    return tell


def untold(done: int, total: int) -> None:
    """Nobody watches."""


def progress_of(batch_id: UUID) -> Progress | None:
    """The last word of whoever works on it; None where nobody does."""
    said: Progress | None = cache.get(_key(batch_id))
    return said


def is_alive(batch_id: UUID) -> bool:
    return progress_of(batch_id) is not None


def forget(batch_id: UUID) -> None:
    cache.delete(_key(batch_id))
