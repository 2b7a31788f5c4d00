"""A double-entry journal as values, whichever program wrote it. Values only.

Signs are a journal's: money that comes into an account is +, what is earned is -.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledger.statements.model import BadRow

OWN, INCOME, EXPENSE, EQUITY = "own", "income", "expense", "equity"


@dataclass(slots=True)
class Posting:
    account: str  # full name, parts between colons
    amount: Decimal
    commodity: str  # an ISO 4217 code where it is money, else as the journal names it
    worth: Decimal | None = None  # what the whole amount was exchanged for, signed as the amount
    worth_in: str = ""
    is_held: bool = False  # kept at its cost: a security, whatever its name
    memo: str = ""
    is_pending: bool = False
    id: str = ""

    @property
    def weight(self) -> tuple[Decimal, str]:
        """What the posting counts for in the balance of its entry."""
        return (self.amount, self.commodity) if self.worth is None else (self.worth, self.worth_in)


@dataclass(slots=True)
class Entry:
    line: int
    on: date
    postings: list[Posting] = field(default_factory=list)
    payee: str = ""
    memo: str = ""
    tags: tuple[str, ...] = ()
    id: str = ""  # unique in the file and stable, or ""


@dataclass(slots=True)
class JournalAccount:
    """One account of a journal. `shown` is the name its owner gave it, where that is not its path."""

    kind: str  # OWN, INCOME, EXPENSE or EQUITY
    type: str = ""  # as Statement.account_type
    shown: str = ""


@dataclass(slots=True)
class Journal:
    format: str
    encoding: str = "utf-8"
    accounts: dict[str, JournalAccount] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)  # what was not read, and how often
