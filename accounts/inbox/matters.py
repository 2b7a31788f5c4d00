"""What an owner can be told of: each kind of event that is worth a word, and the words.

The floors above name theirs in lists that the settings point to (MATTERS), so that this floor
knows no budget and no bill.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.inbox.speech import Speech

Data = dict[str, Any]
MAILS = ("never", "at_once", "daily", "weekly")


class Words(NamedTuple):
    """What is said. Plain text: whoever puts it on a page escapes it."""

    title: str
    body: str = ""
    link: str = ""  # where in the API to look


@dataclass(frozen=True, slots=True)
class Channels:
    """Where a kind is told. The stream always has it."""

    inbox: bool = True
    mail: str = "never"
    webhook: bool = True


def _always(_: Data) -> bool:
    return True


def _as_it_is(_: UUID, found: Sequence[Data]) -> list[Data]:
    return list(found)


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of event that is told.

    topic: the choice of the profile (`notifications`) that turns it off; empty: none does.
    many: what is said of more than a handful in one commit, with a place for the number.
    counts: whether this very event is worth a word. key: what several events would say alike; empty
    for an event that stands for itself. named: the payloads with the names they mean, in few queries.
    """

    kind: str
    topic: str
    words: Callable[[Data, Speech], Words]
    many: str
    counts: Callable[[Data], bool] = _always
    key: Callable[[Data], str] = lambda _: ""
    named: Callable[[UUID, Sequence[Data]], list[Data]] = _as_it_is
    channels: Channels = Channels()

    def said(self, data: Data, speech: Speech) -> Words:
        if "many" in data:
            return Words(self.many.format(data["many"]))
        return self.words(data, speech)


@cache
def matters() -> dict[str, Matter]:
    """Every matter by the kind of its event."""
    listed = (matter for path in settings.MATTERS for matter in import_string(path))
    return {matter.kind: matter for matter in listed}
