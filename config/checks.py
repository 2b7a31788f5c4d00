"""What refuses to boot, each with an id and the name of the setting. docs/operations.md lists them.

manage.py asks before every command, config.boot at the start of every server, worker and beat.
Embedded mode has safe settings of its own making, so nearly all of this is about production.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from config.boot import BOOT

SECRET_LENGTH_MIN = 32  # bytes
TOKEN_LENGTH_MIN = 16  # characters
BCRYPT_ROUNDS_RANGE = range(10, 17)  # below: cheap to guess; above: a login takes ten seconds
ACCESS_TOKEN_MINUTES_MAX = 15
STEP_UP_MINUTES_MAX = 60
PASSWORD_LENGTH_RANGE = range(8, 65)
LOGIN_FAILURES_RANGE = range(3, 101)  # NIST 800-63B: at most 100 in a row
RATE = re.compile(r"[1-9]\d{0,6}/[1-9]?\d?[smhd]")
MAKE_ONE = "python -c 'import secrets; print(secrets.token_urlsafe(64))'"


def boot_check(check: Callable[[], Iterator[CheckMessage]]) -> Callable[..., list[CheckMessage]]:
    @register(BOOT)
    def registered(**_: Any) -> list[CheckMessage]:
        return list(check()) if settings.PRODUCTION else []

    return registered


@boot_check
def both_services_are_named() -> Iterator[CheckMessage]:
    if not settings.DATABASE_URL:
        yield Error("DATABASE_URL is missing, while REDIS_URL is set.", id="config.E003")
    if not settings.REDIS_URL:
        yield Error("REDIS_URL is missing, while DATABASE_URL is set.", id="config.E004")
    engine = settings.DATABASES["default"]["ENGINE"]
    if settings.DATABASE_URL and engine != "django.db.backends.postgresql":
        yield Error("DATABASE_URL must name a PostgreSQL database.", id="config.E005")


@boot_check
def secrets_are_set() -> Iterator[CheckMessage]:
    values = {
        "SECRET_KEY": "" if settings.SECRET_KEY.startswith("insecure-") else settings.SECRET_KEY,
        "JWT_SIGNING_KEY": settings.JWT_SIGNING_KEY,
        "AUDIT_KEY": settings.AUDIT_KEY,
    }
    for name, value in values.items():
        if len(value.encode()) < SECRET_LENGTH_MIN:
            message = f"{name} is missing or shorter than {SECRET_LENGTH_MIN} bytes."
            yield Error(message, hint=f"Set {name} to the output of: {MAKE_ONE}", id="config.E001")
    given = [value for value in values.values() if value]
    if len(set(given)) < len(given):
        yield Error("SECRET_KEY, JWT_SIGNING_KEY and AUDIT_KEY must differ.", id="config.E002")
    if 0 < len(settings.METRICS_TOKEN) < TOKEN_LENGTH_MIN:
        message = f"METRICS_TOKEN is shorter than {TOKEN_LENGTH_MIN} characters."
        yield Error(message, id="config.E006")


@boot_check
def hosts_are_named() -> Iterator[CheckMessage]:
    if not settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS is empty: name the hosts that people use.", id="config.E010")
    if any(host.strip(".") in ("", "*") for host in settings.ALLOWED_HOSTS):
        yield Error("ALLOWED_HOSTS admits every host.", id="config.E011")


@boot_check
def nothing_is_debugged() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error("DEBUG shows secrets to whoever finds an error.", id="config.E012")


@boot_check
def traffic_is_encrypted() -> Iterator[CheckMessage]:
    if settings.ALLOW_INSECURE_HTTP:
        return
    found = {
        "config.E020": not settings.SECURE_SSL_REDIRECT
        and "SSL_REDIRECT is off: tokens would travel in the clear.",
        "config.E021": not settings.SECURE_COOKIES
        and "SECURE_COOKIES is off: staff sessions could be stolen.",
        "config.E022": settings.SECURE_HSTS_SECONDS < 1
        and "HSTS_SECONDS is 0: a browser could be led to plain HTTP.",
    }
    hint = "Leave it at its default, or set ALLOW_INSECURE_HTTP=true for a trial on loopback."
    for check_id, message in found.items():
        if message:
            yield Error(message, hint=hint, id=check_id)


@boot_check
def proxies_are_named() -> Iterator[CheckMessage]:
    if settings.BEHIND_TLS_PROXY and not settings.TRUSTED_PROXIES:
        yield Error(
            "BEHIND_TLS_PROXY is on, but TRUSTED_PROXIES is empty:"
            " every client would look like the proxy.",
            id="config.E030",
        )
    for item in settings.TRUSTED_PROXIES:
        try:
            wide = ip_network(item, strict=False).prefixlen == 0
        except ValueError:
            yield Error(f"TRUSTED_PROXIES: {item!r} is no address or network.", id="config.E031")
            continue
        if wide:
            yield Error("TRUSTED_PROXIES trusts everybody.", id="config.E032")


@boot_check
def origins_are_exact() -> Iterator[CheckMessage]:
    for name in ("CORS_ALLOWED_ORIGINS", "CSRF_TRUSTED_ORIGINS"):
        for origin in getattr(settings, name):
            parts = urlsplit(origin)
            exact = parts.netloc and not parts.path and "*" not in origin
            if not exact or parts.scheme not in ("https", "http"):
                yield Error(f"{name}: {origin!r} is not an exact origin.", id="config.E040")
            elif parts.scheme == "http" and not settings.ALLOW_INSECURE_HTTP:
                yield Error(f"{name}: {origin!r} is not encrypted.", id="config.E041")


@boot_check
def logins_are_hard_to_guess() -> Iterator[CheckMessage]:
    if settings.BCRYPT_ROUNDS not in BCRYPT_ROUNDS_RANGE:
        yield Error("BCRYPT_ROUNDS must be 10 to 16.", id="config.E050")
    if settings.PASSWORD_LENGTH_MIN not in PASSWORD_LENGTH_RANGE:
        yield Error("PASSWORD_LENGTH_MIN must be 8 to 64.", id="config.E053")
    if settings.HASHING_AT_ONCE < 0:
        yield Error("HASHING_AT_ONCE must not be negative.", id="config.E054")
    if not 0 < settings.ACCESS_TOKEN_MINUTES <= ACCESS_TOKEN_MINUTES_MAX:
        message = f"ACCESS_TOKEN_MINUTES must be 1 to {ACCESS_TOKEN_MINUTES_MAX}."
        yield Error(message, id="config.E051")
    if any(len(key.encode()) < SECRET_LENGTH_MIN for key in settings.ENCRYPTION_KEYS):
        message = f"ENCRYPTION_KEYS has a key shorter than {SECRET_LENGTH_MIN} bytes."
        yield Error(message, hint=f"Set it to the output of: {MAKE_ONE}", id="config.E007")
    if not 0 < settings.STEP_UP_MINUTES <= STEP_UP_MINUTES_MAX:
        yield Error(f"STEP_UP_MINUTES must be 1 to {STEP_UP_MINUTES_MAX}.", id="config.E058")
    if not 0 < settings.REFRESH_IDLE_DAYS <= settings.SESSION_MAX_DAYS:
        yield Error("REFRESH_IDLE_DAYS must be 1 to SESSION_MAX_DAYS.", id="config.E052")


@boot_check
def guessing_is_limited() -> Iterator[CheckMessage]:
    if settings.LOGIN_FAILURES_MAX not in LOGIN_FAILURES_RANGE:
        yield Error("LOGIN_FAILURES_MAX must be 3 to 100.", id="config.E055")
    if settings.LOGIN_SOURCE_FAILURES_MAX < settings.LOGIN_FAILURES_MAX:
        message = "LOGIN_SOURCE_FAILURES_MAX must not be below LOGIN_FAILURES_MAX."
        yield Error(message, id="config.E056")
    for scope, rate in settings.QUOTAS.items():
        if not RATE.fullmatch(rate):
            message = f"QUOTA_{scope.upper()}S: {rate!r} is not a rate such as 600/m."
            yield Error(message, id="config.E057")


@boot_check
def bodies_are_bounded() -> Iterator[CheckMessage]:
    for name in ("BODY_MAX_BYTES", "UPLOAD_MAX_BYTES"):
        if not 0 < getattr(settings, name) <= 200_000_000:
            yield Error(f"{name} must be 1 to 200000000.", id="config.E060")
