"""/api/security/summary, /devices, /trusted-locations and /alerts: how one's account stands."""

from collections import Counter
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import Caller
from accounts.api.lists import simple_page
from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from accounts.services.sessions import live_sessions
from ledger.api.serializers import PageOutput
from security_monitor.api.events import EventReason
from security_monitor.api.whose import WhoseQuery, whose
from security_monitor.behaviour.agents import device_name
from security_monitor.behaviour.standing import summed_up
from security_monitor.errors import Reason
from security_monitor.models import Device, LoginPlace
from security_monitor.services.resolving import trust, trust_place
from security_monitor.services.standing import standing_of
from security_monitor.services.trusted_places import is_trusted, trusted_places


class StandingQuery(StrictSerializer):
    user = serializers.UUIDField(required=False, help_text="another person's, for staff")


class StandingOutput(serializers.Serializer[Any]):
    score = serializers.IntegerField(help_text="risk: 0 none, 100 worst")
    level = serializers.ChoiceField(["low", "medium", "high", "critical"])
    factors = EventReason(many=True)
    recommendations = serializers.ListField(child=serializers.CharField())


class DeviceOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    trusted = serializers.BooleanField()
    current = serializers.BooleanField(help_text="this request comes from it")
    sessions = serializers.IntegerField(help_text="live ones")
    logins = serializers.IntegerField()
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    ip = serializers.CharField(allow_null=True, help_text="network of its last login")
    place = serializers.CharField(allow_null=True)
    etag = serializers.CharField()


class DevicePage(PageOutput):
    results = DeviceOutput(many=True)


class DevicePatch(StrictSerializer):
    trusted = serializers.BooleanField()


class PlaceOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    ip = serializers.CharField(help_text="network")
    place = serializers.CharField(allow_null=True, help_text="country code; null: unknown")
    trusted = serializers.BooleanField(help_text="by your word, else by habit")
    logins = serializers.IntegerField()
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


class PlaceQuery(WhoseQuery):
    all = serializers.BooleanField(default=False, help_text="also networks that are not trusted")


class PlacePatch(StrictSerializer):
    trusted = serializers.BooleanField()


class PlacePage(PageOutput):
    results = PlaceOutput(many=True)


def represent_place(where: LoginPlace) -> dict[str, Any]:
    return {"id": where.id, "ip": where.network, "place": where.place or None,
            "trusted": is_trusted(where), "logins": where.logins, "first_seen_at": where.first_seen_at,
            "last_seen_at": where.last_seen_at}  # fmt: skip


def device_shower(user_id: UUID, session_id: UUID | None) -> Any:
    """How to show a device, with its live sessions, which are read once for all of them.

    session_id: the caller's; None where a personal token asks, which has no device.
    """
    agents = live_sessions(user_id).values_list("id", "device")
    names = {row_id: device_name(agent) for row_id, agent in agents}
    sessions, current = Counter(names.values()), names.get(session_id) if session_id else None

    def represent(device: Device) -> dict[str, Any]:
        return {
            "id": device.id,
            "name": device.name,
            "trusted": device.trusted,
            "current": device.name == current,
            "sessions": sessions[device.name],
            "logins": device.logins,
            "first_seen_at": device.first_seen_at,
            "last_seen_at": device.last_seen_at,
            "ip": device.network or None,
            "place": device.place or None,
            "etag": device.etag,
        }

    return represent


class Summary(ApiView):
    query = StandingQuery

    @extend_schema(parameters=[StandingQuery], responses=StandingOutput, tags=["security"])
    def get(self, request: Request) -> Response:
        """Show how my account stands: a risk score, what it is made of, and what to do about it."""
        user_id = whose(self.owner, self.parameters())
        judgement, advice = summed_up(standing_of(user_id))
        answer = {
            "score": judgement.score,
            "level": judgement.level,
            "factors": judgement.reasons,
            "recommendations": advice,
        }
        # A failed login moves no clock of the owner, and time alone changes the score: the tag is
        # made of the answer itself.
        return item(request, lambda: answer, 0, names=answer)


class DeviceView(ApiView):
    @property
    def caller(self) -> Caller:
        """The session that asks, which runs on the current device."""
        return self.request.auth  # type: ignore[return-value]


class DeviceList(DeviceView):
    query = WhoseQuery

    @extend_schema(parameters=[WhoseQuery], responses=DevicePage, tags=["security"])
    def get(self, request: Request) -> Response:
        """List the devices that logged in to my account, newest first."""
        parameters = self.parameters()
        user_id = whose(self.owner, parameters)
        show = device_shower(user_id, self.caller.session_id)
        rows = Device.objects.for_user(user_id)
        return Response(simple_page(rows, parameters, show, descending=True))


class DeviceItem(DeviceView):
    @extend_schema(responses=DeviceOutput, tags=["security"])
    def get(self, request: Request, device_id: UUID) -> Response:
        """Read one device of mine."""
        device = Device.objects.for_user(self.owner).filter(id=device_id).first()
        if device is None:
            raise Refusal(Reason.DEVICE_NOT_FOUND, status=404)
        return self._answer(device)

    @extend_schema(request=DevicePatch, responses=DeviceOutput, tags=["security"])
    def patch(self, request: Request, device_id: UUID) -> Response:
        """Mark a device as mine, or as no longer mine."""
        fields = self.body(DevicePatch)
        device = trust(self.owner.pk, device_id, expected_seq=expected_seq(request), **fields)
        return self._answer(device)

    def _answer(self, device: Device) -> Response:
        show = device_shower(self.owner.pk, self.caller.session_id)
        return item(self.request, lambda: show(device), device.seq)


class TrustedLocations(ApiView):
    query = PlaceQuery

    @extend_schema(parameters=[PlaceQuery], responses=PlacePage, tags=["security"])
    def get(self, request: Request) -> Response:
        """List the networks that I marked as mine or log in from as a habit.

        A habit is three logins or more, over a week or more.
        """
        parameters = self.parameters()
        user_id = whose(self.owner, parameters)
        everywhere = LoginPlace.objects.for_user(user_id)
        rows = everywhere if parameters["all"] else trusted_places(user_id)
        return Response(simple_page(rows, parameters, represent_place, descending=True))


class TrustedLocation(ApiView):
    @extend_schema(request=PlacePatch, responses=PlaceOutput, tags=["security"])
    def patch(self, request: Request, place_id: UUID) -> Response:
        """Mark a network as mine, or as one that no habit makes mine."""
        place = trust_place(self.owner.pk, place_id, **self.body(PlacePatch))
        return Response(represent_place(place))
