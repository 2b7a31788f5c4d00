"""Routes of the watcher over money, below /api/."""

from django.urls import URLPattern, path

from insights.api.cash_flow import CashFlowReport

urlpatterns: list[URLPattern] = [
    path("analytics/cash-flow", CashFlowReport.as_view(), name="cash-flow"),
]
