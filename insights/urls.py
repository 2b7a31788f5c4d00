"""Routes of the watcher over money, below /api/."""

from django.urls import URLPattern, path

from insights.api.calendar import CalendarReport
from insights.api.cash_flow import CashFlowReport
from insights.api.income_streams import IncomeStreamsReport
from insights.api.net_worth import AgeOfMoneyReport, NetWorthReport
from insights.api.subscriptions import SubscriptionsReport

urlpatterns: list[URLPattern] = [
    path("analytics/age-of-money", AgeOfMoneyReport.as_view(), name="age-of-money"),
    path("analytics/calendar", CalendarReport.as_view(), name="calendar"),
    path("analytics/cash-flow", CashFlowReport.as_view(), name="cash-flow"),
    path("analytics/income-streams", IncomeStreamsReport.as_view(), name="income-streams"),
    path("analytics/net-worth", NetWorthReport.as_view(), name="net-worth"),
    path("analytics/subscriptions", SubscriptionsReport.as_view(), name="subscriptions"),
]
