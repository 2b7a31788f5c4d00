"""Labelled files as rows in the order of time: CSV, or Parquet where pyarrow is installed.

Columns are found by name: an owner (user, customer_id…), an instant or day, an amount, a label
(fraud, is_fraud, tx_fraud); a payee (payee, merchant, terminal_id) and a category where there are.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from ledger import money
from security_monitor.engine.profiles import UNIX_DAY, Entry

SPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
NAMES = {
    "user": ("user", "user_id", "customer_id", "cc_num", "account"),
    "at": ("at", "occurred_at", "tx_datetime", "trans_ts", "trans_date_trans_time", "date", "posted_on"),
    "amount": ("amount", "tx_amount", "amt"),
    "fraud": ("fraud", "is_fraud", "tx_fraud", "label"),
    "payee": ("payee", "merchant", "terminal_id"),
    "category": ("category",),
    "scenario": ("tx_fraud_scenario", "scenario"),
}  # fmt: skip
OPTIONAL = {"payee", "category", "scenario"}


class Unreadable(ValueError):
    """Not a labelled file: the message names what is missing."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A payment and whether it was fraud. Amounts in files are positive; payments are outflows."""

    entry: Entry
    is_fraud: bool
    shop: str = ""  # the payee as the file names it, the same for all owners
    scenario: str = ""
    category: str = ""


def read(path: Path, currency: str = "EUR") -> list[Labelled]:
    """All rows, oldest first; rows of the same instant as they stand in the file."""
    rows = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    ids: dict[tuple[str, Any], UUID] = {}
    places = money.exponent(currency)
    found = [_labelled(row, n, currency, places, ids) for n, row in enumerate(rows)]
    found.sort(key=lambda row: (row.entry.instant or 0, row.entry.day))
    if not found:
        raise Unreadable("the file has no rows")
    return found


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = _columns(reader.fieldnames or ())
        for row in reader:
            yield {name: row[column] for name, column in columns.items()}


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    if not find_spec("pyarrow"):
        raise Unreadable("Parquet needs pyarrow: pip install pyarrow, or make it a CSV")
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    columns = _columns(file.schema_arrow.names)
    for batch in file.iter_batches(50_000, columns=list(columns.values())):
        for row in batch.to_pylist():
            yield {name: row[column] for name, column in columns.items()}


def _columns(there: Iterable[str]) -> dict[str, str]:
    by_lower = {name.lower(): name for name in there}
    found = {}
    for name, spellings in NAMES.items():
        column = next((by_lower[s] for s in spellings if s in by_lower), None)
        if column is not None:
            found[name] = column
        elif name not in OPTIONAL:
            raise Unreadable(f"no column for {name}: call it {' or '.join(spellings[:3])}")
    return found


def _labelled(
    row: dict[str, Any], number: int, currency: str, places: int, ids: dict[tuple[str, Any], UUID]
) -> Labelled:
    def known(kind: str, value: Any) -> UUID:
        key = (kind, value)
        if key not in ids:
            ids[key] = uuid5(SPACE, f"{kind} {value}")
        return ids[key]

    at = _instant(row["at"])
    minor = max(1, round(abs(float(row["amount"])) * 10**places))
    day = at.toordinal()
    entry = Entry(
        id=UUID(int=number + 1),
        user_id=known("user", row["user"]),
        account_id=known("account", row["user"]),
        currency=currency,
        exponent=places,
        amount_minor=-minor,
        day=day,
        month=at.year * 12 + at.month - 1,
        payee_id=known("payee", (row["user"], row["payee"]))
        if row.get("payee") not in (None, "")
        else None,
        category_id=known("category", (row["user"], row["category"]))
        if row.get("category")
        else None,
        instant=(day - UNIX_DAY) * 86_400 + at.hour * 3600 + at.minute * 60 + at.second,
        created_day=day,
    )
    is_fraud = str(row["fraud"]).strip().lower() in ("1", "true", "yes", "fraud")
    return Labelled(
        entry,
        is_fraud,
        str(row.get("payee") or ""),
        str(row.get("scenario") or ""),
        category=str(row.get("category") or ""),
    )


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return datetime.fromisoformat(str(value).strip())
