"""Verbs on statements: reconcile an account with one, and take the last one back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Max, Sum
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.clock import tick
from accounts.errors import Refusal
from ledger.errors import Reason
from ledger.models import Account, DailyTotal, Reconciliation, Status, Transaction
from ledger.money import format_minor, from_minor
from ledger.services.drafts import Draft
from ledger.services.owned import hold, trace
from ledger.services.posting import check_day, minor_of, post

ADJUSTMENT_PAYEE = "Balance adjustment"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconciliation did: its row, how many rows it locked, the adjustment it posted."""

    row: Reconciliation
    locked: int
    adjustment_id: UUID | None


def cleared_on(account: Account, day: date) -> int:
    """The cleared balance at the end of a day, from the daily sums in one query."""
    days = DailyTotal.objects.for_user(account.user_id).filter(
        account_id=account.id, day__lte=day, is_pending=False
    )
    moved = days.aggregate(net=Sum(F("inflow_minor") - F("outflow_minor")))["net"]
    return account.opening_minor + int(moved or 0)


@atomic
def reconcile(
    *,
    user_id: UUID,
    account_id: UUID,
    statement_balance: Decimal,
    statement_on: date,
    create_adjustment: bool = False,
    expected_seq: int | None = None,
) -> Reconciled:
    """Lock every cleared row up to the day, if they and the opening add up to the statement.

    Otherwise 409 with the difference; or, when asked, one row makes the difference good first.
    Pending rows are not on a statement and stay as they are.
    """
    seq = tick(user_id)
    account: Account = hold(
        Account.objects.for_user(user_id), account_id, Reason.ACCOUNT_NOT_FOUND, expected_seq
    )
    check_day(statement_on, "/statement_on")
    if account.reconciled_on and statement_on < account.reconciled_on:
        raise Refusal(Reason.STATEMENT_TOO_OLD, status=409, pointer="/statement_on")
    target = minor_of(statement_balance, account.currency, "/statement_balance")
    cleared = cleared_on(account, statement_on)
    adjustment_id = None
    if cleared != target:
        if not create_adjustment:
            raise _mismatch(account, cleared, target)
        adjustment_id = _adjust(account, seq, target - cleared, statement_on)
        cleared = cleared_on(account, statement_on)
    assert cleared == target, "what is locked adds up to the statement"
    row = Reconciliation.objects.create(
        user_id=user_id,
        seq=seq,
        account_id=account_id,
        statement_on=statement_on,
        statement_balance_minor=target,
    )
    rows = Transaction.objects.for_user(user_id).filter(
        account_id=account_id, posted_on__lte=statement_on, status=Status.CLEARED
    )
    locked = rows.update(
        status=Status.RECONCILED, reconciliation=row, seq=seq, updated_at=timezone.now()
    )
    _mark(user_id, seq, account_id, statement_on, locked, "reconciled")
    trace(user_id, seq, "account", "reconciled", account_id, statement_on=str(statement_on),
          rows=locked, adjustment=str(adjustment_id) if adjustment_id else None)  # fmt: skip
    return Reconciled(row, locked, adjustment_id)


def _mismatch(account: Account, cleared: int, target: int) -> Refusal:
    currency = account.currency
    difference = format_minor(target - cleared, currency)
    return Refusal(
        Reason.STATEMENT_DOES_NOT_MATCH,
        status=409,
        detail=f"{Reason.STATEMENT_DOES_NOT_MATCH.label} They differ by {difference} {currency}.",
        extra={
            "difference": difference,
            "cleared_balance": format_minor(cleared, currency),
            "currency": currency,
        },
    )


def _adjust(account: Account, seq: int, difference: int, day: date) -> UUID:
    draft = Draft(
        account_id=account.id,
        amount=from_minor(difference, account.currency),
        posted_on=day,
        payee=ADJUSTMENT_PAYEE,
        memo=f"Statement of {day}",
    )
    (row,) = post(account.user_id, [draft], source="reconcile", seq=seq)
    adjustment_id: UUID = row.transaction.id
    return adjustment_id


def _mark(
    user_id: UUID, seq: int, account_id: UUID, day: date | None, count: int, what: str
) -> None:
    """Write the day into the account, by a statement of its own: the adjustment moved its sums."""
    Account.objects.for_user(user_id).filter(id=account_id).update(
        reconciled_on=day, seq=seq, updated_at=timezone.now()
    )
    if count:
        push(user_id, seq, "transactions.changed", [{"count": count, "what": what}])


@atomic
def undo_reconciliation(
    *, user_id: UUID, account_id: UUID, expected_seq: int | None = None
) -> Reconciliation:
    """Take back the last reconciliation of an account: its rows are cleared again. 409 without one.

    An adjustment that it posted stays, as an ordinary row that can be deleted.
    """
    seq = tick(user_id)
    hold(Account.objects.for_user(user_id), account_id, Reason.ACCOUNT_NOT_FOUND, expected_seq)
    kept = Reconciliation.objects.for_user(user_id).filter(account_id=account_id)
    last: Reconciliation | None = kept.order_by("statement_on", "id").last()
    if last is None:
        raise Refusal(Reason.NOTHING_TO_UNDO, status=409)
    rows = Transaction.objects.for_user(user_id).filter(
        account_id=account_id, posted_on__lte=last.statement_on, reconciliation=last
    )
    freed = rows.update(
        status=Status.CLEARED, reconciliation=None, seq=seq, updated_at=timezone.now()
    )
    bury(user_id, seq, "reconciliation", [last.id])
    kept.filter(id=last.id)._raw_delete("default")
    before = kept.aggregate(day=Max("statement_on"))["day"]
    _mark(user_id, seq, account_id, before, freed, "unreconciled")
    trace(user_id, seq, "account", "unreconciled", account_id, rows=freed,
          statement_on=str(last.statement_on))  # fmt: skip
    return last
