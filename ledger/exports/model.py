"""What is exported, as values: the accounts and categories first, then row after row."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BookAccount:
    id: UUID
    name: str
    type: str
    currency: str
    opening_minor: int  # balance when the exported period begins; 0 where it is left out
    closed: bool

    @property
    def is_debt(self) -> bool:
        return self.type in ("credit_card", "loan")


@dataclass(frozen=True, slots=True)
class BookCategory:
    id: UUID
    path: tuple[str, ...]  # from the root of its tree, itself last
    is_income: bool


@dataclass(frozen=True, slots=True)
class Book:
    """What every row refers to. All dates of the export are on or after `starts_on`."""

    starts_on: date
    accounts: tuple[BookAccount, ...]
    categories: tuple[BookCategory, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One category's part of a row; a row that is not split has one."""

    amount_minor: int
    category_id: UUID | None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """The other side of a transfer. `exported`: it comes in this export as a row of its own."""

    account_id: UUID
    posted_on: date
    amount_minor: int
    currency: str
    is_pending: bool
    exported: bool


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    account_id: UUID
    account: str
    posted_on: date
    occurred_at: datetime | None
    amount_minor: int
    currency: str
    payee: str
    category: str
    memo: str
    statement_text: str
    external_id: str
    status: str
    tags: tuple[str, ...]
    parts: tuple[Part, ...]
    is_split: bool
    transfer_id: UUID | None
    other: Leg | None

    @property
    def is_pending(self) -> bool:
        return self.status == "pending"
