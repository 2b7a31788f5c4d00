"""How well standing charges are found in a labelled history. Pure: a table of postings in, counts out.

The label of a payment is its expense account. What stands is said by people, once, in STANDING:
rent, electricity, telephone, internet, bank fees. Everything else is everyday life.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from insights.subscriptions import Payment, find

STANDING = ("rent", "electricity", "internet", "phone", "fees", "insurance", "subscription")
OWN = ("Assets", "Liabilities")
PAYMENTS_MAX = 40


class Unreadable(ValueError):
    """The file is no table of postings."""


@dataclass(frozen=True, slots=True)
class Payee:
    """One payee of one person, and whether it is a standing bill by its label."""

    person: str
    name: str
    label: str
    payments: tuple[Payment, ...]

    @property
    def is_standing(self) -> bool:
        return any(word in self.label.lower().split(":")[-1] for word in STANDING)


@dataclass(frozen=True, slots=True)
class Score:
    """right: standing and found; false: found and not standing; missed: standing and not found."""

    right: tuple[Payee, ...]
    false: tuple[Payee, ...]
    missed: tuple[Payee, ...]
    judged: int

    @property
    def precision(self) -> float:
        return len(self.right) / max(1, len(self.right) + len(self.false))

    @property
    def recall(self) -> float:
        return len(self.right) / max(1, len(self.right) + len(self.missed))


def read_payees(path: Path) -> list[Payee]:
    """The payees of a CSV of postings: user, date, txn, payee, account, usd (expenses positive)."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or not {"user", "date", "txn", "payee", "account", "usd"} <= rows[0].keys():
        raise Unreadable(f"{path.name} has no columns user, date, txn, payee, account, usd.")
    return _payees(rows)


def _payees(rows: Iterable[dict[str, str]]) -> list[Payee]:
    transactions: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        transactions[row["user"], row["txn"]].append(row)
    found: dict[tuple[str, str], list[tuple[str, Payment]]] = defaultdict(list)
    for (person, _), legs in transactions.items():
        out = [leg for leg in legs if leg["account"].startswith(OWN) and Decimal(leg["usd"]) < 0]
        spent = [leg for leg in legs if leg["account"].startswith("Expenses")]
        if len(out) == 1 and spent and out[0]["payee"]:
            label = max(spent, key=lambda leg: Decimal(leg["usd"]))["account"]
            minor = int(-100 * Decimal(out[0]["usd"]))
            payment = Payment(date.fromisoformat(out[0]["date"]), minor)
            found[person, out[0]["payee"]].append((label, payment))
    payees = []
    for (person, name), told in sorted(found.items()):
        labels = [label for label, _ in told]
        label = max(set(labels), key=labels.count)
        payees.append(Payee(person, name, label, tuple(payment for _, payment in told)))
    return payees


def judge(payees: Iterable[Payee], today: date) -> Score:
    """Find what stands on a day, from what the program would read of it: the latest payments."""
    right: list[Payee] = []
    false: list[Payee] = []
    missed: list[Payee] = []
    judged = 0
    for payee in payees:
        known = sorted((p for p in payee.payments if p.on <= today), key=lambda p: p.on)
        if not known:
            continue
        judged += 1
        is_found = bool(find(known[-PAYMENTS_MAX:]))
        if is_found:
            (right if payee.is_standing else false).append(payee)
        elif payee.is_standing and len(known) >= 3:
            missed.append(payee)
    return Score(tuple(right), tuple(false), tuple(missed), judged)
