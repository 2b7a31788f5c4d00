"""One QIF record to one `StatementRow`: category, class, transfer, splits, broker's actions."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledger.statements.model import BadRow, SplitPart, StatementRow
from ledger.statements.qif_dates import read_date
from ledger.statements.qif_records import Record
from ledger.statements.text import one_line, parse_amount, printed, with_check_number

# What a broker's action does to the cash of its own account. An action with an X at its end
# (BuyX, DivX) takes the cash from, or passes it on to, another account: here it nets to zero.
INFLOWS = frozenset(
    {"sell", "div", "intinc", "cglong", "cgmid", "cgshort", "miscinc", "rtrncap", "shtsell"}
    | {"xin", "contribx"}
)
OUTFLOWS = frozenset({"buy", "cvrshrt", "miscexp", "margint", "xout", "withdrwx"})
MOVES_WITH_OTHER_ACCOUNT = frozenset({"xin", "contribx", "xout", "withdrwx", "cash", ""})
WITHOUT_CASH = frozenset(
    {"buyx", "sellx", "divx", "intincx", "cglongx", "cgmidx", "cgshortx", "miscincx", "rtrncapx"}
    | {"cvrshrtx", "shtsellx", "miscexpx", "margintx", "reinvdiv", "reinvint", "reinvlg"}
    | {"reinvmd", "reinvsh", "shrsin", "shrsout", "stksplit", "grant", "vest", "exercise"}
    | {"exercisx", "expire", "reminder"}
)


class BadRecord(ValueError):
    """A record cannot be read. `code` is a BadRow's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Context:
    """How the whole file is read; `notes` are warnings about single rows, `skipped` by action."""

    date_order: str
    decimal_mark: str | None
    notes: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Label:
    """What an L or S line says: "Food:Snacks/Holiday" or "[Savings]/Holiday"."""

    category: str = ""
    transfer_account: str = ""
    tags: tuple[str, ...] = ()


def row_of(record: Record, context: Context) -> StatementRow | None:
    """The record as a row; None where a broker's action moves no cash (counted in `skipped`).

    Raises BadRecord.
    """
    if record.is_cut:
        raise BadRecord("unfinished_row", "The file ends in the middle of this booking.")
    if record.is_investment and not _moves_cash(record, context):
        return None
    label = label_of(record.get("L"))
    amount = _signed(record, context)
    payee, memo = one_line(record.get("P")), one_line(record.get("M"))
    if record.is_investment:
        payee = payee or one_line(record.get("Y"))
        memo = memo or one_line(f"{record.get('N')} {record.get('Y')}")
        if record.get("N").lower() not in MOVES_WITH_OTHER_ACCOUNT:
            label = Label(label.category, "", label.tags)
        number = ""
    else:
        number = record.get("N")
    return StatementRow(
        line=record.line,
        posted_on=posted_on(record, context),
        amount=amount,
        payee=payee,
        memo=with_check_number(memo, payee, number),
        statement_text=printed(payee, memo),
        category=label.category,
        tags=label.tags,
        transfer_account=label.transfer_account,
        splits=_splits(record, amount, context),
    )


def bad_row(record: Record, problem: BadRecord) -> BadRow:
    text = one_line(" ".join(letter + value for letter, value in record.pairs[:20]))
    return BadRow(record.line, problem.code, str(problem), text[:200])


def posted_on(record: Record, context: Context) -> date:
    text = record.get("D")
    if not text:
        raise BadRecord("missing_date", "The booking has no date (D).")
    day = read_date(text, context.date_order)
    if day is None:
        message = f"“{text[:40]}” is no date in the order {context.date_order} (D)."
        raise BadRecord("unreadable_date", message)
    return day


def label_of(text: str) -> Label:
    """Category, other account and class of an L or S line. "--Split--" names none."""
    if text.startswith("--"):
        return Label()
    text = text.removeprefix("|")  # MiscExp writes "|[Account]", or "Category|[Account]".
    name, _, rest = text.partition("]") if text.startswith("[") else text.partition("/")
    if text.startswith("["):
        return Label("", one_line(name[1:]), _tags(rest.removeprefix("/")))
    category, _, account = name.partition("|")
    return Label(one_line(category), one_line(account.strip("[]")), _tags(rest))


def _tags(text: str) -> tuple[str, ...]:
    tag = one_line(text)
    return (tag,) if tag else ()


def amount_of(record: Record, context: Context) -> Decimal:
    """The amount of T, or of U, Quicken's twin of T; else what its split sums to.

    Raises BadRecord.
    """
    texts = [text for code in "TU" if (text := record.get(code))]
    if not texts:
        return _sum_of_split(record, context)
    for text in texts:
        try:
            return _amount(text, context)
        except ValueError:
            continue
    raise BadRecord("unreadable_amount", f"“{texts[0][:40]}” is not an amount (T).")


def _sum_of_split(record: Record, context: Context) -> Decimal:
    """Some programs write the parts of a split alone."""
    parts = [_part(pairs, context) for pairs in _groups(record)]
    if record.is_investment or not parts or None in parts:
        raise BadRecord("missing_amount", "The booking has no amount (T).")
    return sum((part.amount for part in parts if part), Decimal(0))


def _amount(text: str, context: Context) -> Decimal:
    """By itself, else by the mark that the file proves, else as QIF's American origin has it."""
    try:
        return parse_amount(text)
    except ValueError:
        return parse_amount(text, context.decimal_mark or ".")


def _signed(record: Record, context: Context) -> Decimal:
    amount = amount_of(record, context)
    if record.is_investment and record.get("N").lower() in OUTFLOWS:
        return -abs(amount)
    return amount


def _moves_cash(record: Record, context: Context) -> bool:
    action = record.get("N").lower()
    is_plain_cash = action in ("", "cash")
    if action in WITHOUT_CASH or (is_plain_cash and not (record.get("T") or record.get("U"))):
        context.skipped[one_line(record.get("N"))[:40] or "without action"] += 1
        return False
    if is_plain_cash or action in INFLOWS or action in OUTFLOWS:
        return True
    raise BadRecord("unknown_action", f"“{record.get('N')[:40]}” is no action known to QIF (N).")


def _splits(record: Record, amount: Decimal, context: Context) -> tuple[SplitPart, ...]:
    """The parts that the record lists. Parts that miss the total are left out, with a note."""
    if record.is_investment or not record.get("S"):
        return ()
    parts = [_part(pairs, context) for pairs in _groups(record)]
    if None in parts or sum(part.amount for part in parts if part) != amount:
        context.notes.append(
            f"Line {record.line}: the split amounts do not sum to {amount}; read without its split."
        )
        return ()
    return tuple(part for part in parts if part)


def _groups(record: Record) -> list[dict[str, str]]:
    """The split lines by part: each S begins one; E, $ and % follow it."""
    groups: list[dict[str, str]] = []
    for letter, value in record.pairs:
        if letter == "S":
            groups.append({"S": value})
        elif letter in "E$%" and groups:
            groups[-1].setdefault(letter, value)
    return groups


def _part(pairs: dict[str, str], context: Context) -> SplitPart | None:
    try:
        amount = _amount(pairs.get("$", ""), context)
    except ValueError:
        return None
    label = label_of(pairs["S"])
    return SplitPart(amount, label.category, one_line(pairs.get("E", "")), label.transfer_account)
