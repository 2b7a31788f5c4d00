"""Net spending by category and time, read from the ledger's totals in a fixed number of statements.

Whole calendar months come from the monthly totals, whatever the history. Rows are read by day only
where a period cuts a month, or where another currency needs each day's rate.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Sum

from ledger.models import MonthlyTotal, Split, Transaction
from ledger.periods import Span
from ledger.rates import Converter, RateTable
from ledger.selectors.rates import converter_for


@dataclass(frozen=True, slots=True)
class Want:
    """Spending of these categories from a day on; `by_month` where only whole months are asked for."""

    categories: frozenset[UUID]
    since: date
    by_month: bool


# category, day (or the first of a month), minor units; positive is spending
Cell = tuple[UUID, date, int]


@dataclass(slots=True)
class Spending:
    """Amounts by category, each under its day, or under the first of a month for all of it."""

    currency: str
    converter: Converter
    by_month: dict[UUID, list[tuple[date, int]]] = field(default_factory=dict)
    by_day: dict[UUID, list[tuple[date, int]]] = field(default_factory=dict)

    def of(self, categories: Iterable[UUID], spans: Sequence[Span], by_month: bool) -> list[int]:
        """Net spending in each of successive spans."""
        cells = self.by_month if by_month else self.by_day
        sums = [0] * len(spans)
        if spans:
            starts = [span.start for span in spans]
            for category_id in categories:
                found = cells.get(category_id, ())
                first = bisect_left(found, (starts[0], -(2**63)))
                for day, amount in found[first:]:
                    if day > spans[-1].end:
                        break
                    sums[bisect_right(starts, day) - 1] += amount
        return sums


def spending(user_id: UUID, currency: str, wants: Sequence[Want]) -> Spending:
    """What was spent, pending rows included and transfers left out, in the budgets' currency.

    Statements: one for months, two for days, one for rates; each only where something asks for it.
    """
    result = Spending(currency, Converter(RateTable(), currency))
    months, days = _merged(wants, True), _merged(wants, False)
    foreign: dict[UUID, date] = {}
    month_cells: list[Cell] = []
    if months:
        month_cells, foreign = _months(user_id, currency, months)
    day_rows = list(_days(user_id, currency, days, foreign)) if days or foreign else []
    abroad = [(code, day) for _, code, day, _ in day_rows if code != currency]
    if abroad:
        result.converter = converter_for(user_id, currency, abroad)
    for category_id, code, day, amount in day_rows:
        converted = result.converter.convert(amount, code, day)
        if converted is None:
            continue  # The converter names it among its warnings.
        if category_id in days and day >= days[category_id]:
            result.by_day.setdefault(category_id, []).append((day, converted))
        if code != currency and category_id in foreign and day >= foreign[category_id]:
            month_cells.append((category_id, day, converted))
    for category_id, day, amount in month_cells:
        result.by_month.setdefault(category_id, []).append((day, amount))
    for cells in (*result.by_month.values(), *result.by_day.values()):
        cells.sort()
    return result


def _merged(wants: Sequence[Want], by_month: bool) -> dict[UUID, date]:
    """The earliest day that each category is asked for."""
    found: dict[UUID, date] = {}
    for want in wants:
        if want.by_month == by_month:
            for category_id in want.categories:
                found[category_id] = min(found.get(category_id, want.since), want.since)
    return found


def _months(
    user_id: UUID, currency: str, since: dict[UUID, date]
) -> tuple[list[Cell], dict[UUID, date]]:
    """Cells of the own currency; and since when each category has rows in another one."""
    rows = (
        MonthlyTotal.objects.for_user(user_id)
        .filter(category_id__in=since, month__gte=min(since.values()), is_transfer=False)
        .values_list("category_id", "currency", "month")
        .annotate(net=Sum(F("outflow_minor") - F("inflow_minor")), rows=Sum("count"))
        .order_by()
    )
    cells: list[Cell] = []
    foreign: dict[UUID, date] = {}
    for category_id, code, month, net, count in rows:
        if month < since[category_id] or not count:
            continue
        if code == currency:
            cells.append((category_id, month, net))
        else:
            foreign[category_id] = min(foreign.get(category_id, month), month)
    return cells, foreign


def _days(
    user_id: UUID, currency: str, since: dict[UUID, date], foreign: dict[UUID, date]
) -> Iterable[tuple[UUID, str, date, int]]:
    """(category, currency, day, net) from whole rows and from parts of split ones."""
    rows = Transaction.objects.for_user(user_id).filter(transfer__isnull=True)
    parts = Split.objects.for_user(user_id).filter(transaction__transfer__isnull=True)
    for found, prefix in ((rows.filter(split_count=0), ""), (parts, "transaction__")):
        asked: Any = Q()
        if since:
            asked |= Q(category_id__in=since, **{f"{prefix}posted_on__gte": min(since.values())})
        if foreign:
            asked |= Q(
                ~Q(**{f"{prefix}currency": currency}),
                category_id__in=foreign,
                **{f"{prefix}posted_on__gte": min(foreign.values())},
            )
        sums = (
            found.filter(asked)
            .values_list("category_id", F(f"{prefix}currency"), F(f"{prefix}posted_on"))
            .annotate(net=Sum("amount_minor"))
            .order_by()
        )
        for category_id, code, day, net in sums:
            yield category_id, code, day, -net
