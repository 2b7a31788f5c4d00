"""/api/recurring-transactions/…: what is to come across all of them, and doing what is due now."""

from collections import defaultdict
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db.transaction import on_commit
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import MoneyField, StrictSerializer
from accounts.api.views import ApiView, report
from accounts.days import today_of
from accounts.models import User
from ledger import tasks
from ledger.api.recurring import TAGS
from ledger.api.recurring_shapes import (
    NoInput,
    OccurrenceOutput,
    OccurrencePage,
    PreviewInput,
    PreviewOutput,
    ProjectionQuery,
    UpcomingQuery,
)
from ledger.api.recurring_views import shown_many, shown_upcoming
from ledger.api.serializers import DayField, PageOutput
from ledger.models import RecurringTransaction
from ledger.money import format_minor
from ledger.periods import add_months, month_end
from ledger.recurrence import nominal_dates
from ledger.selectors.rates import converter_for
from ledger.selectors.upcoming import Upcoming, pending_of, upcoming
from ledger.services.posting import check_day
from ledger.services.recurring import checked
from ledger.services.recurring_run import materialise

AT_ONCE_MAX = 5_000  # occurrences in one request: a second or two; a worker does the rest


class UpcomingOccurrenceOutput(OccurrenceOutput):
    reason = None  # type: ignore[assignment]
    transaction = None  # type: ignore[assignment]
    account = serializers.UUIDField()
    payee_id = serializers.UUIDField(allow_null=True)
    category = serializers.UUIDField(allow_null=True)


class UpcomingList(PageOutput):
    results = UpcomingOccurrenceOutput(many=True)


class MonthOutput(serializers.Serializer[Any]):
    month = serializers.CharField(help_text="YYYY-MM; the first begins today")
    income = MoneyField(allow_null=True)
    expense = MoneyField(allow_null=True, help_text="positive")
    net = MoneyField(allow_null=True, help_text="null where a rate is missing")
    count = serializers.IntegerField()


class ProjectionOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    results = MonthOutput(many=True)
    warnings = serializers.ListField(child=serializers.DictField())


class StatsOutput(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    total_active = serializers.IntegerField()
    pending = serializers.IntegerField(help_text="occurrences that wait for you")
    currency = serializers.CharField()
    next_due = UpcomingOccurrenceOutput(allow_null=True)
    monthly_projection = MonthOutput(help_text="the next thirty days")
    warnings = serializers.ListField(child=serializers.DictField())


class ProcessedOutput(serializers.Serializer[Any]):
    processed = serializers.IntegerField()


class SimulationInput(StrictSerializer):
    date = DayField(required=False, help_text="as if it were this day; today by default")


class SimulationOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    processed = serializers.IntegerField(help_text="always 0: nothing is booked")
    results = UpcomingOccurrenceOutput(many=True)


class UpcomingRecurring(ApiView):
    query = UpcomingQuery

    @extend_schema(parameters=[UpcomingQuery], responses=UpcomingList, tags=TAGS)
    def get(self, request: Request) -> Response:
        """What is to come in the next days, and what waits for you, by day."""
        days, user_id = self.parameters()["days"], self.owner.pk
        today = today_of(self.owner)

        def build() -> dict[str, Any]:
            found = upcoming(user_id, today, today + timedelta(days=days))
            results = [shown_upcoming(one) for one in found]
            return {"results": results, "next": None, "previous": None}  # all at once

        return report(request, build)


class PendingRecurring(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=OccurrencePage, tags=TAGS)
    def get(self, request: Request) -> Response:
        """Occurrences that are due and wait for you: approve or skip them."""
        rows = pending_of(self.owner.pk).select_related("rule")
        page = simple_page(
            rows, self.parameters(), lambda row: row, by="posted_on", parse=date.fromisoformat
        )
        wanted = [(row.rule, row, row.nominal_on) for row in page["results"]]
        page["results"] = shown_many(self.owner.pk, wanted)
        return Response(page)


class ProjectionRecurring(ApiView):
    query = ProjectionQuery

    @extend_schema(parameters=[ProjectionQuery], responses=ProjectionOutput, tags=TAGS)
    def get(self, request: Request) -> Response:
        """What recurring transactions bring and take in each of the next months, at today's rates."""
        months, owner = self.parameters()["months"], self.owner
        return report(request, lambda: projection(owner, months))


class RecurringStats(ApiView):
    @extend_schema(responses=StatsOutput, tags=TAGS)
    def get(self, request: Request) -> Response:
        """How many there are, what is next, and the next thirty days."""
        self.parameters()
        owner = self.owner
        return report(request, lambda: stats(owner))


class RecurringPreview(ApiView):
    @extend_schema(
        request=PreviewInput,
        responses=PreviewOutput,
        examples=[
            OpenApiExample(
                "last business day",
                {
                    "schedule": {
                        "frequency": "monthly",
                        "anchor_on": "2026-01-01",
                        "last_business_day": True,
                    }
                },
                request_only=True,
            )
        ],
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """The dates of a schedule that is not stored. Changes nothing."""
        fields = self.body(PreviewInput)
        schedule = checked(fields["schedule"])
        found: list[dict[str, date]] = []
        for nominal in nominal_dates(schedule):
            if len(found) == fields["limit"] or nominal > fields.get("until", date.max):
                break
            found.append({"nominal_on": nominal, "posted_on": schedule.posted_on(nominal)})
        return Response({"results": found})


class RecurringProcess(ApiView):
    @extend_schema(request=NoInput, responses=ProcessedOutput, tags=TAGS)
    def post(self, request: Request) -> Response:
        """Do now what the program would do within a quarter of an hour: your own due occurrences."""
        self.body(NoInput)
        processed = materialise(self.owner.pk, most=AT_ONCE_MAX)
        if processed >= AT_ONCE_MAX:
            on_commit(partial(tasks.start_materialising, self.owner.pk))
        return Response({"processed": processed})


class RecurringSimulation(ApiView):
    @extend_schema(
        request=SimulationInput,
        responses=SimulationOutput,
        examples=[OpenApiExample("today", {}, request_only=True)],
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """What would be due by a day. Books nothing."""
        day = self.body(SimulationInput).get("date") or today_of(self.owner)
        check_day(day, "/date")
        found = upcoming(self.owner.pk, date(1900, 1, 1), day)
        results = [shown_upcoming(one) for one in found]
        return Response({"date": day, "processed": 0, "results": results})


def projection(owner: User, months: int) -> dict[str, Any]:
    """By calendar month, the first from today on."""
    today = today_of(owner)
    firsts = [add_months(today.replace(day=1), n) for n in range(months)]
    found = upcoming(owner.pk, today, month_end(firsts[-1]))
    by_month: dict[date, list[Upcoming]] = defaultdict(list)
    for one in found:
        by_month[max(one.posted_on, today).replace(day=1)].append(one)
    converter = converter_for(owner.pk, owner.currency, {(one.currency, today) for one in found})
    results = [_sums(by_month[first], first, today, converter) for first in firsts]
    return {"currency": owner.currency, "results": results, "warnings": converter.warnings()}


def _sums(rows: list[Upcoming], first: date, today: date, converter: Any) -> dict[str, Any]:
    income = expense = 0
    is_whole = True
    for one in rows:
        minor = converter.convert(one.amount_minor, one.currency, today)
        if minor is None:
            is_whole = False
        elif minor > 0:
            income += minor
        else:
            expense -= minor

    def text(minor: int) -> str | None:
        return format_minor(minor, converter.to) if is_whole else None

    return {
        "month": f"{first:%Y-%m}",
        "income": text(income),
        "expense": text(expense),
        "net": text(income - expense),
        "count": len(rows),
    }


def stats(owner: User) -> dict[str, Any]:
    today = today_of(owner)
    rules = RecurringTransaction.objects.for_user(owner)
    states = list(rules.values_list("paused", "next_on"))
    found = upcoming(owner.pk, today, today + timedelta(days=366))
    coming = [one for one in found if one.status == "upcoming"]
    month = [one for one in found if one.posted_on < today + timedelta(days=30)]
    converter = converter_for(owner.pk, owner.currency, {(one.currency, today) for one in month})
    return {
        "total": len(states),
        "total_active": sum(1 for paused, next_on in states if next_on and not paused),
        "pending": sum(1 for one in found if one.status == "pending"),
        "currency": owner.currency,
        "next_due": shown_upcoming(coming[0]) if coming else None,
        "monthly_projection": _sums(month, today, today, converter),
        "warnings": converter.warnings(),
    }
