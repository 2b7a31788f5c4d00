"""The books' tables, by noun. Amounts are signed integers of the currency's minor unit."""

from ledger.models.accounts import Account, AccountType, Reconciliation
from ledger.models.imports import DoubtfulMatch, ImportBatch, ImportStatus, MatchVerdict
from ledger.models.links import Attachment, RejectedTransfer
from ledger.models.names import Category, CategoryKind, Payee, PayeeAlias, Tag
from ledger.models.rates import ExchangeRate
from ledger.models.recurring import (
    CatchUp,
    OccurrenceStatus,
    RecurringOccurrence,
    RecurringTransaction,
)
from ledger.models.rules import AppliesTo, ChangeSet, Rule, SavedView
from ledger.models.suggestions import LedgerPreferences, SuggestedCategory
from ledger.models.totals import DailyTotal, MonthlyTotal
from ledger.models.transactions import (
    DeletedTransaction,
    Split,
    Status,
    Transaction,
    TransactionTag,
    Transfer,
    Verdict,
)

__all__ = [
    "Account",
    "AccountType",
    "AppliesTo",
    "Attachment",
    "CatchUp",
    "Category",
    "CategoryKind",
    "ChangeSet",
    "DailyTotal",
    "DeletedTransaction",
    "DoubtfulMatch",
    "ExchangeRate",
    "ImportBatch",
    "ImportStatus",
    "LedgerPreferences",
    "MatchVerdict",
    "MonthlyTotal",
    "OccurrenceStatus",
    "Payee",
    "PayeeAlias",
    "Reconciliation",
    "RecurringOccurrence",
    "RecurringTransaction",
    "RejectedTransfer",
    "Rule",
    "SavedView",
    "Split",
    "Status",
    "SuggestedCategory",
    "Tag",
    "Transaction",
    "TransactionTag",
    "Transfer",
    "Verdict",
]
