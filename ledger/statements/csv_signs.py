"""Which sign an amount has: by a flag, a debit and a credit column, the balance, circumstance."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.statements.csv_balance import Checked, check
from ledger.statements.csv_columns import words_of
from ledger.statements.csv_flags import is_card_payment, is_neither
from ledger.statements.csv_layout import Columns
from ledger.statements.csv_rows import Draft

MOSTLY = 0.6
_CREDIT = re.compile(r"(?<![A-Z])CR(?![A-Z])")

_CARD_WORDS = [
    "card member",
    "cardmember",
    "cardholder",
    "card number",
    "card no",
    "kreditkartennummer",
    "kreditkarte",
    "kartennummer",
    "karteninhaber",
    "kaarthouder",
    "kredietkaart",
    "creditcard nummer",
    "porteur",
    "numero de carte",
    "tarjeta",
    "mcc",
    "kortinnehavare",
    "kortnummer",
    "carta",
    "cartao",
    "karta",
]
_CARD_WORDS_GLUED = ("利用店名", "利用先", "利用者", "信用卡", "카드번호")
# Aggregators document that a positive amount is money that leaves: their columns are unmistakable.
_POSITIVE_LEAVES = (
    {"iso currency code", "pending transaction id"},
    {"iso currency code", "personal finance category primary"},
)


@dataclass(frozen=True, slots=True)
class Signs:
    amounts: list[Decimal]
    positive_is: str  # "inflow" or "outflow", how the amount column's plain numbers were read
    checked: Checked | None = None
    fees_taken: bool = False
    swapped: bool = False  # The nameless debit and credit columns changed roles.
    doubt: str = ""


def decide(
    drafts: Sequence[Draft],
    columns: Columns,
    names: Sequence[str],
    wished: str,
    accounts: Sequence[str],
) -> Signs:
    """Signed amounts of all drafts, inflow +, and what proves them."""
    balances = [draft.balance for draft in drafts]
    if "amount" not in columns:
        return _pair(drafts, balances, accounts, swappable=not names)
    flags = columns.get("sign")
    plain = _flagged(drafts, flags[0]) if flags else [_value(draft) for draft in drafts]
    if wished:
        signed = _as_paid(drafts, plain, columns) if wished == "outflow" else plain
        return _less_fees(
            drafts, Signs(signed, wished, check(signed, balances, accounts)), accounts
        )
    checked = check(plain, balances, accounts)
    as_printed = _less_fees(drafts, Signs(plain, "inflow", checked), accounts)
    if (as_printed.checked and as_printed.checked.proves) or "sign" in columns:
        return _with_open_flags(as_printed, drafts, flags)
    if checked.steps and (other := check(turned := _turned(plain), balances, accounts)).proves:
        return Signs(turned, "outflow", other)
    if _only_credits_are_marked(drafts, columns):
        return Signs(_as_paid(drafts, plain, columns), "outflow", checked)
    if reason := _turned_by_circumstance(drafts, plain, columns, names):
        doubt = (
            "" if reason == "documented" else f"Positive amounts were read as payments: {reason}"
        )
        return Signs(_turned(plain), "outflow", checked, doubt=doubt)
    doubt = ""
    if plain and min(plain) >= 0:
        doubt = "No amount is negative: all were read as money received"
    return Signs(plain, "inflow", checked, doubt=doubt)


def _with_open_flags(signs: Signs, drafts: Sequence[Draft], flags: tuple[int, ...] | None) -> Signs:
    silent = sum(is_neither(draft.cells[flags[0]]) for draft in drafts) if flags else 0
    if not silent:
        return signs
    doubt = f"{silent} rows say that they are no debit and no credit, read as money received"
    return replace(signs, doubt=doubt)


def _less_fees(drafts: Sequence[Draft], signs: Signs, accounts: Sequence[str]) -> Signs:
    """Less the fees that the file prints apart, where only then the balance holds."""
    if signs.checked is None or not any(draft.fee for draft in drafts):
        return signs
    pairs = zip(signs.amounts, drafts, strict=True)
    net = [amount - abs(draft.fee) for amount, draft in pairs]
    checked = check(net, [draft.balance for draft in drafts], accounts)
    if checked.proves and len(checked.wrong) < len(signs.checked.wrong):
        return Signs(net, signs.positive_is, checked, fees_taken=True)
    return signs


def _turned(amounts: Sequence[Decimal]) -> list[Decimal]:
    return [-amount for amount in amounts]


def _value(draft: Draft) -> Decimal:
    return Decimal(0) if draft.value is None else draft.value


def _flagged(drafts: Sequence[Draft], flag: int) -> list[Decimal]:
    """Amounts beside a debit/credit flag, which repeats the sign of numbers that have one."""
    values = [(_value(draft), draft.flow) for draft in drafts]
    empty = [not draft.cells[flag] for draft in drafts]
    outs = [value for value, flow in values if flow < 0 and value]
    ins = [value for value, flow in values if flow > 0 and value]
    # In a column of signed numbers the debits are negative; reversals among unsigned ones are few.
    if outs and sum(value < 0 for value in outs) * 2 > len(outs):
        return [value for value, _ in values]
    if ins and sum(value < 0 for value in ins) * 2 > len(ins) and outs:
        return [-value for value, _ in values]  # A card's bill: what is paid off it is negative.
    if not outs and ins and any(value < 0 for value, flow in values):
        return [value for value, _ in values]
    blank = -1 if ins and not outs else 1
    return [
        value * (flow or (blank if nothing else 1))
        for (value, flow), nothing in zip(values, empty, strict=True)
    ]


def _pair(
    drafts: Sequence[Draft],
    balances: Sequence[Decimal | None],
    accounts: Sequence[str],
    *,
    swappable: bool,
) -> Signs:
    amounts = _net([d.debit for d in drafts], [d.credit for d in drafts])
    checked = check(amounts, balances, accounts)
    if swappable and not checked.proves:
        swapped = _net([d.credit for d in drafts], [d.debit for d in drafts])
        if (other := check(swapped, balances, accounts)).proves:
            return Signs(swapped, "inflow", other, swapped=True)
    doubt = ""
    if swappable and not checked.proves:
        doubt = "Nothing names the two amount columns: the one used more was read as money paid"
    return Signs(amounts, "inflow", checked, doubt=doubt)


def _net(debits: Sequence[Decimal | None], credits: Sequence[Decimal | None]) -> list[Decimal]:
    """Credit less debit. Banks that print debits negative already mean them so, and where a whole
    column of credits is negative beside debits that are not, it is a card's: it lessens the debt.
    """
    filled = [debit for debit in debits if debit]
    negative = sum(debit < 0 for debit in filled) * 2 > len(filled)
    nothing = Decimal(0)
    paid = [credit for credit in credits if credit]
    if paid and max(paid) < 0 and filled and min(filled) > 0:
        credits = [credit and -credit for credit in credits]
    return [
        (credit or nothing) + ((debit or nothing) if negative else -(debit or nothing))
        for debit, credit in zip(debits, credits, strict=True)
    ]


def _only_credits_are_marked(drafts: Sequence[Draft], columns: Columns) -> bool:
    """Whether some amounts say CR and the others nothing at all: those are debits."""
    cells = [draft.cells[columns["amount"][0]].upper() for draft in drafts]
    marked = sum(_CREDIT.search(cell) is not None for cell in cells)
    silent = sum(not any(map(str.isalpha, cell)) and "-" not in cell for cell in cells)
    return bool(marked and silent) and marked + silent == len(cells)


def _as_paid(drafts: Sequence[Draft], plain: Sequence[Decimal], columns: Columns) -> list[Decimal]:
    """The amounts of a column in which plain numbers are payments; one that says CR is none."""
    column = columns["amount"][0]
    return [
        amount if _CREDIT.search(draft.cells[column].upper()) else -amount
        for draft, amount in zip(drafts, plain, strict=True)
    ]


def _turned_by_circumstance(
    drafts: Sequence[Draft], plain: Sequence[Decimal], columns: Columns, names: Sequence[str]
) -> str:
    """Why positive numbers are money that leaves, "" where nothing says so."""
    words = {words_of(name) for name in names}
    if any(known <= words for known in _POSITIVE_LEAVES):
        return "documented"
    positive = sum(amount > 0 for amount in plain)
    if positive < len(plain) * MOSTLY:
        return ""
    texts = [n for role in ("payee", "statement_text") for n in columns.get(role, ())][:1]
    payments = [
        amount
        for draft, amount in zip(drafts, plain, strict=True)
        if texts and amount < 0 and is_card_payment(draft.cells[texts[0]])
    ]
    if payments:
        return "the payments of the card's bill are negative"
    padded = [f" {word} " for word in words]
    if any(f" {card} " in word for word in padded for card in _CARD_WORDS) or any(
        card in word for word in padded for card in _CARD_WORDS_GLUED
    ):
        return "the columns are those of a card"
    return ""
