"""/api/transactions/export: the books as a file, streamed, for a spreadsheet or another program."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from accounts.api.rendering import JsonRenderer
from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView
from accounts.audit import audit
from accounts.days import today_of
from accounts.errors import Refusal
from ledger.api.serializers import DayField
from ledger.errors import Reason
from ledger.exports import FORMATS
from ledger.exports.source import Selection, read_book, read_rows
from ledger.services.posting import account_of

MEDIA_TYPES = sorted({content_type for _, content_type, _ in FORMATS.values()})


class ExportQuery(StrictSerializer):
    format = serializers.ChoiceField(tuple(FORMATS), default="csv")
    date_from = DayField(required=False, help_text="first day; balances before it are carried over")
    date_to = DayField(required=False, help_text="last day, included")
    account = serializers.UUIDField(required=False, help_text="rows of this account only")


class FormatDecides(BaseContentNegotiation):
    """`format` says what comes, whatever `Accept` would like; problems are JSON."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return JsonRenderer(), JsonRenderer.media_type

    def select_parser(self, request: Request, parsers: Any) -> None:
        return None


class TransactionExport(ApiView):
    quota = "report"
    query = ExportQuery
    content_negotiation_class = FormatDecides

    @extend_schema(
        tags=["transactions"],
        parameters=[ExportQuery],
        responses={
            (200, media_type): OpenApiResponse(OpenApiTypes.STR, description="the file")
            for media_type in MEDIA_TYPES
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """All rows as a file: CSV, JSON, or a journal for hledger or beancount.

        The journals have an opening balance for each account, so that balances there and here
        agree. The answer is streamed; memory does not grow with the books.
        """
        asked = self.parameters()
        selection = Selection(
            self.owner.pk, asked.get("date_from"), asked.get("date_to"), asked.get("account")
        )
        if selection.account_id:
            account_of(self.owner.pk, selection.account_id)
        if selection.is_backwards:
            raise Refusal(Reason.PERIOD_BACKWARDS, pointer="?date_from")
        audit("transactions.exported", user_id=self.owner.pk, data={"format": asked["format"]})
        write, content_type, ending = FORMATS[asked["format"]]
        text = write(read_book(selection), read_rows(selection))
        name = f"books-{today_of(self.owner)}.{ending}"
        return StreamingHttpResponse(
            (piece.encode() for piece in text),
            content_type=f"{content_type}; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )
