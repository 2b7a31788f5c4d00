"""/api/changes: what changed since a client last looked, for mirrors that live offline."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import LIMIT_MAX, Order, decode_cursor, encode_cursor
from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView
from accounts.changes import Page, Place, changes_from, changes_since

LIMIT_DEFAULT = 200
SEQ_MAX = 2**63 - 2
ORDER = Order("changes", ("seq", "rank", "id"), descending=False)


class ChangesQuery(StrictSerializer):
    since = serializers.IntegerField(
        min_value=0, max_value=SEQ_MAX, default=0, help_text="0: everything there is"
    )
    cursor = serializers.CharField(required=False, max_length=600)
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX, default=LIMIT_DEFAULT)


class RowChangeOutput(serializers.Serializer[Any]):
    """A row as it is now, a row that is gone (`deleted`), or something that happened (`at` is set)."""

    seq = serializers.IntegerField()
    kind = serializers.CharField(help_text="transaction, account, ...; with a dot: it happened")
    id = serializers.UUIDField()
    deleted = serializers.BooleanField()
    data = serializers.JSONField(  # type: ignore[assignment]  # DRF has an attribute of this name
        allow_null=True, help_text="as a GET of the row gives it"
    )
    at = serializers.DateTimeField(allow_null=True)


class ChangesPage(serializers.Serializer[Any]):
    results = RowChangeOutput(many=True)
    seq = serializers.IntegerField(help_text="ask with `since` set to this next time")
    next = serializers.CharField(allow_null=True, help_text="cursor, while there is more")
    previous = serializers.CharField(allow_null=True, help_text="always null: a feed goes forward")


class Changes(ApiView):
    query = ChangesQuery

    @extend_schema(parameters=[ChangesQuery], responses=ChangesPage, tags=["changes"])
    def get(self, request: Request) -> Response:
        """Everything of mine that changed after `since`, in order, deletions included.

        410 `changes_gone` when `since` is too old: start again with 0. The numbers are those of the
        stream: a client may resume there from `seq`.
        """
        parameters = self.parameters()
        limit: int = parameters["limit"]
        if "cursor" in parameters:
            (seq, rank, row_id), _ = decode_cursor(parameters["cursor"], ORDER, (_seq, int, UUID))
            page = changes_from(self.owner.pk, Place(seq, rank, row_id), limit)
        else:
            page = changes_since(self.owner.pk, parameters["since"], limit)
        return Response(shown(page))


def _seq(value: Any) -> int:
    seq = int(value)
    if not 0 <= seq <= SEQ_MAX:
        raise ValueError("no seq")
    return seq


def shown(page: Page) -> dict[str, Any]:
    place = page.next
    keys = None if place is None else [place.seq, place.rank, place.id]
    return {
        "results": page.results,
        "seq": page.seq,
        "next": None if keys is None else encode_cursor(ORDER, keys, backwards=False),
        "previous": None,
    }
