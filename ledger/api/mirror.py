"""The ledger's rows for mirrors and the stream, each shown as its own endpoint shows it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models.fields.json import KeyTransform

from accounts.mirror import Kind, plain, showing
from ledger.api import accounts, attachments, categories, payees, preferences, reconciliations, tags
from ledger.api.exchange_rates import represent as shown_rate
from ledger.api.import_matches import shown as shown_matches
from ledger.api.import_shapes import short
from ledger.api.recurring import with_names
from ledger.api.recurring_shapes import shown_rule as shown_recurring
from ledger.api.recurring_views import shown_many
from ledger.api.rows import stream_payload
from ledger.api.rule_shapes import shown_change_set, shown_rule, shown_view
from ledger.api.transfer_suggestions import shown_rejection
from ledger.api.transfers import represent_all
from ledger.models import (
    Account,
    Attachment,
    Category,
    ChangeSet,
    DoubtfulMatch,
    ExchangeRate,
    ImportBatch,
    LedgerPreferences,
    Payee,
    Reconciliation,
    RecurringOccurrence,
    RecurringTransaction,
    RejectedTransfer,
    Rule,
    SavedView,
    Tag,
    Transaction,
    Transfer,
)
from ledger.selectors.attachments import attachments_of


def _transfers(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    # Read together with its legs, so that a transfer which is being taken apart is simply absent.
    whole = Transfer.objects.for_user(user_id).filter(id__in=ids, legs__isnull=False).distinct()
    shown = represent_all(user_id, list(whole))
    return {row["id"]: plain(row) for row in shown}


def _imports(user_id: UUID) -> Any:
    heavy = ("content", "options", "report", "reversal")
    counts = KeyTransform("counts", "report")
    return ImportBatch.objects.for_user(user_id).defer(*heavy).annotate(counts=counts)


def _matches(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = list(DoubtfulMatch.objects.for_user(user_id).filter(id__in=ids))
    return {r.id: plain(o) for r, o in zip(rows, shown_matches(user_id, rows), strict=True)}


def _occurrences(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = list(
        RecurringOccurrence.objects.for_user(user_id)
        .filter(id__in=ids)
        .select_related("rule__account", "rule__payee", "rule__category")
    )
    shown = shown_many(user_id, [(row.rule, row, row.nominal_on) for row in rows])
    return {row.id: plain(one) for row, one in zip(rows, shown, strict=True)}


# Names before what refers to them: a mirror that applies them in order never meets a stranger.
KINDS = [
    Kind("ledger_preferences", LedgerPreferences,
         showing(LedgerPreferences.objects.for_user, preferences.represent)),
    Kind("account", Account, showing(Account.objects.for_user, accounts.represent)),
    Kind("category", Category, showing(
        lambda user_id: Category.objects.for_user(user_id).select_related(categories.ANCESTORS),
        categories.represent)),
    Kind("payee", Payee, showing(payees.with_aliases, payees.represent)),
    Kind("tag", Tag, showing(Tag.objects.for_user, tags.represent)),
    Kind("exchange_rate", ExchangeRate, showing(ExchangeRate.objects.for_user, shown_rate)),
    Kind("reconciliation", Reconciliation, showing(
        lambda user_id: Reconciliation.objects.for_user(user_id).select_related("account"),
        lambda row: reconciliations.represent(row, row.account.currency))),
    Kind("import", ImportBatch, showing(_imports, lambda row: short(row, row.counts))),
    Kind("import_match", DoubtfulMatch, _matches),
    Kind("transaction", Transaction, stream_payload),
    Kind("transfer", Transfer, _transfers),
    Kind("rejected_transfer", RejectedTransfer,
         showing(RejectedTransfer.objects.for_user, shown_rejection)),
    Kind("attachment", Attachment,
         showing(attachments_of, attachments.represent)),
    Kind("recurring_transaction", RecurringTransaction, showing(
        lambda user_id: with_names(RecurringTransaction.objects.for_user(user_id)),
        shown_recurring)),
    Kind("recurring_occurrence", RecurringOccurrence, _occurrences),
    Kind("rule", Rule, showing(Rule.objects.for_user, shown_rule)),
    Kind("view", SavedView, showing(SavedView.objects.for_user, shown_view)),
    Kind("change_set", ChangeSet, showing(ChangeSet.objects.for_user, shown_change_set)),
]  # fmt: skip
