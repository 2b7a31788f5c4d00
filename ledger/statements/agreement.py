"""Whether a statement agrees with itself: balances with bookings, references with each other."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from ledger.statements.model import Balance, Statement, StatementRow

MINOR_REFERENCES = frozenset({"NONREF", "NOTPROVIDED", "NOREF", "NONE", "N/A", "UNKNOWN"})


def is_reference(text: str) -> bool:
    """False for the words and zeros banks print where they have no reference to give."""
    return bool(text.strip("0 -/.")) and text.upper() not in MINOR_REFERENCES


def balance_warnings(
    opening: Balance | None, closing: Balance | None, rows: Iterable[StatementRow]
) -> list[str]:
    """What the owner must hear when opening + booked rows is not closing; [] when it is or unknown.

    Pending rows are no part of a booked balance. Amounts of another currency cannot be added,
    so a statement that mixes them says that it went unchecked.
    """
    if opening is None or closing is None:
        return []
    booked = [row for row in rows if not row.pending]
    currency = closing.currency or opening.currency
    if any(row.currency and currency and row.currency != currency for row in booked):
        return ["The balances could not be checked: some bookings are in another currency."]
    if opening.currency and closing.currency and opening.currency != closing.currency:
        return ["The balances could not be checked: they are in two currencies."]
    moved = sum((row.amount for row in booked), Decimal(0))
    difference = closing.amount - opening.amount - moved
    if not difference:
        return []
    return [
        f"The bookings do not explain the balances: {opening.amount} opening and {moved} booked "
        f"make {opening.amount + moved}, the file says {closing.amount} "
        f"(difference {difference} {currency})".rstrip()
        + "."
    ]


def with_unique_ids(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with every `external_id` emptied that more than one booking carries.

    Within one statement a repeated reference names two bookings, so it identifies none of them.
    Over statements of the same account (an intraday report and the day's statement in one
    archive) the same reference and amount are one booking told twice, and it keeps its id.
    """
    bookings: dict[tuple[str, str], set[tuple[Decimal, str]]] = {}
    doubtful: set[tuple[str, str]] = set()
    for statement in statements:
        counted = Counter(row.external_id for row in statement.rows if row.external_id)
        doubtful.update((statement.account_id, name) for name, n in counted.items() if n > 1)
        for row in statement.rows:
            if row.external_id:
                key = (statement.account_id, row.external_id)
                bookings.setdefault(key, set()).add((row.amount, row.currency))
    doubtful.update(key for key, different in bookings.items() if len(different) > 1)
    if not doubtful:
        return tuple(statements)
    return tuple(_without(doubtful, statement) for statement in statements)


def _without(doubtful: set[tuple[str, str]], statement: Statement) -> Statement:
    rows = tuple(
        replace(row, external_id="") if (statement.account_id, row.external_id) in doubtful else row
        for row in statement.rows
    )
    return replace(statement, rows=rows)
