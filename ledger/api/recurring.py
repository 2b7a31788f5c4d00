"""/api/recurring-transactions: what comes again, its dates, and what to do with each of them."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db.transaction import on_commit
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import Order, Window, simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from ledger import tasks
from ledger.api.recurring_shapes import (
    DEFAULTS,
    EXAMPLE,
    ApproveInput,
    NextInput,
    NoInput,
    OccurrenceOutput,
    OccurrencePage,
    OccurrenceQuery,
    OverrideInput,
    RecurringInput,
    RecurringOutput,
    RecurringPage,
    RecurringPatch,
    RecurringQuery,
    RestoreInput,
    ResumeInput,
    shown_rule,
)
from ledger.api.recurring_views import occurrences_of, shown_many
from ledger.errors import Reason
from ledger.models import RecurringOccurrence, RecurringTransaction
from ledger.periods import add_months
from ledger.recurrence import LAST_YEAR
from ledger.services import recurring, recurring_occurrences
from ledger.services.recurring_occurrences import Said

TAGS = ["recurring-transactions"]
BY_DATE = Order("nominal_on", ("nominal_on",), False)
ANY = OpenApiExample("the next", {}, request_only=True)


def rule_of(user_id: UUID, rule_id: UUID) -> RecurringTransaction:
    """An owned rule with its names, in one query; 404 otherwise."""
    rules = RecurringTransaction.objects.for_user(user_id)
    rule: RecurringTransaction | None = with_names(rules).filter(id=rule_id).first()
    if rule is None:
        raise Refusal(Reason.RECURRING_NOT_FOUND, status=404)
    return rule


def with_names(rules: Any) -> Any:
    return rules.select_related("account", "payee", "category")


def shown(request: Request, rule_id: UUID, *, status: int = 200) -> Response:
    user_id: UUID = request.user.pk  # type: ignore[assignment]
    rule = rule_of(user_id, rule_id)
    data = shown_rule(rule)
    names = [data["account_name"], data["payee"], data["category_name"], data["type"]]
    return item(request, lambda: data, rule.seq, status=status, names=names)


def shown_occurrence(row: RecurringOccurrence) -> Response:
    rule = rule_of(row.user_id, row.rule_id)
    return Response(shown_many(row.user_id, [(rule, row, row.nominal_on)])[0])


def start_if_due(owner: User, rule: RecurringTransaction) -> None:
    """What became due by a verb need not wait for the beat."""
    if not rule.paused and rule.next_on is not None and rule.next_on <= today_of(owner):
        on_commit(partial(tasks.start_materialising, owner.pk))


class RecurringList(ApiView):
    query = RecurringQuery

    @extend_schema(parameters=[RecurringQuery], responses=RecurringPage, tags=TAGS)
    def get(self, request: Request) -> Response:
        """List recurring transactions, the paused and the ended ones too."""
        parameters = self.parameters()
        rules = with_names(RecurringTransaction.objects.for_user(self.owner))
        if "account" in parameters:
            rules = rules.filter(account=parameters["account"])
        if "status" in parameters:
            is_paused = parameters["status"] == "paused"
            rules = rules.filter(paused=is_paused)
            if not is_paused:
                rules = rules.filter(next_on__isnull=parameters["status"] == "ended")
        return Response(simple_page(rules, parameters, shown_rule))

    @extend_schema(
        request=RecurringInput, responses={201: RecurringOutput}, examples=[EXAMPLE], tags=TAGS
    )
    def post(self, request: Request) -> Response:
        """Make a recurring transaction. Dates that are due already are dealt with at once."""
        rule = recurring.make_recurring(user_id=self.owner.pk, fields=self.body(RecurringInput))
        start_if_due(self.owner, rule)
        response = shown(request, rule.id, status=201)
        response["Location"] = f"/api/recurring-transactions/{rule.id}"
        return response


class RecurringItem(ApiView):
    @extend_schema(responses=RecurringOutput, tags=TAGS)
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one recurring transaction."""
        return shown(request, row_id)

    @extend_schema(request=RecurringInput, responses=RecurringOutput, examples=[EXAMPLE], tags=TAGS)
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace a recurring transaction; what it booked stays."""
        fields = self.body(RecurringInput)
        empty = {"interval": 1, "day_policy": "clamp", "weekend": "none", "holidays": None,
                 "last_day": False, "last_business_day": False, "nth_weekday": None,
                 "days_of_month": [], "weekdays": [], "until": None, "count": None}  # fmt: skip
        fields["schedule"] = {**empty, **fields["schedule"]}
        return self._change(request, row_id, {**DEFAULTS, **fields})

    @extend_schema(request=RecurringPatch, responses=RecurringOutput, tags=TAGS)
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent. The next date is the first that is not dealt with yet."""
        return self._change(request, row_id, self.body(RecurringPatch))

    @extend_schema(responses={204: None}, tags=TAGS)
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a recurring transaction. What it booked stays in the books."""
        recurring.remove_recurring(
            user_id=self.owner.pk, rule_id=row_id, expected_seq=expected_seq(request)
        )
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        rule = recurring.change_recurring(
            user_id=self.owner.pk,
            rule_id=row_id,
            fields=fields,
            expected_seq=expected_seq(request),
        )
        start_if_due(self.owner, rule)
        return shown(request, row_id)


class RecurringPause(ApiView):
    @extend_schema(request=NoInput, responses=RecurringOutput, tags=TAGS)
    def post(self, request: Request, row_id: UUID) -> Response:
        """Pause. Pausing twice is as once."""
        self.body(NoInput)
        recurring.pause(user_id=self.owner.pk, rule_id=row_id, expected_seq=expected_seq(request))
        return shown(request, row_id)


class RecurringResume(ApiView):
    @extend_schema(request=ResumeInput, responses=RecurringOutput, tags=TAGS)
    def post(self, request: Request, row_id: UUID) -> Response:
        """Go on. The dates of the pause are left out unless `backfill` asks for them."""
        fields = self.body(ResumeInput)
        rule = recurring.resume(
            user_id=self.owner.pk, rule_id=row_id, expected_seq=expected_seq(request), **fields
        )
        start_if_due(self.owner, rule)
        return shown(request, row_id)


class RecurringOccurrences(ApiView):
    query = OccurrenceQuery

    @extend_schema(parameters=[OccurrenceQuery], responses=OccurrencePage, tags=TAGS)
    def get(self, request: Request, row_id: UUID) -> Response:
        """List its dates: what became of those that were, and what is to come."""
        parameters = self.parameters()
        rule = rule_of(self.owner.pk, row_id)
        since = parameters.get("since")
        today = today_of(self.owner)
        base = max(today, since or today)
        until = parameters.get("until") or add_months(base, 12 if base.year <= LAST_YEAR else 0)
        window = Window.of(parameters, BY_DATE, (date.fromisoformat,))
        keys = window.keys or [None]
        rows = occurrences_of(rule, since, until, keys[0], window.limit + 1)
        page = window.page(rows, lambda row: [row["nominal_on"]])
        page["previous"] = None  # forward only: the past is where the list begins
        return Response(page)


class RecurringSkip(ApiView):
    @extend_schema(request=NextInput, responses=OccurrenceOutput, examples=[ANY], tags=TAGS)
    def post(self, request: Request, row_id: UUID) -> Response:
        """Leave one date out, or reject one that waits. It counts as one of `count`."""
        fields = self.body(NextInput)
        row = recurring_occurrences.skip(user_id=self.owner.pk, rule_id=row_id, **fields)
        return shown_occurrence(row)


class RecurringOverride(ApiView):
    @extend_schema(
        request=OverrideInput,
        responses=OccurrenceOutput,
        examples=[OpenApiExample("dearer once", {"amount": "12.30"}, request_only=True)],
        tags=TAGS,
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        """Another amount or day for one occurrence; the series stays."""
        fields = self.body(OverrideInput)
        row = recurring_occurrences.override(
            user_id=self.owner.pk,
            rule_id=row_id,
            nominal_on=fields.pop("nominal_on", None),
            said=Said(**fields),
        )
        return shown_occurrence(row)


class RecurringRestore(ApiView):
    @extend_schema(request=RestoreInput, responses=OccurrenceOutput, tags=TAGS)
    def post(self, request: Request, row_id: UUID) -> Response:
        """Take a skip or a change back; a date that was left out becomes due again."""
        fields = self.body(RestoreInput)
        row = recurring_occurrences.restore(user_id=self.owner.pk, rule_id=row_id, **fields)
        return shown_occurrence(row)


class RecurringApprove(ApiView):
    @extend_schema(request=ApproveInput, responses=OccurrenceOutput, examples=[ANY], tags=TAGS)
    def post(self, request: Request, row_id: UUID) -> Response:
        """Book one occurrence with its real amount: the oldest that waits, or the one you name."""
        fields = self.body(ApproveInput)
        row = recurring_occurrences.approve(
            user_id=self.owner.pk,
            rule_id=row_id,
            nominal_on=fields.pop("nominal_on", None),
            said=Said(**fields),
        )
        return shown_occurrence(row)


class RecurringReject(RecurringSkip):
    """The original's word for skipping one that waits."""
