"""A process that books without end and dies on cue; `test_crash` looks at what is left.

argv: the database's name, the owner's id, the statement before which to die (0: go on until killed
from outside). After each commit the owner's clock, as it was told, is written to standard output.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import django
from django.db import connection


class Death:
    """Counts statements and pulls the plug before the one that was named."""

    def __init__(self, before: int) -> None:
        self.left = before

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*args)


def book_for_ever(user_id: UUID) -> None:
    from ledger.models import Account
    from ledger.services.drafts import Change, Draft, SplitDraft
    from ledger.services.editing import edit
    from ledger.services.posting import post, remove
    from ledger.services.transfers import TransferDraft, make_transfer

    first, second = Account.objects.for_user(user_id).order_by("name")
    halves = tuple(SplitDraft(amount=Decimal(-2), category=name) for name in ("Food", "Toys"))
    n = 0
    while True:
        n += 1
        day = date(2026, 1, 1) + timedelta(days=n % 90)
        common: dict[str, Any] = {"account_id": first.id, "posted_on": day}
        rows = post(
            user_id,
            [
                Draft(**common, amount=Decimal(-n), payee=f"Payee {n % 7}", category="Food"),
                Draft(**common, amount=Decimal(-4), splits=halves, tags=("crash",)),
            ],
        )
        tell(rows[0].transaction.seq)
        change = {"account": second.id, "amount": Decimal(-n - 1), "status": "pending"}
        [row] = edit(user_id, [Change(id=rows[0].transaction.id, fields=change)])
        tell(row.transaction.seq)
        draft = TransferDraft(
            from_account=first.id, to_account=second.id, amount=Decimal(n), posted_on=day
        )
        tell(make_transfer(user_id=user_id, draft=draft).seq)
        remove(user_id, [rows[1].transaction.id])


def tell(seq: int) -> None:
    sys.stdout.write(f"{seq}\n")
    sys.stdout.flush()


def main(database: str, user_id: str, before: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    connection.settings_dict["NAME"] = database
    connection.ensure_connection()
    tell(0)
    with connection.execute_wrapper(Death(int(before))):
        book_for_ever(UUID(user_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
