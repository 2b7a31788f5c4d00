"""Routes of the watcher over money, below /api/."""

from django.urls import URLPattern, path

from accounts.api.views import ApiView
from insights.api.calendar import CalendarReport
from insights.api.cash_flow import CashFlowReport
from insights.api.comprehensive import Comprehensive
from insights.api.feed import InsightDismiss, InsightFeed, InsightSnooze
from insights.api.forecast import ForecastReport
from insights.api.health_score import HealthScore
from insights.api.income_streams import IncomeStreamsReport
from insights.api.mood_analysis import MoodAnalysis, MoodTrends
from insights.api.moods import (
    MoodExport,
    MoodItem,
    MoodList,
    MoodOfTransaction,
    MoodPreferencesItem,
)
from insights.api.net_worth import AgeOfMoneyReport, NetWorthReport
from insights.api.statement import StatementReport
from insights.api.subscriptions import SubscriptionsReport

MOODS: tuple[tuple[str, type[ApiView]], ...] = (
    ("", MoodList),
    ("/analysis", MoodAnalysis),
    ("/trends", MoodTrends),
    ("/export", MoodExport),
    ("/preferences", MoodPreferencesItem),
    ("/transaction/<uuid:row_id>", MoodOfTransaction),
    ("/<uuid:row_id>", MoodItem),
)

urlpatterns: list[URLPattern] = [
    path("analytics/age-of-money", AgeOfMoneyReport.as_view(), name="age-of-money"),
    path("analytics/calendar", CalendarReport.as_view(), name="calendar"),
    path("analytics/cash-flow", CashFlowReport.as_view(), name="cash-flow"),
    path("analytics/comprehensive", Comprehensive.as_view(), name="comprehensive"),
    path("analytics/forecast", ForecastReport.as_view(), name="forecast"),
    path("analytics/health-score", HealthScore.as_view(), name="health-score"),
    path("analytics/insights", InsightFeed.as_view(), name="insights"),
    path(
        "analytics/insights/<uuid:row_id>/dismiss", InsightDismiss.as_view(), name="insight-dismiss"
    ),
    path("analytics/insights/<uuid:row_id>/snooze", InsightSnooze.as_view(), name="insight-snooze"),
    path("analytics/income-streams", IncomeStreamsReport.as_view(), name="income-streams"),
    path("analytics/net-worth", NetWorthReport.as_view(), name="net-worth"),
    path("analytics/statement", StatementReport.as_view(), name="statement"),
    path("analytics/subscriptions", SubscriptionsReport.as_view(), name="subscriptions"),
]

# The original's clients know the singular.
for plural in ("transaction-moods", "transaction-mood"):
    urlpatterns += [path(plural + rest, view.as_view()) for rest, view in MOODS]
