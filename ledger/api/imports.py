"""/api/imports: upload a bank file, look at what it would do, commit it, undo it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models.fields.json import KeyTransform
from django.db.transaction import on_commit
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import Order, decode_cursor, encode_cursor, simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from ledger import tasks
from ledger.api.import_shapes import (
    CommitInput,
    ImportOutput,
    ImportPage,
    ImportPatch,
    ImportQuery,
    ImportRows,
    ImportRowsQuery,
    ImportUpload,
    short,
    shown,
)
from ledger.errors import Reason
from ledger.models import ImportBatch, ImportStatus
from ledger.services import import_queue, imports
from ledger.services.import_accounts import account_id_of
from ledger.services.import_files import check_size
from ledger.services.import_wishes import Wishes
from ledger.services.owned import hold

LINES = Order("line", ("place",), False)


class MultiPartWhole(MultiPartParser):
    """A form with the file. A field that comes twice is refused: which one is meant?"""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        parsed = super().parse(*args, **kwargs)
        for name, values in [*parsed.data.lists(), *parsed.files.lists()]:
            if len(values) > 1:
                raise Refusal(Reason.FIELD_TWICE, pointer=f"/{name}")
        return parsed


class ImportList(ApiView):
    query = ImportQuery
    parser_classes = [MultiPartWhole]

    @extend_schema(parameters=[ImportQuery], responses=ImportPage, tags=["imports"])
    def get(self, request: Request) -> Response:
        """List imports, newest first, without their rows."""
        parameters = self.parameters()
        rows = ImportBatch.objects.for_user(self.owner)
        if "status" in parameters:
            rows = rows.filter(status=parameters["status"])
        rows = rows.defer("content", "options", "report", "reversal").annotate(
            counts=KeyTransform("counts", "report")
        )
        page = simple_page(rows, parameters, lambda b: short(b, b.counts), descending=True)
        return Response(page)

    @extend_schema(
        request={"multipart/form-data": ImportUpload},
        responses={201: ImportOutput},
        tags=["imports"],
    )
    def post(self, request: Request) -> Response:
        """Upload a bank file. Nothing is booked: the answer says what a commit would do."""
        if not request.FILES.get("file"):
            raise Refusal(Reason.FILE_REQUIRED, pointer="/file")
        check_size(request.FILES["file"].size)
        fields = self.body(ImportUpload)
        batch = imports.upload(
            self.owner.pk,
            data=fields["file"].read(),
            filename=fields["file"].name or "",
            account_id=account_id_of(self.owner.pk, fields.get("account")),
            format=fields.get("format"),
            mapping=fields.get("mapping"),
        )
        response = item(request, lambda: shown(batch), batch.seq, status=201)
        response["Location"] = f"/api/imports/{batch.id}"
        return response


class ImportItem(ApiView):
    @extend_schema(responses=ImportOutput, tags=["imports"])
    def get(self, request: Request, batch_id: UUID) -> Response:
        """Read an import with its preview, and with its progress while it is committing."""
        batch = one(self.owner.pk, batch_id)
        if batch.status == ImportStatus.COMMITTING:
            return Response(shown(batch))  # No ETag: how far it is changes without a new version.
        return item(request, lambda: shown(batch), batch.seq)

    @extend_schema(
        request=ImportPatch,
        responses=ImportOutput,
        tags=["imports"],
        examples=[
            OpenApiExample(
                "Another column is the amount",
                value={"mapping": {"columns": {"amount": "Betrag"}, "decimal_mark": ","}},
                request_only=True,
            )
        ],
    )
    def patch(self, request: Request, batch_id: UUID) -> Response:
        """Preview the file again: into another account, or read another way."""
        fields = self.body(ImportPatch)
        if "account" in fields:
            fields["account"] = account_id_of(self.owner.pk, fields["account"])
        batch = imports.revise(
            self.owner.pk, batch_id, fields=fields, expected_seq=expected_seq(request)
        )
        return item(request, lambda: shown(batch), batch.seq)

    @extend_schema(responses={204: None}, tags=["imports"])
    def delete(self, request: Request, batch_id: UUID) -> Response:
        """Throw an upload away that is not in the books."""
        imports.discard(self.owner.pk, batch_id, expected_seq=expected_seq(request))
        return Response(status=204)


class ImportCommit(ApiView):
    @extend_schema(
        request=CommitInput,
        responses={200: ImportOutput, 202: ImportOutput},
        tags=["imports"],
        examples=[
            OpenApiExample("All of it", value={}, request_only=True),
            OpenApiExample("Without one row", value={"skip_lines": [14]}, request_only=True),
            OpenApiExample(
                "One match is right, one is another booking",
                value={"accept_matches": [3], "refuse_matches": [7]},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Book the file against the books as they are now, all of it or nothing.

        More than 20,000 rows are booked by a worker: 202 with status `committing`. Follow it by
        `import.progress` on the stream, or by GET.
        """
        fields = self.body(CommitInput)
        wishes, seen = Wishes.of(fields), expected_seq(request)
        if import_queue.is_long(one(self.owner.pk, batch_id)):
            batch = import_queue.promise(self.owner.pk, batch_id, wishes=wishes, expected_seq=seen)
            on_commit(partial(tasks.start_commit, batch_id))
            return item(request, lambda: shown(batch), batch.seq, status=202)
        batch = imports.commit(self.owner.pk, batch_id, wishes=wishes, expected_seq=seen)
        return item(request, lambda: shown(batch), batch.seq)


class Nothing(CommitInput):
    """An empty object."""

    skip_lines = accept_matches = refuse_matches = None  # type: ignore[assignment]


class ImportUndo(ApiView):
    @extend_schema(request=Nothing, responses=ImportOutput, tags=["imports"])
    def post(self, request: Request, batch_id: UUID) -> Response:
        """Take a committed import back as a whole; rows that it updated are as before."""
        self.body(Nothing)
        batch = imports.undo(self.owner.pk, batch_id, expected_seq=expected_seq(request))
        return item(request, lambda: shown(batch), batch.seq)


class ImportRowList(ApiView):
    query = ImportRowsQuery

    @extend_schema(parameters=[ImportRowsQuery], responses=ImportRows, tags=["imports"])
    def get(self, request: Request, batch_id: UUID) -> Response:
        """Every row of the file with its decision, page by page; `decision` picks one kind."""
        parameters = self.parameters()
        batch = one(self.owner.pk, batch_id)
        read = partial(
            imports.rows_of, self.owner.pk, batch, decision=parameters.get("decision", "")
        )
        return Response(page_of(read, parameters))


def page_of(
    read: Callable[..., tuple[list[dict[str, Any]], int]], parameters: dict[str, Any]
) -> dict[str, Any]:
    """One page of a file's rows; its cursors hold the place where a page starts.

    read: takes start and end, gives those rows and the number of all.
    """
    start, limit = 0, parameters["limit"]
    if parameters.get("cursor"):
        (start,), _ = decode_cursor(parameters["cursor"], LINES, (_place,))
    end = start + limit
    lines, total = read(start=start, end=end)
    page: dict[str, Any] = {
        "results": lines,
        "next": encode_cursor(LINES, [end], False) if end < total else None,
        "previous": encode_cursor(LINES, [max(0, start - limit)], True) if start else None,
    }
    if parameters["count"]:
        page["count"] = total
    return page


def _place(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("not a place in the list")
    return value


def one(user_id: UUID, batch_id: UUID) -> ImportBatch:
    """An owned import; 404 otherwise."""
    rows = ImportBatch.objects.for_user(user_id)
    return hold(rows, batch_id, Reason.IMPORT_NOT_FOUND)  # type: ignore[no-any-return]
