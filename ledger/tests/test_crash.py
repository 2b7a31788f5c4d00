"""SIGKILL between any two statements or at any moment: commits stay, what was under way is gone."""

import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Clock
from config.tests.cast import account_of, person
from ledger.models import Transaction
from ledger.verification import verify_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(transactional_db: None) -> Any:
    user = person("alice@example.org")
    account_of(user, "First")
    account_of(user, "Second")
    return user


def start(owner: Any, before: int = 0) -> "subprocess.Popen[str]":
    connection.close()  # the books must be whole for a process that opens them anew
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "ledger.tests.crash_worker",
            str(connection.settings_dict["NAME"]),
            str(owner.pk),
            str(before),
        ],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )


def check_what_is_left(owner: Any, worker: "subprocess.Popen[str]") -> None:
    """The worker died as told; its books are whole, and every commit it was told of is there."""
    told, _ = worker.communicate(timeout=60)
    assert worker.returncode == -signal.SIGKILL
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]
    assert verify_all() == []
    connection.check_constraints()
    assert Clock.objects.get(user=owner).seq >= max(map(int, told.split()))


def test_death_between_any_two_statements(owner: Any) -> None:
    """One post is about a dozen statements, a round of all verbs about fifty."""
    for before in range(2, 58, 5):
        check_what_is_left(owner, start(owner, before))
    assert Transaction.objects.for_user(owner).exists()


def test_death_at_any_moment(owner: Any) -> None:
    dice = random.Random(11)
    for _ in range(4):
        worker = start(owner)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "0\n"
        time.sleep(dice.uniform(0.05, 0.5))
        worker.kill()
        check_what_is_left(owner, worker)
    assert Transaction.objects.for_user(owner).count() > 20
