"""What the beat books: everything that is due, once, whatever happened before."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import Refusal
from accounts.models import Clock, Event
from config.tests.cast import account_of, person
from ledger import tasks
from ledger.errors import Reason
from ledger.models import Account, RecurringOccurrence, Transaction
from ledger.recurring_plan import due_dates
from ledger.schedules import schedule_of
from ledger.selectors.upcoming import upcoming
from ledger.services import recurring_run
from ledger.services.posting import remove
from ledger.services.recurring import change_recurring, pause, resume
from ledger.services.recurring_occurrences import Said, approve, override, restore, skip
from ledger.services.recurring_run import materialise_all, owners_due
from ledger.tests.recurring_cast import D, at, booked, fresh, rule_of, run, statuses
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db

FRIDAYS = {"frequency": "weekly", "anchor": "2026-03-06"}


def test_after_days_of_downtime_it_catches_up_each_date_once(alice, main):
    rule_of(main, **FRIDAYS)
    assert run(alice, "2026-03-10") == 1
    assert run(alice, "2026-04-02") == 3
    assert booked(alice)[1:] == ["2026-03-13", "2026-03-20", "2026-03-27"]
    assert run(alice, "2026-04-02") == 0
    assert run(alice, "2026-04-03") == 1
    assert run(alice, "2026-04-03", hour=18) == 0
    assert booked(alice)[-1] == "2026-04-03"
    assert verify_user(alice.pk) == []
    main.refresh_from_db()
    assert main.balance_minor == -5000


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("all", ["2026-03-06", "2026-03-13", "2026-03-20", "2026-03-27", "2026-04-03"]),
        ("latest", ["2026-03-27", "2026-04-03"]),
        ("none", ["2026-04-03"]),
        ("review", ["2026-04-03"]),
    ],
)
def test_the_policy_says_what_becomes_of_missed_dates(alice, main, policy, expected):
    rule = rule_of(main, catch_up=policy, **FRIDAYS)
    run(alice, "2026-04-03")
    assert booked(alice) == expected
    told = Event.objects.filter(kind="recurring.needs_review").values_list("data__count", flat=True)
    assert list(told) == {"latest": [3], "none": [4]}.get(policy, [])
    waiting = RecurringOccurrence.objects.filter(rule=rule, status="pending")
    assert waiting.count() == (4 if policy == "review" else 0)
    assert run(alice, "2026-04-03") == 0


def test_a_run_that_is_hours_late_has_missed_nothing(alice, main):
    rule_of(main, catch_up="none", **FRIDAYS)
    run(alice, "2026-03-07", hour=1)
    assert booked(alice) == ["2026-03-06"]


def test_at_most_a_year_of_days_is_booked_and_the_rest_told_once(alice, main):
    rule_of(main, frequency="daily", anchor="2024-01-01")
    assert run(alice, "2026-03-10") == 366 + 2
    assert booked(alice)[0] == "2025-03-08"
    event = Event.objects.get(kind="recurring.needs_review")
    assert event.data["first"] == "2024-01-01"
    assert event.data["last"] == "2025-03-07"
    assert run(alice, "2026-03-11") == 1


def test_batches_go_on_where_the_last_one_ended(alice, main, monkeypatch):
    monkeypatch.setattr(recurring_run, "BATCH", 3)
    for amount in ("-1", "-2"):
        rule_of(main, amount, **FRIDAYS)
    assert run(alice, "2026-04-03") == 10
    assert sorted(booked(alice)) == sorted(
        2 * ["2026-03-06", "2026-03-13", "2026-03-20", "2026-03-27", "2026-04-03"]
    )


def test_the_owner_s_day_and_hour_decide(api, main, alice):
    eastern = person("kim@example.org", timezone="Pacific/Auckland")
    western = person("lou@example.org", timezone="America/Los_Angeles")
    for user in (eastern, western):
        rule_of(account_of(user), anchor="2026-03-10")
    assert run(eastern, "2026-03-09", hour=12) == 1  # the 10th already, there
    assert run(western, "2026-03-10", hour=6) == 0  # still the 9th
    assert run(western, "2026-03-10", hour=8) == 1
    rule_of(main, anchor="2026-03-10", at_time=time(9, 30))
    clock = Clock.objects.get(user=alice).seq
    assert run(alice, "2026-03-10", hour=9) == 0
    assert Clock.objects.get(user=alice).seq == clock, "waiting changes nothing"
    assert run(alice, "2026-03-10", hour=10) == 1
    row = Transaction.objects.get(account=main)
    assert row.occurred_at == at("2026-03-10", 9).replace(minute=30)


def test_everybody_s_dues_in_one_run(alice, bob, main):
    rule_of(main, anchor="2026-03-10")
    rule_of(account_of(bob), anchor="2026-03-10")
    assert set(owners_due(at("2026-03-10"))) == {alice.pk, bob.pk}
    assert materialise_all(at("2026-03-10")) == 2
    assert list(owners_due(at("2026-03-10"))) == []


def test_one_owner_s_broken_row_does_not_stop_the_others(alice, bob, main, time_machine):
    broken = rule_of(main, anchor="2026-03-10")
    fine = rule_of(account_of(bob), anchor="2026-03-10")
    schedule = {**broken.schedule, "weekend": "next", "holidays": "ATLANTIS"}
    type(broken).objects.filter(pk=broken.pk).update(schedule=schedule)
    time_machine.move_to(at("2026-03-10"))
    assert tasks.materialise_recurring() == 1
    assert statuses(fine) == ["2026-03-10 posted"]
    assert tasks.materialise_recurring_of(str(bob.pk)) == 0


def test_a_deleted_transaction_does_not_come_back_nor_extend_the_series(alice, main):
    rule = rule_of(main, count=3)
    run(alice, "2026-01-31")
    remove(alice.pk, [Transaction.objects.get().pk])
    run(alice, "2026-12-31")
    assert booked(alice) == ["2026-02-28", "2026-03-31"]
    assert fresh(rule).next_on is None


def test_the_owner_can_ask_for_a_deleted_one_again(alice, main):
    rule = rule_of(main)
    run(alice, "2026-01-31")
    with pytest.raises(Refusal, match="occurrence_is_done"):
        restore(user_id=alice.pk, rule_id=rule.pk, nominal_on=D("2026-01-31"))
    remove(alice.pk, [Transaction.objects.get().pk])
    restore(user_id=alice.pk, rule_id=rule.pk, nominal_on=D("2026-01-31"))
    assert run(alice, "2026-01-31") == 1
    assert booked(alice) == ["2026-01-31"]


def test_a_skipped_date_counts_as_one(alice, main):
    rule = rule_of(main, count=3)
    assert skip(user_id=alice.pk, rule_id=rule.pk).nominal_on == D("2026-01-31")
    skip(user_id=alice.pk, rule_id=rule.pk, nominal_on=D("2026-01-31"))
    run(alice, "2026-12-31")
    assert booked(alice) == ["2026-02-28", "2026-03-31"]
    assert statuses(rule)[0] == "2026-01-31 skipped"


def test_a_pause_is_not_made_up_for_unless_asked(alice, main, time_machine):
    rules = [rule_of(main, amount, **FRIDAYS) for amount in ("-1", "-2")]
    run(alice, "2026-03-06")
    for rule in rules:
        pause(user_id=alice.pk, rule_id=rule.pk)
    assert run(alice, "2026-03-26") == 0
    time_machine.move_to(at("2026-03-26"))
    resume(user_id=alice.pk, rule_id=rules[0].pk)
    resume(user_id=alice.pk, rule_id=rules[1].pk, backfill=True)
    run(alice, "2026-03-27")
    amounts = Transaction.objects.order_by("posted_on").values_list("amount_minor", flat=True)
    assert [a for a in amounts if a == -100] == [-100] * 2
    assert [a for a in amounts if a == -200] == [-200] * 4
    # One date of the pause after all:
    restore(user_id=alice.pk, rule_id=rules[0].pk, nominal_on=D("2026-03-13"))
    assert run(alice, "2026-03-27") == 1


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"anchor_on": "2026-01-20"}, "2026-02-20"),
        ({"frequency": "weekly", "anchor_on": "2026-02-03"}, "2026-02-03"),
        ({"interval": 2}, "2026-03-31"),
        ({"until": "2026-02-27"}, None),
    ],
)
def test_an_edit_neither_skips_nor_repeats_the_next_date(alice, main, schedule, expected):
    rule = rule_of(main)
    run(alice, "2026-01-31")
    change_recurring(user_id=alice.pk, rule_id=rule.pk, fields={"schedule": schedule})
    assert fresh(rule).next_on == (D(expected) if expected else None)
    run(alice, "2026-01-31")
    assert booked(alice) == ["2026-01-31"]


def test_an_anchor_moved_before_anything_happened_moves_the_beginning(alice, main):
    rule = rule_of(main, anchor="2027-01-31")
    change_recurring(
        user_id=alice.pk, rule_id=rule.pk, fields={"schedule": {"anchor_on": "2026-12-15"}}
    )
    assert fresh(rule).next_on == D("2026-12-15")


def test_one_date_is_changed_without_the_series(alice, main):
    rule = rule_of(main)
    change = Said(amount=Decimal("12.50"), posted_on=D("2026-02-20"))
    override(user_id=alice.pk, rule_id=rule.pk, nominal_on=D("2026-02-28"), said=change)
    assert run(alice, "2026-02-20") == 2
    run(alice, "2026-03-31")
    rows = Transaction.objects.order_by("posted_on").values_list("posted_on", "amount_minor")
    assert list(rows) == [
        (D("2026-01-31"), -1000),
        (D("2026-02-20"), -1250),
        (D("2026-03-31"), -1000),
    ]


def test_money_moves_on_the_posting_date_and_is_one_by_the_nominal_one(alice, main):
    rule = rule_of(main, weekend="previous")
    assert run(alice, "2026-01-29") == 0
    assert run(alice, "2026-01-30") == 1  # the Friday before Saturday the 31st
    later = rule_of(main, weekend="next", amount="-3")
    assert run(alice, "2026-02-01") == 0
    assert run(alice, "2026-02-02") == 1
    assert booked(alice) == ["2026-01-30", "2026-02-02"]
    assert statuses(rule) == statuses(later) == ["2026-01-31 posted"]


def test_without_approval_it_waits_and_is_booked_with_the_real_amount(alice, main):
    rule = rule_of(main, auto_approve=False)
    run(alice, "2026-02-28")
    assert booked(alice) == []
    row = approve(user_id=alice.pk, rule_id=rule.pk, said=Said(amount=Decimal("11.11")))
    assert (row.nominal_on, row.status) == (D("2026-01-31"), "posted")
    skip(user_id=alice.pk, rule_id=rule.pk)
    assert statuses(rule) == ["2026-01-31 posted", "2026-02-28 skipped"]
    assert Transaction.objects.get().amount_minor == -1111
    main.refresh_from_db()
    assert main.balance_minor == -1111


def test_a_varying_amount_is_the_median_of_the_last_real_ones(alice, main):
    rule = rule_of(main, "-50", variable=True, auto_approve=False)
    run(alice, "2026-04-30")
    for amount in ("40", "47.31", "60"):
        approve(user_id=alice.pk, rule_id=rule.pk, said=Said(amount=Decimal(amount)))
    approve(user_id=alice.pk, rule_id=rule.pk)
    amounts = Transaction.objects.order_by("posted_on").values_list("amount_minor", flat=True)
    assert list(amounts) == [-4000, -4731, -6000, -4731]
    run(alice, "2026-05-31")
    waiting = upcoming(alice.pk, D("2026-06-01"), D("2026-06-30"))
    assert [(one.status, one.amount_minor, one.is_estimated) for one in waiting] == [
        ("pending", -4731, True),
        ("upcoming", -4731, True),
    ]


def test_an_estimate_that_is_booked_is_pending_and_teaches_nothing(alice, main):
    rule_of(main, "-50", variable=True)
    run(alice, "2026-02-28")
    assert set(Transaction.objects.values_list("status", "amount_minor")) == {("pending", -5000)}


def test_a_closed_account_makes_it_wait_and_nothing_else(alice, main):
    other = account_of(alice, "Other")
    waiting, fine = rule_of(main), rule_of(other)
    Account.objects.filter(pk=main.pk).update(closed=True)
    assert run(alice, "2026-01-31") == 2
    assert statuses(waiting) == ["2026-01-31 pending"]
    assert statuses(fine) == ["2026-01-31 posted"]
    assert RecurringOccurrence.objects.get(rule=waiting).reason == "account_is_closed"


def test_what_the_books_refuse_waits_and_the_rest_is_booked(alice, main, monkeypatch):
    real = recurring_run.post

    def gate(user_id, drafts, **options):
        if any(draft.amount < -5 for draft in drafts):
            raise Refusal(Reason.TOO_MANY_ROWS, status=409)
        return real(user_id, drafts, **options)

    monkeypatch.setattr(recurring_run, "post", gate)
    big, small = rule_of(main, "-6"), rule_of(main, "-5")
    run(alice, "2026-01-31")
    assert RecurringOccurrence.objects.get(rule=big).reason == "too_many_rows"
    assert statuses(small) == ["2026-01-31 posted"]
    assert verify_user(alice.pk) == []


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("JPY", "-1200", -1200), ("KWD", "1.250", 1250)]
)
def test_currencies_keep_their_decimals(alice, currency, amount, minor):
    rule_of(account_of(alice, currency, currency), amount)
    run(alice, "2026-01-31")
    row = Transaction.objects.get()
    assert (row.amount_minor, row.currency) == (minor, currency)


def test_statements_do_not_depend_on_how_much_is_due(alice, main, django_assert_max_num_queries):
    for n in range(1, 6):
        rule_of(main, f"-{n}", frequency="weekly")
    with django_assert_max_num_queries(31):
        assert run(alice, "2026-02-07") == 10
    with django_assert_max_num_queries(31):
        assert run(alice, "2026-11-24") == 5 * 41


def test_history_does_not_make_it_slower(alice, main, django_assert_max_num_queries):
    rule_of(main, frequency="daily")
    run(alice, "2026-11-01")
    with django_assert_max_num_queries(31):
        run(alice, "2026-11-02")


PLANS = st.fixed_dictionaries(
    {
        "frequency": st.sampled_from(["daily", "weekly", "biweekly", "semi_monthly", "monthly"]),
        "anchor": st.dates(D("2026-01-01"), D("2026-03-31")).map(str),
        "weekend": st.sampled_from(["none", "previous", "next", "modified_following"]),
        "count": st.none() | st.integers(1, 20),
    }
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(PLANS, st.lists(st.integers(0, 120), min_size=1, max_size=6), st.integers(1, 9))
def test_whenever_it_runs_what_is_due_is_booked_once(alice, main, plan, days, batch):
    """Runs on any days, in any order, in batches of any size: at the end every date is there once."""
    rule = rule_of(main, **plan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recurring_run, "BATCH", batch)
        for day in days:
            run(alice, (D("2026-01-01") + timedelta(days=day)).isoformat())
    last = D("2026-01-01") + timedelta(days=max(days))
    due = list(due_dates(schedule_of(rule), D("2025-12-31"), last))
    rows = RecurringOccurrence.objects.filter(rule=rule).order_by("nominal_on")
    assert [(row.nominal_on, row.posted_on) for row in rows] == [
        (one.nominal_on, one.posted_on) for one in due
    ]
    assert Transaction.objects.filter(id__in=rows.values("transaction_id")).count() == len(due)
    pause(user_id=alice.pk, rule_id=rule.pk)
