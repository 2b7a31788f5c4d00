"""/api/notifications: the inbox, what of it is read, and who is told of what by which way."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.inbox.choices import preferences_of
from accounts.inbox.services import (
    change_preferences,
    inbox_of,
    mark_one,
    mark_read,
    notification_of,
    remove,
)
from accounts.inbox.shapes import (
    NotificationOutput,
    NotificationPage,
    NotificationPatch,
    NotificationPreferencesInput,
    NotificationPreferencesOutput,
    NotificationQuery,
    ReadInput,
    ReadOutput,
    UnreadOutput,
    represent,
    represent_preferences,
)
from accounts.inbox.speech import Speech

READ = OpenApiExample("read", {"read": True}, request_only=True)
ALL = OpenApiExample("all of a kind", {"kind": "budget.threshold"}, request_only=True)
CHOICE = OpenApiExample(
    "budgets by daily mail",
    {
        "channels": {"budget.threshold": {"mail": "daily"}},
        "quiet_from": "22:00",
        "quiet_to": "07:00",
    },
    request_only=True,
)


class InboxView(ApiView):
    def speech(self) -> Speech:
        return Speech(self.owner.locale, self.owner.timezone)

    def shown(self, request: Request, row_id: UUID) -> Response:
        row = notification_of(self.owner.pk, row_id)
        speech = self.speech()
        # The words follow the owner's locale and zone, whose change must end a 304 as well.
        said = [speech.locale, speech.timezone]
        return item(request, lambda: represent(row, speech), row.seq, names=said)


class NotificationList(InboxView):
    query = NotificationQuery

    @extend_schema(parameters=[NotificationQuery], responses=NotificationPage, tags=["inbox"])
    def get(self, request: Request) -> Response:
        """List what you were told, newest first. Kept for 180 days."""
        parameters = self.parameters()
        rows = inbox_of(self.owner.pk)
        if "unread" in parameters:
            rows = rows.filter(read_at__isnull=parameters["unread"])
        if "kind" in parameters:
            rows = rows.filter(kind__in=parameters["kind"].split(","))
        speech = self.speech()
        page = simple_page(rows, parameters, lambda row: represent(row, speech), descending=True)
        return Response(page)


class UnreadCount(InboxView):
    @extend_schema(responses=UnreadOutput, tags=["inbox"])
    def get(self, request: Request) -> Response:
        """Count what is unread."""
        return Response({"unread": inbox_of(self.owner.pk).filter(read_at=None).count()})


class ReadMany(InboxView):
    @extend_schema(request=ReadInput, responses=ReadOutput, examples=[ALL], tags=["inbox"])
    def post(self, request: Request) -> Response:
        """Mark notifications as read: those with these ids, or all, of one kind if it is named."""
        fields: dict[str, Any] = self.body(ReadInput)
        return Response({"read": mark_read(user_id=self.owner.pk, **fields)})


class NotificationItem(InboxView):
    @extend_schema(responses=NotificationOutput, tags=["inbox"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one notification. It stays unread until you say otherwise."""
        return self.shown(request, row_id)

    @extend_schema(
        request=NotificationPatch, responses=NotificationOutput, examples=[READ], tags=["inbox"]
    )
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Mark a notification as read, or as unread again."""
        mark_one(
            user_id=self.owner.pk,
            row_id=row_id,
            read=self.body(NotificationPatch)["read"],
            expected_seq=expected_seq(request),
        )
        return self.shown(request, row_id)

    @extend_schema(responses={204: None}, tags=["inbox"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a notification. The same matter is not told again."""
        remove(user_id=self.owner.pk, row_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)


class NotificationPreferencesItem(InboxView):
    @extend_schema(responses=NotificationPreferencesOutput, tags=["inbox"])
    def get(self, request: Request) -> Response:
        """Read, for every kind, whether you are told of it in the inbox, by mail and by webhooks."""
        return self._shown(request)

    @extend_schema(
        request=NotificationPreferencesInput,
        responses=NotificationPreferencesOutput,
        examples=[CHOICE],
        tags=["inbox"],
    )
    def put(self, request: Request) -> Response:
        """Set the preferences that are sent; `channels` replaces all that was chosen before."""
        return self._changed(request, merge=False)

    @extend_schema(
        request=NotificationPreferencesInput,
        responses=NotificationPreferencesOutput,
        examples=[CHOICE],
        tags=["inbox"],
    )
    def patch(self, request: Request) -> Response:
        """Change the preferences that are sent, and of `channels` only the kinds that are sent."""
        return self._changed(request, merge=True)

    def _changed(self, request: Request, *, merge: bool) -> Response:
        fields = self.body(NotificationPreferencesInput)
        change_preferences(
            user_id=self.owner.pk, fields=fields, merge=merge, expected_seq=expected_seq(request)
        )
        return self._shown(request)

    def _shown(self, request: Request) -> Response:
        row = preferences_of(self.owner.pk)
        return item(request, lambda: represent_preferences(row), row.seq)
