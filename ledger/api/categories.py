"""/api/categories: what money is for, as a tree of at most five levels."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import StrictSerializer, TextField
from accounts.api.views import ApiView, expected_seq, item, read_query
from accounts.errors import Refusal
from ledger.api.serializers import PageOutput
from ledger.errors import Reason
from ledger.models import Category, CategoryKind
from ledger.services.categories import (
    DEPTH_MAX,
    MoveTo,
    change_category,
    make_category,
    remove_category,
)

ANCESTORS = "__".join(["parent"] * (DEPTH_MAX - 1))
# What PUT sets where a field is not sent. The kind stays: it says how the rows count.
EMPTY: dict[str, Any] = {"parent": None, "archived": False}


class CategoryQuery(ListQuery):
    kind = serializers.ChoiceField(CategoryKind.choices, required=False)
    archived = serializers.BooleanField(required=False, allow_null=True, default=None)
    tree = serializers.BooleanField(
        default=False, help_text="all at once, nested in `children`, without pages"
    )


class RemovalQuery(StrictSerializer):
    move_to = serializers.CharField(
        required=False, max_length=36, help_text="where the rows go: a category's id, or none"
    )

    def validate_move_to(self, value: str) -> MoveTo:
        if value == "none":
            return MoveTo(None)
        try:
            return MoveTo(UUID(value))
        except ValueError:
            raise serializers.ValidationError("Send an id or none.", code="invalid") from None


class CategoryInput(StrictSerializer):
    """A category to make or replace. Without `kind` a child takes its parent's."""

    name = TextField(max_length=100)
    kind = serializers.ChoiceField(CategoryKind.choices, required=False)
    parent = serializers.UUIDField(required=False, allow_null=True)  # type: ignore[assignment]
    archived = serializers.BooleanField(required=False)


class CategoryPatch(CategoryInput):
    """The fields to change; the others stay. A new kind goes down to everything below."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class CategoryOutput(serializers.Serializer[Any]):
    """What `represent` gives; a test holds the two together."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(CategoryKind.choices)
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    depth = serializers.IntegerField(help_text="0 at the top")
    path = serializers.ListField(
        child=serializers.CharField(), help_text="names from the top down to this one"
    )
    archived = serializers.BooleanField()
    etag = serializers.CharField()
    children = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="only with tree=true: the same shape",
    )


class CategoriesPage(PageOutput):
    results = CategoryOutput(many=True)


EXAMPLE = OpenApiExample("category", {"name": "Street food", "kind": "expense"}, request_only=True)


def represent(row: Category) -> dict[str, Any]:
    """A category whose ancestors are loaded, as the API gives it."""
    path, above = [row.name], row.parent
    while above is not None:
        path.insert(0, above.name)
        above = above.parent
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "parent": row.parent_id,
        "depth": len(path) - 1,
        "path": path,
        "archived": row.archived,
        "etag": row.etag,
    }


def nested(rows: Iterable[Category]) -> list[dict[str, Any]]:
    """The rows as trees, by name. A row whose parent is not among them stands at the top."""
    by_id = {row.id: {**represent(row), "children": []} for row in rows}
    roots: list[dict[str, Any]] = []
    for row in by_id.values():
        parent = by_id.get(row["parent"])
        (roots if parent is None else parent["children"]).append(row)
    return roots


def one(user_id: UUID, row_id: UUID) -> Category:
    """An owned category with its ancestors, in one query; 404 otherwise."""
    row: Category | None = (
        Category.objects.for_user(user_id).select_related(ANCESTORS).filter(id=row_id).first()
    )
    if row is None:
        raise Refusal(Reason.CATEGORY_NOT_FOUND, status=404)
    return row


def shown(request: Request, row_id: UUID, *, status: int = 200) -> Response:
    user_id: UUID = request.user.pk  # type: ignore[assignment]
    row = one(user_id, row_id)
    return item(request, lambda: represent(row), row.seq, status=status)


class CategoryList(ApiView):
    query = CategoryQuery

    @extend_schema(parameters=[CategoryQuery], responses=CategoriesPage, tags=["categories"])
    def get(self, request: Request) -> Response:
        """List the categories by name, flat with their paths or as a tree."""
        parameters = self.parameters()
        rows = Category.objects.for_user(self.owner).select_related(ANCESTORS)
        if "kind" in parameters:
            rows = rows.filter(kind=parameters["kind"])
        if parameters["archived"] is not None:
            rows = rows.filter(archived=parameters["archived"])
        if parameters["tree"]:
            results = nested(rows.order_by("name_key"))
            return Response({"results": results, "next": None, "previous": None})
        return Response(simple_page(rows, parameters, represent, by="name_key", parse=str))

    @extend_schema(
        request=CategoryInput,
        responses={201: CategoryOutput},
        examples=[EXAMPLE],
        tags=["categories"],
    )
    def post(self, request: Request) -> Response:
        """Make a category."""
        row = make_category(user_id=self.owner.pk, **self.body(CategoryInput))
        response = shown(request, row.id, status=201)
        response["Location"] = f"/api/categories/{row.id}"
        return response


class CategoryItem(ApiView):
    @extend_schema(responses=CategoryOutput, tags=["categories"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one category."""
        return shown(request, row_id)

    @extend_schema(
        request=CategoryInput, responses=CategoryOutput, examples=[EXAMPLE], tags=["categories"]
    )
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace a category. Its kind stays unless it is sent."""
        return self._change(request, row_id, {**EMPTY, **self.body(CategoryInput)})

    @extend_schema(request=CategoryPatch, responses=CategoryOutput, tags=["categories"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent: rename, move, archive."""
        return self._change(request, row_id, self.body(CategoryPatch))

    @extend_schema(parameters=[RemovalQuery], responses={204: None}, tags=["categories"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a category. Its children move up; its rows go where `move_to` says, else 409."""
        remove_category(
            user_id=self.owner.pk,
            category_id=row_id,
            move_to=read_query(request, RemovalQuery).get("move_to"),
            expected_seq=expected_seq(request),
        )
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        change_category(
            user_id=self.owner.pk,
            category_id=row_id,
            fields=fields,
            expected_seq=expected_seq(request),
        )
        return shown(request, row_id)
