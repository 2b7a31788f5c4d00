"""The shapes of people and sessions, in and out."""

import re
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from rest_framework import serializers

from accounts.api.serializers import CurrencyField, StrictSerializer, TextField, fail
from accounts.errors import Reason
from accounts.models import Session, User, normalise_email
from accounts.passwords import LENGTH_MAX

EMAIL_LENGTH_MAX = 254
LOCALE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
# Names in the zone database that name no place and no offset.
NOT_ZONES = {"Factory", "localtime"}
NOTIFICATIONS = ("security", "budgets", "goals", "bills", "forecasts")


@cache
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - NOT_ZONES)


class PasswordField(TextField):
    """A password exactly as typed: no trimming, no folding, no normalising."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LENGTH_MAX, allow_blank=False, write_only=True, **kwargs)


class TimezoneField(TextField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, allow_blank=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name not in zone_names():
            raise fail(Reason.UNKNOWN_TIMEZONE)
        return name


class LocaleField(TextField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=16, allow_blank=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        tag = super().to_internal_value(data)
        if not LOCALE.fullmatch(tag):
            raise fail(Reason.INVALID_LOCALE)
        return tag


class NotificationsSerializer(StrictSerializer):
    """What the owner wants to be told of. What was never chosen is on."""

    security = serializers.BooleanField(required=False, help_text="log-ins and alerts")
    budgets = serializers.BooleanField(required=False, help_text="thresholds that were crossed")
    goals = serializers.BooleanField(required=False, help_text="progress of savings goals")
    bills = serializers.BooleanField(required=False, help_text="payments that fall due")
    forecasts = serializers.BooleanField(required=False, help_text="a balance about to fall short")


class EmailField(serializers.EmailField):
    """An address in its one spelling. Folding can lengthen it ("ß"), so it is measured after."""

    def to_internal_value(self, data: Any) -> str:
        email = normalise_email(str(super().to_internal_value(data)))
        if len(email) > EMAIL_LENGTH_MAX:
            raise serializers.ValidationError(
                f"At most {EMAIL_LENGTH_MAX} characters.", code="max_length"
            )
        return email


class RegisterSerializer(StrictSerializer):
    email = EmailField(max_length=EMAIL_LENGTH_MAX)
    password = PasswordField()
    name = TextField(max_length=100, required=False)
    currency = CurrencyField(required=False)
    timezone = TimezoneField(required=False)


class LoginSerializer(StrictSerializer):
    email = TextField(max_length=EMAIL_LENGTH_MAX, allow_blank=False)
    password = PasswordField()


class RefreshSerializer(StrictSerializer):
    refresh = TextField(max_length=4096, allow_blank=False)


class LogoutSerializer(StrictSerializer):
    refresh = TextField(
        max_length=4096,
        required=False,
        help_text="not needed: both tokens belong to the session that ends",
    )


class ChangePasswordSerializer(StrictSerializer):
    current_password = PasswordField()
    new_password = PasswordField()


class AddressSerializer(StrictSerializer):
    email = TextField(max_length=EMAIL_LENGTH_MAX, allow_blank=False)


class CodeOfLetterSerializer(StrictSerializer):
    token = TextField(max_length=100, allow_blank=False, help_text="as it stands in the letter")


class ResetPasswordSerializer(CodeOfLetterSerializer):
    new_password = PasswordField()


class ChangeEmailSerializer(StrictSerializer):
    new_email = EmailField(max_length=EMAIL_LENGTH_MAX)
    current_password = PasswordField()


class ProfileChangeSerializer(StrictSerializer):
    """PATCH: only what is sent changes, also inside `notifications`."""

    name = TextField(max_length=100, required=False)
    currency = CurrencyField(required=False)
    timezone = TimezoneField(required=False)
    locale = LocaleField(required=False)
    notifications = NotificationsSerializer(required=False)


class UserSerializer(serializers.Serializer[User]):
    """A person as the person sees it."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    currency = serializers.CharField(help_text="home currency, ISO 4217")
    timezone = serializers.CharField(help_text="IANA name")
    locale = serializers.CharField()
    role = serializers.ChoiceField(choices=["user", "staff"])
    created_at = serializers.DateTimeField()
    email_verified = serializers.BooleanField()
    erase_at = serializers.DateTimeField(
        allow_null=True, help_text="when this account is erased; null: it stays"
    )
    notifications = NotificationsSerializer()


class ErasureSerializer(serializers.Serializer[Any]):
    erase_at = serializers.DateTimeField(help_text="until then it can be taken back")


class RestoreSerializer(StrictSerializer):
    token = TextField(
        max_length=100,
        required=False,
        allow_blank=False,
        help_text="as it stands in the letter; not needed by who is logged in",
    )


class NewUserSerializer(UserSerializer):
    default_account = serializers.UUIDField(help_text="the account made at registration")


class TokenPairSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="for the Authorization header, at most 15 minutes")
    refresh = serializers.CharField(help_text="good for one exchange")


class SignedInSerializer(TokenPairSerializer):
    user = UserSerializer()


class ChallengedSerializer(serializers.Serializer[Any]):
    mfa_required = serializers.BooleanField()
    mfa_token = serializers.CharField(help_text="for /login/mfa, five minutes")
    methods = serializers.ListField(child=serializers.CharField())


class RegisteredSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(
        required=False, help_text="not while the address must be confirmed"
    )
    refresh = serializers.CharField(required=False)
    user = NewUserSerializer()
    verification_required = serializers.BooleanField(required=False)


class TicketSerializer(serializers.Serializer[Any]):
    ticket = serializers.CharField(help_text="for /ws/stream?ticket=, once")
    expires_in = serializers.IntegerField(help_text="seconds")


class SessionSerializer(serializers.Serializer[Session]):
    id = serializers.UUIDField()
    device = serializers.CharField(help_text="user agent at login")
    ip_prefix = serializers.CharField(allow_null=True, help_text="network, not the full address")
    place = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="absolute end: no refresh passes it")
    current = serializers.BooleanField()


class SessionPageSerializer(serializers.Serializer[Any]):
    results = SessionSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor")
    previous = serializers.CharField(allow_null=True, help_text="cursor")
    count = serializers.IntegerField(required=False, help_text="with ?count=true")


def represent_user(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "currency": user.currency,
        "timezone": user.timezone,
        "locale": user.locale,
        "role": user.role,
        "created_at": user.created_at,
        "email_verified": user.email_verified_at is not None,
        "erase_at": user.erase_at,
        "notifications": {name: user.notifications.get(name, True) for name in NOTIFICATIONS},
    }


def represent_session(session: Session, current: UUID) -> dict[str, Any]:
    return {
        "id": session.pk,
        "device": session.device,
        "ip_prefix": ip_prefix(session.ip),
        "place": session.place or None,
        "created_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "expires_at": session.expires_at,
        "current": session.pk == current,
    }


def ip_prefix(address: str | None) -> str | None:
    """The network of an address: enough to recognise one's own, too little to find a person."""
    if not address:
        return None
    bits = 24 if ip_address(address).version == 4 else 48
    return str(ip_network(f"{address}/{bits}", strict=False))
