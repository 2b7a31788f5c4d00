"""The door to everything one has: /api/auth/export."""

from collections.abc import Iterator
from typing import IO

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from accounts.models import User
from accounts.services import factors
from accounts.services.exporting import export
from accounts.views import SessionDoor, auth_schema

PIECE = 64 * 1024
ARCHIVE = OpenApiResponse(OpenApiTypes.BINARY, description="a ZIP of JSON files and attachments")


class ExportView(SessionDoor):
    quota = "report"

    @auth_schema(operation_id="export", responses={(200, "application/zip"): ARCHIVE})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Download everything you own as one archive. Needs a fresh proof of who you are."""
        self.parameters()
        factors.require_fresh(self.owner.pk, self.session_id)
        archive = export(User.objects.get(pk=self.owner.pk))
        return StreamingHttpResponse(
            pieces_of(archive),
            content_type="application/zip",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": 'attachment; filename="books.zip"',
            },
        )


def pieces_of(archive: IO[bytes]) -> Iterator[bytes]:
    """The bytes; the file is closed with the last of them, whoever reads."""
    with archive:
        while piece := archive.read(PIECE):
            yield piece
