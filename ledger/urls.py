"""Routes of the ledger, below /api/. Fixed words stand before ids."""

from django.urls import URLPattern, path

from ledger.api.batch import TransactionBatch
from ledger.api.summary import CategoryTransactions, TransactionSummary
from ledger.api.transactions import (
    FlaggedTransactions,
    TransactionItem,
    TransactionList,
    TransactionRestore,
    TransactionReview,
)

urlpatterns: list[URLPattern] = [
    path("transactions", TransactionList.as_view(), name="transactions"),
    path("transactions/batch", TransactionBatch.as_view(), name="transaction-batch"),
    path("transactions/flagged", FlaggedTransactions.as_view(), name="transactions-flagged"),
    path("transactions/summary", TransactionSummary.as_view(), name="transactions-summary"),
    path(
        "transactions/category/<str:name>",
        CategoryTransactions.as_view(),
        name="transactions-of-category",
    ),
    path("transactions/<uuid:row_id>", TransactionItem.as_view(), name="transaction"),
    path(
        "transactions/<uuid:row_id>/review", TransactionReview.as_view(), name="transaction-review"
    ),
    path(
        "transactions/<uuid:row_id>/restore",
        TransactionRestore.as_view(),
        name="transaction-restore",
    ),
]
