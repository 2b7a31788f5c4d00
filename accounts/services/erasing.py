"""Verbs before an erasure: ask for it, take it back. What comes after is accounts.services.erasure_run."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from accounts.clock import tick
from accounts.errors import Reason, Refusal
from accounts.models import Purpose, User
from accounts.services.letters import letter_of, notify, use, void_secrets, write
from accounts.services.personal_tokens import revoke_all_tokens
from accounts.services.sessions import revoke_all
from accounts.services.telling import trace


@atomic
def ask_for_erasure(user_id: UUID) -> datetime:
    """When the person will be erased: ACCOUNT_GRACE_DAYS from now, or as was said before.

    All sessions and personal tokens end at once, and a letter says how to take it back. Refuses with
    409 to leave the house without a superuser.
    """
    seq = tick(user_id)
    # Locked, so that of the last two who leave at once one is refused.
    superusers = User.objects.select_for_update().filter(is_superuser=True).order_by("pk")
    staying = [row.pk for row in superusers if row.is_active and row.erase_at is None]
    user = User.objects.get(pk=user_id)
    if staying == [user_id]:
        raise Refusal(Reason.LAST_SUPERUSER, status=409)
    if user.erase_at is None:
        user.erase_at = timezone.now() + timedelta(days=settings.ACCOUNT_GRACE_DAYS)
        user.seq = seq
        user.save(update_fields=["erase_at", "seq"])
        trace("user.erasure_wanted", user)
        push(user_id, seq, "security.alert", [{"code": "erasure_wanted"}])
        write(Purpose.RESTORE, user.email, user)
    revoke_all(user_id, reason="erasure_wanted")
    revoke_all_tokens(user_id)
    return user.erase_at


@atomic
def keep(user_id: UUID) -> User:
    """Take back the wish to be erased. Refuses with 409 where there is none."""
    seq = tick(user_id)
    user = User.objects.get(pk=user_id)
    if user.erase_at is None:
        raise Refusal(Reason.NO_ERASURE, status=409)
    user.erase_at, user.seq = None, seq
    user.save(update_fields=["erase_at", "seq"])
    void_secrets(user_id, Purpose.RESTORE)
    trace("user.erasure_taken_back", user)
    push(user_id, seq, "security.alert", [{"code": "erasure_taken_back"}])
    notify(user, "erasure_taken_back")
    return user


@atomic
def keep_by_letter(token: str) -> None:
    """The same with the code of the letter, for whoever cannot log in any more."""
    letter, user = letter_of(token, Purpose.RESTORE)
    use(letter)
    keep(user.pk)


def due() -> list[UUID]:
    """People whose time is over. In any order, so that one who cannot be erased holds up no other."""
    rows = User.objects.filter(erase_at__lte=timezone.now()).order_by("?")
    return list(rows.values_list("pk", flat=True)[:100])
