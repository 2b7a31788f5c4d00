"""Debts for mirrors and the stream, shown as their endpoints show them on the day of the look."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.days import today_of
from accounts.mirror import Kind, plain, showing
from accounts.models import User
from debts.api.debts import represent_accrual, represent_rate
from debts.api.payments import represent as represent_payment
from debts.api.shapes import represent
from debts.models import Accrual, Debt, DebtPayment, DebtRate
from debts.selectors import as_booked, read_states


def _debts(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    today = today_of(User.objects.get(pk=user_id))
    rows = Debt.objects.for_user(user_id).filter(id__in=ids).select_related("account")
    return {state.debt.pk: plain(represent(state)) for state in read_states(list(rows), today)}


def _payments(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = DebtPayment.objects.for_user(user_id).filter(id__in=ids)
    paid = as_booked(user_id, list(rows.select_related("debt__account")))
    return {
        one.payment.pk: plain(represent_payment(one, one.payment.debt.account.currency))
        for one in paid
    }


def _accruals(user_id: UUID) -> Any:
    return Accrual.objects.for_user(user_id).select_related("debt__account")


KINDS = [
    Kind("debt", Debt, _debts),
    Kind("debt_rate", DebtRate, showing(DebtRate.objects.for_user, represent_rate)),
    Kind("debt_payment", DebtPayment, _payments),
    Kind(
        "debt_accrual",
        Accrual,
        showing(_accruals, lambda row: represent_accrual(row, row.debt.account.currency)),
    ),
]
