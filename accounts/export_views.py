"""The door to everything one has: /api/auth/export."""

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from accounts.models import User
from accounts.services import factors
from accounts.services.exporting import export
from accounts.views import SessionDoor, auth_schema

ARCHIVE = OpenApiResponse(OpenApiTypes.BINARY, description="a ZIP of JSON files and attachments")


class ExportView(SessionDoor):
    quota = "report"

    @auth_schema(operation_id="export", responses={(200, "application/zip"): ARCHIVE})
    def get(self, request: Request) -> FileResponse:
        """Download everything you own as one archive. Needs a fresh proof of who you are."""
        self.parameters()
        factors.require_fresh(self.owner.pk, self.session_id)
        return FileResponse(
            export(User.objects.get(pk=self.owner.pk)),
            as_attachment=True,
            filename="books.zip",
            content_type="application/zip",
            headers={"Cache-Control": "private, no-store"},
        )
