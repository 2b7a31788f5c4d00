"""What identification takes and gives: rows of a file, rows of the books, decisions. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from ledger import naming


class Kind(StrEnum):
    NEW = "new"
    DUPLICATE = "duplicate"
    UPDATED = "updated"
    MATCHED = "matched"
    SKIPPED_DELETED = "skipped_deleted"
    INVALID = "invalid"
    SKIPPED = "skipped"  # by the word of the owner, at commit or by a rule
    OPENING = "opening"  # what its account began with: a balance, no movement of money


class By(StrEnum):
    """What a decision rests on. ANY_PAYEE is the one that may be wrong: amount and week alone."""

    NOTHING = ""
    EXTERNAL_ID = "external_id"
    FINGERPRINT = "fingerprint"
    TEXT = "text"
    SAME_PAYEE = "same_payee"
    ANY_PAYEE = "any_payee"
    REPEATED = "repeated"
    RULE = "rule"  # a rule of the owner's says to ignore it


class Incoming(Protocol):
    """One row of the file, in the bank's words."""

    @property
    def account(self) -> str:
        """The text of the account's id."""

    @property
    def posted_on(self) -> date: ...

    @property
    def amount_minor(self) -> int: ...

    @property
    def named(self) -> str:
        """The payee as the bank names it; memo or statement text where it names nobody."""

    @property
    def known_as(self) -> str:
        """The payee's name in the owner's books, where an alias leads to one."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Memo and statement text."""

    @property
    def external_id(self) -> str: ...

    @property
    def pending(self) -> bool: ...

    @property
    def code(self) -> str:
        """The code of what is wrong with the row."""


@dataclass(frozen=True, slots=True)
class Held:
    """One row of the books, or one that the owner deleted."""

    id: UUID
    account: str
    posted_on: date
    amount_minor: int
    payee: str = ""
    texts: tuple[str, ...] = ()
    external_id: str = ""
    fingerprint: str = ""
    status: str = "cleared"
    deleted: bool = False

    @property
    def is_the_banks(self) -> bool:
        """Whether a bank file brought it, or was matched with it, before."""
        return bool(self.external_id or self.fingerprint)

    @property
    def is_waiting(self) -> bool:
        """A pending row of the bank's, which its booking will replace."""
        return self.status == "pending" and self.is_the_banks


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one row. `fields` are the columns of row `id` that the bank sets."""

    kind: Kind
    id: UUID | None = None
    fields: tuple[str, ...] = ()
    fingerprint: str = ""
    external_id: str = ""  # the id that counts: "" where the file or the books use it for another
    by: By = By.NOTHING
    repeats: int | None = None  # position of the row of this file that it repeats
    code: str = ""

    @property
    def is_doubtful(self) -> bool:
        """Whether it rests on amount and week alone: the owner should look at it."""
        return self.by == By.ANY_PAYEE


Family = tuple[str, date, int, str]  # account, day, amount, payee key: rows that look alike


@lru_cache(maxsize=20_000)
def payee_key(name: str) -> str:
    """What makes two names of one payee the same: its words, whatever is between them."""
    folded = naming.key(name)
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    return " ".join(words) or folded


def fingerprint(
    account: str, posted_on: date, amount_minor: int, payee: str, occurrence: int
) -> str:
    """32 hex digits of the meaning of a row: no column, no mapping, no format is part of it."""
    return mark_of((account, posted_on, amount_minor, payee_key(payee)), occurrence)


def mark_of(family: Family, occurrence: int) -> str:
    account, posted_on, amount_minor, key = family
    parts = (account, posted_on.isoformat(), str(amount_minor), key, str(occurrence))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
