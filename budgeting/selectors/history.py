"""Months of spending and income by category, for recommendations and the envelope view."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from budgeting.envelope import Envelope, Month, Result, envelopes
from budgeting.recommending import Recommendation, median, recommend
from budgeting.rollover import State
from budgeting.selectors.plans import Plan, plans_of, work_out
from budgeting.selectors.spending import Want, spending
from ledger.models import Category
from ledger.money import exponent
from ledger.periods import Span, add_months, month_end

MONTHS_LOOKED_AT = 12


@dataclass(slots=True)
class Months:
    """Net amounts by category and month, in the home currency."""

    first: date
    count: int
    categories: dict[UUID, Category]
    net: dict[UUID, list[int]] = field(default_factory=dict)  # inflow positive
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def income(self) -> list[int]:
        rows = [v for c, v in self.net.items() if self.categories[c].kind == "income"]
        return [sum(month) for month in zip(*rows, strict=True)] if rows else [0] * self.count


def months_of(user_id: UUID, currency: str, first: date, count: int) -> Months:
    """`count` months from the first of one on; one statement each for totals and categories."""
    categories = {row.id: row for row in Category.objects.for_user(user_id)}
    found = Months(first, count, categories)
    spans = [_month(add_months(first, n)) for n in range(count)]
    spent = spending(user_id, currency, [Want(frozenset(categories), first, by_month=True)])
    for category_id in categories:
        if category_id in spent.by_month:
            found.net[category_id] = [-n for n in spent.of([category_id], spans, by_month=True)]
    found.warnings = spent.converter.warnings()
    return found


def _month(first: date) -> Span:
    return Span(first, month_end(first))


@dataclass(slots=True)
class Advice:
    category: Category
    found: Recommendation
    months: list[int]
    budget_id: UUID | None


@dataclass(slots=True)
class Recommended:
    """Suggestions by name; a month's median income, and by how much they exceed it."""

    advice: list[Advice]
    income: int
    exceeds: int
    first: date
    count: int
    warnings: list[dict[str, Any]]


def recommendations(user_id: UUID, currency: str, today: date) -> Recommended:
    """What each expense category needs, from its last twelve whole months (fewer for new books).

    Months before a category's first row do not count: it did not exist yet.
    """
    this_month = today.replace(day=1)
    first = add_months(this_month, -MONTHS_LOOKED_AT)
    months = months_of(user_id, currency, first, MONTHS_LOOKED_AT)
    budgets = {
        category_id: plan.budget.id
        for plan in plans_of(user_id).values()
        if plan.budget.active and plan.budget.period == "monthly"
        for category_id in plan.covers
    }
    step = 10 ** exponent(currency)
    advice = []
    for category_id, net in months.net.items():
        category = months.categories[category_id]
        spent = [-amount for amount in net]
        begun = next((n for n, amount in enumerate(spent) if amount), len(spent))
        found = recommend(spent[begun:], step) if category.kind == "expense" else None
        if found is not None:
            advice.append(Advice(category, found, spent[begun:], budgets.get(category_id)))
    advice.sort(key=lambda a: a.category.name_key)
    income = median(months.income())
    wanted = sum(each.found.amount for each in advice)
    return Recommended(
        advice, income, max(wanted - income, 0), first, MONTHS_LOOKED_AT, months.warnings
    )


@dataclass(slots=True)
class EnvelopeView:
    """A month in envelopes: the result, and each monthly budget's state in it."""

    month: Span
    result: Result
    names: dict[str, Plan]
    warnings: list[dict[str, Any]]


def envelope_view(user_id: UUID, currency: str, month: date, months: int = 120) -> EnvelopeView:
    """Income against what monthly budgets were given, from the first budget's month on.

    Calendar months only: budgets of other periods and start days are not part of it.
    """
    plans = [
        plan
        for plan in plans_of(user_id).values()
        if plan.budget.active and plan.budget.period == "monthly" and plan.cycle.is_of_months
        and plan.budget.currency == currency
    ]  # fmt: skip
    end = _month(month.replace(day=1))
    first = min([plan.first_on for plan in plans if plan.first_on <= end.start] or [end.start])
    first = max(first, add_months(end.start, -months + 1))
    count = (end.start.year - first.year) * 12 + end.start.month - first.month + 1
    figures = months_of(user_id, currency, first, count)
    worked = work_out(user_id, plans, end.start, count)
    income = figures.income()
    by_month: list[dict[str, Envelope]] = [{} for _ in range(count)]
    for plan in plans:
        for state in worked.states.get(plan.budget.id, ()):
            n = (state.span.start.year - first.year) * 12 + state.span.start.month - first.month
            by_month[n][str(plan.budget.id)] = _envelope(state)
    results = envelopes([Month(income[n], by_month[n]) for n in range(count)])
    names = {str(plan.budget.id): plan for plan in plans}
    return EnvelopeView(end, results[-1], names, figures.warnings + worked.warnings)


def _envelope(state: State) -> Envelope:
    return Envelope(state.assigned, state.spent, keeps_debt=state.terms.mode in ("deficit", "both"))
