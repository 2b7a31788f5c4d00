"""Routes of the ledger, below /api/. Fixed words stand before ids."""

from django.urls import URLPattern, path

from ledger.api.accounts import AccountItem, AccountList
from ledger.api.balances import AccountBalances, AccountsSummary
from ledger.api.batch import TransactionBatch
from ledger.api.categories import CategoryItem, CategoryList
from ledger.api.exchange_rates import RateItem, RateList
from ledger.api.exports import TransactionExport
from ledger.api.imports import (
    ImportCommit,
    ImportItem,
    ImportList,
    ImportRowList,
    ImportUndo,
)
from ledger.api.payees import PayeeItem, PayeeList, PayeeMerge
from ledger.api.reconciliations import AccountReconcile, ReconciliationList
from ledger.api.summary import CategoryTransactions, TransactionSummary
from ledger.api.tags import TagItem, TagList
from ledger.api.transactions import (
    FlaggedTransactions,
    TransactionItem,
    TransactionList,
    TransactionRestore,
    TransactionReview,
)
from ledger.api.transfers import TransferItem, TransferList

urlpatterns: list[URLPattern] = [
    path("transactions", TransactionList.as_view(), name="transactions"),
    path("transactions/batch", TransactionBatch.as_view(), name="transaction-batch"),
    path("transactions/export", TransactionExport.as_view(), name="transaction-export"),
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
    path("accounts", AccountList.as_view(), name="accounts"),
    path("accounts/summary", AccountsSummary.as_view(), name="accounts-summary"),
    path("accounts/<uuid:row_id>", AccountItem.as_view(), name="account"),
    path("accounts/<uuid:row_id>/balances", AccountBalances.as_view(), name="account-balances"),
    path("accounts/<uuid:row_id>/reconcile", AccountReconcile.as_view(), name="account-reconcile"),
    path(
        "accounts/<uuid:row_id>/reconciliations",
        ReconciliationList.as_view(),
        name="account-reconciliations",
    ),
    path("categories", CategoryList.as_view(), name="categories"),
    path("categories/<uuid:row_id>", CategoryItem.as_view(), name="category"),
    path("payees", PayeeList.as_view(), name="payees"),
    path("payees/<uuid:row_id>", PayeeItem.as_view(), name="payee"),
    path("payees/<uuid:row_id>/merge", PayeeMerge.as_view(), name="payee-merge"),
    path("tags", TagList.as_view(), name="tags"),
    path("tags/<uuid:row_id>", TagItem.as_view(), name="tag"),
    path("exchange-rates", RateList.as_view(), name="exchange-rates"),
    path("exchange-rates/<uuid:row_id>", RateItem.as_view(), name="exchange-rate"),
    path("transfers", TransferList.as_view(), name="transfers"),
    path("transfers/<uuid:row_id>", TransferItem.as_view(), name="transfer"),
    path("imports", ImportList.as_view(), name="imports"),
    path("imports/<uuid:batch_id>", ImportItem.as_view(), name="import"),
    path("imports/<uuid:batch_id>/commit", ImportCommit.as_view(), name="import-commit"),
    path("imports/<uuid:batch_id>/undo", ImportUndo.as_view(), name="import-undo"),
    path("imports/<uuid:batch_id>/rows", ImportRowList.as_view(), name="import-rows"),
]
