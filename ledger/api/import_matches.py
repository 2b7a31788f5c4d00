"""/api/import-matches: rows of files that were matched by amount and week alone, for the owner's word."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView, expected_seq, item
from ledger.api.import_shapes import ImportRow
from ledger.api.imports import Nothing
from ledger.api.rows import transactions_by_id
from ledger.api.serializers import PageOutput, TransactionOutput
from ledger.errors import Reason
from ledger.models import DoubtfulMatch, MatchVerdict
from ledger.services.import_matches import accept_match, refuse_match
from ledger.services.owned import hold


class MatchQuery(ListQuery):
    verdict = serializers.ChoiceField(
        MatchVerdict.choices, required=False, help_text="`open` is the queue"
    )


class MatchOutput(serializers.Serializer[Any]):
    """One row of a file beside the row of the books that it was taken for."""

    id = serializers.UUIDField()
    verdict = serializers.ChoiceField(MatchVerdict.choices)
    row = ImportRow(help_text="the row of the file, as its preview showed it")
    transaction = TransactionOutput(
        allow_null=True, help_text="the row of the books as it is now; null: it was deleted"
    )
    booked = serializers.UUIDField(allow_null=True, help_text="the transaction a refusal booked")
    created_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    seq = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "import": serializers.UUIDField()}


class MatchPage(PageOutput):
    results = MatchOutput(many=True)


def shown(user_id: UUID, matches: Sequence[DoubtfulMatch]) -> list[dict[str, Any]]:
    """Matches with the rows of the books that they mean, in one more read."""
    rows = transactions_by_id(user_id, [match.transaction_id for match in matches])
    return [
        {
            "id": match.id,
            "import": match.import_batch_id,
            "verdict": match.verdict,
            "row": match.told["line"],
            "transaction": rows.get(match.transaction_id),
            "booked": match.booked_id,
            "created_at": match.created_at,
            "answered_at": match.answered_at,
            "seq": match.seq,
        }
        for match in matches
    ]


class MatchList(ApiView):
    query = MatchQuery

    @extend_schema(parameters=[MatchQuery], responses=MatchPage, tags=["imports"])
    def get(self, request: Request) -> Response:
        """List matches that rest on amount and week alone, newest first; `verdict=open` is the queue."""
        parameters = self.parameters()
        rows = DoubtfulMatch.objects.for_user(self.owner)
        if "verdict" in parameters:
            rows = rows.filter(verdict=parameters["verdict"])
        page = simple_page(rows, parameters, lambda match: {"match": match}, descending=True)
        page["results"] = shown(self.owner.pk, [found["match"] for found in page["results"]])
        return Response(page)


class MatchItem(ApiView):
    @extend_schema(responses=MatchOutput, tags=["imports"])
    def get(self, request: Request, match_id: UUID) -> Response:
        """Read one match."""
        rows = DoubtfulMatch.objects.for_user(self.owner)
        match: DoubtfulMatch = hold(rows, match_id, Reason.MATCH_NOT_FOUND)
        return item(request, lambda: shown(self.owner.pk, [match])[0], match.seq)


class MatchAccept(ApiView):
    @extend_schema(request=Nothing, responses=MatchOutput, tags=["imports"])
    def post(self, request: Request, match_id: UUID) -> Response:
        """Say that both are one booking. Nothing changes in the books; 409 once it is answered."""
        self.body(Nothing)
        match = accept_match(
            user_id=self.owner.pk, match_id=match_id, expected_seq=expected_seq(request)
        )
        return item(request, lambda: shown(self.owner.pk, [match])[0], match.seq)


class MatchRefuse(ApiView):
    @extend_schema(request=Nothing, responses=MatchOutput, tags=["imports"])
    def post(self, request: Request, match_id: UUID) -> Response:
        """Say that they are two bookings: the old row is as it was, the file's row is booked.

        Also after it was accepted. 409 once refused, or while the row is reconciled.
        """
        self.body(Nothing)
        match = refuse_match(
            user_id=self.owner.pk, match_id=match_id, expected_seq=expected_seq(request)
        )
        return item(request, lambda: shown(self.owner.pk, [match])[0], match.seq)
