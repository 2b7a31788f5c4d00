"""What a bank file says, in our words. Values only: no database, no clock, no account of ours.

Every reader of this package turns bytes into a `ParsedFile`. A row that cannot be
understood becomes a `BadRow` that names its line; a file that cannot be understood
at all raises `UnreadableFile`. Nothing is dropped in silence.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

ROWS_MAX = (
    500_000  # A household's whole history is a tenth of this; past it the file is not a statement.
)
TEXT_MAX = 500  # Longest payee, memo or statement text that is kept of a row.


class UnreadableFile(ValueError):
    """The file as a whole cannot be read. `code` is stable, `str()` tells the owner what to do."""

    def __init__(self, code: str, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.line = line


@dataclass(frozen=True, slots=True)
class SplitPart:
    """One part of a row that the file itself splits. Amount signed as the row's."""

    amount: Decimal
    category: str = ""
    memo: str = ""
    transfer_account: str = ""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One booking. `amount` is signed (inflow +, outflow -), exact, in `currency`."""

    line: int  # 1-based line of the file where the row starts
    posted_on: date
    amount: Decimal
    payee: str = ""  # the counterparty as the bank names it
    memo: str = ""  # purpose, remittance information, the owner's note
    statement_text: str = ""  # the raw text the bank printed, for matching and rules
    currency: str = ""  # ISO 4217, where the row or its statement says so
    external_id: str = ""  # the bank's own id of the booking; "" where it gives none that is unique
    occurred_at: datetime | None = (
        None  # when it happened, where the file says (aware, or naive local)
    )
    pending: bool = False
    category: str = ""  # a category name the file carries (QIF, CSV)
    tags: tuple[str, ...] = ()
    account: str = ""  # for files that mix accounts: the row's own account name or number
    transfer_account: str = ""  # the other own account, where the file says it is a transfer
    transfer_id: str = ""  # the same on both legs of a transfer, and nowhere else in the file
    splits: tuple[SplitPart, ...] = ()
    running_balance: Decimal | None = (
        None  # balance after the row, where the file has such a column
    )


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read, shown to the owner with its line and the reason."""

    line: int
    code: str  # stable: unreadable_date, unreadable_amount, missing_amount, missing_date, too_few_columns…
    message: str
    text: str = ""  # what stood there, cut to 200 characters


@dataclass(frozen=True, slots=True)
class Balance:
    on: date
    amount: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One account's part of a file."""

    rows: tuple[StatementRow, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    account_id: str = ""  # IBAN, account number or name as the file gives it
    account_type: str = ""  # checking, savings, credit_card, cash, investment, loan, other or ""
    bank_id: str = ""
    currency: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFile:
    format: (
        str  # ofx, qif, camt, mt940, csv; gnucash, hledger, beancount, firefly, ynab, mint, actual
    )
    statements: tuple[Statement, ...]
    encoding: str = "utf-8"
    # How a guessed layout was read, so that the owner can see, correct and save it.
    # CSV: {"delimiter", "header_line", "columns": {role: column name or number}, "date_format",
    #       "decimal_mark", "confidence": 0..1, ...}; other formats: {} or {"date_order": …}.
    # Another program's books: {"categories": [{"name", "parent", "kind": income or expense}], parents
    #       first, names all different; "openings": [{"account", "line", "on", "amount"}], the rows
    #       that are no movement of money but what an account began with}.
    mapping: dict[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[StatementRow, ...]:
        return tuple(row for statement in self.statements for row in statement.rows)

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        return tuple(row for statement in self.statements for row in statement.bad_rows)
