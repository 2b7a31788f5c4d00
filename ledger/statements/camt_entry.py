"""One CAMT entry (Ntry) as rows: its sign, its dates, whom it was with, and when it is a batch."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.statements.agreement import is_reference
from ledger.statements.camt_xml import Node
from ledger.statements.model import StatementRow
from ledger.statements.text import AMOUNT_DIGITS_MAX, one_line

ENTRY_REFERENCE_MIN = 16  # A shorter NtryRef is a number within the statement, or the payee's.

_DECIMAL = re.compile(r"\+?([0-9]{0,18})(?:\.([0-9]{0,18}))?")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.:,][0-9]+)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
# Where a transaction of an entry states its own amount, best first.
_OWN_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
_MOMENTS = ("RltdDts/TxDtTm", "RltdDts/AccptncDtTm")
_NOT_BOOKED = frozenset({"PDNG", "FUTR"})


class BadEntry(ValueError):
    """An entry that cannot be read; `code` is the BadRow's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Account:
    """Whose statement it is: what tells the counterparty from the owner."""

    number: str = ""
    owner: str = ""


def status_of(entry: Node) -> str:
    """BOOK, PDNG, INFO, FUTR; "" where the bank says nothing. Versions differ in the wrapping."""
    return entry.words("Sts/Cd", "Sts/Prtry", "Sts").upper()


def rows_of(entry: Node, account: Account, fallback_on: date | None) -> list[StatementRow]:
    """The rows of one entry: one per transaction where their amounts explain it, else one.

    `fallback_on` dates an entry that carries no date itself. Raises BadEntry.
    """
    amount = signed_amount(entry)
    posted_on = booked_on(entry) or fallback_on
    if posted_on is None:
        raise BadEntry("missing_date", "This entry has neither a booking date nor a value date.")
    transactions = entry.all("NtryDtls/TxDtls") + entry.all("TxDtls")
    shares = _shares(entry, amount, transactions)
    if shares:
        names = _names_within(entry, transactions)
        return [
            _row(entry, [one], share, posted_on, account, name)
            for one, share, name in zip(transactions, shares, names, strict=True)
        ]
    name = _reference(entry) or (_reference(transactions[0]) if len(transactions) == 1 else "")
    return [_row(entry, transactions, amount, posted_on, account, name)]


def signed_amount(node: Node) -> Decimal:
    """Amt with the sign of CdtDbtInd. RvslInd does not turn it: ISO 20022 has CdtDbtInd say which
    way the money of this entry went, reversal or not. Raises BadEntry."""
    amount = node.first("Amt")
    if amount is None or not amount.text.strip():
        raise BadEntry("missing_amount", "This entry has no amount.")
    value = _decimal(amount.text)
    if value is None:
        message = f"“{one_line(amount.text)[:60]}” is not an amount."
        raise BadEntry("unreadable_amount", message)
    return value * _direction(node)


def _decimal(text: str) -> Decimal | None:
    match = _DECIMAL.fullmatch(text.strip())
    if match is None:
        return None
    whole, fraction = match[1], match[2] or ""
    digits = len((whole + fraction).lstrip("0"))
    if not whole + fraction or digits > AMOUNT_DIGITS_MAX:
        return None
    return Decimal(f"{whole or 0}.{fraction}" if fraction else whole)


def _direction(node: Node) -> int:
    side = node.words("CdtDbtInd").upper()
    if side not in ("CRDT", "DBIT"):
        raise BadEntry("missing_sign", "This entry does not say whether it is a credit or a debit.")
    return 1 if side == "CRDT" else -1


def day_of(text: str) -> date | None:
    """The day that an ISO date or moment prints, in the bank's own zone."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def moment_of(text: str) -> datetime | None:
    match = _MOMENT.fullmatch(text.strip())
    try:
        return datetime.fromisoformat(match[1] + (match[2] or "")) if match else None
    except ValueError:
        return None


def booked_on(entry: Node) -> date | None:
    """Booking date, else value date, else a date of the transaction itself."""
    paths = ["BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"]
    for where in ("NtryDtls/TxDtls/RltdDts", "TxDtls/RltdDts"):
        paths += [f"{where}/{name}" for name in ("TxDtTm", "AccptncDtTm", "IntrBkSttlmDt")]
    found = [day for path in paths for node in entry.all(path) if (day := day_of(node.text))]
    if not found and (bad := entry.words(*paths)):
        raise BadEntry("unreadable_date", f"“{one_line(bad)[:60]}” is not a date.")
    return found[0] if found else None


def _shares(entry: Node, amount: Decimal, transactions: list[Node]) -> list[Decimal]:
    """What each transaction of a batch moved, where that sums to the entry exactly; else [].

    Anything less than exact stays one row: charges or exchange in between would change the total.
    """
    total = entry.first("Amt")
    if len(transactions) < 2 or total is None:
        return []
    default = 1 if amount >= 0 else -1
    for path in _OWN_AMOUNTS:
        nodes = [one.first(path) for one in transactions]
        values = [_decimal(node.text) if node else None for node in nodes]
        same = all(node and node.currency in ("", total.currency) for node in nodes)
        signs = [_sign_or(one, default) for one in transactions]
        shares = [
            value * sign for value, sign in zip(values, signs, strict=True) if value is not None
        ]
        if same and len(shares) == len(values) and sum(shares, Decimal(0)) == amount:
            return shares
    return []


def _sign_or(transaction: Node, default: int) -> int:
    return {"CRDT": 1, "DBIT": -1}.get(transaction.words("CdtDbtInd").upper(), default)


def _row(
    entry: Node,
    transactions: list[Node],
    amount: Decimal,
    posted_on: date,
    account: Account,
    external_id: str,
) -> StatementRow:
    is_reversal = entry.words("RvslInd").lower() in ("true", "1")
    outward = (amount < 0) != is_reversal  # A reversal names the parties of what it reverses.
    payees = {_counterparty(one, outward, account) for one in transactions}
    payee = payees.pop() if len(payees) == 1 else ""
    remittances = [_remittance(one) for one in transactions]
    notes = [entry.words("AddtlNtryInf"), *(one.words("AddtlTxInf") for one in transactions)]
    moments = (one.words(path) for one in transactions for path in _MOMENTS)
    moment = next((text for text in moments if text), entry.words("BookgDt/DtTm"))
    total = entry.first("Amt")
    return StatementRow(
        line=transactions[0].line if len(transactions) == 1 else entry.line,
        posted_on=posted_on,
        amount=amount,
        payee=one_line(payee),
        memo=_one_text(remittances) or _one_text(notes),
        statement_text=_one_text([*notes, payee, *remittances]),
        currency=total.currency if total else "",
        external_id=external_id + ("/reversal" if external_id and is_reversal else ""),
        occurred_at=moment_of(moment),
        pending=status_of(entry) in _NOT_BOOKED,
    )


def _one_text(texts: Iterable[str]) -> str:
    """The different texts in order, each once: banks repeat the transaction's in the entry's."""
    return one_line(" ".join(dict.fromkeys(text for text in texts if text)))


def _counterparty(transaction: Node, outward: bool, account: Account) -> str:
    """The creditor of what we pay, the debtor of what we receive, as the bank names it."""
    theirs, ours = ("Cdtr", "Dbtr") if outward else ("Dbtr", "Cdtr")
    if name := _party(transaction, theirs):
        return name
    # Some banks fill in only one side, whichever way the money went.
    other = _party(transaction, ours)
    number = transaction.words(f"RltdPties/{ours}Acct/Id/IBAN", f"RltdPties/{ours}Acct/Id/Othr/Id")
    is_stranger = number != account.number if number and account.number else bool(account.owner)
    return other if is_stranger and other != account.owner else ""


def _party(transaction: Node, role: str) -> str:
    """A party's name. From version 8 on it stands in Pty, or in Agt where a bank is the party."""
    at = f"RltdPties/{role}"
    ultimate = f"RltdPties/Ultmt{role}"
    return transaction.words(
        f"{at}/Nm",
        f"{at}/Pty/Nm",
        f"{at}/Agt/FinInstnId/Nm",
        f"{at}Acct/Nm",
        f"{ultimate}/Nm",
        f"{ultimate}/Pty/Nm",
    )


def _remittance(transaction: Node) -> str:
    """What the payer wrote: free text, else the reference of a structured remittance."""
    at = "RmtInf/Strd"
    for paths in (
        ("RmtInf/Ustrd",),
        (f"{at}/CdtrRefInf/Ref", f"{at}/CdtrRefInf/CdtrRef", f"{at}/AddtlRmtInf"),
        (f"{at}/RfrdDocInf/Nb", f"{at}/RfrdDocInf/RfrdDocNb"),
    ):
        texts = [node.text.strip() for path in paths for node in transaction.all(path)]
        if any(texts):
            return " ".join(text for text in texts if text)
    return ""


def _reference(node: Node) -> str:
    """The bank's own number of an entry or transaction, or "".

    AcctSvcrRef is that by definition. NtryRef only where it is long: banks also number the
    entries of each statement, and Swiss ones put the payee's QR-IBAN there. EndToEndId is the
    payer's: a tenant may write the same one every month, and would lose all but one booking.
    """
    for text in (node.words("AcctSvcrRef"), node.words("Refs/AcctSvcrRef")):
        if text and is_reference(text):
            return one_line(text)
    text = node.words("NtryRef")
    is_long = len(text) >= ENTRY_REFERENCE_MIN and any(char.isdigit() for char in text)
    return one_line(text) if is_long and is_reference(text) and not _IBAN.fullmatch(text) else ""


def _names_within(entry: Node, transactions: list[Node]) -> list[str]:
    """An id for each transaction of a batch: the entry's, with the transaction's own or place."""
    whole = _reference(entry)
    own = [_reference(one) or one.words("Refs/EndToEndId", "Refs/TxId") for one in transactions]
    counted = Counter(own)
    names = []
    for place, name in enumerate(own, 1):
        is_own = bool(name) and counted[name] == 1 and is_reference(name)
        if whole:
            names.append(f"{whole}/{one_line(name) if is_own else place}")
        else:
            names.append(_reference(transactions[place - 1]) if is_own else "")
    return names
