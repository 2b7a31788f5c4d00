"""/api/transaction-moods/analysis and /trends: what moods went along with, in the owner's own history."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import ApiView, report
from accounts.days import today_of, zone
from accounts.errors import Refusal
from insights.api.asked import explanation, left_out
from insights.api.mood_shapes import (
    MoodAnalysisOutput,
    MoodTimeQuery,
    MoodTrendsOutput,
    TrendQuery,
)
from insights.moods import (
    EMOTIONAL,
    GROUP_MIN,
    Comparison,
    Purchase,
    Regret,
    compare,
    drift,
    low_evenings,
    regrets,
    shares,
)
from insights.selectors.moods import UNTOLD_MAX, Purchases, moods_between, purchases
from ledger.api.summary import span_of
from ledger.buckets import TooManyBuckets, bucket_end, cut, recent
from ledger.errors import Reason
from ledger.money import format_minor
from ledger.periods import Span
from ledger.services.posting import FIRST_DAY

NOTE = "These figures are associated with moods, not caused by them."
GRANULARITY = {"week": "weekly", "month": "monthly"}


class MoodAnalysis(ApiView):
    query = MoodTimeQuery

    @extend_schema(parameters=[MoodTimeQuery], responses=MoodAnalysisOutput, tags=["moods"])
    def get(self, request: Request) -> Response:
        """Compare purchases in each mood with your other purchases. Associated, not caused."""
        parameters = self.parameters()
        if {"timeframe", "date_from", "date_to"} & parameters.keys():
            span = span_of(self.owner, parameters)
        else:
            span = Span(FIRST_DAY, today_of(self.owner))

        def build() -> dict[str, Any]:
            owner = self.owner
            found = purchases(owner.pk, owner.currency, zone(owner.timezone), span)
            answer = shown_analysis(found, span)
            if parameters["explain"]:
                answer["explain"] = _explained(found)
            return answer

        return report(request, build)


def _explained(found: Purchases) -> dict[str, Any]:
    inputs = {
        "baseline": "your other purchases of the span, with and without a mood",
        "cliffs_delta": "how often a purchase in the mood is larger, less how often it is smaller",
        "interval": "95 % percentile bootstrap of the difference of medians, seed fixed",
        "p_adjusted": "Mann-Whitney, exact for small groups, corrected by Holm",
        "n_min": GROUP_MIN,
        "emotional": sorted(EMOTIONAL),
        "others_without_mood": found.untold,
    }
    gone = [
        left_out("income, refunds and transfers", "they are not spending"),
        left_out("purchases without a rate", "see warnings", found.unknown),
        left_out(f"all but the latest {UNTOLD_MAX} purchases without a mood", "they suffice"),
    ]
    return explanation(inputs, found.converter, gone)


def shown_analysis(found: Purchases, span: Span) -> dict[str, Any]:
    currency = found.converter.to
    spent = shares(found.found)
    evening = low_evenings(found.found)
    return {
        "date_from": span.start,
        "date_to": span.end,
        "currency": currency,
        "moods": [_shown(comparison, currency) for comparison in compare(found.found)],
        "emotional_share": ratio(spent.emotional),
        "planned_share": ratio(spent.planned),
        "regret": [_shown_regret(regret) for regret in regrets(found.found)],
        "low_mood_evening": {
            "n": evening.n,
            "median": money(evening.median, currency),
            "interval": interval(evening.interval, currency),
            "p10": money(evening.p10, currency),
            "p90": money(evening.p90, currency),
        },
        "note": NOTE,
        "warnings": found.converter.warnings(),
    }


def ratio(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def money(minor: float | None, currency: str) -> str | None:
    return None if minor is None else format_minor(round(minor), currency)


def interval(found: tuple[float, float] | None, currency: str) -> list[str | None] | None:
    return None if found is None else [money(end, currency) for end in found]


def _shown(found: Comparison, currency: str) -> dict[str, Any]:
    return {
        "mood": found.mood,
        "n": found.n,
        "n_others": found.n_others,
        "total": format_minor(found.total, currency),
        "median": money(found.median, currency),
        "baseline_median": money(found.baseline_median, currency),
        "difference": money(found.difference, currency),
        "cliffs_delta": ratio(found.cliffs_delta),
        "interval": interval(found.interval, currency),
        "p_adjusted": ratio(found.p_adjusted),
        "verdict": found.verdict,
        "message": _message(found, currency),
        "time_of_day": found.day_parts,
        "categories": [
            {"category": category, "amount": format_minor(minor, currency)}
            for category, minor in found.categories
        ],
    }


def _message(found: Comparison, currency: str) -> str:
    if found.verdict == "insufficient_data":
        few = min(found.n, found.n_others)
        return f"Too few purchases to say anything: {few}, and {GROUP_MIN} are needed."
    if found.verdict == "no_clear_difference":
        return f"Purchases marked {found.mood} are not clearly different from your others."
    size = "larger" if found.verdict == "spends_more" else "smaller"
    gap = format_minor(abs(round(found.difference or 0)), currency)
    return (
        f"Purchases marked {found.mood} are associated with {size} amounts: their median is"
        f" {gap} {currency} away from your others. Associated, not caused."
    )


def _shown_regret(found: Regret) -> dict[str, Any]:
    return {
        "category": found.category,
        "n": found.n,
        "regretted": found.regretted,
        "rate": ratio(found.rate),
        "interval": None if found.interval is None else [ratio(end) for end in found.interval],
    }


class MoodTrends(ApiView):
    query = TrendQuery

    @extend_schema(parameters=[TrendQuery], responses=MoodTrendsOutput, tags=["moods"])
    def get(self, request: Request) -> Response:
        """Show moods and what was spent in them by ISO week or month, the newest last."""
        parameters = self.parameters()
        granularity = GRANULARITY[parameters["group_by"]]
        today = today_of(self.owner)
        if {"timeframe", "date_from", "date_to"} & parameters.keys():
            asked = span_of(self.owner, parameters)
            span = Span(_first_of(asked.start, granularity), asked.end)
        else:
            span = recent(granularity, today)
        try:
            spans = cut(span, granularity)
        except TooManyBuckets:
            raise Refusal(Reason.TOO_MANY_BUCKETS, pointer="?date_from") from None

        def build() -> dict[str, Any]:
            owner = self.owner
            local = zone(owner.timezone)
            found = purchases(owner.pk, owner.currency, local, span, untold=False)
            periods = [
                _shown_period(part, moods_between(found.found, part), owner.currency, granularity)
                for part in spans
            ]
            sums = [_sums(moods_between(found.found, part)) for part in spans]
            return {
                "group_by": parameters["group_by"],
                "currency": owner.currency,
                "trends": periods,
                "emotional_drift": drift(sums),
                "warnings": found.converter.warnings(),
            }

        return report(request, build)


def _first_of(day: date, granularity: str) -> date:
    """The first day of the week or month that a day is in, so that no period is cut at its start."""
    if granularity == "monthly":
        return day.replace(day=1)
    return bucket_end(day, granularity) - timedelta(6)


def _sums(found: list[Purchase]) -> tuple[int, int]:
    emotional = sum(p.minor for p in found if p.mood in EMOTIONAL)
    return emotional, sum(p.minor for p in found)


def _shown_period(
    span: Span, found: list[Purchase], currency: str, granularity: str
) -> dict[str, Any]:
    counts = Counter(p.mood for p in found if p.mood)
    emotional, spent = _sums(found)
    week = span.start.isocalendar()
    name = f"{week.year}-W{week.week:02}" if granularity == "weekly" else f"{span.start:%Y-%m}"
    top = min(counts, key=lambda mood: (-counts[mood], mood)) if counts else None
    return {
        "period": name,
        "start": span.start,
        "end": span.end,
        "count": len(found),
        "spent": format_minor(spent, currency),
        "emotional": format_minor(emotional, currency),
        "mean_intensity": round(sum(p.intensity for p in found) / len(found), 2) if found else None,
        "top_mood": top,
        "moods": dict(sorted(counts.items())),
    }
