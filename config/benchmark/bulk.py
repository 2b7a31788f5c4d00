"""A big bank file through the real import, against a bare COPY of the very rows that came of it.

The floor loads the finished rows, as bytes that are ready, into the same table with the same
indexes and foreign keys: COPY on PostgreSQL, one prepared INSERT on SQLite. It reads no file, knows
no duplicate and keeps no total.
"""

import csv
import io
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import atomic

from accounts.models import User
from accounts.sql import adapt, is_postgres
from ledger.services import imports

ROUNDS = 3
ACCOUNTS = ("Checking", "Savings", "Card", "Cash")
FIRST_DAY, DAYS = date(2016, 1, 1), 3650
REPEATED_PERCENT = 2  # rows that the file tells twice, as exports put together from pages do
TABLE = "ledger_transaction"


@dataclass(slots=True)
class Round:
    """Seconds by the clock and by the processor (ours alone, not the database's), and megabytes."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    more_mb: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        _forget_peak()
        before = _megabytes("VmRSS")
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall[name] = time.perf_counter() - wall
        self.cpu[name] = time.process_time() - cpu
        self.more_mb[name] = _megabytes("VmHWM") - before


def _megabytes(what: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def _forget_peak() -> None:
    """Linux counts the peak of memory anew from here."""
    Path("/proc/self/clear_refs").write_text("5")


def household_csv(rows: int, *, seed: int = 5) -> bytes:
    """Ten years of a household: payees with categories, the bank's ids, transfers, some rows twice."""
    dice = random.Random(seed)  # noqa: S311 (figures, not secrets)
    payees = [(f"Payee {n} Store", f"Category {n % 40}") for n in range(300)]
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["date", "payee", "category", "account", "amount", "currency", "id"])
    last: list[str] = []
    for n in range(rows):
        day = (FIRST_DAY + timedelta(days=n * DAYS // rows)).isoformat()
        if last and n % 100 < REPEATED_PERCENT:
            table.writerow(last)
            continue
        payee, category = dice.choice(payees)
        amount = -dice.randrange(100, 20_000)
        last = [
            day, payee, category, ACCOUNTS[n % 4], f"{amount / 100:.2f}", "EUR", f"R{n:08d}"
        ]  # fmt: skip
        table.writerow(last)
    return text.getvalue().encode()


def bulk(rows: int, report: Callable[[str], None], path: Path | None = None) -> list[str]:
    """Import a file in rounds, each beside its floor; the lines of the report."""
    data = path.read_bytes() if path else household_csv(rows)
    rounds = []
    for number in range(ROUNDS):
        report(f"bulk import, round {number + 1} of {ROUNDS}")
        rounds.append(_round(data, number))
    return list(_lines(len(data.splitlines()) - 1, rounds))


def _round(data: bytes, number: int) -> Round:
    """Upload, commit, floor, the same file again, undo: each round for an owner of its own."""
    user = User.objects.create_user(f"bulk{number}@example.org", None, currency="EUR")
    found = Round()
    with found.measured("upload"):
        batch = imports.upload(user.pk, data=data, filename="household.csv")
    with found.measured("commit"):
        batch = imports.commit(user.pk, batch.id)
    found.counts = batch.report["counts"]
    _floor(user.pk, found)
    with found.measured("again"):
        again = imports.upload(user.pk, data=data, filename="household.csv")
        assert not imports.commit(user.pk, again.id).report["counts"]["new"]
    with found.measured("undo"):
        imports.undo(user.pk, batch.id)
    return found


def _floor(user_id: UUID, found: Round) -> None:
    """Take the finished rows out, and time how long the database needs to take them in as they are."""
    rows = _rows_as_they_are(user_id)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE user_id = %s", adapt([user_id]))  # noqa: S608
    _vacuum()
    with found.measured("floor"), atomic():
        _load(rows)
    _vacuum()


def _rows_as_they_are(user_id: UUID) -> Any:
    """PostgreSQL: COPY's own bytes; SQLite: tuples as the driver gives them."""
    select = f"SELECT * FROM {TABLE} WHERE user_id = "  # noqa: S608
    with connection.cursor() as cursor:
        if not is_postgres():
            return list(cursor.execute(f"{select}%s ORDER BY id", adapt([user_id])).fetchall())
        with cursor.copy(f"COPY ({select}'{user_id}' ORDER BY id) TO STDOUT") as copy:
            return b"".join(bytes(block) for block in copy)


def _load(rows: Any) -> None:
    with connection.cursor() as cursor:
        if is_postgres():
            with cursor.copy(f"COPY {TABLE} FROM STDIN") as copy:
                for start in range(0, len(rows), 1 << 20):
                    copy.write(rows[start : start + (1 << 20)])
            # The import's own commit checks the foreign keys; so does this.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        else:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {TABLE} VALUES ({marks})", rows)  # noqa: S608


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {TABLE}" if is_postgres() else "ANALYZE")


def _lines(rows: int, rounds: list[Round]) -> Iterator[str]:
    def middle(what: str, name: str) -> float:
        return float(statistics.median(getattr(r, what)[name] for r in rounds))

    counts = rounds[0].counts
    yield (
        f"{'PostgreSQL' if is_postgres() else 'SQLite'}: {rows:,} rows, {counts['new']:,} new, "
        f"{counts['duplicate']:,} duplicates dropped; medians of {len(rounds)} rounds"
    )
    for name in ("upload", "commit", "floor", "again", "undo"):
        yield (
            f"{name:>7}: {middle('wall', name):6.2f} s, {middle('cpu', name):6.2f} s of our processor, "
            f"peak {max(r.more_mb[name] for r in rounds):4.0f} MB more"
        )
    for title, names in (("commit", ["commit"]), ("upload + commit", ["upload", "commit"])):
        ratios = [sum(r.wall[name] for name in names) / r.wall["floor"] for r in rounds]
        yield f"{title} / floor: {statistics.median(ratios):.2f} ({', '.join(f'{r:.2f}' for r in ratios)})"
