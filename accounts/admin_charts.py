"""A page of the staff console that shows one owner's charts together, for kinds of rows that have one."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from accounts.admin_base import ReadOnlyAdmin
from accounts.looking import staff_opened
from accounts.models import User

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


class ChartsAdmin(ReadOnlyAdmin):
    """Adds `charts/<owner>/` and a column that leads there. A kind says what its charts are."""

    charts_title = "Charts"

    def charts_of(self, owner: User) -> Iterable[str]:
        """SVG texts, whose own texts are escaped (ledger.charts does)."""
        raise TypeError(f"{type(self).__name__} has no charts")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.charts_view)
        return [path("charts/<uuid:user_id>/", view, name=self._name()), *super().get_urls()]

    def _name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_charts"

    def charts_link(self, row: Model) -> "SafeString":
        owner_id = row.user_id  # type: ignore[attr-defined]  # kinds with an owner
        address = reverse(f"admin:{self._name()}", args=[owner_id])
        return format_html('<a href="{}">all charts</a>', address)

    charts_link.short_description = "of this owner"  # type: ignore[attr-defined]

    def charts_view(self, request: HttpRequest, user_id: UUID) -> TemplateResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        owner = User.objects.filter(pk=user_id).first()
        if owner is None:
            raise Http404
        staff_opened(request.user.pk, owner.pk)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": self.charts_title,
            "subtitle": owner.email,
            "opts": self.opts,
            "owner": owner,
            "list_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
            "charts": [mark_safe(chart) for chart in self.charts_of(owner)],  # noqa: S308
        }
        return TemplateResponse(request, "admin/charts.html", context)
