"""The owner's clock: every change of an owner's data takes the next tick first."""

from uuid import UUID

from django.db import connection

from accounts.errors import Reason, Refusal
from accounts.sql import fetch

TICK = "UPDATE accounts_clock SET seq = seq + 1 WHERE user_id = %s RETURNING seq"


def tick(user_id: UUID) -> int:
    """The next seq. Call first inside the transaction: it puts one owner's writers in line.

    Refuses with 404 when the owner is gone (deleted while the request was under way).
    """
    assert connection.in_atomic_block, "a tick outside a transaction protects nothing"
    rows = fetch(TICK, [user_id])
    if not rows:
        raise Refusal(Reason.NOT_FOUND, status=404)
    return int(rows[0][0])
