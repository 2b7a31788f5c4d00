"""Verbs on recurring transactions: make, change, remove, pause, resume."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.transaction import atomic

from accounts.announce import bury
from accounts.clock import tick
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from ledger import money
from ledger.errors import Reason
from ledger.models import OccurrenceStatus, RecurringOccurrence, RecurringTransaction
from ledger.recurrence import Schedule, nominal_dates
from ledger.recurring_plan import due_dates
from ledger.schedules import from_json, schedule_of, to_json
from ledger.selectors.recurring import known_of
from ledger.services.owned import hold, trace
from ledger.services.posting import check_day, minor_of
from ledger.services.references import Wanted, accounts_of, categories_of, look_up, payees_of

TARGET = "recurring_transaction"
PER_USER_MAX = 500
ONE_DAY = timedelta(days=1)
PLAIN = ("memo", "at_time", "starts_on", "auto_approve", "variable", "catch_up")
DEFAULTS: dict[str, Any] = {
    "payee": None, "category": None, "memo": "", "at_time": None, "starts_on": None,
    "auto_approve": False, "variable": False, "catch_up": "all",
}  # fmt: skip


@atomic
def make_recurring(*, user_id: UUID, fields: dict[str, Any]) -> RecurringTransaction:
    """A new rule. fields: account, amount (signed), schedule (validated JSON), and those of DEFAULTS.

    Books nothing yet. Refuses foreign ids, amounts finer than the currency, a schedule without any
    date, and the 501st rule.
    """
    seq = tick(user_id)
    if RecurringTransaction.objects.for_user(user_id).count() >= PER_USER_MAX:
        raise Refusal(Reason.TOO_MANY_RECURRING, status=409)
    rule = RecurringTransaction(user_id=user_id, currency="", amount_minor=0)
    _apply(rule, seq, {**DEFAULTS, **fields})
    rule.done_through = _start(rule)
    _aim(rule)
    rule.save(force_insert=True)
    trace(user_id, seq, TARGET, "created", rule.id)
    return rule


@atomic
def change_recurring(
    *, user_id: UUID, rule_id: UUID, fields: dict[str, Any], expected_seq: int | None = None
) -> RecurringTransaction:
    """Change the named fields; a schedule's parts that are not named stay.

    What is dealt with stays so, and the next date is the new schedule's first after it: an edit
    neither skips nor repeats one.
    """
    seq = tick(user_id)
    rule = held_rule(user_id, rule_id, expected_seq)
    untouched = rule.done_through == _start(rule)
    if "schedule" in fields:
        fields = {**fields, "schedule": {**rule.schedule, **fields["schedule"]}}
    _apply(rule, seq, fields)
    if untouched:
        rule.done_through = _start(rule)
    elif fields.get("starts_on"):
        rule.done_through = max(rule.done_through, _start(rule))
    if "schedule" in fields:
        _drop_changed(rule)
    _aim(rule)
    rule.save()
    trace(user_id, seq, TARGET, "updated", rule_id, fields=sorted(fields))
    return rule


@atomic
def remove_recurring(*, user_id: UUID, rule_id: UUID, expected_seq: int | None = None) -> None:
    """Delete a rule and what it knows of its dates. The transactions that it booked stay."""
    seq = tick(user_id)
    held_rule(user_id, rule_id, expected_seq)
    RecurringOccurrence.objects.for_user(user_id).filter(rule=rule_id)._raw_delete("default")
    RecurringTransaction.objects.for_user(user_id).filter(id=rule_id)._raw_delete("default")
    bury(user_id, seq, TARGET, [rule_id])
    trace(user_id, seq, TARGET, "deleted", rule_id)


@atomic
def pause(*, user_id: UUID, rule_id: UUID, expected_seq: int | None = None) -> RecurringTransaction:
    """Nothing comes of the rule until it is resumed. What waits for the owner still does."""
    seq = tick(user_id)
    rule = held_rule(user_id, rule_id, expected_seq)
    if not rule.paused:
        rule.paused, rule.seq = True, seq
        rule.save(update_fields=["paused", "seq"])
        trace(user_id, seq, TARGET, "paused", rule_id)
    return rule


@atomic
def resume(
    *, user_id: UUID, rule_id: UUID, backfill: bool = False, expected_seq: int | None = None
) -> RecurringTransaction:
    """Go on. The dates of the pause are left out, unless `backfill` asks for them."""
    seq = tick(user_id)
    rule = held_rule(user_id, rule_id, expected_seq)
    if not rule.paused:
        return rule
    rule.paused, rule.seq = False, seq
    if not backfill:
        yesterday = today_of(User.objects.get(id=user_id)) - ONE_DAY
        for due in due_dates(schedule_of(rule), rule.done_through, yesterday):
            rule.done_through = due.nominal_on
        RecurringOccurrence.objects.for_user(user_id).filter(
            rule=rule, status=OccurrenceStatus.UPCOMING, posted_on__lte=yesterday
        ).update(status=OccurrenceStatus.SKIPPED, reason="paused", seq=seq)
    _aim(rule)
    rule.save(update_fields=["paused", "seq", "done_through", "next_on"])
    trace(user_id, seq, TARGET, "resumed", rule_id, backfill=backfill)
    return rule


def held_rule(
    user_id: UUID, rule_id: UUID, expected_seq: int | None = None
) -> RecurringTransaction:
    """An owned rule under the clock; 404, 412 as everywhere."""
    rows = RecurringTransaction.objects.for_user(user_id).select_related("account", "payee")
    return hold(rows, rule_id, Reason.RECURRING_NOT_FOUND, expected_seq)  # type: ignore[no-any-return]


def aim(rule: RecurringTransaction) -> None:
    """Find the day on which the rule is due next, after its occurrences changed, and keep it."""
    _aim(rule)
    rule.save(update_fields=["next_on", "done_through", "seq"])


def _aim(rule: RecurringTransaction) -> None:
    rule.next_on = known_of(rule.user_id, [rule])[rule.id].next_on(rule)


def _start(rule: RecurringTransaction) -> date:
    """The day before the first that may be booked."""
    first = schedule_of(rule).first_on
    return max(first, rule.starts_on or first) - ONE_DAY


def _drop_changed(rule: RecurringTransaction) -> None:
    """Changes of single dates that the new schedule has not got."""
    waiting = RecurringOccurrence.objects.for_user(rule.user_id).filter(
        rule=rule, status=OccurrenceStatus.UPCOMING
    )
    gone = [row.id for row in waiting if not has_date(schedule_of(rule), row.nominal_on)]
    waiting.filter(id__in=gone).delete()


def has_date(schedule: Schedule, nominal_on: date) -> bool:
    """Whether it is a nominal date of the schedule."""
    if nominal_on < schedule.first_on:
        return False
    return next(nominal_dates(schedule, nominal_on - ONE_DAY), None) == nominal_on


def _apply(rule: RecurringTransaction, seq: int, fields: dict[str, Any]) -> None:
    user_id = rule.user_id
    for name in PLAIN:
        if name in fields:
            setattr(rule, name, fields[name])
    if "schedule" in fields:
        rule.schedule = to_json(checked(fields["schedule"]))
    if fields.get("starts_on"):
        check_day(fields["starts_on"], "/starts_on")
    amount = fields.get("amount")
    if amount is None:
        amount = money.from_minor(rule.amount_minor, rule.currency)
    if "account" in fields:
        account = accounts_of(user_id, {fields["account"]: ""})[fields["account"]]
        if account.closed and account.id != rule.account_id:
            raise Refusal(Reason.ACCOUNT_IS_CLOSED, status=409, pointer="/account")
        rule.account_id, rule.currency = account.id, account.currency
    if {"account", "amount"} & fields.keys():
        rule.amount_minor = minor_of(amount, rule.currency, "/amount")
    _name(rule, seq, fields, amount)
    rule.seq = seq


def _name(rule: RecurringTransaction, seq: int, fields: dict[str, Any], amount: Decimal) -> None:
    if "payee" in fields:
        wanted = [Wanted(fields["payee"], "/payee")] if fields["payee"] else []
        found = payees_of(rule.user_id, seq, wanted)
        rule.payee_id = look_up(found, fields["payee"] or None)
    if "category" in fields:
        wanted = [Wanted(fields["category"], "/category", amount > 0)] if fields["category"] else []
        found = categories_of(rule.user_id, seq, wanted)
        rule.category_id = look_up(found, fields["category"] or None)


def checked(document: dict[str, Any]) -> Schedule:
    """The schedule of a validated document, or a refusal of parts that do not go together."""
    schedule = from_json(document)
    check_day(schedule.anchor_on, "/schedule/anchor_on")
    weekly = schedule.frequency in ("daily", "weekly", "biweekly", "four_weekly")
    chosen = [
        name
        for name in ("last_day", "last_business_day", "nth_weekday", "days_of_month")
        if getattr(schedule, name)
    ]
    if weekly and chosen:
        _contradicts(chosen[0], "Days of the month go with monthly, quarterly and yearly.")
    if len(chosen) > 1:
        _contradicts(chosen[1], f"Send {chosen[0]} or {chosen[1]}, not both.")
    is_on_two_days = chosen == ["days_of_month"] and len(set(schedule.days_of_month)) == 2
    if schedule.frequency == "semi_monthly" and chosen and not is_on_two_days:
        _contradicts(chosen[0], "Twice a month is on two days_of_month.")
    if schedule.weekdays and not (weekly and schedule.frequency != "daily"):
        _contradicts("weekdays", "Weekdays go with weekly, biweekly and four_weekly.")
    if schedule.holidays and schedule.weekend == "none" and not schedule.last_business_day:
        _contradicts("holidays", "Holidays need a weekend policy that says where a day moves.")
    if next(nominal_dates(schedule), None) is None:
        raise Refusal(Reason.SCHEDULE_IS_EMPTY, pointer="/schedule")
    return schedule


def _contradicts(part: str, why: str) -> None:
    raise Refusal(Reason.SCHEDULE_CONTRADICTS, detail=why, pointer=f"/schedule/{part}")
