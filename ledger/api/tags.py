"""/api/tags: words on transactions, across categories."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import StrictSerializer, TextField
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from ledger import naming
from ledger.api.serializers import PageOutput
from ledger.errors import Reason
from ledger.models import Tag
from ledger.services.tags import make_tag, remove_tag, rename_tag


class TagQuery(ListQuery):
    q = TextField(required=False, max_length=60, help_text="names that contain this")


class TagInput(StrictSerializer):
    name = TextField(max_length=60)


class TagPatch(TagInput):
    """The fields to change; the others stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class TagOutput(serializers.Serializer[Any]):
    """What `represent` gives; a test holds the two together."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    etag = serializers.CharField()


class TagPage(PageOutput):
    results = TagOutput(many=True)


EXAMPLE = OpenApiExample("tag", {"name": "holiday 2026"}, request_only=True)


def represent(row: Tag) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "etag": row.etag}


def shown(request: Request, row_id: UUID, *, status: int = 200) -> Response:
    row = Tag.objects.for_user(request.user).filter(id=row_id).first()
    if row is None:
        raise Refusal(Reason.TAG_NOT_FOUND, status=404)
    return item(request, lambda: represent(row), row.seq, status=status)


class TagList(ApiView):
    query = TagQuery

    @extend_schema(parameters=[TagQuery], responses=TagPage, tags=["tags"])
    def get(self, request: Request) -> Response:
        """List the tags by name."""
        parameters = self.parameters()
        rows = Tag.objects.for_user(self.owner)
        if parameters.get("q"):
            rows = rows.filter(name_key__contains=naming.key(parameters["q"]))
        return Response(simple_page(rows, parameters, represent, by="name_key", parse=str))

    @extend_schema(request=TagInput, responses={201: TagOutput}, examples=[EXAMPLE], tags=["tags"])
    def post(self, request: Request) -> Response:
        """Make a tag."""
        row = make_tag(user_id=self.owner.pk, **self.body(TagInput))
        response = shown(request, row.id, status=201)
        response["Location"] = f"/api/tags/{row.id}"
        return response


class TagItem(ApiView):
    @extend_schema(responses=TagOutput, tags=["tags"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one tag."""
        return shown(request, row_id)

    @extend_schema(request=TagInput, responses=TagOutput, examples=[EXAMPLE], tags=["tags"])
    def put(self, request: Request, row_id: UUID) -> Response:
        """Rename a tag."""
        return self._rename(request, row_id, self.body(TagInput))

    @extend_schema(request=TagPatch, responses=TagOutput, examples=[EXAMPLE], tags=["tags"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Rename a tag."""
        return self._rename(request, row_id, self.body(TagPatch))

    @extend_schema(responses={204: None}, tags=["tags"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a tag and take it off every transaction."""
        remove_tag(user_id=self.owner.pk, tag_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)

    def _rename(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        if fields:
            rename_tag(
                user_id=self.owner.pk, tag_id=row_id, expected_seq=expected_seq(request), **fields
            )
        return shown(request, row_id)
