"""/api/transfers/suggestions: rows that look like one movement; accept, reject, take apart."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, Order, Window, simple_page
from accounts.api.serializers import MoneyField, StrictSerializer
from accounts.api.views import ApiView, expected_seq
from accounts.days import today_of
from accounts.errors import Refusal
from ledger.api.rows import transactions_by_id
from ledger.api.serializers import DayField, PageOutput, TransactionOutput
from ledger.api.transfers import TransferOutput, represent_all
from ledger.errors import Reason
from ledger.models import RejectedTransfer
from ledger.selectors.transfer_suggestions import suggested_transfers
from ledger.services.transfer_links import (
    forget_rejection,
    link_transfer,
    reject_pair,
    unlink_transfer,
)
from ledger.transfer_matching import POINTS, Pair

DAYS_BACK = 180
BEST_FIRST = Order("suggestions", ("score", "day", "out", "in"), False)


class SuggestionQuery(ListQuery):
    date_from = DayField(required=False, help_text=f"default: {DAYS_BACK} days before date_to")
    date_to = DayField(required=False, help_text="default: no end")
    min_score = serializers.FloatField(min_value=0, max_value=1, default=0.0)


class PairFields(serializers.Serializer[Any]):
    """`out` and `in`, the latter no name for an attribute of Python's."""

    row: type[serializers.Field[Any, Any, Any, Any]] = serializers.UUIDField

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"out": self.row(), "in": self.row(), **super().get_fields()}


class PairInput(PairFields, StrictSerializer):
    """Two of your transactions: `out` takes money out of an account, `in` brings it into another."""


class TransferEvidenceOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    contribution = serializers.FloatField(help_text="its part of the score")
    message = serializers.CharField()


class TransferSuggestionOutput(PairFields):
    row = TransactionOutput
    score = serializers.FloatField(help_text="0 to 1; the sum of the contributions")
    ambiguous = serializers.BooleanField(
        help_text="another pair with one of these rows is just as good: choose"
    )
    reasons = TransferEvidenceOutput(many=True)


class TransferSuggestionPage(PageOutput):
    results = TransferSuggestionOutput(many=True)
    date_from = serializers.DateField(help_text="the first day that was looked at")
    complete = serializers.BooleanField(help_text="false: too many rows, older ones were left out")


class ShiftLine(serializers.Serializer[Any]):
    category_id = serializers.UUIDField(allow_null=True)
    category = serializers.CharField(allow_null=True)
    amount = MoneyField()


class ShiftOutput(serializers.Serializer[Any]):
    """By how much reports of one currency change."""

    currency = serializers.CharField()
    pending = serializers.BooleanField(help_text="rows that reports leave out unless asked")
    income = MoneyField()
    expense = MoneyField(help_text="spending is positive, as in the summary")
    by_category = ShiftLine(many=True)


class LinkedOutput(TransferOutput):
    changed = ShiftOutput(many=True, help_text="what left income and spending")


class UnlinkInput(StrictSerializer):
    reject = serializers.BooleanField(
        default=False, help_text="do not suggest these two rows again"
    )


class UnlinkedOutput(serializers.Serializer[Any]):
    rows = TransactionOutput(many=True, help_text="what leaves, then what arrives")
    changed = ShiftOutput(many=True, help_text="what came back into income and spending")


class RejectionOutput(PairFields):
    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    seq = serializers.IntegerField()


class RejectionPage(PageOutput):
    results = RejectionOutput(many=True)


class TransferSuggestions(ApiView):
    query = SuggestionQuery

    @extend_schema(
        parameters=[SuggestionQuery], responses=TransferSuggestionPage, tags=["transfers"]
    )
    def get(self, request: Request) -> Response:
        """Pairs of rows that look like a transfer between own accounts, best first.

        Nothing is linked by itself. Opposite signs, different accounts, the same amount or 2 %
        around the day's rate, at most five days apart; each row in one pair, the best; where pairs
        are equally good all of them come, marked `ambiguous`.
        """
        asked = self.parameters()
        last = asked.get("date_to")
        first = asked.get("date_from") or _back(last or today_of(self.owner))
        if last is not None and first > last:
            raise Refusal(Reason.PERIOD_BACKWARDS, pointer="?date_from")
        found = suggested_transfers(self.owner.pk, first, last)
        pairs = [pair for pair in found.pairs if pair.points >= asked["min_score"] * POINTS]
        window = Window.of(asked, BEST_FIRST, (int, int, UUID, UUID))
        page = window.page(_cut(pairs, window), lambda pair: pair.key)
        page["results"] = _shown(self.owner.pk, page["results"])
        if asked["count"]:
            page["count"] = len(pairs)
        return Response({**page, "date_from": found.since, "complete": found.is_complete})


def _back(day: date) -> date:
    return max(date.min + timedelta(DAYS_BACK), day) - timedelta(DAYS_BACK)


def _cut(pairs: Sequence[Pair], window: Window) -> list[Pair]:
    """What Window.apply fetches from a table, of a sorted list: one more than the page."""
    if window.keys is None:
        return list(pairs[: window.limit + 1])
    key = tuple(window.keys)
    if window.backwards:
        end = bisect_left(pairs, key, key=lambda pair: pair.key)
        return list(reversed(pairs[max(0, end - window.limit - 1) : end]))
    start = bisect_right(pairs, key, key=lambda pair: pair.key)
    return list(pairs[start : start + window.limit + 1])


def _shown(user_id: UUID, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    rows = transactions_by_id(user_id, [s.id for pair in pairs for s in (pair.out, pair.into)])
    return [
        {
            "out": rows[pair.out.id],
            "in": rows[pair.into.id],
            "score": pair.points / POINTS,
            "ambiguous": pair.is_ambiguous,
            "reasons": [
                {"code": e.code, "contribution": e.points / POINTS, "message": e.message}
                for e in pair.evidence
            ],
        }
        for pair in pairs
        if pair.out.id in rows and pair.into.id in rows  # gone while we looked
    ]


class SuggestionAccept(ApiView):
    @extend_schema(request=PairInput, responses={201: LinkedOutput}, tags=["transfers"])
    def post(self, request: Request) -> Response:
        """Make one transfer of two rows; `changed` says what left income and spending.

        Categories and splits of the rows are kept: `unlink` brings them back.
        """
        fields = self.body(PairInput)
        linked = link_transfer(user_id=self.owner.pk, out_id=fields["out"], in_id=fields["in"])
        (row,) = represent_all(self.owner.pk, [linked.transfer])
        row["changed"] = [shift.shown() for shift in linked.shifts]
        headers = {"ETag": row["etag"], "Location": f"/api/transfers/{linked.transfer.id}"}
        return Response(row, status=201, headers=headers)


class SuggestionReject(ApiView):
    @extend_schema(request=PairInput, responses={201: RejectionOutput}, tags=["transfers"])
    def post(self, request: Request) -> Response:
        """Say that two rows are no transfer. They are not suggested as a pair again."""
        fields = self.body(PairInput)
        rejected = reject_pair(user_id=self.owner.pk, out_id=fields["out"], in_id=fields["in"])
        return Response(shown_rejection(rejected), status=201, headers={"ETag": rejected.etag})


def shown_rejection(rejected: RejectedTransfer) -> dict[str, Any]:
    return {
        "id": rejected.id,
        "out": rejected.out_id,
        "in": rejected.in_id,
        "created_at": rejected.created_at,
        "seq": rejected.seq,
    }


class RejectionList(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=RejectionPage, tags=["transfers"])
    def get(self, request: Request) -> Response:
        """List the pairs that you rejected, newest first."""
        rows = RejectedTransfer.objects.for_user(self.owner)
        return Response(simple_page(rows, self.parameters(), shown_rejection, descending=True))


class RejectionItem(ApiView):
    @extend_schema(responses={204: None}, tags=["transfers"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Let a rejected pair be suggested again."""
        forget_rejection(user_id=self.owner.pk, rejection_id=row_id)
        return Response(status=204)


class TransferUnlink(ApiView):
    @extend_schema(
        request=UnlinkInput,
        responses=UnlinkedOutput,
        tags=["transfers"],
        examples=[
            OpenApiExample("They may be suggested again", value={}, request_only=True),
            OpenApiExample("They are no transfer", value={"reject": True}, request_only=True),
        ],
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        """Take a transfer apart: both rows stay, with the category and splits that they had."""
        unlinked = unlink_transfer(
            user_id=self.owner.pk,
            transfer_id=row_id,
            reject=self.body(UnlinkInput)["reject"],
            expected_seq=expected_seq(request),
        )
        rows = transactions_by_id(self.owner.pk, unlinked.row_ids)
        answer = {
            "rows": [rows[row_id] for row_id in unlinked.row_ids],
            "changed": [shift.shown() for shift in unlinked.shifts],
        }
        return Response(answer)
