"""The mail that a test caused: sent as a worker would, read as its owner would."""

import re

from django.core import mail

from accounts.models import Letter
from accounts.services.letters import send

CODE = re.compile(r"^ {4}(\S{40,})$", re.MULTILINE)


def deliver() -> list[mail.EmailMessage]:
    """Send all letters that wait; the messages that went out now."""
    before = len(getattr(mail, "outbox", []))
    for letter_id in (
        Letter.objects.filter(sent_at=None).order_by("id").values_list("pk", flat=True)
    ):
        send(letter_id)
    return mail.outbox[before:]


def code_in(message: mail.EmailMessage) -> str:
    found = CODE.search(message.body)
    assert found, message.body
    return found[1]


def subjects_to(address: str) -> list[str]:
    deliver()
    return [message.subject for message in mail.outbox if message.to == [address]]
