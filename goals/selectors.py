"""What goals hold, read from contributions and the ledger: three statements for any number of goals."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    DateField,
    F,
    Field,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from goals.allocation import Need
from goals.maths import Path, path
from goals.models import Contribution, Goal
from ledger.models import Account, Transaction


@dataclass(slots=True)
class Flow:
    """A contribution with its amount: signed minor units of the goal's currency."""

    contribution: Contribution
    amount: int
    day: date


@dataclass(slots=True)
class Standing:
    """A goal with all that is derived. under_backed: minor units earmarked that no account holds."""

    goal: Goal
    path: Path
    saved: int
    under_backed: int = 0
    flows: list[Flow] = field(default_factory=list)


def by_target(user_id: UUID) -> Any:
    """Goals with `due_on`, their target day or a day after all others, to order a list by."""
    never = Value(date.max, output_field=DateField())
    return Goal.objects.for_user(user_id).annotate(due_on=Coalesce("target_on", never))


def contributions_of(user_id: UUID) -> Any:
    """Contributions with `minor` and `on`, the transfer's where there is one.

    Those whose transfer is gone are left out.
    """
    legs = Transaction.objects.for_user(user_id).filter(
        transfer_id=OuterRef("transfer_id"), account_id=OuterRef("account_id")
    )

    def of(leg: str, own: str, kind: "Field[Any, Any]") -> Case:
        earmark = When(transfer_id__isnull=True, then=F(own))
        return Case(earmark, default=Subquery(legs.values(leg)[:1]), output_field=kind)

    return (
        Contribution.objects.for_user(user_id)
        .annotate(
            minor=of("amount_minor", "amount_minor", BigIntegerField()),
            on=of("posted_on", "made_on", DateField()),
        )
        .filter(minor__isnull=False)
    )


def flows_of(user_id: UUID, goals: Iterable[Goal] | None = None) -> dict[UUID, list[Flow]]:
    """Contributions by goal, in the order in which they were booked."""
    rows = contributions_of(user_id).order_by("id")
    if goals is not None:
        rows = rows.filter(goal_id__in=[goal.id for goal in goals])
    flows: dict[UUID, list[Flow]] = {}
    for row in rows:
        flows.setdefault(row.goal_id, []).append(Flow(row, row.minor, row.on))
    return flows


def standings(user_id: UUID, today: date) -> list[Standing]:
    """Every goal of a user as it stands on a day, the nearest target first."""
    goals = by_target(user_id).order_by("due_on", "id")
    flows = flows_of(user_id)
    found = []
    for goal in goals:
        own = flows.get(goal.id, [])
        saved = sum(flow.amount for flow in own)
        way = path(
            target=goal.target_minor,
            saved=saved,
            flows=[(flow.day, flow.amount) for flow in own],
            target_on=goal.target_on,
            today=today,
            paused=goal.paused,
        )
        found.append(Standing(goal, way, saved, flows=own))
    _mark_under_backed(user_id, found)
    return found


def _mark_under_backed(user_id: UUID, found: list[Standing]) -> None:
    """What the earmarks on an account exceed its balance by is missing in each goal on it."""
    held: dict[UUID, dict[UUID, int]] = {}
    for standing in found:
        for flow in standing.flows:
            if flow.contribution.account_id:
                on = held.setdefault(flow.contribution.account_id, {})
                on[standing.goal.id] = on.get(standing.goal.id, 0) + flow.amount
    balances = dict(
        Account.objects.for_user(user_id).filter(id__in=held).values_list("id", "balance_minor")
    )
    for account_id, by_goal in held.items():
        lacks = sum(by_goal.values()) - max(0, balances.get(account_id, 0))
        for standing in found:
            part = by_goal.get(standing.goal.id, 0)
            if lacks > 0 and part > 0:
                standing.under_backed += min(lacks, part)


def standing_of(user_id: UUID, goal_id: UUID, today: date) -> Standing | None:
    """One goal as it stands. The others are read too: they share its accounts."""
    return next((s for s in standings(user_id, today) if s.goal.id == goal_id), None)


@dataclass(frozen=True, slots=True)
class Outlook:
    """For the floors above: goals that are late, and what goals ask for this month.

    planned: (goal id, currency, minor units a month), of goals that have a day and are not paused.
    """

    behind: list[Standing]
    planned: list[tuple[UUID, str, int]]


def outlook(user_id: UUID, today: date) -> Outlook:
    """Goals behind or overdue for a user on a day, and planned contributions."""
    found = standings(user_id, today)
    return Outlook(
        behind=[s for s in found if s.path.status in ("behind", "overdue")],
        planned=[
            (s.goal.id, s.goal.currency, s.path.required_per_month)
            for s in found
            if s.path.required_per_month and s.path.status != "paused"
        ],
    )


def open_goals(user_id: UUID, currency: str) -> list[tuple[Goal, int, Need]]:
    """(goal, saved, what it needs) of a currency's goals that are not paused, oldest first."""
    goals = list(
        Goal.objects.for_user(user_id).filter(currency=currency, paused=False).order_by("id")
    )
    flows = flows_of(user_id, goals)
    found = []
    for goal in goals:
        saved = sum(flow.amount for flow in flows.get(goal.id, []))
        need = Need(
            key=str(goal.id),
            remaining=max(0, goal.target_minor - saved),
            importance=goal.importance,
            target_on=goal.target_on,
            basis_points=int((goal.allocation_percent or 0) * 100),
        )
        found.append((goal, saved, need))
    return found
