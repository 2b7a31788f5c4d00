"""/api/payees: whom the owner pays or is paid by, and the names that lead to them."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
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
from ledger.models import Payee, PayeeAlias
from ledger.services.payees import make_payee, merge_payees, remove_payee, rename_payee

MERGE_MAX = 500


class PayeeQuery(ListQuery):
    q = TextField(required=False, max_length=200, help_text="names that contain this")
    prefix = TextField(required=False, max_length=200, help_text="names that begin with this")


class PayeeInput(StrictSerializer):
    name = TextField(max_length=200)


class PayeePatch(PayeeInput):
    """The fields to change; the others stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class MergeInput(StrictSerializer):
    """`into`: this payee becomes the other. `payees`: those become this one. One of the two."""

    into = serializers.UUIDField(required=False)
    payees = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MERGE_MAX
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            reason = Reason.MERGE_ONE_WAY
            raise serializers.ValidationError(str(reason.label), code=reason.value)
        return attrs


class PayeeOutput(serializers.Serializer[Any]):
    """What `represent` gives; a test holds the two together."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    aliases = serializers.ListField(
        child=serializers.CharField(), help_text="earlier and merged names, case-folded"
    )
    etag = serializers.CharField()


class PayeePage(PageOutput):
    results = PayeeOutput(many=True)


NAME_EXAMPLE = OpenApiExample("payee", {"name": "Corner Bakery"}, request_only=True)


def represent(row: Payee) -> dict[str, Any]:
    """A payee whose aliases are loaded, as the API gives it."""
    return {
        "id": row.id,
        "name": row.name,
        "aliases": [alias.name_key for alias in row.aliases.all()],
        "etag": row.etag,
    }


def with_aliases(user_id: UUID) -> Any:
    aliases = PayeeAlias.objects.for_user(user_id).order_by("name_key")
    return Payee.objects.for_user(user_id).prefetch_related(Prefetch("aliases", queryset=aliases))


def shown(request: Request, row_id: UUID, *, status: int = 200) -> Response:
    user_id: UUID = request.user.pk  # type: ignore[assignment]
    row = with_aliases(user_id).filter(id=row_id).first()
    if row is None:
        raise Refusal(Reason.PAYEE_NOT_FOUND, status=404)
    return item(request, lambda: represent(row), row.seq, status=status)


class PayeeList(ApiView):
    query = PayeeQuery

    @extend_schema(parameters=[PayeeQuery], responses=PayeePage, tags=["payees"])
    def get(self, request: Request) -> Response:
        """List the payees by name."""
        parameters = self.parameters()
        rows = with_aliases(self.owner.pk)
        if parameters.get("q"):
            rows = rows.filter(name_key__contains=naming.key(parameters["q"]))
        if parameters.get("prefix"):
            rows = rows.filter(name_key__startswith=naming.key(parameters["prefix"]))
        return Response(simple_page(rows, parameters, represent, by="name_key", parse=str))

    @extend_schema(
        request=PayeeInput, responses={201: PayeeOutput}, examples=[NAME_EXAMPLE], tags=["payees"]
    )
    def post(self, request: Request) -> Response:
        """Make a payee."""
        row = make_payee(user_id=self.owner.pk, **self.body(PayeeInput))
        response = shown(request, row.id, status=201)
        response["Location"] = f"/api/payees/{row.id}"
        return response


class PayeeItem(ApiView):
    @extend_schema(responses=PayeeOutput, tags=["payees"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one payee."""
        return shown(request, row_id)

    @extend_schema(
        request=PayeeInput, responses=PayeeOutput, examples=[NAME_EXAMPLE], tags=["payees"]
    )
    def put(self, request: Request, row_id: UUID) -> Response:
        """Rename a payee; the old name stays as an alias."""
        return self._rename(request, row_id, self.body(PayeeInput))

    @extend_schema(
        request=PayeePatch, responses=PayeeOutput, examples=[NAME_EXAMPLE], tags=["payees"]
    )
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Rename a payee; the old name stays as an alias."""
        return self._rename(request, row_id, self.body(PayeePatch))

    @extend_schema(responses={204: None}, tags=["payees"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a payee that no transaction names."""
        remove_payee(user_id=self.owner.pk, payee_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)

    def _rename(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        if fields:
            rename_payee(
                user_id=self.owner.pk,
                payee_id=row_id,
                expected_seq=expected_seq(request),
                **fields,
            )
        return shown(request, row_id)


class PayeeMerge(ApiView):
    @extend_schema(
        request=MergeInput,
        responses=PayeeOutput,
        tags=["payees"],
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        """Merge payees: `into` makes this one the other, `payees` makes those this one.

        Transactions, aliases and plans move; the names that go stay as aliases. Answers with the
        payee that remains.
        """
        fields = self.body(MergeInput)
        into, gone = fields.get("into", row_id), fields.get("payees", [row_id])
        kept = merge_payees(
            user_id=self.owner.pk,
            into_id=into,
            gone_ids=gone,
            named_id=row_id,
            expected_seq=expected_seq(request),
            pointer=f"/{next(iter(fields))}",
        )
        return shown(request, kept.id)
