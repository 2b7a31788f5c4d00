"""Labelled histories to try the learner on: tables of rows with categories, postings, the demo. Pure."""

import csv
import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

from ledger.demo.story import Story
from ledger.learning_features import Example

ROLES = {
    "date": ("date", "posted_on", "booking_date"),
    "label": ("category", "label", "category_name"),
    "payee": ("payee", "payee_name", "merchant"),
    "text": ("description", "statement_text", "narration", "memo"),
    "amount": ("amount", "usd", "value"),
    "account": ("account", "account_name"),
    "user": ("user", "user_id"),
    "id": ("id", "external_id"),
}
OPENING = "Opening Balance"  # a row that opens the books is nobody's choice
AMOUNT = re.compile(r"-?(?:\d{1,3}(?:[ ,]\d{3})+|\d+)(?:\.\d+)?$")
DEMO_MONTHS = 36


class Unreadable(ValueError):
    """The file has no table of labelled rows; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A row and what its owner called it."""

    row: Example
    label: str


@dataclass(frozen=True, slots=True)
class History:
    """One person's lessons, oldest first; those of one day as they came."""

    person: str
    lessons: tuple[Lesson, ...]


def read_histories(path: Path) -> list[History]:
    """Every person's history in a CSV file (also gzipped): one person unless it has a user column.

    Needs a date, an amount, a category or label, and a payee or a text; or postings, several a
    transaction, from which the row of the own account and its largest other side are made.
    """
    with _opened(path) as lines:
        table = csv.DictReader(lines)
        names = [name.strip().lower() for name in table.fieldnames or ()]
        table.fieldnames = names
        rows = _legs(table) if {"txn", "account", "usd"} <= set(names) else iter(table)
        columns = {
            role: next((name for name in known if name in names), "")
            for role, known in ROLES.items()
        }
        if {"txn", "account", "usd"} <= set(names):
            columns["label"] = "label"
        lacking = [role for role in ("date", "label", "amount") if not columns[role]]
        if lacking or not (columns["payee"] or columns["text"]):
            raise Unreadable(f"{path.name} has no column for {', '.join(lacking or ['payee'])}.")
        return _histories(rows, columns)


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _histories(rows: Iterable[dict[str, str]], columns: dict[str, str]) -> list[History]:
    people: dict[str, list[Lesson]] = {}
    seen: set[str] = set()
    for row in rows:
        said = {
            role: (row.get(name) or "").strip() if name else "" for role, name in columns.items()
        }
        if not said["label"] or said["label"] == OPENING or (said["id"] and said["id"] in seen):
            continue
        seen.add(said["id"])
        example = Example(
            said["payee"],
            said["text"],
            minor(said["amount"]),
            said["account"],
            date.fromisoformat(said["date"][:10]),
        )
        people.setdefault(said["user"], []).append(Lesson(example, said["label"]))
    return [_in_time(person, lessons) for person, lessons in people.items()]


def _in_time(person: str, lessons: list[Lesson]) -> History:
    return History(person, tuple(sorted(lessons, key=lambda lesson: lesson.row.posted_on)))


def minor(text: str) -> int:
    """Hundredths of an amount that may have blanks or words before it; 0 where there is none."""
    found = AMOUNT.search(text.strip())
    return round(float(re.sub(r"[ ,]", "", found[0])) * 100) if found else 0


def _legs(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Each transaction's own leg, labelled by its largest expense or income."""
    transactions: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        transactions.setdefault((row["user"], row["txn"]), []).append(row)
    for legs in transactions.values():
        own = [leg for leg in legs if leg["account"].startswith(("Assets", "Liabilities"))]
        other = [leg for leg in legs if leg["account"].startswith(("Expenses", "Income"))]
        if own and other:
            largest = max(other, key=lambda leg: abs(float(leg["usd"])))
            yield {**own[0], "label": largest["account"]}


def demo_history(today: date, seed: int = 7) -> History:
    """The demo household's story, with the words it is booked with."""
    lessons = [
        Lesson(Example(told.payee, told.memo, told.minor, told.account, told.on), told.category)
        for month in Story(today=today, months=DEMO_MONTHS, seed=seed).months_told()
        for told in month
        if told.category and not told.to
    ]
    return _in_time("demo", lessons)
