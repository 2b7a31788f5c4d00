"""/api/views: searches under a name. /api/change-sets: changes of many rows, and their undo."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from ledger.api.rule_shapes import (
    VIEW_EXAMPLE,
    ChangeSetOutput,
    ChangeSetPage,
    UndoneOutput,
    ViewInput,
    ViewOutput,
    ViewPage,
    ViewPatch,
    shown_change_set,
    shown_view,
)
from ledger.errors import Reason
from ledger.models import ChangeSet, SavedView
from ledger.services.change_sets import undo
from ledger.services.rules import change_view, create_view, remove_view

LEFT_MAX = 200
VIEW_DEFAULTS: dict[str, Any] = {"query": "", "sort": "-posted_on"}


def shown(request: Request, view_id: UUID, *, status: int = 200) -> Response:
    view = SavedView.objects.for_user(request.user).filter(id=view_id).first()
    if view is None:
        raise Refusal(Reason.VIEW_NOT_FOUND, status=404)
    return item(request, lambda: shown_view(view), view.seq, status=status)


class ViewList(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=ViewPage, tags=["views"])
    def get(self, request: Request) -> Response:
        """List the saved views by name."""
        rows = SavedView.objects.for_user(self.owner)
        page = simple_page(rows, self.parameters(), shown_view, by="name_key", parse=str)
        return Response(page)

    @extend_schema(
        request=ViewInput, responses={201: ViewOutput}, examples=[VIEW_EXAMPLE], tags=["views"]
    )
    def post(self, request: Request) -> Response:
        """Save a view. `GET /api/transactions?view={id}` then lists its rows."""
        fields = {**VIEW_DEFAULTS, **self.body(ViewInput)}
        view = create_view(user_id=self.owner.pk, fields=fields)
        response = shown(request, view.id, status=201)
        response["Location"] = f"/api/views/{view.id}"
        return response


class ViewItem(ApiView):
    @extend_schema(responses=ViewOutput, tags=["views"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one saved view."""
        return shown(request, row_id)

    @extend_schema(request=ViewInput, responses=ViewOutput, examples=[VIEW_EXAMPLE], tags=["views"])
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace a saved view."""
        return self._change(request, row_id, {**VIEW_DEFAULTS, **self.body(ViewInput)})

    @extend_schema(request=ViewPatch, responses=ViewOutput, tags=["views"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent."""
        return self._change(request, row_id, self.body(ViewPatch))

    @extend_schema(responses={204: None}, tags=["views"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a saved view."""
        remove_view(user_id=self.owner.pk, view_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        if fields:
            change_view(
                user_id=self.owner.pk,
                view_id=row_id,
                fields=fields,
                expected_seq=expected_seq(request),
            )
        return shown(request, row_id)


class ChangeSetList(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=ChangeSetPage, tags=["change sets"])
    def get(self, request: Request) -> Response:
        """List the changes of many rows, newest first."""
        rows = ChangeSet.objects.for_user(self.owner).defer("before")
        page = simple_page(rows, self.parameters(), shown_change_set, descending=True)
        return Response(page)


class ChangeSetItem(ApiView):
    @extend_schema(responses=ChangeSetOutput, tags=["change sets"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one change set."""
        kept = ChangeSet.objects.for_user(self.owner).defer("before").filter(id=row_id).first()
        if kept is None:
            raise Refusal(Reason.CHANGE_SET_NOT_FOUND, status=404)
        return item(request, lambda: shown_change_set(kept), kept.seq)


class ChangeSetUndo(ApiView):
    @extend_schema(request=None, responses=UndoneOutput, tags=["change sets"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Undo a change set; rows that were changed since stay and are named."""
        undone = undo(
            user_id=self.owner.pk, change_set_id=row_id, expected_seq=expected_seq(request)
        )
        data = {
            **shown_change_set(undone.change_set),
            "reverted": undone.reverted,
            "left_count": len(undone.left),
            "left": [{"transaction": row_id, "why": why} for row_id, why in undone.left[:LEFT_MAX]],
        }
        return item(request, lambda: data, undone.change_set.seq)
