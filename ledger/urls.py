"""Routes of the ledger, below /api/. Fixed words stand before ids."""

from django.urls import URLPattern, path

from ledger.api.accounts import AccountItem, AccountList
from ledger.api.attachments import (
    AttachmentContent,
    AttachmentItem,
    TransactionAttachments,
)
from ledger.api.balances import AccountBalances, AccountsSummary
from ledger.api.batch import TransactionBatch
from ledger.api.categories import CategoryItem, CategoryList
from ledger.api.exchange_rates import RateItem, RateList
from ledger.api.exports import TransactionExport
from ledger.api.import_matches import MatchAccept, MatchItem, MatchList, MatchRefuse
from ledger.api.imports import (
    ImportCommit,
    ImportItem,
    ImportList,
    ImportRowList,
    ImportUndo,
)
from ledger.api.imports_many import ImportMany
from ledger.api.payees import PayeeItem, PayeeList, PayeeMerge
from ledger.api.preferences import LedgerPreferencesItem
from ledger.api.reconciliations import AccountReconcile, ReconciliationList
from ledger.api.recurring import (
    RecurringApprove,
    RecurringItem,
    RecurringList,
    RecurringOccurrences,
    RecurringOverride,
    RecurringPause,
    RecurringReject,
    RecurringRestore,
    RecurringResume,
    RecurringSkip,
)
from ledger.api.recurring_reports import (
    PendingRecurring,
    ProjectionRecurring,
    RecurringPreview,
    RecurringProcess,
    RecurringSimulation,
    RecurringStats,
    UpcomingRecurring,
)
from ledger.api.rules import (
    RuleApply,
    RuleDraftTest,
    RuleItem,
    RuleList,
    RuleOrder,
    RuleSuggestions,
    RuleTest,
)
from ledger.api.saved_views import (
    ChangeSetItem,
    ChangeSetList,
    ChangeSetUndo,
    ViewItem,
    ViewList,
)
from ledger.api.suggestions import (
    SuggestCategories,
    TransactionSuggestions,
    UncategorisedAccept,
    UncategorisedSuggestions,
)
from ledger.api.summary import CategoryTransactions, TransactionSummary
from ledger.api.tags import TagItem, TagList
from ledger.api.transactions import (
    FlaggedTransactions,
    TransactionItem,
    TransactionList,
    TransactionRestore,
    TransactionReview,
)
from ledger.api.transfer_suggestions import (
    RejectionItem,
    RejectionList,
    SuggestionAccept,
    SuggestionReject,
    TransferSuggestions,
    TransferUnlink,
)
from ledger.api.transfers import TransferItem, TransferList
from ledger.api.undo import ChangeUndo

RECURRING = "recurring-transactions"

urlpatterns: list[URLPattern] = [
    path("changes/<uuid:change_id>/undo", ChangeUndo.as_view(), name="change-undo"),
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
    path("transactions/suggest", SuggestCategories.as_view(), name="transactions-suggest"),
    path(
        "transactions/uncategorised/suggestions",
        UncategorisedSuggestions.as_view(),
        name="uncategorised-suggestions",
    ),
    path(
        "transactions/uncategorised/accept",
        UncategorisedAccept.as_view(),
        name="uncategorised-accept",
    ),
    path(
        "transactions/<uuid:row_id>/suggestions",
        TransactionSuggestions.as_view(),
        name="transaction-suggestions",
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
    path(
        "transactions/<uuid:row_id>/attachments",
        TransactionAttachments.as_view(),
        name="transaction-attachments",
    ),
    path("attachments/<uuid:row_id>", AttachmentItem.as_view(), name="attachment"),
    path(
        "attachments/<uuid:row_id>/content", AttachmentContent.as_view(), name="attachment-content"
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
    path("ledger-preferences", LedgerPreferencesItem.as_view(), name="ledger-preferences"),
    path("transfers", TransferList.as_view(), name="transfers"),
    path("transfers/suggestions", TransferSuggestions.as_view(), name="transfer-suggestions"),
    path("transfers/suggestions/accept", SuggestionAccept.as_view(), name="suggestion-accept"),
    path("transfers/suggestions/reject", SuggestionReject.as_view(), name="suggestion-reject"),
    path("transfers/rejections", RejectionList.as_view(), name="transfer-rejections"),
    path("transfers/rejections/<uuid:row_id>", RejectionItem.as_view(), name="transfer-rejection"),
    path("transfers/<uuid:row_id>/unlink", TransferUnlink.as_view(), name="transfer-unlink"),
    path("transfers/<uuid:row_id>", TransferItem.as_view(), name="transfer"),
    path("import-matches", MatchList.as_view(), name="import-matches"),
    path("import-matches/<uuid:match_id>", MatchItem.as_view(), name="import-match"),
    path(
        "import-matches/<uuid:match_id>/accept", MatchAccept.as_view(), name="import-match-accept"
    ),
    path(
        "import-matches/<uuid:match_id>/refuse", MatchRefuse.as_view(), name="import-match-refuse"
    ),
    path("imports", ImportList.as_view(), name="imports"),
    path("imports/many", ImportMany.as_view(), name="imports-many"),
    path("imports/<uuid:batch_id>", ImportItem.as_view(), name="import"),
    path("imports/<uuid:batch_id>/commit", ImportCommit.as_view(), name="import-commit"),
    path("imports/<uuid:batch_id>/undo", ImportUndo.as_view(), name="import-undo"),
    path("imports/<uuid:batch_id>/rows", ImportRowList.as_view(), name="import-rows"),
    path(RECURRING, RecurringList.as_view(), name="recurring"),
    path(f"{RECURRING}/upcoming", UpcomingRecurring.as_view(), name="recurring-upcoming"),
    path(f"{RECURRING}/pending", PendingRecurring.as_view(), name="recurring-pending"),
    path(f"{RECURRING}/projection", ProjectionRecurring.as_view(), name="recurring-projection"),
    path(f"{RECURRING}/stats/overview", RecurringStats.as_view(), name="recurring-stats-overview"),
    path(f"{RECURRING}/preview", RecurringPreview.as_view(), name="recurring-preview"),
    path(f"{RECURRING}/process-due", RecurringProcess.as_view(), name="recurring-process-due"),
    path(
        f"{RECURRING}/simulate-process",
        RecurringSimulation.as_view(),
        name="recurring-simulate-process",
    ),
    path(f"{RECURRING}/<uuid:row_id>", RecurringItem.as_view(), name="recurring-item"),
    path(
        f"{RECURRING}/<uuid:row_id>/occurrences",
        RecurringOccurrences.as_view(),
        name="recurring-occurrences",
    ),
    path(f"{RECURRING}/<uuid:row_id>/pause", RecurringPause.as_view(), name="recurring-pause"),
    path(f"{RECURRING}/<uuid:row_id>/resume", RecurringResume.as_view(), name="recurring-resume"),
    path(f"{RECURRING}/<uuid:row_id>/skip", RecurringSkip.as_view(), name="recurring-skip"),
    path(
        f"{RECURRING}/<uuid:row_id>/override",
        RecurringOverride.as_view(),
        name="recurring-override",
    ),
    path(
        f"{RECURRING}/<uuid:row_id>/restore", RecurringRestore.as_view(), name="recurring-restore"
    ),
    path(
        f"{RECURRING}/<uuid:row_id>/approve", RecurringApprove.as_view(), name="recurring-approve"
    ),
    path(f"{RECURRING}/<uuid:row_id>/reject", RecurringReject.as_view(), name="recurring-reject"),
    path("rules", RuleList.as_view(), name="rules"),
    path("rules/order", RuleOrder.as_view(), name="rules-order"),
    path("rules/suggestions", RuleSuggestions.as_view(), name="rule-suggestions"),
    path("rules/test", RuleDraftTest.as_view(), name="rule-draft-test"),
    path("rules/<uuid:row_id>", RuleItem.as_view(), name="rule"),
    path("rules/<uuid:row_id>/test", RuleTest.as_view(), name="rule-test"),
    path("rules/<uuid:row_id>/apply", RuleApply.as_view(), name="rule-apply"),
    path("views", ViewList.as_view(), name="views"),
    path("views/<uuid:row_id>", ViewItem.as_view(), name="view"),
    path("change-sets", ChangeSetList.as_view(), name="change-sets"),
    path("change-sets/<uuid:row_id>", ChangeSetItem.as_view(), name="change-set"),
    path("change-sets/<uuid:row_id>/undo", ChangeSetUndo.as_view(), name="change-set-undo"),
]
