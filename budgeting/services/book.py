"""Verbs on budgets: open, change, close, move money between two."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury
from accounts.clock import tick
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from budgeting.errors import Reason
from budgeting.models import Budget, BudgetCategory, BudgetMove, BudgetTerms
from budgeting.selectors.categories import Reference, categories_named
from budgeting.selectors.plans import plans_of, work_out
from ledger import money, naming
from ledger.models import Category
from ledger.services.owned import hold, trace
from ledger.services.posting import check_day, minor_of

PLAIN = ("limit", "thresholds", "active")
CYCLE = ("period", "starts_on", "start_day", "weekend")
OF_MONTHS = ("monthly", "quarterly", "yearly")


@atomic
def open_budget(user: User, fields: Mapping[str, Any]) -> Budget:
    """Open a budget. `amount` and the cap are of each period, in the owner's home currency.

    Refuses unknown and income categories (400), and a category that another active budget of the
    same kind of period is for (409).
    """
    seq = tick(user.pk)
    categories = _categories(user.pk, fields["categories"])
    budget = Budget(
        user_id=user.pk,
        seq=seq,
        currency=user.currency,
        period=fields.get("period", "monthly"),
        starts_on=fields.get("starts_on") or today_of(user),
        start_day=fields.get("start_day", 1),
        weekend=fields.get("weekend", "none"),
        name=_name(fields.get("name"), categories),
        **{name: fields[name] for name in PLAIN if name in fields},
    )
    _check_cycle(budget)
    budget.save(force_insert=True)
    _link(budget, categories)
    terms = _terms(budget, fields, None)
    BudgetTerms.objects.create(
        user_id=user.pk,
        budget=budget,
        from_on=budget.cycle.containing(budget.starts_on).start,
        **terms,
    )
    said = {"period": budget.period, **terms}
    trace(user.pk, seq, "budget", "created", budget.id, **said)
    return budget


@atomic
def change_budget(
    user: User, budget_id: UUID, fields: Mapping[str, Any], expected_seq: int | None = None
) -> Budget:
    """Change a budget. Amount and rollover hold from the period of `effective_on` (today's), so
    that what came before stays as it was; terms that were set for later periods are replaced.
    Another kind of period cuts the whole history anew, under the same terms."""
    seq = tick(user.pk)
    budget: Budget = hold(
        Budget.objects.for_user(user), budget_id, Reason.BUDGET_NOT_FOUND, expected_seq
    )
    for name in (*CYCLE, *PLAIN):
        setattr(budget, name, fields.get(name, getattr(budget, name)))
    categories = None
    if "categories" in fields:
        categories = _categories(user.pk, fields["categories"])
    _check_cycle(budget)
    if fields.get("name") is not None:
        budget.name = naming.checked(fields["name"], pointer="/name", longest=100)
    budget.seq, budget.updated_at = seq, timezone.now()
    budget.save()
    if categories is not None:
        BudgetCategory.objects.for_user(user).filter(budget=budget).delete()
        _link(budget, categories)
    elif budget.active:
        _refuse_shared(budget, list(budget.links.values_list("category_id", flat=True)))
    if "amount" in fields or "rollover" in fields:
        _change_terms(budget, fields, fields.get("effective_on") or today_of(user))
    changed = sorted(fields.keys() - {"effective_on"})
    trace(user.pk, seq, "budget", "updated", budget_id, fields=changed)
    return budget


@atomic
def close_budget(user_id: UUID, budget_id: UUID, expected_seq: int | None = None) -> None:
    """Delete a budget with its history. What it gave to others stays with them."""
    seq = tick(user_id)
    budget: Budget = hold(
        Budget.objects.for_user(user_id), budget_id, Reason.BUDGET_NOT_FOUND, expected_seq
    )
    budget.delete()
    bury(user_id, seq, "budget", [budget_id])
    orphans = BudgetMove.objects.for_user(user_id).filter(source=None, target=None)
    gone = list(orphans.values_list("id", flat=True))
    orphans.delete()
    bury(user_id, seq, "budget_move", gone)
    BudgetMove.objects.for_user(user_id).filter(Q(source=None) | Q(target=None)).update(seq=seq)
    trace(user_id, seq, "budget", "deleted", budget_id)


@atomic
def move_money(
    user: User, *, source: UUID, target: UUID, amount: Decimal, on: date | None, memo: str
) -> BudgetMove:
    """Give another budget part of what one has left in the period of a day (today).

    Refuses more than is left (409): a move plans no money that is not there.
    """
    seq = tick(user.pk)
    day = on or today_of(user)
    check_day(day, "/on")
    if source == target:
        raise Refusal(Reason.BUDGETS_MUST_DIFFER, pointer="/to_budget")
    plans = plans_of(user.pk)
    for budget_id, pointer in ((source, "/from_budget"), (target, "/to_budget")):
        if budget_id not in plans:
            raise Refusal(Reason.BUDGET_NOT_FOUND, pointer=pointer)
        if day < plans[budget_id].first_on:
            raise Refusal(Reason.BEFORE_FIRST_PERIOD, status=409, pointer="/on")
    giver, taker = plans[source], plans[target]
    if giver.budget.currency != taker.budget.currency:
        raise Refusal(Reason.CURRENCIES_MUST_MATCH, status=409, pointer="/to_budget")
    minor = minor_of(amount, giver.budget.currency, "", "/amount")
    [state] = work_out(user.pk, [giver], day).states[source]
    if minor > state.left:
        left = money.format_minor(state.left, giver.budget.currency)
        raise Refusal(Reason.NOT_ENOUGH_LEFT, status=409, pointer="/amount", extra={"left": left})
    move = BudgetMove.objects.create(
        user_id=user.pk,
        seq=seq,
        source_id=source,
        target_id=target,
        amount_minor=minor,
        on=day,
        memo=memo,
    )
    Budget.objects.for_user(user).filter(id__in=[source, target]).update(seq=seq)
    trace(user.pk, seq, "budget_move", "created", move.id, amount_minor=minor)
    return move


def _check_cycle(budget: Budget) -> None:
    check_day(budget.starts_on, "/starts_on")
    if budget.period not in OF_MONTHS and (budget.start_day != 1 or budget.weekend != "none"):
        raise Refusal(Reason.START_DAY_NEEDS_MONTHS, pointer="/start_day")


def _name(name: str | None, categories: Sequence[Category]) -> str:
    if name is None:
        return ", ".join(category.name for category in categories)[:100]
    return naming.checked(name, pointer="/name", longest=100)


def _categories(user_id: UUID, references: Sequence[Reference]) -> list[Category]:
    """Own expense categories, in the order given."""
    if not references:
        raise Refusal(Reason.CATEGORIES_REQUIRED, pointer="/categories")
    found = categories_named(user_id, references, "/categories/{}")
    for position, category in enumerate(found):
        if category.kind == "income":
            raise Refusal(Reason.CATEGORY_IS_INCOME, pointer=f"/categories/{position}")
    return list({row.id: row for row in found}.values())


def _link(budget: Budget, categories: Sequence[Category]) -> None:
    if budget.active:
        _refuse_shared(budget, [category.id for category in categories])
    BudgetCategory.objects.bulk_create(
        BudgetCategory(user_id=budget.user_id, budget=budget, category=c) for c in categories
    )


def _refuse_shared(budget: Budget, category_ids: Sequence[UUID]) -> None:
    """Two active budgets of one kind of period would both count a category's spending."""
    others = (
        BudgetCategory.objects.for_user(budget.user_id)
        .filter(category_id__in=category_ids, budget__active=True, budget__period=budget.period)
        .exclude(budget=budget)
    )
    other = others.values_list("budget_id", flat=True).first()
    if other is not None:
        extra = {"budget": str(other)}
        raise Refusal(Reason.CATEGORY_HAS_A_BUDGET, status=409, pointer="/categories", extra=extra)


def _terms(budget: Budget, fields: Mapping[str, Any], before: BudgetTerms | None) -> dict[str, Any]:
    """The columns of new terms: what is not sent stays as it was."""
    terms: dict[str, Any] = {"mode": "none", "cap_minor": None}
    if before is not None:
        names = ("amount_minor", "mode", "cap_minor")
        terms = {name: getattr(before, name) for name in names}
    if "amount" in fields:
        terms["amount_minor"] = minor_of(fields["amount"], budget.currency, "", "/amount")
    if "rollover" in fields:
        rollover = fields["rollover"]
        cap = rollover.get("cap")
        terms["mode"] = rollover.get("mode", terms["mode"])
        terms["cap_minor"] = (
            None if cap is None else minor_of(cap, budget.currency, "", "/rollover/cap")
        )
    return terms


def _change_terms(budget: Budget, fields: Mapping[str, Any], day: date) -> None:
    cycle = budget.cycle
    first = cycle.containing(budget.starts_on).start
    from_on = max(cycle.containing(day).start, first)
    rows = BudgetTerms.objects.for_user(budget.user_id).filter(budget=budget)
    before = rows.filter(from_on__lte=from_on).last()
    terms = _terms(budget, fields, before)
    rows.filter(from_on__gte=from_on).delete()
    BudgetTerms.objects.create(user_id=budget.user_id, budget=budget, from_on=from_on, **terms)
