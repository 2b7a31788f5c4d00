"""Signed roots leave the house: into a file, by mail, to an address on the web. Only a root outside shows
that the whole tail of the chain was cut off."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.delivery import wire
from security_monitor.models import AuditRoot, RootsOut
from security_monitor.services.anchors import anchor_of

log = structlog.get_logger(__name__)
AT_ONCE = 200  # roots in one mail or POST
Anchors = list[dict[str, Any]]


class NotTaken(Exception):
    """The other side did not take the roots; the argument is the word for why."""


def hand_out_roots() -> int:
    """Give each way out the roots that it has not had, in order; how many went.

    What is not taken now is tried again with the next run, so that an outage loses none and stops nobody.
    """
    return sum(_hand_out(way, give) for way, give in _ways())


def _ways() -> Iterator[tuple[str, Callable[[Anchors], None]]]:
    if settings.AUDIT_ROOTS_FILE:
        yield "file", _append
    if settings.AUDIT_ROOTS_MAIL:
        yield "mail", _mail
    if settings.AUDIT_ROOTS_WEBHOOK:
        yield "webhook", _post


def _hand_out(way: str, give: Callable[[Anchors], None]) -> int:
    state, _ = RootsOut.objects.get_or_create(way=way)
    count = 0
    while roots := list(AuditRoot.objects.filter(last_seq__gt=state.last_seq)[:AT_ONCE]):
        try:
            give([anchor_of(root) for root in roots])
        except (OSError, NotTaken) as failure:  # SMTPException is an OSError
            state.error = str(failure)[:200] or type(failure).__name__
            state.save(update_fields=["error"])
            log.error("audit.root_not_taken", way=way, error=state.error)
            return count
        # A run that dies before this line gives the same roots again: that is harmless.
        state.last_seq, state.error, state.at = roots[-1].last_seq, "", timezone.now()
        state.save(update_fields=["last_seq", "error", "at"])
        count += len(roots)
    return count


def _lines(anchors: Anchors) -> str:
    return "".join(json.dumps(anchor) + "\n" for anchor in anchors)


def _append(anchors: Anchors) -> None:
    with Path(settings.AUDIT_ROOTS_FILE).open("a") as file:
        file.write(_lines(anchors))
        file.flush()
        os.fsync(file.fileno())


def _mail(anchors: Anchors) -> None:
    first, last = anchors[0]["first_seq"], anchors[-1]["last_seq"]
    text = f"Signed roots of the audit chain at {settings.PUBLIC_URL}. Keep them: one JSON object a line.\n\n"
    message = EmailMessage(
        f"Roots of the audit chain, {first} to {last}",
        text + _lines(anchors),
        settings.EMAIL_FROM,
        settings.AUDIT_ROOTS_MAIL,
    )
    message.send()


def _post(anchors: Anchors) -> None:
    """By the sender of webhooks: https only, to public addresses only, no redirect, bounded time."""
    body = json.dumps({"roots": anchors}).encode()
    answer = wire.post(settings.AUDIT_ROOTS_WEBHOOK, body, {})
    if not answer.is_ok:
        raise NotTaken(answer.error or f"status {answer.status}")
