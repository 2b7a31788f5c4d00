"""The base of every WebSocket: who may open it, what it may send, and when it must close.

Close codes: 4400 bad message, 4401 no or dead credentials, 4403 foreign page, 4408 token expired,
4410 the client does not read, 4429 too many, 1009 message too big.
"""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import timezone

from accounts.api.authentication import live_session
from accounts.api.parsing import parse_json
from accounts.client_address import resolve
from accounts.errors import Reason, Refusal
from accounts.feed import Position
from accounts.limits import source_of
from accounts.services.tickets import redeem_ticket
from accounts.socket_watch import watch
from accounts.switchboard import start, switchboard
from accounts.tokens import verify_access

MESSAGE_BYTES_MAX = 64 * 1024
MESSAGES_MAX, MESSAGES_SECONDS = 30, 10.0
SOCKETS_PER_USER_MAX = 10
SEND_SECONDS = 10.0  # A client that reads nothing for so long holds memory, not a conversation.


class Turned(Exception):
    """This socket must close, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Guest:
    """Who stands behind a socket, through which session, and until when (POSIX seconds)."""

    user_id: UUID
    session_id: UUID
    is_staff: bool
    seq: int
    ends_at: float
    source: str  # the address, or its /64


class HouseSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """A socket of one session. Whose hints it hears is decided here, never by the client.

    A consumer of Channels without a channel of its own: the switchboard brings the hints. What stays
    with an open socket is small, because ten thousand of them stay.
    """

    guest: Guest | None = None
    ended = False
    received: deque[float] | None = None  # when its last messages came

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.base_send = scope, send
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                if message["type"] == "websocket.connect":
                    await self.websocket_connect(message)
                elif message["type"] == "websocket.receive":
                    await self.websocket_receive(message)
        finally:
            await self.leave()

    # What a socket of ours does; the rest of this class is the same for all.
    async def opened(self, guest: Guest) -> None:
        """The guest is in and hints are heard."""

    async def told(self, message: dict[str, Any]) -> None:
        """A message of the client: one JSON object. Raises Turned to close; by default, always."""
        raise Turned(4400, "unknown_message")

    def clock_moved(self, seq: int) -> None:
        """The owner's clock as the watch last saw it."""

    def wake(self) -> None:
        """There is news."""

    async def passing(self, message: dict[str, Any]) -> None:
        """Something of this moment only."""

    # Opening
    async def websocket_connect(self, message: dict[str, Any]) -> None:
        # Who it is and where the owner's clock stands is read before the handshake is answered:
        # what a client does once it is connected is news, never part of where its stream starts.
        try:
            check_origin(self.scope)
            guest = await database_sync_to_async(guest_of)(self.scope)
        except Turned as turned:
            await self.refuse(turned.code, turned.reason)
        except Refusal as refusal:
            await self.refuse(4401, refusal.code)
        else:
            await self.accept()
            try:
                await self.welcome(guest)
            except Turned as turned:
                await self.end(turned.code, turned.reason)

    async def refuse(self, code: int, reason: str) -> None:
        await self.accept()  # A code can only be given to a client that was let in.
        await self.end(code, reason)

    async def welcome(self, guest: Guest) -> None:
        # No await between counting and being counted: sockets that open together are each seen.
        if (
            watch().count(guest.user_id) >= SOCKETS_PER_USER_MAX
            or watch().count(guest.source) >= settings.STREAMS_PER_ADDRESS_MAX
        ):
            raise Turned(4429, "too_many_streams")
        self.guest = guest
        watch().add(self)
        await switchboard().opened()
        if not self.ended:  # by the watch, or by a hint that came meanwhile
            await self.opened(guest)

    def hinted(self, message: dict[str, Any]) -> None:
        """What the switchboard heard for this socket."""
        match message["type"]:
            case "wake":
                self.wake()
            case "session.ended":
                start(self.end(4401, "session_revoked"))
            case "passing":
                start(self.passing(message))

    # Talking
    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if self.guest is None or self.ended:
            return
        try:
            await self.told(self.checked(message))
        except Turned as turned:
            await self.end(turned.code, turned.reason)

    def checked(self, message: dict[str, Any]) -> dict[str, Any]:
        """The JSON object of a frame that is text, small, and not one of too many."""
        now = monotonic()
        if self.received is None:
            self.received = deque(maxlen=MESSAGES_MAX)
        if len(self.received) == MESSAGES_MAX and now - self.received[0] < MESSAGES_SECONDS:
            raise Turned(4400, "too_many_messages")
        self.received.append(now)
        text = message.get("text")
        if text is None:
            raise Turned(4400, "binary_message")
        data = text.encode("utf-8", "surrogatepass")
        if len(data) > MESSAGE_BYTES_MAX:
            raise Turned(1009, "message_too_big")
        try:
            value = parse_json(data)
        except Refusal as refusal:
            raise Turned(4400, refusal.code) from None
        if not isinstance(value, dict):
            raise Turned(4400, "body_must_be_an_object")
        return value

    async def say(self, text: str, kind: str = "", position: Position | None = None) -> None:
        """Send one frame; a client that does not read is let go.

        What it is and where it stands in the table is written in the text; other ways of writing it
        (accounts.event_source) want to know it apart.
        """
        if self.ended:
            return
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.send(text_data=text)
        except TimeoutError:
            raise Turned(4410, "too_slow") from None

    # Closing
    async def end(self, code: int, reason: str) -> None:
        if not self.ended:
            self.ended = True
            watch().discard(self)
            # The client may close, or be gone, in the same moment: servers then refuse to send.
            with suppress(OSError, RuntimeError):
                await self.close(code, reason)

    async def leave(self) -> None:
        """However the socket came to its end, nothing of it stays behind."""
        self.ended = True
        watch().discard(self)


def headers_of(scope: dict[str, Any], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def query_of(scope: dict[str, Any]) -> dict[str, list[str]]:
    """The parameters by name. No stream takes more than a few: many are refused unread."""
    try:
        return parse_qs(scope["query_string"].decode("latin-1"), True, max_num_fields=10)
    except ValueError:
        raise Refusal(Reason.UNKNOWN_PARAMETER) from None


def check_origin(scope: dict[str, Any]) -> None:
    """Turn a foreign page away. Programs send no Origin; every browser does, on any page."""
    origins = headers_of(scope, b"origin")
    if not origins:
        return
    if len(origins) > 1 or not (
        origins[0] in settings.CORS_ALLOWED_ORIGINS or is_own_page(scope, origins[0])
    ):
        raise Turned(4403, "origin_not_allowed")


def is_own_page(scope: dict[str, Any], origin: str) -> bool:
    """Whether the page came from this very server: scheme, host and port."""
    host = "".join(headers_of(scope, b"host")[:1]).lower()
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    plain = scope.get("scheme", "ws") == "ws" and not settings.SECURE_SSL_REDIRECT
    page = urlsplit(origin.lower())
    return origin.lower() == f"{page.scheme}://{host}" and page.scheme in (
        {"https", "http"} if plain else {"https"}
    )


def guest_of(scope: dict[str, Any]) -> Guest:
    """The session behind the Authorization header or the ticket; refuses with a 401 otherwise."""
    header = headers_of(scope, b"authorization")
    if header:
        scheme, _, raw = header[0].partition(" ")
        if len(header) > 1 or scheme.lower() != "bearer" or not raw or len(raw) > 4096:
            raise Turned(4401, "not_authenticated")
        claims = verify_access(raw)
        user_id, session_id, ends_at = claims.user_id, claims.session_id, claims.expires_at
    else:
        tickets = query_of(scope).get("ticket")
        if not tickets or len(tickets) > 1 or not tickets[0]:
            raise Turned(4401, "not_authenticated")
        session = redeem_ticket(tickets[0])
        user_id, session_id = session.user_id, session.pk
        # As long as an access token made now would be good for.
        lifetime = timezone.now() + timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)
        ends_at = min(lifetime, session.expires_at).timestamp()
    user, caller = live_session(user_id, session_id)
    return Guest(user_id, session_id, user.is_staff, caller.seq, ends_at, _source(scope))


def _source(scope: dict[str, Any]) -> str:
    remote = (scope.get("client") or ("",))[0]
    forwarded = ",".join(headers_of(scope, b"x-forwarded-for"))
    return source_of(resolve(remote, forwarded, settings.TRUSTED_PROXIES))
