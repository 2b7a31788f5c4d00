"""CAMT.052, .053 and .054, versions 1 to 13, plain or several in a ZIP archive."""

from dataclasses import dataclass, field
from datetime import date

from ledger.statements.agreement import balance_warnings, with_unique_ids
from ledger.statements.camt_entry import (
    Account,
    BadEntry,
    booked_on,
    day_of,
    rows_of,
    signed_amount,
    status_of,
)
from ledger.statements.camt_file import xml_documents
from ledger.statements.camt_xml import Node, Start, declared_encoding, parts_of
from ledger.statements.model import (
    ROWS_MAX,
    BadRow,
    Balance,
    ParsedFile,
    Statement,
    StatementRow,
    UnreadableFile,
)
from ledger.statements.text import decode, one_line

BAD_TEXT_MAX = 200

# Interim balances are those of an intraday report; the previous day's closing opens the next.
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD", "ITBD")
_ACCOUNT_TYPES = {
    "CACC": "checking",
    "CASH": "checking",
    "TRAN": "checking",
    "SVGS": "savings",
    "CARD": "credit_card",
    "LOAN": "loan",
}


@dataclass(slots=True)
class _Draft:
    """A statement while its parts arrive."""

    account: Account = field(default_factory=Account)
    account_type: str = ""
    bank: str = ""
    currency: str = ""
    created_on: date | None = None
    stated_on: date | None = None  # the day of a closing balance, also of one that is unreadable
    balances: dict[str, Balance] = field(default_factory=dict)
    entries_declared: int | None = None
    entries: int = 0
    only_information: int = 0
    rows: list[StatementRow] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def balance(self, codes: tuple[str, ...]) -> Balance | None:
        return next((self.balances[code] for code in codes if code in self.balances), None)


def read_camt(data: bytes) -> ParsedFile:
    """Reads every statement, report and notification of a CAMT file or of a ZIP of them.

    Rows are dated by BookgDt, else ValDt. A batch becomes one row per payment where the
    payments' amounts sum to the entry. `external_id` is the bank's reference (AcctSvcrRef).
    Raises UnreadableFile (`not_camt`, `not_xml`, `forbidden_doctype`, `archive_too_large`…).
    """
    drafts: list[_Draft] = []
    encoding = ""
    for name, document in xml_documents(data):
        try:
            text, encoding = decode(document, declared_encoding(document))
            drafts += _drafts(text, sum(len(draft.rows) for draft in drafts))
        except UnreadableFile as error:
            if not name:
                raise
            message = f"“{name}” in the archive: {error}"
            raise UnreadableFile(error.code, message, line=error.line) from error
    statements = with_unique_ids([_statement(draft) for draft in drafts])
    return ParsedFile("camt", statements, encoding)


def _drafts(text: str, rows_before: int) -> list[_Draft]:
    drafts: list[_Draft] = []
    count = rows_before
    for part in parts_of(text):
        if isinstance(part, Start):
            drafts.append(_Draft())
            continue
        draft = drafts[-1]
        before = len(draft.rows) + len(draft.bad_rows)
        _take(part, draft)
        count += len(draft.rows) + len(draft.bad_rows) - before
        if count > ROWS_MAX:
            message = f"The file holds more than {ROWS_MAX} bookings."
            raise UnreadableFile("too_many_bookings", message, line=part.line)
    return drafts


def _take(part: Node, draft: _Draft) -> None:
    if part.name == "Ntry":
        _take_entry(part, draft)
    elif part.name == "Bal":
        _take_balance(part, draft)
    elif part.name == "Acct":
        number = part.words("Id/IBAN", "Id/Othr/Id", "Id/PrtryAcct/Id", "Id/BBAN")
        draft.account = Account(one_line(number), part.words("Ownr/Nm", "Ownr/Pty/Nm"))
        draft.account_type = _ACCOUNT_TYPES.get(part.words("Tp/Cd", "Tp").upper(), "")
        bank = "Svcr/FinInstnId"
        draft.bank = part.words(f"{bank}/BICFI", f"{bank}/BIC", f"{bank}/CmbndId/BIC")
        draft.currency = part.words("Ccy").upper()
    elif part.name == "CreDtTm":
        draft.created_on = day_of(part.text)
    elif part.name == "TxsSummry":
        declared = part.words("TtlNtries/NbOfNtries")
        draft.entries_declared = (
            int(declared) if declared.isdecimal() and len(declared) < 9 else None
        )


def _take_balance(part: Node, draft: _Draft) -> None:
    """Keeps the first balance of a kind; an unreadable one that we need becomes a warning."""
    code = part.words("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd").upper()
    if code not in _OPENING + _CLOSING:
        return
    on = day_of(part.words("Dt/Dt", "Dt/DtTm", "Dt"))
    amount = part.first("Amt")
    if code in _CLOSING:
        draft.stated_on = draft.stated_on or on
    try:
        value = signed_amount(part)
    except BadEntry as error:
        draft.warnings.append(f"Line {part.line}: the balance {code} is unreadable: {error}")
        return
    currency = amount.currency if amount else ""
    if draft.currency and currency and currency != draft.currency:
        return  # An account in several currencies has a balance in each; ours is the account's.
    if on is None:
        draft.warnings.append(f"Line {part.line}: the balance {code} has no date.")
        return
    draft.balances.setdefault(code, Balance(on, value, currency))


def _take_entry(part: Node, draft: _Draft) -> None:
    draft.entries += 1
    if status_of(part) == "INFO":
        draft.only_information += 1
        return
    closing = draft.balance(_CLOSING)
    fallback_on = closing.on if closing else draft.stated_on or draft.created_on
    try:
        if booked_on(part) is None and fallback_on:
            draft.warnings.append(
                f"Line {part.line}: the entry has no date, it is dated {fallback_on} "
                "like its statement."
            )
        draft.rows += rows_of(part, draft.account, fallback_on)
    except BadEntry as error:
        text = part.words("AddtlNtryInf", "NtryDtls/TxDtls/RmtInf/Ustrd", "AcctSvcrRef", "Amt")
        draft.bad_rows.append(
            BadRow(part.line, error.code, str(error), one_line(text)[:BAD_TEXT_MAX])
        )


def _statement(draft: _Draft) -> Statement:
    opening, closing = draft.balance(_OPENING), draft.balance(_CLOSING)
    currencies = {row.currency for row in draft.rows if row.currency}
    stated = next((found.currency for found in (opening, closing) if found and found.currency), "")
    currency = draft.currency or stated or (currencies.pop() if len(currencies) == 1 else "")
    return Statement(
        rows=tuple(draft.rows),
        bad_rows=tuple(draft.bad_rows),
        account_id=draft.account.number,
        account_type=draft.account_type,
        bank_id=one_line(draft.bank),
        currency=currency,
        opening=opening,
        closing=closing,
        warnings=(
            *draft.warnings,
            *balance_warnings(opening, closing, draft.rows),
            *_counts(draft),
        ),
    )


def _counts(draft: _Draft) -> list[str]:
    warnings = []
    declared = draft.entries_declared
    if declared is not None and declared != draft.entries:
        warnings.append(f"The file counts {declared} entries, but holds {draft.entries}.")
    if draft.only_information:
        warnings.append(
            f"{draft.only_information} entries are for information only (status INFO): "
            "the bank has not booked them, and they were left out."
        )
    return warnings
