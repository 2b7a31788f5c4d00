"""Verbs that a mailbox proves: confirm an address, choose a new password, move to another address."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from accounts.clock import tick
from accounts.errors import Reason, Refusal
from accounts.known_devices import UNKNOWN
from accounts.limits import forgive, person_limit
from accounts.models import Purpose, User, normalise_email
from accounts.services.factors import methods_of, require_fresh
from accounts.services.letters import letter_of, notify, use, write
from accounts.services.people import check_new_password, prove_current
from accounts.services.personal_tokens import revoke_all_tokens
from accounts.services.sessions import revoke_all
from accounts.services.telling import credentials_changed, trace


def ask_for_reset(email: str) -> None:
    """A letter with a code for a new password, if somebody has this address. Same work if not."""
    write(Purpose.RESET_PASSWORD, normalise_email(email))


def reset_password(*, token: str, new: str) -> None:
    """Set the password that the mailbox's owner chose: all sessions end, all other codes are void.

    The second factor stays: who only reads the mail does not get in.
    """
    letter, user = letter_of(token, Purpose.RESET_PASSWORD)
    if user.email != letter.email:
        raise Refusal(Reason.LINK_INVALID, pointer="/token")
    check_new_password(new, user, pointer="/new_password")
    hashed = make_password(new)
    now = timezone.now()
    with atomic():
        seq = tick(user.pk)
        use(letter)
        user.password, user.password_changed_at = hashed, now
        user.email_verified_at = user.email_verified_at or now
        user.seq = seq
        user.save(update_fields=["password", "password_changed_at", "email_verified_at", "seq"])
        credentials_changed(user, seq, "password_reset")
        revoke_all(user.pk, reason="password_reset")
        revoke_all_tokens(user.pk)
        forgive(person_limit(), f"{user.email} {UNKNOWN}")


def verify_email(token: str) -> None:
    letter, user = letter_of(token, Purpose.VERIFY_EMAIL)
    if user.email != letter.email:
        raise Refusal(Reason.LINK_INVALID, pointer="/token")
    with atomic():
        seq = tick(user.pk)
        use(letter)
        user.email_verified_at, user.seq = timezone.now(), seq
        user.save(update_fields=["email_verified_at", "seq"])
        trace("user.email_verified", user)
        push(user.pk, seq, "profile.updated", [{"fields": ["email_verified"]}])


@atomic
def ask_for_verification(user_id: UUID) -> None:
    user = User.objects.get(pk=user_id)
    if user.email_verified_at is None:
        write(Purpose.VERIFY_EMAIL, user.email, user)


def ask_for_email_change(*, user_id: UUID, session_id: UUID, current: str, email: str) -> None:
    """A code to the new address and a word to the old one; nothing changes yet.

    Whether the new address is taken is not told: its owner then gets no letter.
    """
    if methods_of(user_id):
        require_fresh(user_id, session_id)
    user = prove_current(user_id, current)
    with atomic():
        write(Purpose.CHANGE_EMAIL, email, user)
        notify(user, "email_change_wanted")
        trace("user.email_change_wanted", user)


def confirm_email_change(token: str) -> None:
    letter, user = letter_of(token, Purpose.CHANGE_EMAIL)
    try:
        with atomic():
            seq = tick(user.pk)
            use(letter)
            credentials_changed(user, seq, "email_changed")  # told to the old address
            user.email, user.email_verified_at, user.seq = letter.email, timezone.now(), seq
            user.save(update_fields=["email", "email_verified_at", "seq"])
            push(user.pk, seq, "profile.updated", [{"fields": ["email"]}])
    except IntegrityError:
        raise Refusal(Reason.LINK_INVALID, pointer="/token") from None
