"""Suggested categories: for one transaction, for rows not booked yet, for all that have none."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, Order, decode_cursor, encode_cursor
from accounts.api.serializers import MoneyField, StrictSerializer, TextField
from accounts.api.views import ApiView
from accounts.days import today_of
from accounts.errors import Refusal
from ledger.api.preferences import ShareField
from ledger.api.serializers import PageOutput, TransactionOutput
from ledger.api.transactions import one, page_of
from ledger.errors import Reason
from ledger.learning_features import Example
from ledger.money import to_minor
from ledger.selectors.suggestions import preferences_of, suggester_for
from ledger.services.categorising import Acceptance, accept_suggestions
from ledger.services.posting import minor_of
from ledger.services.references import accounts_of
from ledger.suggesting import Suggestion

ROWS_MAX = 500
NEWEST_FIRST = Order("-uncategorised", ("posted_on", "id"), True)


class SuggestRowInput(StrictSerializer):
    """A row that is not booked: what its statement says, or whom it is for."""

    payee = TextField(required=False, max_length=200, default="")
    statement_text = TextField(required=False, default="")
    amount = MoneyField(help_text="signed, in the account's currency, else in yours")
    account = serializers.UUIDField(required=False, default=None, allow_null=True)


class SuggestInput(StrictSerializer):
    rows = serializers.ListField(child=SuggestRowInput(), min_length=1, max_length=ROWS_MAX)


class CategorySuggestion(serializers.Serializer[Any]):
    """What `represent` gives; a test holds the two together."""

    category = serializers.UUIDField(allow_null=True, help_text="null: nothing like it is known")
    category_name = serializers.CharField()
    confidence = serializers.FloatField(help_text="0 to 1; of those at 0.9, nine in ten are right")
    reason = serializers.CharField()
    payee = serializers.CharField(help_text="the payee as read from the row")


class CategorySuggestions(serializers.Serializer[Any]):
    results = CategorySuggestion(many=True)


class UncategorisedRow(TransactionOutput):
    suggestion = CategorySuggestion()


class UncategorisedPage(PageOutput):
    results = UncategorisedRow(many=True)


class AcceptInput(StrictSerializer):
    threshold = ShareField(
        required=False,
        help_text="least confidence; else `auto_categorise_above` of the preferences",
    )
    dry_run = serializers.BooleanField(default=False)
    cursor = serializers.CharField(required=False, max_length=600)


class AcceptedCategory(serializers.Serializer[Any]):
    category = serializers.UUIDField()
    category_name = serializers.CharField()
    count = serializers.IntegerField()


class AcceptOutput(serializers.Serializer[Any]):
    """What `outcome` gives; a test holds the two together."""

    threshold = serializers.FloatField()
    dry_run = serializers.BooleanField()
    examined = serializers.IntegerField()
    accepted = serializers.IntegerField()
    categories = AcceptedCategory(many=True)
    change_set = serializers.UUIDField(allow_null=True, help_text="undoes it; null: none was made")
    next = serializers.CharField(allow_null=True, help_text="cursor to go on with; null: all seen")


SUGGEST_EXAMPLE = OpenApiExample(
    "a line of a statement",
    {"rows": [{"statement_text": "REWE SAGT DANKE. 12345//KOELN/DE", "amount": "-23.80"}]},
    request_only=True,
)
ACCEPT_EXAMPLE = OpenApiExample("try it", {"threshold": 0.95, "dry_run": True}, request_only=True)


def represent(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "category": suggestion.category,
        "category_name": suggestion.category_name,
        "confidence": suggestion.confidence,
        "reason": suggestion.reason,
        "payee": suggestion.payee,
    }


def example_of(row: dict[str, Any]) -> Example:
    """A transaction as the API gives it, as the learner sees it."""
    return Example(
        row["payee"] or "",
        row["statement_text"],
        to_minor(Decimal(row["amount"]), row["currency"]),
        UUID(str(row["account"])),
        date.fromisoformat(str(row["posted_on"])),
    )


def seq_of(request: Request) -> int:
    """The owner's clock as authentication read it: what was learned up to it needs no statement."""
    seq: int = request.auth.seq  # type: ignore[union-attr]
    return seq


class TransactionSuggestions(ApiView):
    @extend_schema(responses=CategorySuggestions, tags=["suggestions"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Suggest categories for one transaction, the likeliest first.

        Three at most, each with its confidence and reason. What the transaction itself says counts
        as well: of a row that has its category, this shows how it fits the others.
        """
        row = example_of(one(self.owner.pk, row_id))
        with suggester_for(self.owner.pk, seq_of(request)) as suggester:
            found = suggester.ranked(row)
        return Response({"results": [represent(suggestion) for suggestion in found]})


class SuggestCategories(ApiView):
    @extend_schema(
        request=SuggestInput,
        responses=CategorySuggestions,
        examples=[SUGGEST_EXAMPLE],
        tags=["suggestions"],
    )
    def post(self, request: Request) -> Response:
        """Suggest a category and a payee for each row of a statement, in order. Books nothing."""
        rows = self.body(SuggestInput)["rows"]
        examples = self._examples(rows)
        with suggester_for(self.owner.pk, seq_of(request)) as suggester:
            found = suggester.suggest(examples)
        return Response({"results": [represent(suggestion) for suggestion in found]})

    def _examples(self, rows: Sequence[dict[str, Any]]) -> list[Example]:
        named = {row["account"]: f"/rows/{i}" for i, row in enumerate(rows) if row["account"]}
        accounts = accounts_of(self.owner.pk, named) if named else {}
        today = today_of(self.owner)
        found = []
        for i, row in enumerate(rows):
            account = accounts.get(row["account"])
            currency = account.currency if account else self.owner.currency
            amount = minor_of(row["amount"], currency, f"/rows/{i}/amount")
            found.append(
                Example(row["payee"], row["statement_text"], amount, row["account"], today)
            )
        return found


class UncategorisedSuggestions(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=UncategorisedPage, tags=["suggestions"])
    def get(self, request: Request) -> Response:
        """List the transactions without a category, newest first, each with its suggestion."""
        page = page_of(self.owner.pk, {**self.parameters(), "category": "none"})
        with suggester_for(self.owner.pk, seq_of(request)) as suggester:
            found = suggester.suggest([example_of(row) for row in page["results"]])
        for row, suggestion in zip(page["results"], found, strict=True):
            row["suggestion"] = represent(suggestion)
        return Response(page)


class UncategorisedAccept(ApiView):
    @extend_schema(
        request=AcceptInput, responses=AcceptOutput, examples=[ACCEPT_EXAMPLE], tags=["suggestions"]
    )
    def post(self, request: Request) -> Response:
        """Put every suggestion that is sure enough on its transaction, in one change.

        Looks at the newest transactions without a category; `next` goes on behind them.
        """
        fields = self.body(AcceptInput)
        threshold = fields.get("threshold")
        if threshold is None:
            threshold = preferences_of(self.owner.pk).auto_categorise_above
        if threshold is None:
            raise Refusal(Reason.THRESHOLD_REQUIRED, pointer="/threshold")
        behind = None
        if "cursor" in fields:
            (day, row_id), _ = decode_cursor(
                fields["cursor"], NEWEST_FIRST, (date.fromisoformat, UUID)
            )
            behind = (day, row_id)
        done = accept_suggestions(
            self.owner.pk,
            threshold=threshold,
            dry_run=fields["dry_run"],
            behind=behind,
            seq=seq_of(request),
        )
        return Response(outcome(done, threshold, dry_run=fields["dry_run"]))


def outcome(done: Acceptance, threshold: Decimal, *, dry_run: bool) -> dict[str, Any]:
    return {
        "threshold": float(threshold),
        "dry_run": dry_run,
        "examined": done.examined,
        "accepted": done.count,
        "categories": [
            {"category": category, "category_name": name, "count": count}
            for (category, name), count in done.accepted.most_common()
        ],
        "change_set": done.change_set.id if done.change_set else None,
        "next": encode_cursor(NEWEST_FIRST, done.behind, False) if done.behind else None,
    }
