"""/api/security/events/export: everybody's events for another program, for staff."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.api.serializers import StrictSerializer
from accounts.audit import audit
from ledger.api.exports import FormatDecides
from security_monitor.api.access import StaffView
from security_monitor.services.handing_out import FORMATS, told_from_start

TYPES = {"jsonl": "application/x-ndjson", "cef": "text/plain"}
LINES = OpenApiResponse(OpenApiTypes.STR, description="one event a line, oldest first")


class LogExportQuery(StrictSerializer):
    format = serializers.ChoiceField(sorted(FORMATS), default="jsonl")
    since = serializers.DateTimeField(required=False, help_text="from this instant on")


class LogExport(StaffView):
    quota = "report"
    query = LogExportQuery
    content_negotiation_class = FormatDecides

    @extend_schema(
        parameters=[LogExportQuery],
        responses={(200, kind): LINES for kind in TYPES.values()},
        tags=["security desk"],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Stream the security log as JSON lines with ECS names, or as CEF. For staff; it is on the trail."""
        asked = self.parameters()
        line = FORMATS[asked["format"]]
        audit(
            "security_log.exported",
            user_id=None,
            target="security_log",
            data={"format": asked["format"]},
        )

        def lines() -> Iterator[bytes]:
            for told in told_from_start(asked.get("since")):
                yield line(told).encode() + b"\n"

        return StreamingHttpResponse(
            lines(),
            content_type=f"{TYPES[asked['format']]}; charset=utf-8",
            headers={"Cache-Control": "no-store"},
        )
