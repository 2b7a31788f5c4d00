"""Budgets as they stand: read whole, in a number of statements that no history changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from budgeting.models import Budget, BudgetMove
from budgeting.periods import Cycle
from budgeting.rollover import State, Terms, chain, pace, terms_on
from budgeting.selectors.spending import Spending, Want, spending
from ledger.models import Category
from ledger.periods import Span


@dataclass(slots=True)
class Plan:
    """A budget with what it needs to be worked out.

    named: its own categories; covers: with all below them that have no budget of their own in the
    same kind of period; moves: (day, amount), positive where money came in.
    """

    budget: Budget
    cycle: Cycle
    terms: list[Terms]
    named: list[UUID]
    covers: frozenset[UUID] = frozenset()
    moves: list[tuple[date, int]] = field(default_factory=list)

    @property
    def first_on(self) -> date:
        """The first day of its first period."""
        return self.cycle.containing(self.budget.starts_on).start

    def spans_for(self, day: date, periods: int) -> list[Span]:
        """The last `periods` periods up to the one of a day, and before them as many as money was
        carried through. None lies before the budget's first."""
        first, last = self.cycle.number(self.budget.starts_on), self.cycle.number(day)
        number = max(last - periods + 1, first)
        while number > first and self._carries_out_of(number - 1):
            number -= 1
        return [self.cycle.span(n) for n in range(number, last + 1)]

    def _carries_out_of(self, number: int) -> bool:
        return terms_on(self.terms, self.cycle.start(number)).mode != "none"

    def states(self, spans: Sequence[Span], spent: Spending) -> list[State]:
        moved = [sum(m for on, m in self.moves if s.start <= on <= s.end) for s in spans]
        went = spent.of(self.covers, spans, self.cycle.is_of_months)
        return chain(spans, self.terms, moved, went)


def plans_of(user_id: UUID) -> dict[UUID, Plan]:
    """All budgets of an owner by id, by name: five statements, one where there is none."""
    rows = Budget.objects.for_user(user_id).prefetch_related("terms", "links")
    plans = {
        row.id: Plan(
            row,
            row.cycle,
            [each.as_terms() for each in row.terms.all()],
            [link.category_id for link in row.links.all()],
        )
        for row in rows.order_by("name", "id")
    }
    if plans:
        _cover(user_id, plans.values())
        _move(user_id, plans)
    return plans


def _cover(user_id: UUID, plans: Iterable[Plan]) -> None:
    """Give each category to the budget of its nearest ancestor, per kind of period."""
    parents = dict(Category.objects.for_user(user_id).values_list("id", "parent_id"))
    owners = {(p.budget.period, c): p for p in plans if p.budget.active for c in p.named}
    covered: dict[UUID, set[UUID]] = {p.budget.id: set(p.named) for p in plans}
    for period in {kind for kind, _ in owners}:
        for category_id in parents:
            above: UUID | None = category_id
            while above is not None and (period, above) not in owners:
                above = parents.get(above)
            if above is not None:
                covered[owners[period, above].budget.id].add(category_id)
    for plan in plans:
        plan.covers = frozenset(covered[plan.budget.id])


def _move(user_id: UUID, plans: dict[UUID, Plan]) -> None:
    moves = BudgetMove.objects.for_user(user_id)
    for source, target, amount, on in moves.values_list(
        "source_id", "target_id", "amount_minor", "on"
    ):
        if source in plans:
            plans[source].moves.append((on, -amount))
        if target in plans:
            plans[target].moves.append((on, amount))


@dataclass(slots=True)
class Worked:
    """States by budget id, oldest first; and what the conversion used and missed."""

    states: dict[UUID, list[State]] = field(default_factory=dict)
    rates: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)


def work_out(user_id: UUID, plans: Iterable[Plan], day: date, periods: int = 1) -> Worked:
    """The last `periods` states up to a day of each budget that had begun by then.

    One statement for the spending of whole months in one currency; four at most per currency.
    """
    worked = Worked()
    by_currency: dict[str, list[tuple[Plan, list[Span]]]] = {}
    for plan in plans:
        if plan.first_on <= day:
            spans = plan.spans_for(day, periods)
            by_currency.setdefault(plan.budget.currency, []).append((plan, spans))
    for currency, asked in by_currency.items():
        wants = [Want(p.covers, s[0].start, p.cycle.is_of_months) for p, s in asked]
        spent = spending(user_id, currency, wants)
        for plan, spans in asked:
            worked.states[plan.budget.id] = plan.states(spans, spent)[-periods:]
        worked.rates += spent.converter.rates()
        worked.warnings += spent.converter.warnings()
    return worked


def at_risk(user_id: UUID, today: date) -> list[tuple[Budget, State]]:
    """Active budgets that are over, or heading over at their pace: for the floors above."""
    plans = [plan for plan in plans_of(user_id).values() if plan.budget.active]
    states = work_out(user_id, plans, today).states
    found = [(p.budget, states[p.budget.id][-1]) for p in plans if p.budget.id in states]
    return [(budget, state) for budget, state in found if pace(state, today).status != "on_track"]
