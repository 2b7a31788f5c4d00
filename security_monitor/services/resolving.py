"""What the owner answers to the log: resolved events, trusted devices."""

from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Refusal
from ledger.services.owned import hold
from security_monitor.errors import Reason
from security_monitor.models import Case, Device, LoginPlace, SecurityEvent
from security_monitor.services.login_cases import LOGIN_CASE, close_login_case


@atomic
def resolve(user_id: UUID, event_id: UUID, *, resolved: bool) -> SecurityEvent:
    """Mark an event as answered by its owner, or as open again. Said twice it changes nothing."""
    tick(user_id)
    rows = SecurityEvent.objects.for_user(user_id)
    event: SecurityEvent | None = rows.filter(id=event_id).first()
    if event is None:
        if Case.objects.for_user(user_id).filter(id=event_id).exclude(kind=LOGIN_CASE).exists():
            raise Refusal(Reason.NEEDS_VERDICT, status=409)
        raise Refusal(Reason.EVENT_NOT_FOUND, status=404)
    if resolved != (event.resolved_at is not None):
        event.resolved_at = timezone.now() if resolved else None
        event.save(update_fields=["resolved_at"])
        if resolved:
            close_login_case(event)
        what = "resolved" if resolved else "reopened"
        audit(
            f"security_event.{what}", user_id=user_id, target="security_event", target_id=event_id
        )
    return event


@atomic
def trust(
    user_id: UUID, device_id: UUID, *, trusted: bool, expected_seq: int | None = None
) -> Device:
    """Mark a device as the owner's own, or no longer so."""
    seq = tick(user_id)
    rows = Device.objects.for_user(user_id)
    device: Device = hold(rows, device_id, Reason.DEVICE_NOT_FOUND, expected_seq)
    if device.trusted != trusted:
        device.trusted, device.seq = trusted, seq
        device.save(update_fields=["trusted", "seq"])
        what = "trusted" if trusted else "distrusted"
        audit(f"device.{what}", user_id=user_id, target="device", target_id=device_id)
    return device


@atomic
def trust_place(user_id: UUID, place_id: UUID, *, trusted: bool) -> LoginPlace:
    """Mark a network as one that the owner logs in from, or as one that habit must not make so."""
    tick(user_id)
    place: LoginPlace | None = LoginPlace.objects.for_user(user_id).filter(id=place_id).first()
    if place is None:
        raise Refusal(Reason.PLACE_NOT_FOUND, status=404)
    if place.trusted is not trusted:
        place.trusted = trusted
        place.save(update_fields=["trusted"])
        what = "trusted" if trusted else "distrusted"
        audit(f"place.{what}", user_id=user_id, target="place", target_id=place_id)
    return place
