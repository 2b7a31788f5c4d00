"""Forecasts made ahead of the question, kept, and judged when their days have come. Run by the beat."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery
from django.db.transaction import atomic

from accounts.announce import push
from accounts.clock import tick
from accounts.days import today_of
from accounts.mirror import plain
from accounts.models import Clock, User
from insights.forecast import Forecast, forecast, pinball
from insights.forecast_json import to_json
from insights.models import StoredForecast
from insights.selectors.forecast import cleared_at, inputs_of
from ledger.money import format_minor
from ledger.selectors.recurring import owners_of

KIND = "forecast.ready"
JUDGED_AHEAD = (1, 7, 14, 28)  # days ahead at which a forecast is held against what came
KEPT_DAYS = 365
QUANTILES = (0.1, 0.5, 0.9)


def owners_behind() -> Iterator[UUID]:
    """Owners whose clock moved since their latest forecast was made, and those without one."""
    stored = StoredForecast.objects.filter(user_id=OuterRef("user_id")).order_by("-made_on")
    clocks = Clock.objects.filter(seq__gt=0).annotate(made=Subquery(stored.values("seq")[:1]))
    return owners_of(clocks.filter(Q(made__isnull=True) | Q(made__lt=F("seq"))))


def refresh(user_id: UUID) -> bool:
    """Make today's forecast anew and judge the earlier ones. Safe to run twice; False: owner gone.

    The clock is read before the books: what is written meanwhile leaves this one behind the clock,
    and no request is answered with it.
    """
    user = User.objects.filter(pk=user_id).first()
    clock = Clock.objects.filter(user_id=user_id).values_list("seq", flat=True).first()
    if user is None or clock is None:
        return False
    today = today_of(user)
    inputs = inputs_of(user, today)
    judge(user, today)
    found = forecast(inputs, max(JUDGED_AHEAD))
    bands = [[k, *_quantiles(found, k)] for k in JUDGED_AHEAD]
    values = {
        "seq": clock,
        "currency": inputs.currency,
        "inputs": plain(to_json(inputs)),
        "bands": bands,
        "accuracy": accuracy_of(user_id, inputs.currency),
    }
    rows = StoredForecast.objects.for_user(user_id)
    with atomic():
        # One worker at a time, and none for an owner who is leaving.
        if Clock.objects.select_for_update().filter(user_id=user_id).first() is None:
            return False
        if not rows.filter(made_on=today).exists():
            # Told once a day. Only then does the clock tick: else each word would cause the next.
            told = tick(user_id)
            if told == clock + 1:
                values["seq"] = told
            push(user_id, told, KIND, [_news(found, inputs.currency, today)])
        StoredForecast.objects.update_or_create(user_id=user_id, made_on=today, defaults=values)
        rows.filter(made_on__lt=today, inputs__isnull=False).update(inputs=None)
        rows.filter(made_on__lt=today - timedelta(days=KEPT_DAYS)).delete()
    return True


def _quantiles(found: Forecast, ahead: int) -> tuple[int, int, int]:
    day = found.days[ahead - 1]
    return day.p10, day.p50, day.p90


def _news(found: Forecast, currency: str, today: date) -> dict[str, Any]:
    low = found.low_point
    return {
        "made_on": today.isoformat(),
        "currency": currency,
        "low_point": {
            "date": low.on.isoformat(),
            "p50": format_minor(low.p50, currency),
            "p10": format_minor(low.p10, currency),
        },
        "below_zero_probability": round(found.below_zero, 4),
    }


def judge(user: User, today: date) -> int:
    """Hold stored forecasts against the balances that came; the number of scores given.

    Only days that are over, and only forecasts in today's home currency.
    """
    oldest = today - timedelta(days=KEPT_DAYS)
    rows = StoredForecast.objects.for_user(user).filter(
        currency=user.currency, made_on__range=(oldest, today - timedelta(days=2))
    )
    balances: dict[date, int] = {}
    count = 0
    for row in rows.defer("inputs"):
        judged = {ahead for ahead, _, _ in row.scores}
        due = [band for band in row.bands if band[0] not in judged]
        due = [band for band in due if row.made_on + timedelta(days=band[0]) < today]
        for ahead, *quantiles in due:
            on = row.made_on + timedelta(days=ahead)
            if on not in balances:
                balances[on] = cleared_at(user, on)
            row.scores.append([ahead, *score(balances[on], quantiles)])
        if due:
            StoredForecast.objects.filter(pk=row.pk).update(scores=row.scores)
            count += len(due)
    return count


def score(actual: int, quantiles: list[int]) -> tuple[bool, float]:
    """(inside p10 to p90, mean pinball loss) of one day."""
    losses = [pinball(actual, q, said) for q, said in zip(QUANTILES, quantiles, strict=True)]
    return quantiles[0] <= actual <= quantiles[2], sum(losses) / len(losses)


def accuracy_of(user_id: UUID, currency: str) -> dict[str, Any] | None:
    """How the stored forecasts did; None where none was judged yet."""
    rows = StoredForecast.objects.for_user(user_id).filter(currency=currency).exclude(scores=[])
    found = list(rows.order_by("made_on").values_list("made_on", "scores"))
    scores = [score for _, scores in found for score in scores]
    if not scores:
        return None
    mean = sum(loss for _, _, loss in scores) / len(scores)
    return {
        "coverage_80": round(sum(inside for _, inside, _ in scores) / len(scores), 4),
        "pinball": format_minor(round(mean), currency),
        "since": found[0][0].isoformat(),
    }


__all__ = ["accuracy_of", "judge", "owners_behind", "refresh", "score"]
