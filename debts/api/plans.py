"""Schedules, strategies, what is due, the card's cycle: computed from the debts as they stand."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import CurrencyField, MoneyField, StrictSerializer
from accounts.api.views import ApiView, report
from accounts.days import today_of
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from debts.amortization import LOWER, SHORTEN, Lump, Plan
from debts.api.debts import state_of
from debts.api.plan_shapes import (
    DebtCycleOutput,
    DebtScheduleOutput,
    DebtStrategiesOutput,
    DebtSummaryOutput,
    DebtUpcomingOutput,
)
from debts.api.shapes import fraction
from debts.comparison import Comparison, compare
from debts.cycle import cycle_of
from debts.errors import Reason
from debts.selectors import payments_due, states_of
from debts.state import State
from debts.strategies import Outcome, avalanche, snowball
from ledger.api.serializers import DayField
from ledger.money import format_minor
from ledger.services.posting import minor_of

ORDER_MAX = 100


class ScheduleQuery(StrictSerializer):
    extra = MoneyField(required=False, help_text="on top of each payment")
    lump = MoneyField(positive=True, required=False, help_text="a single payment")
    lump_after = serializers.IntegerField(
        min_value=1, max_value=1200, default=1, help_text="after which installment"
    )
    mode = serializers.ChoiceField(
        (SHORTEN, LOWER),
        default=SHORTEN,
        help_text="what a lump does: shorter term or lower payments",
    )

    def validate_extra(self, value: Decimal) -> Decimal:
        if value < 0:
            raise serializers.ValidationError(
                "Send zero or a positive amount.", code="amount_must_not_be_negative"
            )
        return value


class StrategiesQuery(StrictSerializer):
    monthly = MoneyField(
        positive=True,
        required=False,
        help_text="for all debts together; else the minimums and what history says is left",
    )
    order = serializers.CharField(
        required=False, max_length=37 * ORDER_MAX, help_text="ids of debts with commas: `custom`"
    )
    lump = MoneyField(positive=True, required=False, help_text="one payment more, once")
    lump_month = serializers.IntegerField(min_value=1, max_value=1200, default=1)
    currency = CurrencyField(
        required=False, help_text="of the debts; the home currency if not sent"
    )

    def validate_order(self, value: str) -> list[UUID]:
        try:
            return [UUID(word) for word in value.split(",")]
        except ValueError:
            raise serializers.ValidationError("Send ids with commas.", code="invalid") from None


class UpcomingQuery(StrictSerializer):
    days = serializers.IntegerField(min_value=0, max_value=366, default=30)


class CycleQuery(StrictSerializer):
    on = DayField(required=False, help_text="a day in the cycle; today if not sent")


def represent_plan(state: State, first: int, made: Plan, plain: Plan) -> dict[str, Any]:
    """A schedule. One that never ends has no rows, and says by how much the debt grows."""
    currency = state.currency

    def shown(minor: int) -> str:
        return format_minor(minor, currency)

    never = made.never_pays_off
    rows = () if never else made.installments
    saved = not never and not plain.never_pays_off
    paid = sum(row.payment for row in rows) + made.lumps_paid
    return {
        "debt": state.debt.pk,
        "currency": currency,
        "apr": fraction(state.apr),
        "balance": shown(state.owed),
        "payments": [
            {
                "number": row.number,
                "due_on": state.due_day_of(first + row.number - 1),
                "payment": shown(row.payment),
                "interest": shown(row.interest),
                "principal": shown(row.principal),
                "balance": shown(row.balance),
            }
            for row in rows
        ],
        "summary": {
            "payment": shown(made.installments[0].payment) if made.installments else shown(0),
            "months": None if never else len(rows),
            "total_interest": None if never else shown(made.total_interest),
            "total_paid": None if never else shown(paid),
            "last_payment": shown(rows[-1].payment) if rows else None,
            "payoff_on": state.due_day_of(first + len(rows) - 1) if rows else None,
            "never_pays_off": never,
            "growth_per_month": shown(made.growth) if never else None,
            "months_saved": len(plain.installments) - len(rows) if saved else None,
            "interest_saved": shown(plain.total_interest - made.total_interest) if saved else None,
        },
    }


class DebtSchedule(ApiView):
    query = ScheduleQuery

    @extend_schema(parameters=[ScheduleQuery], responses=DebtScheduleOutput, tags=["debts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """The payments until nothing is owed, to the cent; an untouched debt's from its start."""
        said = self.parameters()
        state = state_of(self.owner, row_id)
        extra = minor_of(said.get("extra", Decimal(0)), state.currency, "?extra")
        lumps: tuple[Lump, ...] = ()
        if "lump" in said:
            amount = minor_of(said["lump"], state.currency, "?lump")
            lumps = (Lump(said["lump_after"], amount, said["mode"]),)

        def build() -> dict[str, Any]:
            first, plain = state.schedule()
            made = state.schedule(extra=extra, lumps=lumps)[1] if extra or lumps else plain
            return represent_plan(state, first, made, plain)

        return report(request, build)


def represent_outcome(outcome: Outcome, base: Outcome, currency: str) -> dict[str, Any]:
    saved = base.total_interest is not None and outcome.total_interest is not None
    return {
        "months": outcome.months,
        "total_interest": None
        if outcome.total_interest is None
        else format_minor(outcome.total_interest, currency),
        "never_pays_off": outcome.never_pays_off,
        "payoff_order": [{"debt": key, "month": month} for key, month in outcome.payoff_order],
        "months_saved": (base.months or 0) - (outcome.months or 0) if saved else None,
        "interest_saved": format_minor(
            (base.total_interest or 0) - (outcome.total_interest or 0), currency
        )
        if saved
        else None,
        "balances": [format_minor(minor, currency) for minor in outcome.path],
    }


def represent_comparison(found: Comparison) -> dict[str, Any]:
    base, currency, budget = found.outcomes["minimums_only"], found.currency, found.budget
    named = {
        name: represent_outcome(outcome, base, currency) for name, outcome in found.outcomes.items()
    }
    warnings = [
        f"Debts in {other} are left out: ask with currency={other}."
        for other in found.other_currencies
    ]
    return {
        "currency": currency,
        "budget": {
            "monthly": format_minor(budget.monthly, currency),
            "minimums": format_minor(budget.minimums, currency),
            "surplus": None if budget.surplus is None else format_minor(budget.surplus, currency),
            "source": budget.source,
        },
        "recommended": found.recommended,
        **named,
        "warnings": warnings,
    }


class DebtStrategies(ApiView):
    query = StrategiesQuery

    @extend_schema(parameters=[StrategiesQuery], responses=DebtStrategiesOutput, tags=["debts"])
    def get(self, request: Request) -> Response:
        """Avalanche, snowball, hybrid and an own order side by side, month by month."""
        said = self.parameters()
        user = self.owner
        currency = said.get("currency", user.currency)
        states = states_of(user)
        own = {s.currency for s in states if s.payoff}
        if "currency" not in said and len(own) == 1:
            currency = own.pop()

        def minor(name: str) -> int | None:
            return minor_of(said[name], currency, f"?{name}") if name in said else None

        monthly, lump = minor("monthly"), minor("lump")

        def build() -> dict[str, Any]:
            return represent_comparison(
                compare(
                    user,
                    states,
                    currency=currency,
                    today=today_of(user),
                    monthly=monthly,
                    order=said.get("order", ()),
                    once={said["lump_month"]: lump} if lump else None,
                )
            )

        return report(request, build)


class DebtsUpcoming(ApiView):
    query = UpcomingQuery

    @extend_schema(parameters=[UpcomingQuery], responses=DebtUpcomingOutput, tags=["debts"])
    def get(self, request: Request) -> Response:
        """Payments due in the next days, overdue ones first."""
        days = self.parameters()["days"]
        user = self.owner
        return report(request, lambda: upcoming(user, today_of(user), days))


def upcoming(user: Any, today: date, days: int) -> dict[str, Any]:
    rows = payments_due(user, today, today + timedelta(days))
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.currency] = totals.get(row.currency, 0) + row.amount_minor
    return {
        "results": [
            {
                "debt": row.debt_id,
                "name": row.name,
                "account": row.account_id,
                "pay_from": row.pay_from_id,
                "due_on": row.due_on,
                "days_until_due": (row.due_on - today).days,
                "amount": format_minor(row.amount_minor, row.currency),
                "currency": row.currency,
                "overdue": row.overdue,
            }
            for row in rows
        ],
        "next": None,  # all of them come at once
        "previous": None,
        "count": len(rows),
        "totals": [
            {"currency": currency, "amount": format_minor(minor, currency)}
            for currency, minor in sorted(totals.items())
        ],
    }


class DebtsSummary(ApiView):
    @extend_schema(responses=DebtSummaryOutput, tags=["debts"])
    def get(self, request: Request) -> Response:
        """What is owed in all, by currency and by type, and both orders."""
        self.parameters()
        user = self.owner
        return report(request, lambda: summary([s for s in states_of(user) if s.payoff]))


def summary(states: list[State]) -> dict[str, Any]:
    by_currency = []
    for currency in sorted({s.currency for s in states}):
        mine = [s for s in states if s.currency == currency]
        types: dict[str, int] = {}
        for state in mine:
            types[state.debt.type] = types.get(state.debt.type, 0) + state.payoff
        debts = [s.as_owed() for s in mine]
        dearest = max(mine, key=lambda s: (s.apr, s.payoff, str(s.debt.pk)))
        by_currency.append(
            {
                "currency": currency,
                "count": len(mine),
                "total_owed": format_minor(sum(s.payoff for s in mine), currency),
                "minimum_payments": format_minor(sum(s.minimum_now for s in mine), currency),
                "by_type": [
                    {"type": name, "owed": format_minor(minor, currency)}
                    for name, minor in sorted(types.items())
                ],
                "highest_apr": {"debt": dearest.debt.pk, "apr": fraction(dearest.apr)},
                "avalanche_order": avalanche(debts),
                "snowball_order": snowball(debts),
            }
        )
    return {"count": len(states), "by_currency": by_currency}


class DebtCycle(ApiView):
    query = CycleQuery

    @extend_schema(parameters=[CycleQuery], responses=DebtCycleOutput, tags=["debts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """A credit card's last statement, present cycle, grace and utilisation."""
        on = self.parameters().get("on")
        state = state_of(self.owner, row_id)
        if not state.debt.is_card:
            raise Refusal(Reason.ONLY_A_CARD, status=409)
        day = on or state.today
        if day < state.debt.start_on or (day - state.debt.start_on).days > 36_600:
            raise Refusal(Common.INVALID_PARAMETER, pointer="?on")
        return report(request, lambda: cycle_of(state, day))
