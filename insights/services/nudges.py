"""A gentle word, for who asked for it, when a purchase is like those they came to regret.

Run by the beat, so that the write path pays nothing for it: new purchases are known by the events
that their commits left, and what was looked at is kept as the owner's clock.
"""

from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from accounts.clock import tick
from accounts.days import zone
from accounts.models import Clock, Event, User
from insights.models import MoodPreferences
from insights.moods import Regret, is_like_regretted, regrets
from insights.selectors.moods import purchases, untold_by_id
from ledger.periods import Span, add_months

KIND = "mood.nudge"
OWNERS_MAX = 1000
EVENTS_MAX = 200
HISTORY_MONTHS = 24


def owners_with_news() -> list[UUID]:
    """Owners who opted in and whose clock moved since they were looked at."""
    clock = Clock.objects.filter(user_id=OuterRef("user_id")).values("seq")[:1]
    rows = MoodPreferences.objects.filter(nudge=True).annotate(now=Subquery(clock))
    found = rows.filter(now__gt=F("nudged_seq")).order_by("nudged_seq")
    return list(found.values_list("user_id", flat=True)[:OWNERS_MAX])


@atomic
def nudge_owner(user_id: UUID) -> int:
    """Look at the owner's purchases since the last time; the number of nudges. Safe to run twice."""
    seq = tick(user_id)
    row = MoodPreferences.objects.for_user(user_id).filter(nudge=True).first()
    if row is None:
        return 0
    events = Event.objects.for_user(user_id).filter(
        seq__gt=row.nudged_seq, kind="transaction.created"
    )
    told_of = events.order_by("seq").values_list("data", flat=True)[:EVENTS_MAX]
    ids = [UUID(data["id"]) for data in told_of if "id" in data]
    told = _nudges(User.objects.get(pk=user_id), ids) if ids else []
    push(user_id, seq, KIND, told)
    # The nudges themselves are events of this tick: they are behind us, too.
    MoodPreferences.objects.for_user(user_id).update(nudged_seq=seq)
    return len(told)


def _nudges(owner: User, ids: list[UUID]) -> list[dict[str, Any]]:
    local = zone(owner.timezone)
    today = timezone.now().astimezone(local).date()
    span = Span(add_months(today, -HISTORY_MONTHS), today)
    known = regrets(purchases(owner.pk, owner.currency, local, span, untold=False).found)
    found = []
    for purchase in untold_by_id(owner.pk, owner.currency, local, ids):
        pattern = is_like_regretted(purchase, known)
        if pattern is not None:
            found.append(_nudge(purchase.row_id, pattern))
    return found


def _nudge(row_id: UUID, pattern: Regret) -> dict[str, Any]:
    where = pattern.category or "purchases without a category"
    return {
        "transaction": str(row_id),
        "category": pattern.category,
        "n": pattern.n,
        "regretted": pattern.regretted,
        "message": f"You came to regret {pattern.regretted} of {pattern.n} purchases like this"
        f" ({where}). Only you see this; you can turn it off.",
    }
