"""A row that is the occurrence is taken for it: typed in or imported, early or on time."""

from uuid import uuid4

import pytest

from config.tests.cast import account_of, posted
from ledger import tasks
from ledger.models import RecurringOccurrence, Transaction
from ledger.recurring_plan import Candidate, Due, Wanted, pair
from ledger.services import imports
from ledger.services.recurring_match import match
from ledger.services.recurring_occurrences import approve
from ledger.tests.recurring_cast import D, at, booked, fresh, rule_of, run, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(main):
    return rule_of(main, "-9.99", "2026-03-10", payee="Streamly")


@pytest.mark.parametrize(
    ("day", "amount", "payee", "expected"),
    [
        ("2026-03-10", "-9.99", "Streamly", True),
        ("2026-03-06", "-9.99", "Streamly", True),  # four days early
        ("2026-03-05", "-9.99", "Streamly", False),
        ("2026-03-14", "-9.99", "Streamly", True),
        ("2026-03-15", "-9.99", "Streamly", False),
        ("2026-03-10", "-9.98", "Streamly", False),
        ("2026-03-10", "9.99", "Streamly", False),
        ("2026-03-10", "-9.99", "STREAMLY AB Stockholm 0311", True),
        ("2026-03-10", "-9.99", "Corner Shop", False),
    ],
)
def test_what_is_there_already_is_not_doubled(alice, main, rule, day, amount, payee, expected):
    row = posted(main, amount, day, payee=payee)
    run(alice, "2026-03-10")
    assert Transaction.objects.count() == (1 if expected else 2)
    occurrence = RecurringOccurrence.objects.get()
    assert (occurrence.status == "matched") is expected
    assert (occurrence.transaction_id == row.pk) is expected


def test_a_row_of_another_account_is_another_payment(alice, main, rule):
    posted(account_of(alice, "Other"), "-9.99", "2026-03-10", payee="Streamly")
    run(alice, "2026-03-10")
    assert statuses(rule) == ["2026-03-10 posted"]


def test_an_early_payment_consumes_the_date_and_the_next_is_a_month_later(
    alice, main, rule, time_machine
):
    time_machine.move_to(at("2026-03-07"))
    posted(main, "-9.99", "2026-03-07", payee="Streamly")
    assert tasks.match_recurring() == 1
    assert tasks.match_recurring() == 0
    assert fresh(rule).next_on == D("2026-04-10")
    assert run(alice, "2026-04-09") == 0
    assert booked(alice) == ["2026-03-07"]
    assert run(alice, "2026-04-10") == 1


def test_two_weekly_payments_are_for_two_weeks(alice, main):
    """Half the gap bounds both sides, so that no row is early for one and late for another."""
    rule = rule_of(main, "-5", "2026-03-06", frequency="weekly", payee="Cleaner")
    for day in ("2026-03-04", "2026-03-11"):
        posted(main, "-5", day, payee="Cleaner")
    run(alice, "2026-03-20")
    assert statuses(rule) == ["2026-03-06 matched", "2026-03-13 matched", "2026-03-20 posted"]


def test_what_waits_is_matched_by_the_row_that_comes(alice, main, time_machine):
    rule = rule_of(main, "-50", "2026-03-10", payee="Power Co", variable=True, auto_approve=False)
    run(alice, "2026-03-10")
    time_machine.move_to(at("2026-03-12"))
    posted(main, "-20", "2026-03-11", payee="Power Co")  # less than half: another payment
    assert match(alice.pk) == 0
    posted(main, "-61.20", "2026-03-11", payee="Power Co")
    assert match(alice.pk) == 1
    assert statuses(rule) == ["2026-03-10 matched"]


def test_one_row_is_one_occurrence_of_one_rule(alice, main, rule):
    twin = rule_of(main, "-9.99", "2026-03-11", payee="Streamly")
    posted(main, "-9.99", "2026-03-10", payee="Streamly")
    run(alice, "2026-03-11")
    assert statuses(rule) == ["2026-03-10 matched"]
    assert statuses(twin) == ["2026-03-11 posted"]


def test_matching_never_looks_at_another_owner_s_rows(alice, bob, main, rule):
    posted(account_of(bob), "-9.99", "2026-03-10", payee="Streamly")
    run(alice, "2026-03-10")
    assert statuses(rule) == ["2026-03-10 posted"]


FILE = b"Date,Payee,Amount\n2026-03-09,Streamly,-9.99\n2026-03-09,Bakery,-3.20\n"


def test_undoing_an_import_sets_the_occurrence_free(alice, main, rule, time_machine):
    time_machine.move_to(at("2026-03-09"))
    batch = imports.upload(alice.pk, data=FILE, filename="a.csv", account_id=main.pk)
    imports.commit(alice.pk, batch.id)
    assert match(alice.pk) == 1
    assert fresh(rule).next_on == D("2026-04-10")
    imports.undo(alice.pk, batch.id)
    assert fresh(rule).next_on == D("2026-03-10")
    assert not Transaction.objects.exists()
    run(alice, "2026-03-10")
    assert statuses(rule) == ["2026-03-10 posted"]


def test_undone_after_its_day_it_is_due_again(alice, main, rule):
    batch = imports.upload(alice.pk, data=FILE, filename="a.csv", account_id=main.pk)
    imports.commit(alice.pk, batch.id)
    run(alice, "2026-03-20")
    imports.undo(alice.pk, batch.id)
    assert run(alice, "2026-03-20") == 1
    assert booked(alice) == ["2026-03-10"]


def test_a_file_that_comes_after_the_booking_does_not_double_it(alice, main, rule):
    run(alice, "2026-03-10")
    late = FILE.replace(b"2026-03-09,Streamly", b"2026-03-12,Streamly")
    batch = imports.upload(alice.pk, data=late, filename="a.csv", account_id=main.pk)
    assert imports.commit(alice.pk, batch.id).report["counts"]["new"] == 1
    assert Transaction.objects.filter(amount_minor=-999).count() == 1
    imports.undo(alice.pk, batch.id)
    assert Transaction.objects.filter(amount_minor=-999).count() == 1, "ours is not the file's"
    assert statuses(rule) == ["2026-03-10 posted"]


def test_a_booked_estimate_gives_way_to_the_real_row(alice, main, time_machine):
    rule = rule_of(main, "-50", "2026-03-10", payee="Power Co", variable=True)
    run(alice, "2026-03-10")
    time_machine.move_to(at("2026-03-12"))
    posted(main, "-61.20", "2026-03-11", payee="Power Co")
    assert match(alice.pk) == 1
    assert [row.amount_minor for row in Transaction.objects.all()] == [-6120]
    assert statuses(rule) == ["2026-03-10 matched"]
    main.refresh_from_db()
    assert main.balance_minor == -6120


def test_best_first_each_row_and_each_date_once():
    account, rule = uuid4(), uuid4()

    def wanted(day: str, payee: str = "") -> Wanted:
        due = Due(D(day), D(day))
        days = D("2026-03-01"), D("2026-03-31")
        return Wanted(rule, account, due, -100, False, None, payee, None, *days)

    def row(day: str) -> Candidate:
        return Candidate(uuid4(), account, D(day), -100, None, "")

    near, far = row("2026-03-11"), row("2026-03-20")
    found = pair([wanted("2026-03-10"), wanted("2026-03-12")], [far, near])
    assert found == {(rule, D("2026-03-10")): near.id, (rule, D("2026-03-12")): far.id}
    assert pair([wanted("2026-03-10", "Cafe")], [near, far]) == {}


def test_without_a_payee_a_row_for_something_else_is_another_payment(alice, main):
    rule = rule_of(main, "-10", "2026-03-10", category="Pocket money")
    posted(main, "-10", "2026-03-10", payee="Canteen", category="Restaurants")
    run(alice, "2026-03-10")
    assert statuses(rule) == ["2026-03-10 posted"]
    posted(main, "-10", "2026-04-09")
    run(alice, "2026-04-10")
    assert statuses(rule)[1:] == ["2026-04-10 matched"]


def test_an_approved_one_is_no_candidate_again(alice, main, time_machine):
    time_machine.move_to(at("2026-03-08"))
    rule = rule_of(main, "-9.99", "2026-03-10", auto_approve=False)
    twin = rule_of(main, "-9.99", "2026-03-10", auto_approve=False)
    approve(user_id=alice.pk, rule_id=rule.pk, nominal_on=D("2026-03-10"))
    assert match(alice.pk) == 0
    assert statuses(twin) == []
