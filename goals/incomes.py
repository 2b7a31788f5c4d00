"""The hook on income: what arrives in one category on one account is shared among the goals, once.

The owner sets it; the beat looks for what has arrived. A row that was shared out stays so, whatever
becomes of it later: taking money back is the owner's decision.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.transaction import atomic

from accounts.announce import bury, push
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from accounts.models import User
from goals.errors import Reason
from goals.models import IncomeHook, SharedIncome
from goals.services import account_of, share_out
from ledger.errors import Reason as Books
from ledger.models import Category, Transaction
from ledger.models.names import CategoryKind
from ledger.models.transactions import Status
from ledger.money import from_minor

BATCH = 100


def hook_of(user_id: UUID, expected_seq: int | None = None) -> IncomeHook:
    """The owner's hook; 404 without one, 412 when it moved on."""
    hook: IncomeHook | None = IncomeHook.objects.for_user(user_id).first()
    if hook is None:
        raise Refusal(Reason.INCOME_HOOK_NOT_SET, status=404)
    if expected_seq is not None and expected_seq != hook.seq:
        raise Refusal(Common.STALE, status=412)
    return hook


@atomic
def set_hook(
    *, user_id: UUID, fields: dict[str, Any], today: date, expected_seq: int | None = None
) -> IncomeHook:
    """Set or replace the hook. Only what is booked for today or later is shared out."""
    seq = tick(user_id)
    account = account_of(user_id, fields["account"], "/account")
    category = Category.objects.for_user(user_id).filter(id=fields["category"]).first()
    if category is None:
        raise Refusal(Books.CATEGORY_NOT_FOUND, pointer="/category")
    if category.kind != CategoryKind.INCOME:
        raise Refusal(Reason.HOOK_NEEDS_INCOME, pointer="/category")
    known = IncomeHook.objects.for_user(user_id).first()
    if expected_seq is not None and (known is None or known.seq != expected_seq):
        raise Refusal(Common.STALE, status=412)
    hook = known or IncomeHook(user_id=user_id)
    hook.account, hook.category, hook.strategy = account, category, fields["strategy"]
    hook.starts_on, hook.seq = today, seq
    hook.save()
    verb = "updated" if known else "created"
    audit(f"income_hook.{verb}", user_id=user_id, target="income_hook", target_id=hook.id,
          data={"account": str(account.id), "category": str(category.id)})  # fmt: skip
    push(user_id, seq, f"income_hook.{verb}", [{"id": str(hook.id)}])
    return hook


@atomic
def drop_hook(*, user_id: UUID, expected_seq: int | None = None) -> None:
    """No income is shared out any more; what was stays where it is."""
    seq = tick(user_id)
    hook = hook_of(user_id, expected_seq)
    hook_id = hook.id
    hook.delete()
    bury(user_id, seq, "income_hook", [hook_id])
    audit("income_hook.deleted", user_id=user_id, target="income_hook", target_id=hook_id)
    push(user_id, seq, "income_hook.deleted", [{"id": str(hook_id)}])


def arrived(hook: IncomeHook) -> QuerySet[Transaction]:
    """Booked inflows that the hook means and that were not shared out yet, oldest first."""
    done = SharedIncome.objects.for_user(hook.user_id).values("transaction_id")
    rows: QuerySet[Transaction] = Transaction.objects.for_user(hook.user_id).filter(
        account_id=hook.account_id,
        category_id=hook.category_id,
        amount_minor__gt=0,
        transfer_id__isnull=True,
        status__in=(Status.CLEARED, Status.RECONCILED),
        posted_on__gte=hook.starts_on,
    )
    return rows.exclude(id__in=done).order_by("posted_on", "id")


@atomic
def share_arrived(user: User) -> int:
    """Share out what has arrived for one owner; how many rows. Exactly once, however many run."""
    seq = tick(user.pk)
    hook = IncomeHook.objects.for_user(user).first()
    if hook is None or hook.account_id is None or hook.category_id is None:
        return 0
    rows = list(arrived(hook)[:BATCH])
    for row in rows:
        shared = _share(user, hook, row)
        mark = SharedIncome(
            user_id=user.pk, seq=seq, transaction_id=row.id, amount_minor=shared,
            currency=row.currency,
        )  # fmt: skip
        mark.save(force_insert=True)
    return len(rows)


def _share(user: User, hook: IncomeHook, row: Transaction) -> int:
    """Minor units that went to goals; 0 where they refuse, which is noted and not tried again."""
    try:
        with atomic():
            moved, _, _ = share_out(
                user=user,
                amount=from_minor(row.amount_minor, row.currency),
                strategy=hook.strategy,  # type: ignore[arg-type]  # its choices are the strategies
                source=hook.account_id,
                made_on=row.posted_on,
            )
    except Refusal as refused:
        audit("income_hook.refused", user_id=user.pk, target="transaction", target_id=row.id,
              data={"code": refused.code})  # fmt: skip
        return 0
    return sum(part.amount for part in moved)
