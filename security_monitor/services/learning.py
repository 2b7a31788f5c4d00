"""The nightly lesson: labels are read, rates shared, models tried on later days, promoted or trained.

Everything is made from the rows and the verdicts that stand on them, and written in one commit: a run
that dies changes nothing, a second one changes nothing more.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Max
from django.db.transaction import atomic
from django.utils import timezone

from accounts.audit import audit
from accounts.errors import Refusal
from accounts.models import User
from accounts.sql import insert_rows
from security_monitor.errors import Reason
from security_monitor.learning.lessons import Lessons
from security_monitor.learning.model import Model, load
from security_monitor.learning.training import TooFew, average_precision, train
from security_monitor.models import LearnedModel, ModelState, SharedRate
from security_monitor.services import rule_book
from security_monitor.services.learned import sealed
from security_monitor.services.lessons_of_books import Told, all_lessons

TRAIN_EVERY = timedelta(days=7)
SHADOW_DAYS = 60  # a shadow that never became better goes
BACKTEST_FRAUDS = 10


@dataclass(frozen=True, slots=True)
class Night:
    """What a run did: labels read, rates shared, versions trained and promoted."""

    labels: int
    rates: int
    trained: int | None
    promoted: int | None


def learn(today: date) -> Night:
    """Safe to run twice. Raises nothing for too few labels: then nothing is trained."""
    delay = settings.FRAUD_LABEL_DAYS
    told = all_lessons(today, delay, rule_book.current())
    lessons = replayed(told, today, delay)
    known = [one for one in told if one.known_on <= today.toordinal()]
    trained = _trained(lessons, known) if _is_due(today) else None
    with atomic():
        rates = _share(lessons)
        promoted = _try_shadows(known, today)
        version = _keep(trained, known) if trained is not None else None
    return Night(len(known), rates, version, promoted)


def replayed(told: Sequence[Told], today: date, delay: int) -> Lessons:
    """Labels told in the order in which they became known; each row filled with the rates of its day.

    A row sees labels known before its own day: never one that came later.
    """
    lessons = Lessons(delay, len(told), settings.FRAUD_OWNERS_MIN)
    waiting: list[tuple[int, int, Told]] = []
    for position, one in enumerate(told):
        while waiting and waiting[0][0] < one.lesson.day:
            _, _, due = heapq.heappop(waiting)
            lessons.label(due.lesson, due.is_fraud)
        one.lesson.row = lessons.row(one.lesson.row, one.lesson.places, one.lesson.day)
        heapq.heappush(waiting, (one.known_on, position, one))
    while waiting and waiting[0][0] <= today.toordinal():
        _, _, due = heapq.heappop(waiting)
        lessons.label(due.lesson, due.is_fraud)
    return lessons


def _share(lessons: Lessons) -> int:
    """Replace the shared rates by those that enough owners stand behind."""
    rates = [
        SharedRate(
            key=sealed(str(place)),
            state=orjson.dumps({str(d): sums for d, sums in rate.days.items()}).decode(),
        )
        for place, rate in lessons.shared.rates.items()
        if len(rate.owners) >= lessons.shared.owners_min
    ]
    SharedRate.objects.all()._raw_delete("default")
    insert_rows(rates)
    return len(rates)


def _is_due(today: date) -> bool:
    last = LearnedModel.objects.aggregate(last=Max("trained_at"))["last"]
    return last is None or last.date() <= today - TRAIN_EVERY


def _trained(lessons: Lessons, known: Sequence[Told]) -> dict[str, Any] | None:
    try:
        return train(lessons.labels)
    except TooFew:
        return None


def _keep(parameters: dict[str, Any], known: Sequence[Told]) -> int:
    newest = LearnedModel.objects.aggregate(newest=Max("version"))["newest"] or 0
    row: LearnedModel = LearnedModel.objects.create(
        version=newest + 1,
        trained_until=date.fromordinal(max(one.lesson.day for one in known)),
        rows=len(known),
        frauds=sum(one.is_fraud for one in known),
        metrics={"training": parameters.pop("metrics")},
        parameters=parameters,
    )
    audit("model.trained", user_id=None, target="learned_model", target_id=row.id,
          data={"version": row.version, "rows": row.rows, "frauds": row.frauds})  # fmt: skip
    return row.version


def _try_shadows(known: Sequence[Told], today: date) -> int | None:
    """Backtest each shadow on days after its training; the newest that is better goes live."""
    live = LearnedModel.objects.filter(state=ModelState.LIVE).first()
    promoted = None
    for shadow in LearnedModel.objects.filter(state=ModelState.SHADOW).order_by("-version"):
        found = backtest(shadow, live, known)
        shadow.metrics = {**shadow.metrics, "backtest": found}
        shadow.save(update_fields=["metrics"])
        if promoted is None and is_better(found):
            _promote(shadow, "backtest", None)
            promoted = shadow.version
        elif shadow.trained_at.date() < today - timedelta(days=SHADOW_DAYS):
            LearnedModel.objects.filter(id=shadow.id).update(state=ModelState.RETIRED)
    return promoted


def backtest(
    shadow: LearnedModel, live: LearnedModel | None, known: Sequence[Told]
) -> dict[str, Any]:
    """Average precision on labelled rows of days that the shadow did not learn from."""
    since = shadow.trained_until.toordinal()
    later = [one for one in known if one.lesson.day > since]
    frauds = [one.is_fraud for one in later]
    found: dict[str, Any] = {"rows": len(later), "frauds": sum(frauds)}
    if sum(frauds) < BACKTEST_FRAUDS:
        return found
    found["average_precision"] = average_precision(_scores(load(shadow.parameters), later), frauds)
    found["rules"] = average_precision([one.rules for one in later], frauds)
    if live is not None:
        found["live"] = average_precision(_scores(load(live.parameters), later), frauds)
        found["live_version"] = live.version
    return found


def _scores(model: Model, rows: Sequence[Told]) -> list[float]:
    return [model.raw(one.lesson.row) for one in rows]


def is_better(found: dict[str, Any]) -> bool:
    """Whether a backtest shows more than the live model and the rules show."""
    own = found.get("average_precision")
    return own is not None and own > max(found["rules"], found.get("live", 0.0))


def _promote(row: LearnedModel, why: str, staff_id: UUID | None) -> None:
    """Make it the live one; who calls holds a transaction."""
    LearnedModel.objects.filter(state=ModelState.LIVE).update(state=ModelState.RETIRED)
    LearnedModel.objects.filter(id=row.id).update(
        state=ModelState.LIVE, promoted_at=timezone.now(), proposed_by_id=None, proposed_at=None
    )
    audit("model.promoted", user_id=None, actor_id=staff_id, target="learned_model",
          target_id=row.id, data={"version": row.version, "why": why})  # fmt: skip


@atomic
def propose(staff: User, model_id: UUID) -> LearnedModel:
    """Ask for another version to be live, an older one as well; somebody else must agree."""
    row = _held(model_id)
    row.proposed_by_id, row.proposed_at = staff.pk, timezone.now()
    row.save(update_fields=["proposed_by_id", "proposed_at"])
    audit("model.proposed", user_id=None, actor_id=staff.pk, target="learned_model",
          target_id=row.id, data={"version": row.version})  # fmt: skip
    return row


@atomic
def agree(staff: User, model_id: UUID) -> LearnedModel:
    """Make the proposed version live: this is how a promotion is reverted."""
    row = _held(model_id)
    if row.proposed_by_id is None:
        raise Refusal(Reason.MODEL_NOT_PROPOSED, status=409)
    if row.proposed_by_id == staff.pk:
        raise Refusal(Reason.FOUR_EYES, status=403)
    _promote(row, "by hand", staff.pk)
    row.refresh_from_db()
    return row


def _held(model_id: UUID) -> LearnedModel:
    row: LearnedModel | None = LearnedModel.objects.select_for_update().filter(id=model_id).first()
    if row is None:
        raise Refusal(Reason.MODEL_NOT_FOUND, status=404)
    if row.state == ModelState.LIVE:
        raise Refusal(Reason.MODEL_IS_LIVE, status=409)
    return row
