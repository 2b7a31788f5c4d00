"""A simulated row, and the file that `evaluate_fraud` reads."""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import IO


@dataclass(slots=True)
class Row:
    """One payment as a labelled file tells it. amount is positive; type says which way it went."""

    user: str
    at: datetime
    amount: float
    payee: str
    category: str = ""
    type: str = "expense"
    fraud: int = 0
    scenario: str = ""
    book: str = "current"
    currency: str = "EUR"
    balance: float | None = None  # of the current account before the row
    booked: date | None = None
    was: float | None = None
    edited: date | None = None
    denied: int = 0

    @property
    def signed(self) -> float:
        return self.amount if self.type == "income" else -self.amount


def write(rows: Iterable[Row], file: IO[str]) -> int:
    """The rows as CSV; how many."""
    writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows:
        count += 1
        told = {name: value for name, value in asdict(row).items() if value is not None}
        for name in ("amount", "was", "balance"):
            if name in told:
                told[name] = f"{told[name]:.2f}"
        writer.writerow(told | {"at": row.at.isoformat(sep=" ")})
    return count
