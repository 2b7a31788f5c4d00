"""Writing letters in the commit that causes them, sending them after it, redeeming their secrets."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import announce, letter_written
from accounts.errors import Reason, Refusal
from accounts.inbox.mail_texts import message_id, news_of
from accounts.letter_texts import SECRETS, text_of
from accounts.models import Letter, Purpose, User
from accounts.ownership import OwnedQuerySet

log = structlog.get_logger("accounts")
GOOD_FOR = timedelta(hours=1)
PER_ADDRESS_MAX = 5  # secrets for one address in an hour: nobody's mailbox is flooded through us
TRIES_MAX = 10  # over 17 hours: each wait is twice the one before
TOKEN_LENGTH_MAX = 100
PATIENCE = timedelta(minutes=2)  # Who holds a letter longer than this was killed: it is free again.
GOOD_FOR_TYPED = timedelta(minutes=10)
TYPED_LETTERS, TYPED_LENGTH = "abcdefghjkmnpqrstuvwxyz23456789", 10  # none that look alike


def secret_hash(secret: str) -> str:
    """Keyed: a code that is short enough to type could be tried out on a stolen table."""
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()


def _new_secret(purpose: str) -> str:
    """One to copy, or one that is typed on another device."""
    if purpose != Purpose.CONFIRM_LOGIN:
        return secrets.token_urlsafe(32)
    return "".join(secrets.choice(TYPED_LETTERS) for _ in range(TYPED_LENGTH))


@atomic
def write(purpose: Purpose, email: str, user: User | None = None, **data: Any) -> Letter | None:
    """A letter that a worker will send. Too many secrets for one address: none, without a word."""
    now = timezone.now()
    if purpose in SECRETS:
        lately = Letter.objects.filter(
            email=email, purpose=purpose, created_at__gt=now - timedelta(hours=1)
        )
        if lately.count() >= PER_ADDRESS_MAX:
            log.warning("letter refused", purpose=purpose.value)
            return None
    letter: Letter = Letter.objects.create(
        user=user,
        email=email,
        purpose=purpose,
        data=data,
        created_at=now,
        expires_at=now + GOOD_FOR,  # until the secret is made: then it has its own end
    )
    announce(letter_written, letter_id=letter.pk)
    return letter


def _good_until(letter: Letter, user: User, now: datetime) -> datetime:
    """The end of a letter's secret: an hour from now, or the hour at which the person is erased.

    A code that waits long for its mail server is no fresher than the login it is for.
    """
    if letter.purpose == Purpose.CONFIRM_LOGIN:
        begun: datetime = letter.created_at
        return begun + GOOD_FOR_TYPED
    until = user.erase_at if letter.purpose == Purpose.RESTORE else None
    return until or now + GOOD_FOR


def notify(user: User, code: str, **data: Any) -> None:
    """Tell the owner by mail that something happened to the account."""
    write(Purpose.NOTICE, user.email, user, code=code, **data)


def waiting() -> list[UUID]:
    """Letters that nobody has sent, though somebody had the time to."""
    before = timezone.now() - PATIENCE
    rows = _free().filter(created_at__lt=before)
    return list(rows.order_by("created_at").values_list("pk", flat=True)[:500])


def _free() -> OwnedQuerySet:
    """Letters that are not done, and that nobody is at."""
    now = timezone.now()
    return Letter.objects.filter(
        Q(next_try_at=None) | Q(next_try_at__lte=now), sent_at=None, tries__lt=TRIES_MAX
    )


def send(letter_id: UUID) -> bool:
    """Send one letter; whether it went out now. A failure of the mail server is tried again.

    One worker has it at a time. Who is killed while sending leaves it to the next; killed between the
    mail server's yes and our note of it, the same mail goes out again under the same Message-ID.
    """
    now = timezone.now()
    if not _free().filter(pk=letter_id).update(next_try_at=now + PATIENCE, tries=F("tries") + 1):
        return False
    letter = Letter.objects.select_related("user").get(pk=letter_id)
    user = letter.user or User.objects.filter(email=letter.email, is_active=True).first()
    message = None
    if user is not None and _wanted(letter, user):
        message = _message(letter, user)
    if message is None:
        Letter.objects.filter(pk=letter_id).update(sent_at=now)
        return False
    try:
        message.send()
    except OSError as failure:  # SMTPException is one
        log.warning("letter not sent", letter=str(letter_id), error=type(failure).__name__)
        wait = timedelta(minutes=2**letter.tries)
        Letter.objects.filter(pk=letter_id).update(next_try_at=now + wait)
        return False
    Letter.objects.filter(pk=letter_id).update(sent_at=timezone.now())
    return True


def _message(letter: Letter, user: User) -> EmailMessage | None:
    """The mail; None when there is nothing left to say."""
    if letter.purpose == Purpose.NEWS:
        return news_of(letter, user)
    secret = ""
    if letter.purpose in SECRETS:
        secret = _new_secret(letter.purpose)
        Letter.objects.filter(pk=letter.pk).update(
            user=user,
            secret_hash=secret_hash(secret),
            expires_at=_good_until(letter, user, timezone.now()),
        )
    subject, body = text_of(letter, user, secret)
    headers = {"Message-ID": message_id(letter.pk)}
    return EmailMessage(subject, body, settings.EMAIL_FROM, [letter.email], headers=headers)


def _wanted(letter: Letter, user: User) -> bool:
    if not user.is_active:
        return False
    if letter.purpose == Purpose.CHANGE_EMAIL:
        return not User.objects.filter(email=letter.email).exists()
    if letter.purpose in (Purpose.VERIFY_EMAIL, Purpose.NEWS):
        return user.email == letter.email
    return True


def letter_of(secret: str, purpose: Purpose) -> tuple[Letter, User]:
    """(the live letter, its owner) of a secret; refuses any other secret with one answer."""
    rows = Letter.objects.filter(
        secret_hash=secret_hash(secret),
        purpose=purpose,
        used_at=None,
        expires_at__gt=timezone.now(),
        user__is_active=True,
    )
    found: Letter | None = None
    if 0 < len(secret) <= TOKEN_LENGTH_MAX:
        found = rows.select_related("user").first()
    if found is None or found.user is None:
        raise Refusal(Reason.LINK_INVALID, pointer="/token")
    return found, found.user


def use(letter: Letter) -> None:
    """Spend the letter's secret. One conditional UPDATE: of parallel uses one succeeds."""
    if not Letter.objects.filter(pk=letter.pk, used_at=None).update(used_at=timezone.now()):
        raise Refusal(Reason.LINK_INVALID, pointer="/token")


def void_secrets(user_id: UUID, *purposes: Purpose) -> None:
    """What was sent before the account changed is good for nothing any more."""
    rows = Letter.objects.for_user(user_id).filter(purpose__in=purposes, used_at=None)
    rows.update(used_at=timezone.now())


def forget_letters() -> int:
    """Delete letters of yesterday and those that are spent or cannot be sent."""
    now = timezone.now()
    is_needed = Q(purpose=Purpose.RESTORE, used_at=None, expires_at__gt=now)
    old = Q(created_at__lt=now - timedelta(days=1)) & ~is_needed
    return Letter.objects.filter(old).delete()[0]
