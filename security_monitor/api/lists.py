"""/api/security/lists: payees and categories that the owner allows, denies or snoozes."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import StrictSerializer, TextField
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from ledger.api.serializers import PageOutput
from security_monitor.errors import Reason
from security_monitor.models import ListEntry, ListKind
from security_monitor.services.lists import put_on_list, take_off_list


class ListEntryInput(StrictSerializer):
    """Exactly one of `payee` and `category`. A snooze needs its end."""

    kind = serializers.ChoiceField(ListKind.choices)
    payee = serializers.UUIDField(required=False)
    category = serializers.UUIDField(required=False)
    until = serializers.DateTimeField(required=False, allow_null=True)
    note = TextField(required=False, default="", max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("payee" in attrs) == ("category" in attrs):
            raise serializers.ValidationError(
                {"payee": "Send a payee or a category, not both."}, code="invalid"
            )
        return attrs


class ListEntryOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(ListKind.choices)
    payee = serializers.UUIDField(allow_null=True)
    category = serializers.UUIDField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    created_at = serializers.DateTimeField()
    etag = serializers.CharField()


class ListEntryPage(PageOutput):
    results = ListEntryOutput(many=True)


def represent(entry: ListEntry) -> dict[str, Any]:
    about = {"payee": None, "category": None, entry.subject: entry.subject_id}
    return {"id": entry.id, "kind": entry.kind, **about, "until": entry.until, "note": entry.note,
            "created_at": entry.created_at, "etag": entry.etag}  # fmt: skip


class RiskLists(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=ListEntryPage, tags=["security"])
    def get(self, request: Request) -> Response:
        """List what I allowed, denied and snoozed."""
        rows = ListEntry.objects.for_user(self.owner)
        return Response(simple_page(rows, self.parameters(), represent))

    @extend_schema(request=ListEntryInput, responses={201: ListEntryOutput}, tags=["security"])
    def post(self, request: Request) -> Response:
        """Allow, deny or snooze a payee or category.

        allow: its scores stay at most 40. deny: every payment is flagged. snooze: no alert until a
        moment within a year."""
        fields = self.body(ListEntryInput)
        subject = "payee" if "payee" in fields else "category"
        entry = put_on_list(
            self.owner.pk,
            kind=fields["kind"],
            subject=subject,
            subject_id=fields[subject],
            until=fields.get("until"),
            note=fields["note"],
        )
        response = item(request, lambda: represent(entry), entry.seq, status=201)
        response["Location"] = f"/api/security/lists/{entry.id}"
        return response


class RiskListItem(ApiView):
    @extend_schema(responses=ListEntryOutput, tags=["security"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one entry."""
        entry = ListEntry.objects.for_user(self.owner).filter(id=row_id).first()
        if entry is None:
            raise Refusal(Reason.ENTRY_NOT_FOUND, status=404)
        return item(request, lambda: represent(entry), entry.seq)

    @extend_schema(responses={204: None}, tags=["security"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Take a payee or category off a list."""
        take_off_list(self.owner.pk, row_id, expected_seq(request))
        return Response(status=204)
