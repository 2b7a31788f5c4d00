"""Income, spending and categories over a span, read from the monthly totals.

Whole months cost the number of their totals, whatever the history; only the days of a partial
first or last month are summed from the rows, by the covering index. Amounts in another currency
are converted at each day's rate, so they are always read by day.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.sql import as_id, fetch
from ledger.effects import NIL
from ledger.models import Split, Transaction
from ledger.money import format_minor
from ledger.periods import Span
from ledger.rates import Converter, RateTable
from ledger.selectors.rates import converter_for
from ledger.services.references import owned_rows

MONTHS_SQL = """
SELECT t.category_id, t.currency, c.name, c.kind,
SUM(t.inflow_minor), SUM(t.outflow_minor), SUM(t.count)
FROM ledger_monthlytotal t LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.month BETWEEN %s AND %s AND t.is_transfer = %s{more}
GROUP BY t.category_id, t.currency, c.name, c.kind
"""


@dataclass(slots=True)
class Line:
    """One category's sums in the home currency; incomplete where a rate is missing."""

    category_id: UUID | None
    name: str | None = None
    kind: str | None = None
    inflow: int = 0
    outflow: int = 0
    count: int = 0
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows count: all accounts or one, all categories or some, pending rows or not."""

    include_pending: bool = False
    account_id: UUID | None = None
    category_ids: tuple[UUID, ...] | None = None


EVERYTHING = Scope()


@dataclass(slots=True)
class Summary:
    currency: str
    span: Span
    converter: Converter
    lines: dict[UUID, Line] = field(default_factory=dict)

    def line(self, category_id: UUID) -> Line:
        if category_id not in self.lines:
            self.lines[category_id] = Line(None if category_id == NIL else category_id)
        return self.lines[category_id]


def summarise(user_id: UUID, currency: str, span: Span, scope: Scope = EVERYTHING) -> Summary:
    """Sum the owner's rows over a span, transfers left out.

    One statement for whole months of one currency; three more where the span has partial months;
    three more where months hold another currency, whose rows are then read by day.
    """
    result = Summary(currency, span, Converter(RateTable(), currency))
    whole, edges = span.split_at_months()
    by_day: list[Part] = []
    if whole and _add_months(result, user_id, whole, scope):
        by_day.extend(_parts(user_id, [whole], scope, ~Q(currency=currency)))
    if edges:
        by_day.extend(_parts(user_id, edges, scope, Q()))
    abroad = [(part[1], part[2]) for part in by_day if part[1] != currency]
    if abroad:
        result.converter = converter_for(user_id, currency, abroad)
    _add_days(result, by_day)
    _name_lines(result, user_id)
    return result


def _add_months(result: Summary, user_id: UUID, span: Span, scope: Scope) -> bool:
    """Count the totals of whole months; True where another currency occurs, which is left to do."""
    more, values = "", [user_id, span.start, span.end, False]
    if not scope.include_pending:
        more += " AND t.is_pending = %s"
        values.append(False)
    if scope.account_id is not None:
        more += " AND t.account_id = %s"
        values.append(scope.account_id)
    if scope.category_ids is not None:
        more += f" AND t.category_id IN ({', '.join(['%s'] * len(scope.category_ids))})"
        values.extend(scope.category_ids)
    has_foreign = False
    for row in fetch(MONTHS_SQL.format(more=more), values):
        category_id, currency, name, kind, inflow, outflow, count = row
        if currency != result.currency:
            has_foreign = has_foreign or bool(count)
            continue
        line = result.line(as_id(category_id))
        line.name, line.kind = name, kind
        line.inflow += int(inflow)
        line.outflow += int(outflow)
        line.count += int(count)
    return has_foreign


# category (NIL for none), currency, day, inflow, outflow (positive), parts
Part = tuple[UUID, str, date, int, int, int]


def _parts(user_id: UUID, spans: Iterable[Span], scope: Scope, currencies: Q) -> Iterable[Part]:
    """Sums by category, currency and day straight from the rows: whole rows, then parts of split ones."""
    days = Q()
    for span in spans:
        days |= Q(posted_on__gte=span.start, posted_on__lte=span.end)
    rows: QuerySet[Any] = Transaction.objects.for_user(user_id).filter(
        days, currencies, transfer__isnull=True
    )
    if not scope.include_pending:
        rows = rows.exclude(status="pending")
    if scope.account_id is not None:
        rows = rows.filter(account_id=scope.account_id)
    whole = rows.filter(split_count=0)
    splits = Split.objects.for_user(user_id).filter(transaction__in=rows.filter(split_count__gt=0))
    if scope.category_ids is not None:
        whole = whole.filter(category_id__in=scope.category_ids)
        splits = splits.filter(category_id__in=scope.category_ids)
    found = (
        *_sums(whole, "category_id", "currency", "posted_on"),
        *_sums(splits, "category_id", "transaction__currency", "transaction__posted_on"),
    )
    for category_id, currency, day, inflow, outflow, count in found:
        yield category_id or NIL, currency, day, inflow or 0, -(outflow or 0), count


def _sums(rows: QuerySet[Any], category: str, currency: str, day: str) -> Any:
    return (
        rows.order_by()
        .values_list(F(category), F(currency), F(day))
        .annotate(
            inflow=Sum("amount_minor", filter=Q(amount_minor__gt=0)),
            outflow=Sum("amount_minor", filter=Q(amount_minor__lte=0)),
            parts=Count("pk"),
        )
    )


def _add_days(result: Summary, parts: Iterable[Part]) -> None:
    for category_id, currency, day, inflow, outflow, count in parts:
        line = result.line(category_id)
        line.count += count
        came = result.converter.convert(inflow, currency, day)
        went = result.converter.convert(outflow, currency, day)
        if came is None or went is None:
            line.is_complete = False
        else:
            line.inflow += came
            line.outflow += went


def _name_lines(result: Summary, user_id: UUID) -> None:
    """Names and kinds of the categories that only partial months brought."""
    unknown = [key for key, line in result.lines.items() if key != NIL and line.kind is None]
    if unknown:
        having = {"id": unknown}
        for row_id, name, kind in owned_rows("ledger_category", ("name", "kind"), user_id, having):
            result.lines[row_id].name, result.lines[row_id].kind = name, kind


def answer(summary: Summary) -> dict[str, Any]:
    """The report as the API gives it. A figure that lacks a rate is null and named in `warnings`."""
    income = expense = 0
    complete = {"income": True, "expense": True}
    by_category = []
    for line in summary.lines.values():
        if not line.count:
            continue
        net = line.inflow - line.outflow
        if line.kind is None:
            income += line.inflow
            expense += line.outflow
            sides = ["income", "expense"]
        elif line.kind == "income":
            income += net
            sides = ["income"]
        else:
            expense -= net
            sides = ["expense"]
        if not line.is_complete:
            complete.update(dict.fromkeys(sides, False))
        by_category.append(
            {
                "category": line.name,
                "category_id": line.category_id,
                "kind": line.kind,
                "amount": format_minor(net, summary.currency) if line.is_complete else None,
                "count": line.count,
            }
        )
    by_category.sort(key=lambda row: (row["category"] is None, str(row["category"]).casefold()))

    def shown(minor: int, *sides: str) -> str | None:
        return format_minor(minor, summary.currency) if all(complete[s] for s in sides) else None

    return {
        "date_from": summary.span.start,
        "date_to": summary.span.end,
        "currency": summary.currency,
        "income": shown(income, "income"),
        "expense": shown(expense, "expense"),
        "net": shown(income - expense, "income", "expense"),
        "count": sum(row["count"] for row in by_category),
        "by_category": by_category,
        "rates": summary.converter.rates(),
        "warnings": summary.converter.warnings(),
    }
