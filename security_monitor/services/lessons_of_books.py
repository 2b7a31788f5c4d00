"""The books of everybody as lessons: each payment as it looked when it came, and what is known of it."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from ledger.models import Category, Payee, Transaction
from security_monitor.engine.profiles import State
from security_monitor.engine.rule import Rule
from security_monitor.learning import features, recent
from security_monitor.learning.lessons import Lesson
from security_monitor.services.entries import entry_of
from security_monitor.services.replay import Replay

HISTORY_DAYS = 400  # what a replay starts from
LESSON_DAYS = 180


@dataclass(slots=True)
class Told:
    """A lesson with its truth. known_on: the day (ordinal) of the verdict, or when silence became one."""

    lesson: Lesson
    instant: int
    is_fraud: bool
    known_on: int
    rules: float


def all_lessons(today: date, delay: int, rules: Sequence[Rule]) -> list[Told]:
    """Every payment of the last 180 days, in the order of time. No name leaves its owner's pass."""
    since = today - timedelta(days=HISTORY_DAYS)
    rows = Transaction.objects.filter(posted_on__gte=since, transfer__isnull=True)
    owners = rows.order_by("user_id").values_list("user_id", flat=True).distinct()
    found = [
        told for owner_id in list(owners) for told in _lessons_of(owner_id, today, delay, rules)
    ]
    found.sort(key=lambda told: (told.lesson.day, told.instant, told.lesson.number))
    return found


def _lessons_of(owner_id: UUID, today: date, delay: int, rules: Sequence[Rule]) -> Iterator[Told]:
    replay, last_days = Replay(rules=rules), dict[recent.Key, State]()
    names = dict(Payee.objects.for_user(owner_id).values_list("id", "name_key"))
    names.update(Category.objects.for_user(owner_id).values_list("id", "name_key"))
    first = (today - timedelta(days=LESSON_DAYS)).toordinal()
    rows = Transaction.objects.for_user(owner_id).filter(
        posted_on__gte=today - timedelta(days=HISTORY_DAYS),
        posted_on__lte=today,
        transfer__isnull=True,
    )
    pruned: dict[recent.Key, int] = {}
    for row in rows.order_by("posted_on", "id").iterator(chunk_size=2000):
        entry, key = entry_of(row), recent.key_of(entry_of(row))
        state = last_days.setdefault(key, {})
        if pruned.get(key) != entry.day:
            recent.prune(state, entry.day)
            pruned[key] = entry.day
        if entry.is_out and entry.day >= first:
            facts = replay.facts(entry)
            word = replay.judge(facts)
            payee = names.get(entry.payee_id, "") if entry.payee_id else ""
            category = names.get(entry.category_id, "") if entry.category_id else ""
            places = features.places_of(entry, payee, category)
            own = array("d", features.own(facts, state, word))
            lesson = Lesson(entry.id.int, entry.day, owner_id, places, own)
            yield Told(
                lesson,
                entry.instant or 0,
                row.verdict == "fraud",
                _known_on(row, entry.day, delay),
                float(word.score),
            )
        recent.apply(state, entry, 1, entry.day)
        if not row.flagged:
            replay.learn(entry)


def _known_on(row: Transaction, day: int, delay: int) -> int:
    if row.verdict and row.verdict_at is not None:
        return max(day, row.verdict_at.toordinal())
    return day + delay
