"""Rows of a file made ready for the books: exact, cut to the columns, with an account."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import InvalidOperation
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.errors import Reason as Common
from ledger import money
from ledger.errors import Reason
from ledger.rules import Reason as RuleReason
from ledger.services.drafts import Draft, SplitDraft
from ledger.services.import_accounts import Destination, Routes
from ledger.services.import_text import instant, name_of, short_id, storable
from ledger.services.posting import FIRST_DAY, last_day
from ledger.statements.model import ParsedFile, Statement, StatementRow
from ledger.suggesting import Suggestion

PAYEE_MAX = 200
NAME_MAX = 100
TAG_MAX = 60
WORDS_MAX = 500
# "Transfer to Savings", and "Transfer : Savings" as YNAB writes it: an account's name follows.
TRANSFER = re.compile(r"^transfer\s*(?:to|from)?\s*:?\s+(?P<name>\S.*)$", re.IGNORECASE)


@dataclass(slots=True)
class Candidate:
    """One row of the file on its way into the books."""

    position: int
    row: StatementRow
    destination: Destination
    amount_minor: int = 0
    code: str = ""  # why it cannot be booked
    message: str = ""
    payee: str = ""
    known_as: str = ""  # the payee in the owner's books, by an alias or a rule
    memo: str = ""
    statement_text: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    external_id: str = ""
    other_account: str | None = None  # key of the own account that it names as the other side
    splits: tuple[SplitDraft, ...] = field(default=())
    # What rules made of it: those that it met, the status they set, the account they see behind it.
    reasons: tuple[RuleReason, ...] = ()
    ruled_status: str = ""
    transfer_to: str = ""
    suggestion: Suggestion | None = None  # from the owner's history; booked where it is to be taken
    takes_suggestion: bool = False

    @property
    def status(self) -> str:
        return self.ruled_status or ("pending" if self.row.pending else "cleared")

    @property
    def suggested(self) -> UUID | None:
        """The category that a suggestion puts on the row."""
        if not self.takes_suggestion or self.suggestion is None:
            return None
        assert isinstance(self.suggestion.category, UUID)
        return self.suggestion.category

    # What identification asks of it, as `ledger.matching_rows.Incoming`.

    @property
    def account(self) -> str:
        return self.destination.key

    @property
    def posted_on(self) -> date:
        return self.row.posted_on

    @property
    def named(self) -> str:
        return self.payee or self.memo or self.statement_text

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.memo, self.statement_text) if self.memo or self.statement_text else ()

    @property
    def pending(self) -> bool:
        return self.row.pending

    def draft(
        self, *, zone: ZoneInfo, batch_id: UUID, external_id: str, fingerprint: str,
        transfer_id: UUID | None,
    ) -> Draft:  # fmt: skip
        """What `post` books. A leg of a transfer is neither income nor spending: no category."""
        assert self.destination.account is not None, "accounts are made before their rows"
        is_leg = transfer_id is not None
        return Draft(
            account_id=self.destination.account.id,
            amount=money.from_minor(self.amount_minor, self.destination.currency),
            posted_on=self.row.posted_on,
            occurred_at=instant(self.row.occurred_at, zone),
            payee=self.payee or None,
            category=None if is_leg else (self.suggested or self.category or None),
            memo=self.memo,
            statement_text=self.statement_text,
            external_id=external_id,
            fingerprint=fingerprint,
            status=self.status,
            tags=self.tags,
            splits=() if is_leg else self.splits,
            transfer_id=transfer_id,
            import_batch_id=batch_id,
            pointer=f"/rows/{self.row.line}",
        )


def candidates_of(parsed: ParsedFile, routes: Routes) -> list[Candidate]:
    """Every readable row, in file order; what cannot be booked carries its code and sentence."""
    found: list[Candidate] = []
    until = last_day()
    for statement in parsed.statements:
        for row in statement.rows:
            candidate = Candidate(len(found), row, routes.of(row, statement))
            _fill(candidate, routes)
            _check(candidate, statement)
            if not candidate.code and not FIRST_DAY <= row.posted_on <= until:
                _invalid(candidate, Reason.DATE_OUT_OF_RANGE)
            found.append(candidate)
    return found


def _fill(candidate: Candidate, routes: Routes) -> None:
    row = candidate.row
    candidate.payee = name_of(row.payee, PAYEE_MAX)
    candidate.memo = storable(row.memo).strip()[:WORDS_MAX]
    candidate.statement_text = storable(row.statement_text).strip()[:WORDS_MAX]
    candidate.category = name_of(row.category, NAME_MAX)
    if row.tags:
        tags = (name_of(tag, TAG_MAX) for tag in row.tags)
        candidate.tags = tuple(tag for tag in tags if tag)
    candidate.external_id = short_id(storable(row.external_id).strip())
    named = row.transfer_account
    if not named and not row.category and (match := TRANSFER.match(candidate.payee)):
        named = match["name"]
    if named:
        candidate.other_account = routes.named(named)
        if candidate.other_account == candidate.destination.key:
            candidate.other_account = None  # Quicken names the account itself at its opening.
    if row.transfer_account and not candidate.memo:
        candidate.memo = f"[{storable(row.transfer_account)}]"[:WORDS_MAX]


def _check(candidate: Candidate, statement: Statement) -> None:
    row, currency = candidate.row, candidate.destination.currency
    said = (row.currency or statement.currency).upper()
    account = candidate.destination.account
    if account is not None and account.closed:
        return _invalid(candidate, Reason.ACCOUNT_IS_CLOSED)
    if said and said != currency:
        message = f"This row is in {said}, the account {candidate.destination.shown} in {currency}."
        return _invalid(candidate, Reason.CURRENCY_DIFFERS, message)
    try:
        candidate.amount_minor = money.to_minor(row.amount, currency)
        parts = [money.to_minor(part.amount, currency) for part in row.splits]
    except money.TooManyDecimals:
        places = money.exponent(currency)
        message = f"{row.amount} has more than the {places} decimals of {currency}."
        return _invalid(candidate, Common.TOO_MANY_DECIMALS, message)
    except money.AmountTooLarge:
        return _invalid(candidate, Common.AMOUNT_TOO_LARGE)
    except (InvalidOperation, ValueError):
        return _invalid(candidate, Common.INVALID_AMOUNT)
    if parts and sum(parts) == candidate.amount_minor:
        candidate.splits = _splits(row)
    elif parts:
        _invalid(candidate, Reason.SPLITS_MUST_SUM)
    return None


def _splits(row: StatementRow) -> tuple[SplitDraft, ...]:
    return tuple(
        SplitDraft(
            amount=part.amount,
            category=name_of(part.category, NAME_MAX) or None,
            memo=storable(
                part.memo or (f"[{part.transfer_account}]" if part.transfer_account else "")
            )[:WORDS_MAX],
        )
        for part in row.splits
    )


def _invalid(candidate: Candidate, reason: Reason | Common, message: str = "") -> None:
    candidate.code, candidate.message = str(reason.value), message or str(reason.label)
