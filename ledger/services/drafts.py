"""What callers ask the books to hold, before references are checked and amounts are exact."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

# A reference as clients give it: the id of an owned row, or a name that is found or made.
Reference = UUID | str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitDraft:
    amount: Decimal  # signed as its row
    category: Reference | None = None
    memo: str = ""


@dataclass(slots=True, kw_only=True)
class Draft:
    """One movement to post. `amount` is signed, in the account's currency."""

    account_id: UUID
    amount: Decimal
    posted_on: date
    occurred_at: datetime | None = None
    payee: Reference | None = None
    category: Reference | None = None
    memo: str = ""
    statement_text: str = ""
    external_id: str = ""
    fingerprint: str = ""
    status: str = "cleared"
    tags: tuple[Reference, ...] = ()
    splits: tuple[SplitDraft, ...] = ()
    transfer_id: UUID | None = None
    import_batch_id: UUID | None = None
    pointer: str = ""  # where it stood in the request, for refusals


@dataclass(slots=True, kw_only=True)
class Change:
    """An edit of one row: only the named fields change. Values as in Draft."""

    id: UUID
    fields: dict[str, Any] = field(default_factory=dict)
    expected_seq: int | None = None  # from If-Match; None: last writer wins
    pointer: str = ""
