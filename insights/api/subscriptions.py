"""/api/analytics/subscriptions: standing charges found in history."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MoneyField
from accounts.api.views import ApiView, report
from accounts.days import today_of
from insights.api.asked import AnyWarning, Explained, ExplainQuery, explanation, left_out
from insights.api.net_worth import window_of
from insights.selectors.payments import BUSY_DAYS, BUSY_MAX, PAYMENTS_MAX
from insights.selectors.standing import Standing, StandingCharges, standing_charges
from insights.subscriptions import AMOUNT_SPREAD, GAP_CV_MAX, PriceChange
from ledger.money import format_minor

WINDOW_MONTHS = 12


class PriceChangeOutput(serializers.Serializer[Any]):
    on = serializers.DateField()
    before = MoneyField()
    after = MoneyField()
    percent = serializers.FloatField()


class SubscriptionOutput(serializers.Serializer[Any]):
    payee = serializers.CharField()
    payee_id = serializers.UUIDField()
    category = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    amount = MoneyField(help_text="the usual charge now, positive")
    period = serializers.CharField()
    fixed = serializers.BooleanField(help_text="one price that changes in steps, if at all")
    confidence = serializers.FloatField(help_text="0 to 1")
    count = serializers.IntegerField(help_text="charges that were seen")
    since = serializers.DateField()
    last_on = serializers.DateField()
    next_on = serializers.DateField(allow_null=True, help_text="null once it ended")
    active = serializers.BooleanField()
    yearly = MoneyField()
    yearly_home = MoneyField(allow_null=True)
    price_changes = PriceChangeOutput(many=True)


class UpcomingOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    payee = serializers.CharField()
    amount = MoneyField()
    currency = serializers.CharField()


class PriceRiseOutput(PriceChangeOutput):
    payee = serializers.CharField()
    currency = serializers.CharField()


class DuplicateOutput(serializers.Serializer[Any]):
    why = serializers.CharField()
    payees = serializers.ListField(child=serializers.CharField())


class ForgottenOutput(serializers.Serializer[Any]):
    payee = serializers.CharField()
    since = serializers.DateField()
    yearly = MoneyField()
    currency = serializers.CharField()


class SubscriptionsOutput(serializers.Serializer[Any]):
    currency = serializers.CharField(help_text="of the totals")
    monthly_total = MoneyField(allow_null=True, help_text="of the active ones")
    yearly_total = MoneyField(allow_null=True)
    subscriptions = SubscriptionOutput(many=True)
    upcoming = UpcomingOutput(many=True, help_text="of the next thirty days")
    price_rises = PriceRiseOutput(many=True, help_text="of the last twelve months")
    duplicates = DuplicateOutput(many=True)
    forgotten = ForgottenOutput(many=True, help_text="worth a look: a year old and never touched")
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


class SubscriptionsReport(ApiView):
    query = ExplainQuery

    @extend_schema(parameters=[ExplainQuery], responses=SubscriptionsOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Show standing charges, their price rises, what comes next and what is there twice."""
        parameters = self.parameters()
        today = today_of(self.owner)

        def build() -> dict[str, Any]:
            charges = standing_charges(window_of(self.owner, today, months=WINDOW_MONTHS))
            answer = shown_charges(charges)
            if parameters["explain"]:
                answer["explain"] = _explained(charges)
            return answer

        return report(request, build)


def _explained(charges: StandingCharges) -> dict[str, Any]:
    inputs = {
        "occurrences": "three in three months; weekly ones in two; yearly two, 350 to 380 days apart",
        "gap_cv_max": GAP_CV_MAX,
        "amount": f"one price that changes in steps, or within {AMOUNT_SPREAD:.0%} of the median",
        "payments_per_payee": PAYMENTS_MAX,
    }
    gone = [
        left_out(
            "payees paid all the time",
            f"more than {BUSY_MAX} times in {BUSY_DAYS} days is a habit, not a standing charge",
        ),
        left_out("rows without a payee", "nothing tells whose charge they are"),
        left_out("transfers", "a standing order to oneself is no charge"),
        left_out("pending", "their amount may still change"),
    ]
    return explanation(inputs, charges.converter, gone)


def price_rises(charges: StandingCharges) -> list[tuple[Standing, PriceChange]]:
    """Rises of active charges in the last twelve months, the latest first."""
    first = charges.today.replace(year=charges.today.year - 1, day=min(charges.today.day, 28))
    found = [
        (charge, change)
        for charge in charges.active
        for change in charge.found.price_changes
        if change.after > change.before and change.on >= first
    ]
    return sorted(found, key=lambda pair: (pair[1].on, pair[0].paid.name), reverse=True)


def shown_charges(charges: StandingCharges) -> dict[str, Any]:
    yearly = charges.yearly

    def home(minor: int | None) -> str | None:
        return None if minor is None else format_minor(minor, charges.home)

    return {
        "currency": charges.home,
        "monthly_total": home(None if yearly is None else round(yearly / 12)),
        "yearly_total": home(yearly),
        "subscriptions": [_shown(charge, charges) for charge in charges.charges],
        "upcoming": [
            {
                "date": day,
                "payee": charge.paid.name,
                "amount": format_minor(charge.found.typical, charge.paid.currency),
                "currency": charge.paid.currency,
            }
            for day, charge in charges.upcoming()
        ],
        "price_rises": [
            {
                "payee": charge.paid.name,
                "currency": charge.paid.currency,
                **_shown_change(change, charge.paid.currency),
            }
            for charge, change in price_rises(charges)
        ],
        "duplicates": [
            {"why": why, "payees": [charge.paid.name for charge in found]}
            for why, found in charges.duplicates
        ],
        "forgotten": [
            {
                "payee": charge.paid.name,
                "since": charge.found.since,
                "yearly": format_minor(charge.found.yearly, charge.paid.currency),
                "currency": charge.paid.currency,
            }
            for charge in charges.forgotten
        ],
        "warnings": charges.converter.warnings(),
    }


def _shown_change(change: PriceChange, currency: str) -> dict[str, Any]:
    return {
        "on": change.on,
        "before": format_minor(change.before, currency),
        "after": format_minor(change.after, currency),
        "percent": change.percent,
    }


def _shown(charge: Standing, charges: StandingCharges) -> dict[str, Any]:
    found, paid = charge.found, charge.paid
    active = found.is_active(charges.today)
    at_home = charges.homes[charge.key]
    return {
        "payee": paid.name,
        "payee_id": paid.payee_id,
        "category": paid.category,
        "currency": paid.currency,
        "amount": format_minor(found.typical, paid.currency),
        "period": found.period,
        "fixed": found.fixed,
        "confidence": found.confidence,
        "count": len(found.payments),
        "since": found.since,
        "last_on": found.last.on,
        "next_on": found.next_on if active else None,
        "active": active,
        "yearly": format_minor(found.yearly, paid.currency),
        "yearly_home": None if at_home is None else format_minor(at_home, charges.home),
        "price_changes": [_shown_change(c, paid.currency) for c in found.price_changes],
    }
