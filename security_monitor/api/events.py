"""/api/security/events and /login-attempts: the security log as its owner reads it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import Order, Window, simple_page
from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView
from accounts.errors import Refusal
from accounts.looking import staff_opened
from ledger.api.serializers import PageOutput
from security_monitor.api.whose import WhoseQuery, whose
from security_monitor.behaviour.catalogue import ATTEMPTS, LOGIN_SUCCEEDED, SEVERITIES
from security_monitor.errors import Reason
from security_monitor.models import Case, CaseState, SecurityEvent
from security_monitor.services import resolving
from security_monitor.services.login_cases import LOGIN_CASE

NEWEST_FIRST = Order("id", ("id",), descending=True)
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
    unavailable = serializers.ListField(
        child=serializers.CharField(), help_text="what could not be judged: no place is known"
    )


class EventOutput(AttemptOutput):
    result = None  # type: ignore[assignment]
    kind = serializers.CharField()
    severity = serializers.ChoiceField(SEVERITIES)
    resolved = serializers.BooleanField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    transaction = serializers.UUIDField(allow_null=True, help_text="the flagged payment")


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
        "unavailable": event.data.get("unavailable", []),
    }


def represent(event: SecurityEvent) -> dict[str, Any]:
    return {
        **_common(event),
        "kind": event.kind,
        "severity": event.severity,
        "resolved": event.resolved_at is not None,
        "resolved_at": event.resolved_at,
        "transaction": None,
    }


def represent_case(case: Case) -> dict[str, Any]:
    """A flagged payment, or a deletion of many rows: read from its case, which says all of it."""
    return {
        "id": case.id,
        "user": case.user_id,
        "at": case.opened_at,
        "ip": None,
        "place": None,
        "device": None,
        "session": None,
        "risk_score": case.score,
        "reasons": case.evidence.get("reasons", []),
        "unavailable": [],
        "kind": f"{case.kind}.flagged",
        "severity": case.level,
        "resolved": case.state == CaseState.CLOSED,
        "resolved_at": case.closed_at,
        "transaction": case.transaction_id,
    }


def shown(row: SecurityEvent | Case) -> dict[str, Any]:
    return represent_case(row) if isinstance(row, Case) else represent(row)


def represent_attempt(event: SecurityEvent) -> dict[str, Any]:
    result = "succeeded" if event.kind == LOGIN_SUCCEEDED else "failed"
    return {**_common(event), "result": result}


class LogView(ApiView):
    """What both lists have in common: whose rows, and of which days."""

    def rows(self, model: type[Any], parameters: dict[str, Any], at: str = "at") -> QuerySet[Any]:
        if parameters["everyone"]:
            if not self.owner.is_staff:
                raise PermissionDenied
            rows = model.objects.all()
            if "user" in parameters:
                staff_opened(self.owner.pk, parameters["user"])
                rows = rows.for_user(parameters["user"])
        else:
            rows = model.objects.for_user(whose(self.owner, parameters))
        if "date_from" in parameters:
            rows = rows.filter(**{f"{at}__date__gte": parameters["date_from"]})
        if "date_to" in parameters:
            rows = rows.filter(**{f"{at}__date__lte": parameters["date_to"]})
        return rows  # type: ignore[no-any-return]


class EventList(LogView):
    query = EventQuery

    @extend_schema(parameters=[EventQuery], responses=EventPage, tags=["security"])
    def get(self, request: Request) -> Response:
        """List what happened to my account and which payments were flagged, newest first.

        Staff may name another person.
        """
        parameters = self.parameters()
        both = [self._events(parameters), self._cases(parameters)]
        window = Window.of(parameters, NEWEST_FIRST, (UUID,))
        # Both have ids that sort by time: a page of the two is the first rows of a page of each.
        rows = [row for some in both for row in window.apply(some)]
        rows.sort(key=lambda row: row.id, reverse=not window.backwards)
        page = window.page(rows[: window.limit + 1], lambda row: [row.id])
        page["results"] = [shown(row) for row in page["results"]]
        if parameters["count"]:
            page["count"] = sum(some.count() for some in both)
        return Response(page)

    def _events(self, parameters: dict[str, Any]) -> QuerySet[SecurityEvent]:
        rows = self.rows(SecurityEvent, parameters)
        for name in ("kind", "severity"):
            if name in parameters:
                rows = rows.filter(**{name: parameters[name]})
        if parameters["resolved"] is not None:
            rows = rows.filter(resolved_at__isnull=not parameters["resolved"])
        if "risk_min" in parameters:
            rows = rows.filter(risk_score__gte=parameters["risk_min"])
        return rows

    def _cases(self, parameters: dict[str, Any]) -> QuerySet[Case]:
        # The case of a login tells what its event, which is listed, tells.
        rows = self.rows(Case, parameters, at="opened_at").exclude(kind=LOGIN_CASE)
        if "kind" in parameters:
            kind, dot, word = parameters["kind"].partition(".")
            rows = rows.filter(kind=kind) if (dot, word) == (".", "flagged") else rows.none()
        if "severity" in parameters:
            rows = rows.filter(level=parameters["severity"])
        if parameters["resolved"] is not None:
            closed = {"state": CaseState.CLOSED}
            rows = rows.filter(**closed) if parameters["resolved"] else rows.exclude(**closed)
        if "risk_min" in parameters:
            rows = rows.filter(score__gte=parameters["risk_min"])
        return rows


class EventItem(ApiView):
    @extend_schema(responses=EventOutput, tags=["security"])
    def get(self, request: Request, event_id: UUID) -> Response:
        """Read one event of mine."""
        cases = Case.objects.exclude(kind=LOGIN_CASE)
        for rows in (SecurityEvent.objects.all(), cases):
            row = rows.for_user(self.owner).filter(id=event_id).first()
            if row is not None:
                return Response(shown(row))
        raise Refusal(Reason.EVENT_NOT_FOUND, status=404)

    @extend_schema(request=EventPatch, responses=EventOutput, tags=["security"])
    def patch(self, request: Request, event_id: UUID) -> Response:
        """Say that an event was me or is taken care of, or take that back.

        A flagged payment is answered at the payment itself, with a verdict.
        """
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
        rows = self.rows(SecurityEvent, parameters).filter(kind__in=kinds)
        return Response(simple_page(rows, parameters, represent_attempt, descending=True))
