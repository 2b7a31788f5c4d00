"""Routes of debts, below /api/. Fixed words stand before ids."""

from django.urls import URLPattern, path

from debts.api.debts import (
    DebtAccruals,
    DebtItem,
    DebtList,
    DebtNumber,
    DebtRateItem,
    DebtRates,
)
from debts.api.payments import DebtPaymentItem, DebtPayments
from debts.api.plans import (
    DebtCycle,
    DebtSchedule,
    DebtsSummary,
    DebtStrategies,
    DebtsUpcoming,
)

urlpatterns: list[URLPattern] = [
    path("debts", DebtList.as_view(), name="debts"),
    path("debts/strategies", DebtStrategies.as_view(), name="debt-strategies"),
    path("debts/summary", DebtsSummary.as_view(), name="debts-summary"),
    path("debts/upcoming", DebtsUpcoming.as_view(), name="debts-upcoming"),
    path("debts/<uuid:row_id>", DebtItem.as_view(), name="debt"),
    path("debts/<uuid:row_id>/account-number", DebtNumber.as_view(), name="debt-number"),
    path("debts/<uuid:row_id>/accruals", DebtAccruals.as_view(), name="debt-accruals"),
    path("debts/<uuid:row_id>/cycle", DebtCycle.as_view(), name="debt-cycle"),
    path("debts/<uuid:row_id>/payments", DebtPayments.as_view(), name="debt-payments"),
    path(
        "debts/<uuid:row_id>/payments/<uuid:payment_id>",
        DebtPaymentItem.as_view(),
        name="debt-payment",
    ),
    path("debts/<uuid:row_id>/rates", DebtRates.as_view(), name="debt-rates"),
    path("debts/<uuid:row_id>/rates/<uuid:rate_id>", DebtRateItem.as_view(), name="debt-rate"),
    path("debts/<uuid:row_id>/schedule", DebtSchedule.as_view(), name="debt-schedule"),
]
