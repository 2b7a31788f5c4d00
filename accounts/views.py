"""Doors to people and sessions: `/api/auth`."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import serializers as shapes
from accounts.api.authentication import Caller
from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Reason, Refusal
from accounts.known_devices import Device, device_of, remember
from accounts.models import User
from accounts.services import erasing, factors, people, sessions
from accounts.services.people import Challenged, SignedIn
from accounts.services.tickets import TICKET_SECONDS, issue_ticket

NO_CONTENT = OpenApiResponse(description="Done; there is no body.")
EMAIL, PASSWORD = "ada@example.org", "a long walk by the sea"


def auth_schema(**kwargs: Any) -> Callable[[Any], Any]:
    return extend_schema(tags=["auth"], **kwargs)


def signed_in(person: SignedIn, device: Device, status: int) -> Response:
    user = {**shapes.represent_user(person.user), **person.welcome}
    if person.session is None:
        return Response({"user": user, "verification_required": True}, status=status)
    body = {"access": person.access, "refresh": person.refresh, "user": user}
    response = Response(body, status=status)
    remember(response, person.user, device)
    return response


class SessionDoor(ApiView):
    """A door to one's own things that also minds through which session one came."""

    needs_session = True

    @property
    def session_id(self) -> UUID:
        caller: Caller = self.request.auth  # type: ignore[assignment]
        assert caller.session_id is not None, "a personal token does not come in here"
        return caller.session_id


class OpenDoor(ApiView):
    """A door for visitors. Answers hold tokens, so that none is kept for an Idempotency-Key."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    quota = "visit"
    takes_idempotency_key = False


class RegisterView(OpenDoor):
    @auth_schema(
        operation_id="register",
        request=shapes.RegisterSerializer,
        responses={201: shapes.RegisteredSerializer},
        auth=[],
        examples=[
            OpenApiExample(
                "A new household",
                value={
                    "email": EMAIL,
                    "password": PASSWORD,
                    "name": "Ada",
                    "currency": "EUR",
                    "timezone": "Europe/Berlin",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Register a person.

        A first account and a set of categories are made in the same commit, and a session is open.
        """
        fields = self.body(shapes.RegisterSerializer)
        device = device_of(request)
        return signed_in(people.register(device=device, **fields), device, status=201)


class LoginView(OpenDoor):
    @auth_schema(
        operation_id="login",
        request=shapes.LoginSerializer,
        responses={
            200: PolymorphicProxySerializer(
                "LoggedIn",
                [shapes.SignedInSerializer, shapes.ChallengedSerializer],
                resource_type_field_name=None,
            )
        },
        auth=[],
        examples=[
            OpenApiExample(
                "Log in", value={"email": EMAIL, "password": PASSWORD}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Log in with e-mail and password, which opens a session on this device.

        Who has a second factor gets `mfa_token` instead, for `/login/mfa`. Where the server mails, a
        login that is unlike the others answers 401 `login_unconfirmed` with `mfa_token` and
        `methods: ["mail"]`: the code of the letter, sent to `/login/mfa`, finishes it.
        """
        fields = self.body(shapes.LoginSerializer)
        device = device_of(request)
        person = people.log_in(device=device, **fields)
        if isinstance(person, Challenged):
            return Response({"mfa_required": True, **asdict(person)})
        return signed_in(person, device, status=200)


class RefreshView(OpenDoor):
    @auth_schema(
        operation_id="refresh",
        request=shapes.RefreshSerializer,
        responses={200: shapes.TokenPairSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair, once.

        A second use ends the session and raises a security alert; only requests of the same device
        within ten seconds of the first are answered `refresh_superseded` instead.
        """
        fields = self.body(shapes.RefreshSerializer)
        device = device_of(request)
        access, refresh = sessions.refresh(fields["refresh"], device=device.name, ip=device.ip)
        return Response({"access": access, "refresh": refresh})


class LogoutView(SessionDoor):
    takes_idempotency_key = False  # Its repeat has no session left to be answered in.

    @auth_schema(
        operation_id="logout", request=shapes.LogoutSerializer, responses={204: NO_CONTENT}
    )
    def post(self, request: Request) -> Response:
        """End this session at once: its access tokens die with it."""
        self.body(shapes.LogoutSerializer)
        sessions.end_session(self.owner.pk, self.session_id, reason="logout")
        return Response(status=204)


class LogoutAllView(SessionDoor):
    takes_idempotency_key = False

    @auth_schema(operation_id="logout_all", request=None, responses={204: NO_CONTENT})
    def post(self, request: Request) -> Response:
        """End every session of mine at once, this one too."""
        sessions.revoke_all(self.owner.pk, reason="logout_all")
        return Response(status=204)


class ProfileView(ApiView):
    @auth_schema(operation_id="profile", responses={200: shapes.UserSerializer})
    def get(self, request: Request) -> Response:
        """Show my profile."""
        return self._answer(User.objects.get(pk=self.owner.pk))

    @auth_schema(
        operation_id="profile_update",
        request=shapes.ProfileChangeSerializer,
        responses={200: shapes.UserSerializer},
        examples=[
            OpenApiExample(
                "Move to Vienna",
                value={"timezone": "Europe/Vienna", "notifications": {"bills": False}},
                request_only=True,
            )
        ],
    )
    def patch(self, request: Request) -> Response:
        """Change parts of my profile; what is not sent stays, also inside `notifications`."""
        return self._answer(self._change(merge=True))

    @auth_schema(
        operation_id="profile_replace",
        request=shapes.ProfileChangeSerializer,
        responses={200: shapes.UserSerializer},
        examples=[
            OpenApiExample(
                "Everything",
                value={
                    "name": "Ada",
                    "currency": "EUR",
                    "timezone": "Europe/Vienna",
                    "locale": "de-AT",
                    "notifications": {"bills": False},
                },
                request_only=True,
            )
        ],
    )
    def put(self, request: Request) -> Response:
        """Replace my profile: a name and choices that are not sent are cleared.

        Currency, time zone and locale cannot be empty, so not sent they stay.
        """
        return self._answer(self._change(merge=False))

    @auth_schema(
        operation_id="profile_erase",
        request=None,
        responses={202: shapes.ErasureSerializer},
    )
    def delete(self, request: Request) -> Response:
        """Erase me and all that I own, after days in which I can take it back. Needs a step-up.

        Every session and personal token ends at once; a letter says how to take it back.
        """
        caller: Caller = request.auth  # type: ignore[assignment]
        if caller.session_id is None:
            raise Refusal(Reason.SESSION_NEEDED, status=403)
        factors.require_fresh(self.owner.pk, caller.session_id)
        erase_at = erasing.ask_for_erasure(self.owner.pk)
        return Response({"erase_at": erase_at}, status=202)

    def _change(self, *, merge: bool) -> User:
        fields = self.body(shapes.ProfileChangeSerializer)
        if not merge:
            fields = {"name": "", "notifications": {}, **fields}
        return people.update_profile(
            user_id=self.owner.pk,
            changes=fields,
            merge=merge,
            expected_seq=expected_seq(self.request),
        )

    def _answer(self, user: User) -> Response:
        return item(self.request, lambda: shapes.represent_user(user), user.seq)


class RestoreView(ApiView):
    """Open to a session of the person, and to whoever holds the code of the letter."""

    permission_classes = [AllowAny]
    quota = "visit"
    takes_idempotency_key = False

    @auth_schema(
        operation_id="profile_restore",
        request=shapes.RestoreSerializer,
        responses={204: NO_CONTENT},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Take back the wish to be erased: logged in, or with the code of the letter."""
        fields = self.body(shapes.RestoreSerializer)
        caller: Caller | None = request.auth  # type: ignore[assignment]
        if "token" in fields:
            erasing.keep_by_letter(fields["token"])
        elif caller is None:
            raise Refusal(Reason.NOT_AUTHENTICATED, status=401)
        elif caller.session_id is None:
            raise Refusal(Reason.SESSION_NEEDED, status=403)
        else:
            erasing.keep(self.owner.pk)
        return Response(status=204)


class ChangePasswordView(SessionDoor):
    # A refused request under a key is rolled back whole, and with it the count of wrong passwords.
    takes_idempotency_key = False

    @auth_schema(
        operation_id="change_password",
        request=shapes.ChangePasswordSerializer,
        responses={204: NO_CONTENT},
    )
    def post(self, request: Request) -> Response:
        """Change my password; every other session of mine ends at once."""
        fields = self.body(shapes.ChangePasswordSerializer)
        people.change_password(
            user_id=self.owner.pk,
            session_id=self.session_id,
            current=fields["current_password"],
            new=fields["new_password"],
        )
        return Response(status=204)


class SessionsView(SessionDoor):
    query = ListQuery

    @auth_schema(
        operation_id="sessions",
        parameters=[ListQuery],
        responses={200: shapes.SessionPageSerializer},
    )
    def get(self, request: Request) -> Response:
        """List my live sessions, newest first."""
        current = self.session_id
        page = simple_page(
            sessions.live_sessions(self.owner.pk),
            self.parameters(),
            lambda session: shapes.represent_session(session, current),
            descending=True,
        )
        return Response(page)


class SessionView(SessionDoor):
    @auth_schema(operation_id="session_end", responses={204: NO_CONTENT})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """End one session of mine at once: its tokens and its streams die with it."""
        sessions.end_session(self.owner.pk, session_id, reason="ended_by_user")
        return Response(status=204)


class StreamTicketView(SessionDoor):
    takes_idempotency_key = False  # A ticket is a secret and good once: its answer is never kept.

    @auth_schema(
        operation_id="stream_ticket", request=None, responses={200: shapes.TicketSerializer}
    )
    def post(self, request: Request) -> Response:
        """Get a single-use ticket for `/ws/stream?ticket=`, where headers cannot be sent."""
        ticket = issue_ticket(self.session_id)
        return Response({"ticket": ticket, "expires_in": TICKET_SECONDS})
