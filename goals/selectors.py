"""What goals hold, read from contributions and the ledger: four statements for any number."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    DateField,
    F,
    Field,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from goals.allocation import Need, largest_remainder
from goals.maths import PACE_DAYS, Path, path
from goals.models import Contribution, Goal
from ledger.models import Account, Transaction


class Flow(NamedTuple):
    """What was put aside (+) or taken out (-) in minor units, and on which account it lies."""

    account_id: UUID | None
    amount: int
    day: date


@dataclass(slots=True)
class Standing:
    """A goal with all that is derived. under_backed: minor units earmarked that no account holds."""

    goal: Goal
    path: Path
    saved: int
    under_backed: int = 0
    # (day, minor units) that made `saved` what it is: the flows, or those of the followed account.
    inflow: list[tuple[date, int]] = field(default_factory=list)


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


def flows_of(user_id: UUID) -> dict[UUID, list[Flow]]:
    """Contributions by goal, in the order in which they were booked."""
    flows: dict[UUID, list[Flow]] = {}
    # No models: a household of ten years has thousands of them.
    columns = ("goal_id", "account_id", "minor", "on")
    for goal_id, *flow in contributions_of(user_id).order_by("id").values_list(*columns):
        flows.setdefault(goal_id, []).append(Flow(*flow))
    return flows


@dataclass(frozen=True, slots=True)
class Holdings:
    """Every goal with what it holds, in minor units. held: by account, then by goal."""

    goals: list[Goal]
    flows: dict[UUID, list[Flow]]
    saved: dict[UUID, int]
    held: dict[UUID, dict[UUID, int]]
    balances: dict[UUID, int]


def holdings(user_id: UUID) -> Holdings:
    """What all goals of a user hold, the nearest target first. Three statements.

    A goal that follows its account's balance holds what no other goal has put aside there, so that
    no money is counted twice.
    """
    goals: list[Goal] = list(by_target(user_id).order_by("due_on", "id"))
    flows = flows_of(user_id)
    held: dict[UUID, dict[UUID, int]] = {}
    for goal in goals:
        for flow in () if goal.follows_balance else flows.get(goal.id, []):
            if flow.account_id:
                on = held.setdefault(flow.account_id, {})
                on[goal.id] = on.get(goal.id, 0) + flow.amount
    wanted = {*held, *(goal.account_id for goal in goals if goal.follows_balance)}
    balances = dict(
        Account.objects.for_user(user_id).filter(id__in=wanted).values_list("id", "balance_minor")
    )
    saved = {}
    for goal in goals:
        saved[goal.id] = sum(flow.amount for flow in flows.get(goal.id, []))
        if goal.follows_balance and goal.account_id:
            others = sum(max(0, part) for part in held.get(goal.account_id, {}).values())
            saved[goal.id] = max(0, balances.get(goal.account_id, 0) - others)
    return Holdings(goals, flows, saved, held, balances)


def standings(user_id: UUID, today: date, days_back: int = PACE_DAYS) -> list[Standing]:
    """Every goal of a user as it stands on a day, the nearest target first.

    days_back: how far `inflow` must reach, at least as far as the pace looks.
    """
    has = holdings(user_id)
    lacks = _under_backed(has)
    net = _net_of_accounts(user_id, has.goals, today - timedelta(days=days_back))
    found = []
    for goal in has.goals:
        inflow = [(flow.day, flow.amount) for flow in has.flows.get(goal.id, [])]
        if goal.follows_balance and goal.account_id:
            inflow = net.get(goal.account_id, [])
        way = path(
            target=goal.target_minor,
            saved=has.saved[goal.id],
            flows=inflow,
            target_on=goal.target_on,
            today=today,
            paused=goal.paused,
        )
        lack = lacks.get(goal.id, 0)
        found.append(Standing(goal, way, has.saved[goal.id], lack, inflow))
    return found


def _under_backed(has: Holdings) -> dict[UUID, int]:
    """By goal, its part of what is put aside on accounts beyond their balance.

    The lack of an account is shared by what each goal has there, to the unit.
    """
    lacks: dict[UUID, int] = {}
    for account_id, by_goal in has.held.items():
        parts = {goal_id: part for goal_id, part in by_goal.items() if part > 0}
        lack = sum(parts.values()) - max(0, has.balances.get(account_id, 0))
        if lack <= 0:
            continue
        shares = largest_remainder(lack, list(parts.values()))
        for goal_id, share in zip(parts, shares, strict=True):
            lacks[goal_id] = lacks.get(goal_id, 0) + share
    return lacks


def _net_of_accounts(
    user_id: UUID, goals: Sequence[Goal], after: date
) -> dict[UUID, list[tuple[date, int]]]:
    """Per followed account, the net of each later day; no statement without such an account."""
    followed = [goal.account_id for goal in goals if goal.follows_balance]
    if not followed:
        return {}
    rows = (
        Transaction.objects.for_user(user_id)
        .filter(account_id__in=followed, posted_on__gt=after)
        .order_by()
        .values("account_id", "posted_on")
        .annotate(net=Sum("amount_minor"))
    )
    found: dict[UUID, list[tuple[date, int]]] = {}
    for row in rows:
        found.setdefault(row["account_id"], []).append((row["posted_on"], int(row["net"])))
    return found


def standing_of(
    user_id: UUID, goal_id: UUID, today: date, days_back: int = PACE_DAYS
) -> Standing | None:
    """One goal as it stands. The others are read too: they share its accounts."""
    found = standings(user_id, today, days_back)
    return next((s for s in found if s.goal.id == goal_id), None)


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
    has = holdings(user_id)
    found = []
    for goal in sorted(has.goals, key=lambda goal: goal.id):
        if goal.paused or goal.currency != currency:
            continue
        need = Need(
            key=str(goal.id),
            remaining=max(0, goal.target_minor - has.saved[goal.id]),
            importance=goal.importance,
            target_on=goal.target_on,
            basis_points=int((goal.allocation_percent or 0) * 100),
        )
        found.append((goal, has.saved[goal.id], need))
    return found
