"""/api/analytics/comprehensive: one call for a dashboard, from one reading of the books."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import ApiView, report
from accounts.days import today_of
from insights.api.asked import AnyWarning, ExplainQuery
from insights.api.cash_flow import shown_cash_flow
from insights.api.feed import WINDOW_MONTHS, shown_feed
from insights.api.health_score import shown_health
from insights.api.income_streams import shown_streams
from insights.api.net_worth import shown_age, shown_worth, window_of
from insights.api.subscriptions import shown_charges
from insights.detectors import charges_of, findings
from insights.selectors.cash_flow import cash_flow
from insights.selectors.reading import Reading
from insights.selectors.situation import monthly
from insights.selectors.worth import net_worth
from ledger.money import format_minor

UPCOMING_MAX, STREAMS_MAX, INSIGHTS_MAX, CALENDAR_DAYS = 5, 5, 5, 35


class ComprehensiveOutput(serializers.Serializer[Any]):
    """Each part in brief; its own endpoint has the rest."""

    on = serializers.DateField(help_text="the owner's today")
    currency = serializers.CharField()
    cash_flow = serializers.DictField(help_text="twelve months, totals and trend")
    net_worth = serializers.DictField()
    income_streams = serializers.DictField(help_text="the five largest")
    subscriptions = serializers.DictField(help_text="totals, what comes next, price rises")
    calendar = serializers.DictField(help_text="gross, of the last 35 days with rows")
    age_of_money = serializers.DictField()
    health_score = serializers.DictField()
    insights = serializers.ListField(child=serializers.DictField(), help_text="the five foremost")
    explain = serializers.DictField(required=False, help_text="by part, with explain=true")
    warnings = AnyWarning(many=True)


class Comprehensive(ApiView):
    query = ExplainQuery

    @extend_schema(parameters=[ExplainQuery], responses=ComprehensiveOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Show everything of the analytics in brief."""
        parameters = self.parameters()
        today = today_of(self.owner)

        def build() -> dict[str, Any]:
            reading = window_of(self.owner, today, months=WINDOW_MONTHS)
            return shown_dashboard(reading, explain=parameters["explain"])

        return report(request, build)


def shown_dashboard(reading: Reading, *, explain: bool = False) -> dict[str, Any]:
    asked = monthly(reading)
    flow = shown_cash_flow(cash_flow(reading, asked), asked, explain=explain)
    points, converter = net_worth(reading, asked.spans, "monthly")
    streams = shown_streams(reading, explain=explain)
    charges = shown_charges(charges_of(reading))
    parts: dict[str, dict[str, Any]] = {
        "cash_flow": {k: v for k, v in flow.items() if k != "sankey"},
        "net_worth": shown_worth(points, converter, "monthly"),
        "income_streams": streams | {"streams": streams["streams"][:STREAMS_MAX]},
        "subscriptions": {
            "currency": charges["currency"],
            "monthly_total": charges["monthly_total"],
            "yearly_total": charges["yearly_total"],
            "active": sum(row["active"] for row in charges["subscriptions"]),
            "upcoming": charges["upcoming"][:UPCOMING_MAX],
            "price_rises": charges["price_rises"],
            "warnings": charges["warnings"],
        },
        "age_of_money": shown_age(reading, explain=explain),
        "health_score": shown_health(reading, explain=explain),
    }
    for part in parts.values():
        del part["warnings"]  # named once, at the end
    explained = {name: part.pop("explain") for name, part in parts.items() if "explain" in part}
    return {
        "on": reading.today,
        "currency": reading.home,
        **parts,
        "calendar": _calendar(reading),
        "insights": shown_feed(reading, findings(reading))["results"][:INSIGHTS_MAX],
        **({"explain": explained} if explain else {}),
        "warnings": reading.warnings(),
    }


def _calendar(reading: Reading) -> dict[str, Any]:
    """The last days with rows, gross and in the currency they were booked in."""
    rows = reading.gross[-CALENDAR_DAYS:]
    return {
        "days": [
            {
                "date": row.on,
                "inflow": format_minor(row.inflow, row.currency),
                "outflow": format_minor(row.outflow, row.currency),
                "currency": row.currency,
                "count": row.count,
            }
            for row in rows
        ]
    }
