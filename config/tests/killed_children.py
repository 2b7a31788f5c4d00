"""Children that book, tell and mail, each killed with -9 at a random moment, one after another.

`python -m config.tests.killed_children KILLS`: Django is loaded once, each child is a fork of it with
connections of its own, so that what is killed is work and not the start of an interpreter.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import cycle
from typing import Any

import django

Work = Callable[[list[Any], random.Random], Iterator[None]]


def people() -> list[Any]:
    """Three people with an account each, who want every word of their rules by mail."""
    from accounts.inbox.models import NotificationPreferences
    from accounts.models import User
    from ledger.models import Account

    found = list(User.objects.order_by("email"))
    for user in found:
        Account.objects.get_or_create(user=user, name="Main", currency="EUR")
        channels = {"rule.notice": {"mail": "at_once"}}
        NotificationPreferences.objects.get_or_create(user=user, defaults={"channels": channels})
    return found


def book(users: list[Any], dice: random.Random) -> Iterator[None]:
    """Without end: purchases, alone and several in a commit, and what a rule says of them."""
    from django.db.transaction import atomic

    from accounts.announce import push
    from accounts.clock import tick
    from ledger.models import Account
    from ledger.services.drafts import Draft
    from ledger.services.posting import post

    for user in cycle(users):
        account = Account.objects.get(user=user)
        drafts = [
            Draft(account_id=account.id, amount=Decimal(-n), posted_on=date(2026, 1, 15))
            for n in range(1, dice.randint(2, 5))
        ]
        post(user.pk, drafts)
        with atomic():
            seq = tick(user.pk)
            said = {"rule": str(user.pk), "name": "Rent", "count": 1, "transactions": []}
            push(user.pk, seq, "rule.notice", [{**said, "message": str(n)} for n in (1, 2)])
        yield


def tell(users: list[Any], dice: random.Random) -> Iterator[None]:
    """Without end: the outbox into the inbox, and the inbox into letters."""
    from accounts.inbox.filling import fill, owners_with_news
    from accounts.inbox.mailing import owners_to_mail, write_news

    while True:
        for user_id in owners_with_news():
            fill(user_id)
        for user_id in owners_to_mail():
            write_news(user_id)
        yield


def killed(work: Work, users: list[Any], dice: random.Random) -> None:
    """One child, dead some milliseconds after it did its work once: in the middle of it, mostly."""
    seed, (reading, writing) = dice.random(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for _ in work(users, random.Random(seed)):
                os.write(writing, b".")
        finally:
            os._exit(1)  # an error is not what was meant to end it
    os.close(writing)
    assert os.read(reading, 1) == b".", "the child died before it was killed"
    time.sleep(dice.uniform(0, 0.1))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(reading)
    assert os.WIFSIGNALED(status), "the child ended by itself"


def main(kills: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connections

    from accounts.inbox.filling import fill, owners_with_news
    from accounts.inbox.mailing import owners_to_mail, write_news

    users, dice = people(), random.Random()
    connections.close_all()  # a child must not share one
    for n in range(kills):
        killed(tell if n % 4 == 3 else book, users[n % 3 :] + users[: n % 3], dice)
    for user_id in owners_with_news():  # what the beat finds afterwards
        fill(user_id)
    for user_id in owners_to_mail():
        write_news(user_id)


if __name__ == "__main__":
    main(int(sys.argv[1]))
