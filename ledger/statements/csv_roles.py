"""From columns to the roles a reader needs: one posting date, one way to an amount, texts."""

from collections.abc import Sequence
from itertools import pairwise

from ledger.statements.csv_columns import EXACT, role_scores, words_of
from ledger.statements.csv_flags import are_flags, flow_of
from ledger.statements.csv_layout import Columns, Profile
from ledger.statements.model import UnreadableFile

PAYEE_LENGTH_MIN = 8  # Characters on average; shorter texts are codes ("POS", "UMC-").

_DATE_ROLES = ("posted_on", "date", "transaction_date", "value_date")


def settle(columns: Columns, found: Sequence[Profile], names: Sequence[str]) -> Columns:
    """Complete and reduce what the names gave. UnreadableFile where date or amount is missing."""
    columns = dict(columns)
    _settle_dates(columns, found)
    _settle_sign(columns, found, names)
    _settle_amounts(columns, found, names)
    _settle_texts(columns, found)
    if "running_balance" not in columns or "amount" not in columns:
        columns.pop("fee", None)  # Only a balance can tell whether the amount includes it.
    return columns


def _free(columns: Columns, found: Sequence[Profile]) -> list[int]:
    taken = {column for places in columns.values() for column in places}
    return [n for n in range(len(found)) if n not in taken]


def _settle_dates(columns: Columns, found: Sequence[Profile]) -> None:
    """posted_on is the bank's booking day; occurred_on another day of the row, if it says one."""
    known = {role: columns.pop(role)[0] for role in _DATE_ROLES if role in columns}
    order = list(known.values())
    if not order:
        order = [n for n in _free(columns, found) if found[n].dates > found[n].filled * 0.8][:1]
    if not order:
        raise UnreadableFile(
            "no_dates", "This is no bank statement: no column with dates was found."
        )
    columns["posted_on"] = (order[0],)
    other = known.get("transaction_date", known.get("date", order[0]))
    if other != order[0]:
        columns["occurred_on"] = (other,)


def _settle_sign(columns: Columns, found: Sequence[Profile], names: Sequence[str]) -> None:
    if "sign" in columns:
        return
    for n in _free(columns, found):
        named = n < len(names) and bool(names[n])
        both = len({flow_of(value) for value in found[n].values}) > 1
        if found[n].filled and (both or not named) and are_flags(found[n].cells, named=False):
            columns["sign"] = (n,)
            return


def _settle_amounts(columns: Columns, found: Sequence[Profile], names: Sequence[str]) -> None:
    sides = [role for role in ("debit", "credit") if role in columns]
    if "amount" in columns and len(sides) == 1 and _complete_each_other(columns, found, sides[0]):
        columns["credit" if sides == ["debit"] else "debit"] = columns.pop("amount")
        return
    if "amount" in columns and sides:
        # Both: the single column says it all where it is signed; where it is not, the pair does.
        amount = found[columns["amount"][0]]
        used = sum(found[columns[side][0]].filled for side in sides)
        signed = amount.negatives or "sign" in columns
        full = amount.filled >= len(amount.cells) * 0.9
        if (signed and full) or not used or len(sides) == 1:
            for side in sides:
                del columns[side]
        else:
            del columns["amount"]
    if not {"amount", "debit", "credit"} & columns.keys():
        for name in names:
            # "10 AAPL" is no money: another column, a cost or a price, must not take its place.
            if role_scores(name).get("amount", 0) >= EXACT:
                raise UnreadableFile(
                    "no_amounts", f"The column “{name[:50]}” does not hold amounts."
                )
        _amounts_by_content(columns, found)
    if "sign" in columns and "amount" not in columns:
        del columns["sign"]


def _complete_each_other(columns: Columns, found: Sequence[Profile], side: str) -> bool:
    """Whether every row has its figure in one of the two columns, and none in both."""
    amount, other = found[columns["amount"][0]], found[columns[side][0]]
    pairs = list(zip(amount.cells, other.cells, strict=False))
    return (
        not amount.negatives
        and bool(amount.filled and other.filled)
        and all(bool(one) != bool(two) for one, two in pairs)
    )


def _amounts_by_content(columns: Columns, found: Sequence[Profile]) -> None:
    money = [n for n in _free(columns, found) if found[n].is_money]
    if not money:
        message = "This is no bank statement: no column with amounts was found."
        raise UnreadableFile("no_amounts", message)
    full = [n for n in money if found[n].filled >= len(found[n].cells) * 0.9]
    pair = _complementary(money, found) or _half_pair(columns, full, found)
    if pair:
        columns["debit"], columns["credit"] = (pair[0],), (pair[1],)
    else:
        # The balances before and after a booking may stand on either side of its amount.
        signed = [n for n in full if found[n].negatives]
        columns["amount"] = (signed[0] if len(signed) == 1 else (full or money)[0],)
    rest = [n for n in money if n not in {c for places in columns.values() for c in places}]
    if rest and "running_balance" not in columns:
        columns["running_balance"] = (rest[-1],)


def _complementary(money: Sequence[int], found: Sequence[Profile]) -> tuple[int, int] | None:
    """(debit, credit): two columns of which every row fills one. The one filled more often is the
    debit: a household pays more often than it is paid. The running balance may correct that."""
    for left, right in pairwise(money):
        cells = list(zip(found[left].cells, found[right].cells, strict=True))
        if cells and all(bool(a) != bool(b) for a, b in cells):
            return (left, right) if found[left].filled >= found[right].filled else (right, left)
    return None


def _half_pair(
    columns: Columns, full: Sequence[int], found: Sequence[Profile]
) -> tuple[int, int] | None:
    """(debit, credit) where a short file fills only one of the two: an unsigned column beside an
    empty one. Empty columns at the very end do not count: they come from a trailing delimiter."""
    if len(full) != 1 or "sign" in columns or found[full[0]].negatives:
        return None
    last = max(n for n in range(len(found)) if found[n].filled)
    for beside in (full[0] + 1, full[0] - 1):
        if 0 < beside < last and not found[beside].filled:
            return full[0], beside
    return None


def _settle_texts(columns: Columns, found: Sequence[Profile]) -> None:
    """Payee from the best text there is; statement_text and memo from the others.

    One column may then play two roles: a lone description is both payee and statement text.
    """
    if "payer" in columns and "payee" not in columns:
        columns["payee"] = columns.pop("payer")
    if not {"payee", "statement_text", "memo"} & columns.keys():
        _texts_by_content(columns, found)
    text, memo = columns.get("statement_text"), columns.get("memo")
    if "payee" not in columns and (text or memo):
        columns["payee"] = text or (memo or ())[:1]
        if not text and memo:
            columns["memo"] = memo[1:]
    elif text and not memo and text != columns["payee"]:
        columns["memo"] = text
    if not columns.get("memo"):
        columns.pop("memo", None)


def _texts_by_content(columns: Columns, found: Sequence[Profile]) -> None:
    texts = [n for n in _free(columns, found) if found[n].texts * 2 > found[n].filled > 0]
    long = [n for n in texts if found[n].length >= PAYEE_LENGTH_MIN] or texts
    if not long:
        return
    posted = columns["posted_on"][0]
    payee = next((n for n in long if n > posted), long[0])
    columns["payee"] = columns["statement_text"] = (payee,)
    if memo := tuple(n for n in long if n != payee):
        columns["memo"] = memo


def currency_by_content(columns: Columns, found: Sequence[Profile]) -> None:
    """A nameless column of currency codes."""
    if "currency" not in columns:
        for n in _free(columns, found):
            if found[n].is_currency and found[n].filled == len(found[n].cells):
                columns["currency"] = (n,)
                return


def external_id_column(values: Sequence[str], contents: Sequence[Sequence[str]]) -> bool:
    """Whether a column really identifies bookings.

    Each value belongs to one content only (an identical row repeated is a duplicate, and its id
    says so), has a digit, and the column is no mere row counter, which every export restarts.
    """
    seen: dict[str, Sequence[str]] = {}
    filled = [(value, cells) for value, cells in zip(values, contents, strict=True) if value]
    for value, cells in filled:
        if seen.setdefault(value, cells) != cells:
            return False
        if len(value) > 100 or not any(map(str.isdigit, value)) or len(value.split()) > 3:
            return False
    numbers = [int(value) for value in seen if value.isdigit() and len(value) < 8]
    if len(numbers) == len(seen) > 0:
        steps = {abs(b - a) for a, b in pairwise(numbers)}
        return not (steps <= {1} and min(numbers) in (0, 1))
    return bool(seen)


def is_named_pending(name: str) -> bool:
    return words_of(name) in {"pending", "is pending"}
