"""Likely transfers among the owner's rows: a bounded window, a bounded number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ledger.models import Account, RejectedTransfer, Transaction
from ledger.rates import RateTable
from ledger.selectors.rates import rates_for
from ledger.transfer_matching import (
    TRANSFER_GAP_DAYS_MAX,
    Holder,
    Pair,
    Side,
    find_pairs,
)

ROWS_MAX = 20_000  # Read at most so many rows, the youngest; the answer says where it stopped.


@dataclass(frozen=True, slots=True)
class Found:
    """pairs: best first. `since`: the first day that was looked at, later than asked in huge books."""

    pairs: list[Pair]
    since: date
    is_complete: bool


def suggested_transfers(user_id: UUID, first: date, last: date | None = None) -> Found:
    """Pairs with a row of these days. Four statements, whatever the number of rows."""
    gap = timedelta(TRANSFER_GAP_DAYS_MAX)
    rows = Transaction.objects.for_user(user_id).filter(
        transfer__isnull=True, posted_on__gte=first - gap
    )
    if last is not None:
        rows = rows.filter(posted_on__lte=last + gap)
    sides = _sides(rows)
    is_complete = len(sides) <= ROWS_MAX
    if not is_complete:
        # The oldest day may have come in part, and its rows would lack their partners.
        first = max(first, sides[ROWS_MAX].posted_on + timedelta(1))
        sides = [side for side in sides if side.posted_on >= first]
    pairs = find_pairs(sides, _holders(user_id), _rates(user_id, sides), _rejected(user_id))
    within = [
        pair
        for pair in pairs
        if any(
            first <= side.posted_on and (last is None or side.posted_on <= last)
            for side in (pair.out, pair.into)
        )
    ]
    return Found(within, first, is_complete)


def _sides(rows: Any) -> list[Side]:
    columns = ("id", "account_id", "posted_on", "amount_minor", "currency", "payee__name", "memo",
               "statement_text")  # fmt: skip
    found = rows.order_by("-posted_on", "-id").values_list(*columns)[: ROWS_MAX + 1]
    return [
        Side(row_id, account_id, day, amount, currency, " ".join(filter(None, words)))
        for row_id, account_id, day, amount, currency, *words in found.iterator()
    ]


def _holders(user_id: UUID) -> dict[UUID, Holder]:
    accounts = Account.objects.for_user(user_id).values_list("id", "name", "bank_id")
    return {account_id: Holder(name, number) for account_id, name, number in accounts}


def _rates(user_id: UUID, sides: Sequence[Side]) -> RateTable:
    """Rates for the days on which money left, into every other currency that money came in."""
    arriving = {side.currency for side in sides if side.amount_minor > 0}
    leaving = {(side.currency, side.posted_on) for side in sides if side.amount_minor < 0}
    return rates_for(
        user_id, ((base, quote, day) for base, day in leaving for quote in arriving - {base})
    )


def _rejected(user_id: UUID) -> set[tuple[UUID, UUID]]:
    pairs: set[tuple[UUID, UUID]] = set(
        RejectedTransfer.objects.for_user(user_id).values_list("out_id", "in_id")
    )
    return pairs
