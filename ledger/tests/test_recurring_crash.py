"""Workers killed at any moment, and many at once: each (rule, nominal date) is booked exactly once."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.errors import Refusal
from config.tests.cast import account_of, person, race
from ledger.models import RecurringOccurrence, RecurringTransaction, Transaction
from ledger.services.recurring_occurrences import approve
from ledger.services.recurring_run import materialise_all
from ledger.tests.recurring_cast import at, rule_of
from ledger.verification import verify_all

pytestmark = pytest.mark.django_db(transaction=True)

NOW = at("2026-04-03")
FRIDAYS = 5  # from 6 March on


@pytest.fixture
def owners(transactional_db: None) -> list[Any]:
    people = [person(f"{name}@example.org") for name in ("alice", "bob")]
    for user in people:
        account = account_of(user)
        for amount in ("-1", "-2", "-3"):
            rule_of(account, amount, frequency="weekly", anchor="2026-03-06")
    return people


def worker(before: int, batch: int) -> "subprocess.Popen[bytes]":
    connection.close()  # the books must be whole for a process that opens them anew
    command = [sys.executable, "-m", "ledger.tests.recurring_worker",
               str(connection.settings_dict["NAME"]), NOW.isoformat(), str(before), str(batch)]  # fmt: skip
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ)


def everything_is_booked_once() -> None:
    rows = RecurringOccurrence.objects.values_list("rule_id", "nominal_on")
    assert set(Counter(rows).values()) == {1}
    assert len(rows) == Transaction.objects.count() == 6 * FRIDAYS
    ids = RecurringOccurrence.objects.values_list("transaction_id", flat=True)
    assert set(ids) == set(Transaction.objects.values_list("id", flat=True))
    assert not RecurringTransaction.objects.filter(next_on__lte=NOW.date()).exists()
    assert verify_all() == []


def nothing_is_half_done() -> None:
    ids = RecurringOccurrence.objects.values_list("transaction_id", flat=True)
    assert sorted(ids) == sorted(Transaction.objects.values_list("id", flat=True))
    assert verify_all() == []


def test_killed_between_any_statements_the_next_worker_goes_on(owners: list[Any]) -> None:
    """A batch of four is about twenty statements; two owners have eight batches."""
    dice = random.Random(20261124)
    for before in [dice.randrange(3, 45) for _ in range(3)]:
        dying = worker(before, batch=4)
        assert dying.wait(timeout=180) == -signal.SIGKILL
        nothing_is_half_done()
    assert worker(0, batch=4).wait(timeout=180) == 0
    everything_is_booked_once()


def test_several_workers_at_once_one_of_them_killed(owners: list[Any]) -> None:
    workers = [worker(25, batch=3), worker(0, batch=4), worker(0, batch=100)]
    assert [w.wait(timeout=180) for w in workers[1:]] == [0, 0]
    workers[0].wait(timeout=180)  # killed, or it came last and found nothing to do
    everything_is_booked_once()


def test_threads_at_once_book_it_once(owners: list[Any]) -> None:
    done = race([lambda: materialise_all(NOW)] * 4)
    assert sum(done) == 6 * FRIDAYS
    everything_is_booked_once()


def test_twenty_approvals_at_once_book_it_once(transactional_db: None) -> None:
    user = person("alice@example.org")
    account = account_of(user)
    rule = rule_of(account, auto_approve=False, count=1, anchor="2026-03-06")
    materialise_all(NOW)
    done = race([lambda: approve(user_id=user.pk, rule_id=rule.pk)] * 20)
    refused = [one.code for one in done if isinstance(one, Refusal)]
    assert refused == ["no_next_occurrence"] * 19
    assert Transaction.objects.count() == 1
    account.refresh_from_db()
    assert account.balance_minor == -1000
