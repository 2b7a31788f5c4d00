"""/api/security/events and /login-attempts: the security log as its owner reads it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import simple_page
from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView
from accounts.errors import Refusal
from ledger.api.serializers import PageOutput
from security_monitor.api.whose import WhoseQuery, whose
from security_monitor.behaviour.catalogue import ATTEMPTS, LOGIN_SUCCEEDED, SEVERITIES
from security_monitor.errors import Reason
from security_monitor.models import SecurityEvent
from security_monitor.services import resolving

RESULTS = {"succeeded": LOGIN_SUCCEEDED, "failed": ATTEMPTS[1]}


class AttemptQuery(WhoseQuery):
    everyone = serializers.BooleanField(
        default=False,
        help_text="of all people, and of addresses that nobody has; for staff",
    )
    date_from = serializers.DateField(required=False, help_text="first day, in UTC")
    date_to = serializers.DateField(required=False, help_text="last day, in UTC")


class LoginAttemptQuery(AttemptQuery):
    result = serializers.ChoiceField(sorted(RESULTS), required=False)


class EventQuery(AttemptQuery):
    kind = serializers.CharField(required=False, max_length=60)
    severity = serializers.ChoiceField(SEVERITIES, required=False)
    resolved = serializers.BooleanField(required=False, allow_null=True, default=None)
    risk_min = serializers.IntegerField(required=False, min_value=0, max_value=100)


class EventPatch(StrictSerializer):
    resolved = serializers.BooleanField(help_text="true: this was me, or I took care of it")


class EventReason(serializers.Serializer[Any]):
    code = serializers.CharField()
    contribution = serializers.IntegerField(help_text="the score less the score without it")
    message = serializers.CharField()
    evidence = serializers.DictField()


class AttemptOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    user = serializers.UUIDField(allow_null=True, help_text="null: an address that nobody has")
    result = serializers.ChoiceField(sorted(RESULTS))
    at = serializers.DateTimeField()
    ip = serializers.CharField(allow_null=True, help_text="the network, not the single address")
    place = serializers.CharField(allow_null=True, help_text="country code; null: unknown")
    device = serializers.CharField(allow_null=True)
    session = serializers.UUIDField(allow_null=True)
    risk_score = serializers.IntegerField()
    reasons = EventReason(many=True)


class EventOutput(AttemptOutput):
    result = None  # type: ignore[assignment]
    kind = serializers.CharField()
    severity = serializers.ChoiceField(SEVERITIES)
    resolved = serializers.BooleanField()
    resolved_at = serializers.DateTimeField(allow_null=True)


class EventPage(PageOutput):
    results = EventOutput(many=True)


class AttemptPage(PageOutput):
    results = AttemptOutput(many=True)


def _common(event: SecurityEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "user": event.user_id,
        "at": event.at,
        "ip": event.network or None,
        "place": event.place or None,
        "device": event.device or None,
        "session": event.session_id,
        "risk_score": event.risk_score,
        "reasons": event.reasons,
    }


def represent(event: SecurityEvent) -> dict[str, Any]:
    return {
        **_common(event),
        "kind": event.kind,
        "severity": event.severity,
        "resolved": event.resolved_at is not None,
        "resolved_at": event.resolved_at,
    }


def represent_attempt(event: SecurityEvent) -> dict[str, Any]:
    result = "succeeded" if event.kind == LOGIN_SUCCEEDED else "failed"
    return {**_common(event), "result": result}


class LogView(ApiView):
    """What both lists have in common: whose rows, and of which days."""

    def rows(self, parameters: dict[str, Any]) -> QuerySet[SecurityEvent]:
        if parameters["everyone"]:
            if not self.owner.is_staff:
                raise PermissionDenied
            rows = SecurityEvent.objects.all()
            if "user" in parameters:
                rows = rows.for_user(parameters["user"])
        else:
            rows = SecurityEvent.objects.for_user(whose(self.owner, parameters))
        if "date_from" in parameters:
            rows = rows.filter(at__date__gte=parameters["date_from"])
        if "date_to" in parameters:
            rows = rows.filter(at__date__lte=parameters["date_to"])
        return rows


class EventList(LogView):
    query = EventQuery

    @extend_schema(parameters=[EventQuery], responses=EventPage, tags=["security"])
    def get(self, request: Request) -> Response:
        """List what happened to my account, newest first. Staff may name another person."""
        parameters = self.parameters()
        rows = self.rows(parameters)
        for name in ("kind", "severity"):
            if name in parameters:
                rows = rows.filter(**{name: parameters[name]})
        if parameters["resolved"] is not None:
            rows = rows.filter(resolved_at__isnull=not parameters["resolved"])
        if "risk_min" in parameters:
            rows = rows.filter(risk_score__gte=parameters["risk_min"])
        return Response(simple_page(rows, parameters, represent, descending=True))


class EventItem(ApiView):
    @extend_schema(responses=EventOutput, tags=["security"])
    def get(self, request: Request, event_id: UUID) -> Response:
        """Read one event of mine."""
        event = SecurityEvent.objects.for_user(self.owner).filter(id=event_id).first()
        if event is None:
            raise Refusal(Reason.EVENT_NOT_FOUND, status=404)
        return Response(represent(event))

    @extend_schema(request=EventPatch, responses=EventOutput, tags=["security"])
    def patch(self, request: Request, event_id: UUID) -> Response:
        """Say that an event was me or is taken care of, or take that back."""
        fields = self.body(EventPatch)
        return Response(represent(resolving.resolve(self.owner.pk, event_id, **fields)))


class LoginAttempts(LogView):
    query = LoginAttemptQuery

    @extend_schema(parameters=[LoginAttemptQuery], responses=AttemptPage, tags=["security"])
    def get(self, request: Request) -> Response:
        """List logins that succeeded and logins that were refused, newest first.

        Those with an address that nobody has are shown to staff (`everyone`), without the address.
        """
        parameters = self.parameters()
        wanted = parameters.get("result")
        kinds = [RESULTS[wanted]] if wanted else ATTEMPTS
        rows = self.rows(parameters).filter(kind__in=kinds)
        return Response(simple_page(rows, parameters, represent_attempt, descending=True))
