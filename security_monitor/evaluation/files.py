"""Labelled files as rows in the order of time: CSV, or Parquet where pyarrow is installed.

Columns are found by name: an owner (user, customer_id…), an instant or day, an amount, a label
(fraud, is_fraud, tx_fraud); a payee (payee, merchant, terminal_id) and a category where there are.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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
    "type": ("type",),  # income, where it is not an expense
    "book": ("book",),  # the account, where an owner has several
    "currency": ("currency",),
    "balance": ("balance",),  # of the account before the row
    "booked": ("booked",),  # the day it was entered
    "was": ("was",),  # the amount before an edit, and
    "edited": ("edited",),  # the day of the edit
    "denied": ("denied",),
}  # fmt: skip
OPTIONAL = NAMES.keys() - {"user", "at", "amount", "fraud"}


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
    balance_minor: int | None = None
    before: Entry | None = None  # as it stood before this edit
    edited_day: int = 0
    is_denied: bool = False


def read(path: Path, currency: str = "EUR") -> list[Labelled]:
    """All rows, oldest first; rows of the same instant as they stand in the file."""
    rows = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    ids = _Ids()
    found = [_labelled(row, n, currency, ids) for n, row in enumerate(rows)]
    found.sort(key=lambda row: (day_heard(row), row.entry.instant or 0))
    if not found:
        raise Unreadable("the file has no rows")
    return found


def day_heard(row: Labelled) -> int:
    """The day on which the program hears of a row: later than its own when entered or edited later."""
    return max(row.entry.day, row.entry.created_day, row.edited_day)


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


class _Ids:
    """Ids made of names, the same in every run."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, Any], UUID] = {}

    def of(self, kind: str, value: Any) -> UUID:
        key = (kind, value)
        if key not in self._made:
            self._made[key] = uuid5(SPACE, f"{kind} {value}")
        return self._made[key]


def _labelled(row: dict[str, Any], number: int, currency: str, ids: _Ids) -> Labelled:
    at, user = _instant(row["at"]), row["user"]
    currency = row.get("currency") or currency
    places = money.exponent(currency)
    day = at.toordinal()
    sign = 1 if row.get("type") == "income" else -1
    entry = Entry(
        id=UUID(int=number + 1),
        user_id=ids.of("user", user),
        account_id=ids.of("account", (user, row["book"]) if row.get("book") else user),
        currency=currency,
        exponent=places,
        amount_minor=sign * _minor(row["amount"], places),
        day=day,
        month=at.year * 12 + at.month - 1,
        payee_id=ids.of("payee", (user, row["payee"]))
        if row.get("payee") not in (None, "")
        else None,
        category_id=ids.of("category", (user, row["category"])) if row.get("category") else None,
        instant=(day - UNIX_DAY) * 86_400 + at.hour * 3600 + at.minute * 60 + at.second,
        created_day=_day(row.get("booked")) or day,
    )
    return Labelled(
        entry,
        is_fraud=str(row["fraud"]).strip().lower() in ("1", "true", "yes", "fraud"),
        shop="" if row.get("payee") is None else str(row["payee"]),
        scenario=str(row.get("scenario") or ""),
        category=str(row.get("category") or ""),
        balance_minor=_minor(row["balance"], places) if row.get("balance") else None,
        before=replace(entry, amount_minor=sign * _minor(row["was"], places))
        if row.get("was")
        else None,
        edited_day=_day(row.get("edited")),
        is_denied=str(row.get("denied") or "") == "1",
    )


def _minor(amount: Any, places: int) -> int:
    return max(1, round(abs(float(amount)) * 10**places))


def _day(value: Any) -> int:
    return _instant(value).toordinal() if value else 0


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return datetime.fromisoformat(str(value).strip())
