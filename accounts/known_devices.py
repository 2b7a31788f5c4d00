"""Whether the owner has come from this device before: only then it has a count of failures of its own.

So that burning a victim's limit from elsewhere does not keep the victim out, and that nobody gets
more guesses by claiming to be one more device.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.client_address import client_ip
from accounts.limits import source_of
from accounts.models import Session, User
from accounts.services.sessions import DEVICE_LENGTH_MAX

COOKIE = "known_device"
COOKIE_DAYS = 365
SALT = "accounts.known_devices"
SESSIONS_LOOKED_AT = 50
UNKNOWN = "unknown"
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Device:
    """What the door can tell about where a request comes from."""

    name: str = ""
    ip: str | None = None
    proof: str = ""  # the cookie of an earlier login, as sent


def standing_of(user: User | None, device: Device) -> str:
    """`unknown`, or a word for one device that this person has logged in from.

    By the signed cookie of an earlier login; without cookies by the same program at the same address.
    """
    # Somebody unknown costs the same query: how long a refusal takes tells nothing either.
    user_id = user.pk if user else NOBODY
    named, mark = _read(device.proof)
    if named == str(user_id):
        return f"cookie:{mark}"
    seen = Session.objects.for_user(user_id).order_by("-id").values_list("device", "ip")
    if device.name and device.ip:
        here = source_of(device.ip)
        for name, ip in seen[:SESSIONS_LOOKED_AT]:
            if name == device.name and ip and source_of(ip) == here:
                return f"seen:{hashlib.sha256(f'{name} {here}'.encode()).hexdigest()}"
    return UNKNOWN


def proof_in(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")[:500]


def device_of(request: HttpRequest) -> Device:
    """The caller's device as its user agent names it, and the address it comes from."""
    agent = "".join(c for c in request.META.get("HTTP_USER_AGENT", "") if c.isprintable())
    return Device(agent[:DEVICE_LENGTH_MAX], client_ip(request), proof_in(request))


def remember(response: HttpResponseBase, user: User, device: Device) -> None:
    """Give the device its mark. It opens nothing: it only gets a count of failures of its own."""
    if _read(device.proof)[0] == str(user.pk):
        return
    response.set_cookie(
        COOKIE,
        signing.dumps([str(user.pk), uuid4().hex], salt=SALT),
        max_age=COOKIE_DAYS * 86400,
        path="/",
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Strict",
    )


def _read(proof: str) -> tuple[str, str]:
    """(user id, mark of the device) of a cookie that is genuine, else two empty words."""
    if not proof:
        return "", ""
    try:
        user_id, mark = signing.loads(proof, salt=SALT, max_age=COOKIE_DAYS * 86400)
    except (signing.BadSignature, ValueError, TypeError):
        return "", ""
    return str(user_id), str(mark)
