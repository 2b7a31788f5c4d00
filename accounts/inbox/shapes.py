"""Shapes of notifications and preferences on the wire."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.api.lists import LIMIT_MAX, ListQuery
from accounts.api.serializers import StrictSerializer, TextField
from accounts.inbox.choices import all_channels
from accounts.inbox.matters import MAILS, Words, matters
from accounts.inbox.models import Notification, NotificationPreferences
from accounts.inbox.speech import Speech
from accounts.models.people import User

KIND_LENGTH_MAX = 40


class NotificationQuery(ListQuery):
    unread = serializers.BooleanField(required=False, help_text="true: only what is unread")
    kind = TextField(
        required=False, max_length=400, help_text="kinds, by commas, such as budget.threshold"
    )


class NotificationOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="of the event that caused it")
    topic = serializers.CharField(help_text="the profile's choice that turns it off; empty: none")
    title = serializers.CharField(help_text="plain text: escape it where you show it")
    body = serializers.CharField()
    link = serializers.CharField(help_text="where in the API to look; may be empty")
    data = serializers.DictField(  # type: ignore[assignment]  # DRF has an attribute of this name
        help_text="what the event said"
    )
    at = serializers.DateTimeField()
    read = serializers.BooleanField()
    read_at = serializers.DateTimeField(allow_null=True)
    quiet = serializers.BooleanField(help_text="came in your quiet hours: show it without a sound")


class NotificationPage(serializers.Serializer[Any]):
    results = NotificationOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False)


class NotificationPatch(StrictSerializer):
    read = serializers.BooleanField()


class ReadInput(StrictSerializer):
    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=LIMIT_MAX,
        help_text="without it: all",
    )  # fmt: skip
    kind = TextField(required=False, max_length=KIND_LENGTH_MAX, help_text="of this kind only")


class ReadOutput(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="how many were unread before")


class UnreadOutput(serializers.Serializer[Any]):
    unread = serializers.IntegerField()


class ChannelsInput(StrictSerializer):
    inbox = serializers.BooleanField(required=False)
    mail = serializers.ChoiceField(MAILS, required=False)
    webhook = serializers.BooleanField(required=False)


class ChannelsOutput(serializers.Serializer[Any]):
    inbox = serializers.BooleanField()
    mail = serializers.ChoiceField(MAILS)
    webhook = serializers.BooleanField()


class NotificationPreferencesInput(StrictSerializer):
    channels = serializers.DictField(
        child=ChannelsInput(), required=False, help_text="by kind; what is not sent stays"
    )
    quiet_from = serializers.TimeField(required=False, allow_null=True, help_text="on your clock")
    quiet_to = serializers.TimeField(required=False, allow_null=True)
    digest_hour = serializers.IntegerField(
        required=False, min_value=0, max_value=23, help_text="when a digest is mailed"
    )


class NotificationPreferencesOutput(serializers.Serializer[Any]):
    channels = serializers.DictField(child=ChannelsOutput(), help_text="of every kind")
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_to = serializers.TimeField(allow_null=True)
    digest_hour = serializers.IntegerField()
    seq = serializers.IntegerField()


def represent(row: Notification, speech: Speech) -> dict[str, Any]:
    matter = matters().get(row.kind)
    words = matter.said(row.data, speech) if matter else Words(row.kind)
    return {
        "id": row.pk,
        "kind": row.kind,
        "topic": matter.topic if matter else "",
        "title": words.title,
        "body": words.body,
        "link": words.link,
        "data": row.data,
        "at": row.at,
        "read": row.read_at is not None,
        "read_at": row.read_at,
        "quiet": row.quiet,
    }


def represent_preferences(row: NotificationPreferences) -> dict[str, Any]:
    return {
        "channels": all_channels(row),
        "quiet_from": row.quiet_from,
        "quiet_to": row.quiet_to,
        "digest_hour": row.digest_hour,
        "seq": row.seq,
    }


def speech_of(user_id: UUID) -> Speech:
    locale, zone = User.objects.values_list("locale", "timezone").get(pk=user_id)
    return Speech(locale, zone)
