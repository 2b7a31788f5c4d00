"""From the outbox into the inbox: each event that is worth a word becomes a notification, once.

The owner's clock keeps how far the inbox has heard. A fill takes the next tick, which puts it in
line with all the owner's writers, and moves that place in the commit that holds the notifications:
killed anywhere, it has told all of a page or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from accounts.clock import tick
from accounts.inbox.choices import channels_of, is_off, preferences_of
from accounts.inbox.matters import Data, Matter, matters
from accounts.inbox.models import Notification
from accounts.inbox.times import mail_due
from accounts.models import Clock, Event, User
from accounts.ownership import OwnedQuerySet
from accounts.quiet import is_quiet
from accounts.sql import insert_rows

OWNERS_MAX = 1000
PAGE = 500
BURST_MAX = 5  # So many of a kind in one commit are told one by one; more are told as a number.


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told: an event, or many of one kind and commit."""

    event: Event
    key: str
    data: Data


def owners_with_news() -> list[UUID]:
    """Owners whose clock moved since the inbox last heard of it."""
    rows = Clock.objects.filter(seq__gt=F("heard"), user__is_active=True)
    return list(rows.values_list("user_id", flat=True)[:OWNERS_MAX])


def fill(user_id: UUID) -> int:
    """Tell the owner of what happened since the last time; the number of notifications."""
    clock = Clock.objects.filter(user_id=user_id).first()
    if clock is None:
        return 0
    if not _events(user_id, clock.heard, clock.seq)[:1]:
        # Nothing to tell takes no tick: else each look would be news for the next.
        Clock.objects.filter(user_id=user_id, heard=clock.heard).update(heard=clock.seq)
        return 0
    told = 0
    while True:
        more, count = _fill_page(user_id)
        told += count
        if not more:
            return told


@atomic
def _fill_page(user_id: UUID) -> tuple[bool, int]:
    """(whether there may be more, how many were told) of the next page of events."""
    seq = tick(user_id)
    heard = Clock.objects.values_list("heard", flat=True).get(user_id=user_id)
    events = list(_events(user_id, heard, seq)[:PAGE])
    more = len(events) == PAGE
    if more:  # A page ends with a whole commit, however long that is.
        last = events[-1]
        events += _events(user_id, last.seq - 1, last.seq).filter(id__gt=last.id)
    user = User.objects.get(pk=user_id)
    rows = _notifications(user, seq, _news(user, events))
    insert_rows(rows)
    shown = [{"id": str(row.id)} for row in rows if row.in_inbox]
    push(user_id, seq, "notification.created", shown)
    Clock.objects.filter(user_id=user_id).update(heard=events[-1].seq if more else seq)
    return more, len(rows)


def _events(user_id: UUID, after: int, upto: int) -> OwnedQuerySet:
    rows = Event.objects.for_user(user_id).filter(seq__gt=after, seq__lte=upto)
    return rows.filter(kind__in=list(matters())).order_by("seq", "id")


def _news(user: User, events: Sequence[Event]) -> list[News]:
    """What of these is worth a word, new to this owner, and not turned off; in order."""
    groups: dict[tuple[int, str], list[Event]] = {}
    for event in events:
        matter = matters()[event.kind]
        if not is_off(user, matter) and matter.counts(event.data):
            groups.setdefault((event.seq, event.kind), []).append(event)
    found: dict[str, News] = {}
    for (_, kind), some in groups.items():
        for news in _told(user.pk, matters()[kind], some):
            found.setdefault(news.key, news)
    known = Notification.objects.for_user(user).filter(key__in=list(found))
    old = set(known.values_list("key", flat=True))
    return [news for key, news in found.items() if key not in old]


def _told(user_id: UUID, matter: Matter, events: list[Event]) -> list[News]:
    if len(events) > BURST_MAX:
        first = events[0]
        return [News(first, str(first.id), {"many": len(events)})]
    named = matter.named(user_id, [event.data for event in events])
    return [
        News(event, _key(matter, event), data) for event, data in zip(events, named, strict=True)
    ]


def _key(matter: Matter, event: Event) -> str:
    own = matter.key(event.data)
    return f"{matter.kind}:{own}" if own else str(event.id)


def _notifications(user: User, seq: int, news: Sequence[News]) -> list[Notification]:
    row, now = preferences_of(user.pk), timezone.now()
    hours = (row.quiet_from, row.quiet_to)
    made = []
    for one in news:
        how = channels_of(row, matters()[one.event.kind])
        due = mail_due(how.mail, now, zone=user.timezone, hour=row.digest_hour, quiet=hours)
        if user.email_verified_at is None or _was_mailed(one.data):
            due = None
        if not how.inbox and due is None:
            continue
        made.append(
            Notification(
                user=user, seq=seq, kind=one.event.kind, key=one.key, data=one.data,
                at=one.event.at, in_inbox=how.inbox, mail=how.mail if due else "",
                mail_due_at=due, quiet=is_quiet(now, *hours, user.timezone),
            )
        )  # fmt: skip
    return made


def _was_mailed(data: Data) -> bool:
    """Whether a letter of its own tells the owner the same."""
    return bool(data.get("mailed"))
