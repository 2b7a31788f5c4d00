"""The mail that brings notifications: text and HTML, and how to get no more of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string

from accounts.inbox.matters import matters
from accounts.inbox.models import Notification
from accounts.inbox.speech import Speech, plain_words
from accounts.models.letters import Letter
from accounts.models.people import User

SHOWN_MAX = 50  # of one mail; the rest is counted
SUBJECT_LENGTH_MAX = 150
UNSUBSCRIBE = "/notifications/unsubscribe"
# No end: a link in an old mail must still work (RFC 8058). It turns mail off and does nothing else.
_signer = Signer(salt="accounts.inbox.unsubscribe")


def message_id(letter_id: UUID) -> str:
    """The same in every try, so that a mail which goes out twice is known as one."""
    return f"<{letter_id}@{settings.EMAIL_FROM.rpartition('@')[2].strip('<> ') or 'localhost'}>"


def unsubscribe_link(user_id: UUID) -> str:
    return f"{settings.PUBLIC_URL}{UNSUBSCRIBE}?token={_signer.sign(str(user_id))}"


def owner_of_link(token: str) -> UUID | None:
    """Whose mail a link turns off; None for a link that we did not make."""
    try:
        return UUID(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None


def news_of(letter: Letter, user: User) -> EmailMultiAlternatives | None:
    """The mail of a letter with news; None when all of it is read, deleted or unwanted meanwhile."""
    ids = letter.data["notifications"]
    rows = Notification.objects.for_user(user).filter(id__in=ids, read_at=None)
    found = [row for row in rows.order_by("at", "id") if row.kind in matters()]
    if not found:
        return None
    speech = Speech(user.locale, user.timezone)
    link = unsubscribe_link(user.pk)
    items = [shown(row, speech) for row in found[:SHOWN_MAX]]
    context = {
        "items": items,
        "more": len(found) - SHOWN_MAX,
        "name": plain_words(user.name),
        "place": settings.PUBLIC_URL,
        "unsubscribe": link,
    }
    message = EmailMultiAlternatives(
        subject_of(items, len(found)),
        render_to_string("mail/news.txt", context),
        settings.EMAIL_FROM,
        [letter.email],
        headers={
            "Message-ID": message_id(letter.pk),
            "List-Unsubscribe": f"<{link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string("mail/news.html", context), "text/html")
    return message


def subject_of(items: Sequence[dict[str, Any]], count: int) -> str:
    if count == 1:
        return plain_words(items[0]["title"], SUBJECT_LENGTH_MAX)
    return f"{count} notifications from your household books"


def shown(row: Notification, speech: Speech) -> dict[str, Any]:
    words = matters()[row.kind].said(row.data, speech)
    return {"title": words.title, "body": words.body, "at": speech.moment(row.at)}
