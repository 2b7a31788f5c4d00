"""/api/attachments: receipts and other files on transactions."""

from typing import Any
from uuid import UUID

import structlog
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from ledger.api.exports import FormatDecides
from ledger.api.import_shapes import UploadField
from ledger.api.imports import MultiPartWhole
from ledger.api.serializers import PageOutput
from ledger.errors import Reason
from ledger.file_types import TYPES
from ledger.models import Attachment, Transaction
from ledger.selectors.attachments import attachments_of, standing_attachments
from ledger.services.attachments import attach, check_attachment_size, detach
from ledger.services.owned import hold

log = structlog.get_logger(__name__)


class AttachmentUpload(StrictSerializer):
    file = UploadField(allow_empty_file=True, max_length=None)


class AttachmentOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    transaction = serializers.UUIDField()
    filename = serializers.CharField()
    content_type = serializers.ChoiceField(
        [kind.content_type for kind in TYPES], help_text="by the content"
    )
    size = serializers.IntegerField(help_text="bytes")
    sha256 = serializers.CharField()
    content = serializers.CharField(help_text="where the bytes are")
    created_at = serializers.DateTimeField()
    seq = serializers.IntegerField()


class AttachmentPage(PageOutput):
    results = AttachmentOutput(many=True)


def represent(attachment: Attachment) -> dict[str, Any]:
    """An attachment as the API gives it."""
    return {
        "id": attachment.id,
        "transaction": attachment.transaction_id,
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "content": f"/api/attachments/{attachment.id}/content",
        "created_at": attachment.created_at,
        "seq": attachment.seq,
    }


def one(user_id: UUID, row_id: UUID) -> Attachment:
    """An owned attachment of a row that is in the books; 404 otherwise."""
    return hold(standing_attachments(user_id), row_id, Reason.ATTACHMENT_NOT_FOUND)  # type: ignore[no-any-return]


class TransactionAttachments(ApiView):
    query = ListQuery
    parser_classes = [MultiPartWhole]

    @extend_schema(parameters=[ListQuery], responses=AttachmentPage, tags=["attachments"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """List the files on a transaction, oldest first."""
        parameters = self.parameters()
        hold(Transaction.objects.for_user(self.owner), row_id, Reason.TRANSACTION_NOT_FOUND)
        rows = attachments_of(self.owner.pk).filter(transaction_id=row_id)
        return Response(simple_page(rows, parameters, represent))

    @extend_schema(
        request={"multipart/form-data": AttachmentUpload},
        responses={201: AttachmentOutput},
        tags=["attachments"],
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        """Attach a file. Its type is read from its content, and its name must agree."""
        if request.FILES.get("file") is None:
            raise Refusal(
                Reason.FILE_REQUIRED, detail="Send the file as multipart field `file`.",
                pointer="/file",
            )  # fmt: skip
        check_attachment_size(request.FILES["file"].size)
        file = self.body(AttachmentUpload)["file"]
        attachment = attach(
            user_id=self.owner.pk,
            transaction_id=row_id,
            data=file.read(),
            filename=file.name or "",
        )
        response = item(request, lambda: represent(attachment), attachment.seq, status=201)
        response["Location"] = f"/api/attachments/{attachment.id}"
        return response


class AttachmentItem(ApiView):
    @extend_schema(responses=AttachmentOutput, tags=["attachments"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read what is known of an attachment; the bytes are at `content`."""
        attachment = one(self.owner.pk, row_id)
        return item(request, lambda: represent(attachment), attachment.seq)

    @extend_schema(responses={204: None}, tags=["attachments"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Take a file off its transaction, for good."""
        detach(user_id=self.owner.pk, attachment_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)


class AttachmentContent(ApiView):
    content_negotiation_class = FormatDecides

    @extend_schema(
        responses={
            (200, kind.content_type): OpenApiResponse(OpenApiTypes.BINARY, description="the file")
            for kind in TYPES
        },
        tags=["attachments"],
    )
    def get(self, request: Request, row_id: UUID) -> HttpResponseBase:
        """Download the bytes, always as a file to save and never as a page to show."""
        attachment = one(self.owner.pk, row_id)
        etag = f'"{attachment.sha256}"'
        if etag in request.headers.get("If-None-Match", ""):
            return HttpResponse(status=304, headers={"ETag": etag})
        try:
            file = default_storage.open(attachment.stored_as)
        except FileNotFoundError:
            log.error("attachment.lost", id=str(attachment.id), name=attachment.stored_as)
            raise Refusal(Reason.ATTACHMENT_LOST, status=410) from None
        is_text = attachment.content_type.startswith("text/")
        return FileResponse(
            file,
            as_attachment=True,
            filename=attachment.filename,
            content_type=attachment.content_type + ("; charset=utf-8" if is_text else ""),
            headers={
                "Content-Length": str(attachment.size),
                "ETag": etag,
                # Even a browser that was told to show it may run nothing of it.
                "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )
