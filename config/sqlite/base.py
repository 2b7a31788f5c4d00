"""Django's SQLite backend, with the write transactions of this process in one orderly queue.

SQLite lets one writer in and makes the others sleep and retry, in no order: under eight writers the
unlucky one waited close to a second (measured: docs/performance.md). Every `atomic()` block here
begins IMMEDIATE, so a plain lock around it is a fair queue, and SQLite's own busy timeout remains
the guard against other processes (a `manage.py` command beside the server).
"""

import threading
from collections import deque
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.features import DatabaseFeatures as SqliteFeatures

from ledger.folding import fold


class FairLock:
    """A lock that is handed over in the order in which it was asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


_queues: dict[str, FairLock] = {}
_queues_guard = threading.Lock()


def queue_of(name: str) -> FairLock:
    with _queues_guard:
        return _queues.setdefault(name, FairLock())


class DatabaseFeatures(SqliteFeatures):
    # Django assumes 999, the limit before SQLite 3.32 (2020); Python 3.11 comes with a later one.
    # It decides how many rows one INSERT of a bank file takes.
    max_query_params = 32_766
    # SQLite compares row values since 3.15. Django's `a < x OR (a = x AND b < y)` instead cannot use
    # an index bound, so that a deep page would cost the whole history above it.
    supports_tuple_lookups = True


def _fold(text: str | None) -> str | None:
    return None if text is None else fold(text)


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
    _queue: FairLock | None = None  # held while this connection is inside a transaction

    def get_new_connection(self, conn_params: Any) -> Any:
        """A connection that also folds letters beyond ASCII, which SQLite's own LIKE does not."""
        connection = super().get_new_connection(conn_params)
        connection.create_function("fold_text", 1, _fold, deterministic=True)
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        queue = queue_of(str(self.settings_dict["NAME"]))
        queue.acquire()
        self._queue = queue
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.release()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()
