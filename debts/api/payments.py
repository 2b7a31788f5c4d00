"""/api/debts/{id}/payments: each split into interest, fee and principal, as the books have it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView
from debts.api.debts import debt_of, state_of
from debts.api.shapes import DebtPaymentInput, DebtPaymentOutput, DebtPaymentPage
from debts.models import DebtPayment
from debts.selectors import as_booked
from debts.services.payments import PaymentOrder, held_payment, pay, take_back
from debts.state import Paid
from ledger.money import format_minor

EXAMPLE = OpenApiExample(
    "installment",
    {
        "amount": "299.71",
        "posted_on": "2026-02-15",
        "account": "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000",
    },
    request_only=True,
)


def represent(paid: Paid, currency: str) -> dict[str, Any]:
    row = paid.payment
    return {
        "id": row.pk,
        "debt": row.debt_id,
        "posted_on": paid.posted_on,
        "amount": format_minor(paid.amount, currency),
        "interest": format_minor(paid.interest, currency),
        "fee": format_minor(paid.fee, currency),
        "principal": format_minor(paid.principal, currency),
        "currency": currency,
        "account": paid.account_id,
        "transfer": row.transfer_id,
        "interest_transaction": row.interest_id,
        "fee_transaction": row.fee_id,
        "created_at": row.created_at,
    }


class DebtPayments(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=DebtPaymentPage, tags=["debts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """List the payments of a debt, newest first."""
        debt = debt_of(self.owner, row_id)
        rows = DebtPayment.objects.for_user(self.owner).filter(debt=debt)
        page = simple_page(rows, self.parameters(), lambda row: row, descending=True)
        page["results"] = [
            represent(paid, debt.account.currency)
            for paid in as_booked(self.owner.pk, page["results"])
        ]
        return Response(page)

    @extend_schema(
        request=DebtPaymentInput,
        responses={201: DebtPaymentOutput},
        examples=[EXAMPLE],
        tags=["debts"],
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        """Pay. Interest and fees that are due come first, the rest goes off the principal."""
        order = PaymentOrder(**self.body(DebtPaymentInput))
        paid = pay(user=self.owner, debt_id=row_id, order=order)
        state = state_of(self.owner, row_id)
        answer = represent(paid, state.currency) | {
            "balance": format_minor(state.owed, state.currency),
            "payoff_amount": format_minor(state.payoff, state.currency),
        }
        location = f"/api/debts/{row_id}/payments/{paid.payment.pk}"
        return Response(answer, status=201, headers={"Location": location})


class DebtPaymentItem(ApiView):
    @extend_schema(responses=DebtPaymentOutput, tags=["debts"])
    def get(self, request: Request, row_id: UUID, payment_id: UUID) -> Response:
        """Read one payment as the books have it."""
        debt = debt_of(self.owner, row_id)
        paid = held_payment(self.owner.pk, row_id, payment_id)
        return Response(represent(paid, debt.account.currency))

    @extend_schema(responses={204: None}, tags=["debts"])
    def delete(self, request: Request, row_id: UUID, payment_id: UUID) -> Response:
        """Take a payment back: its rows go, its interest is due again."""
        take_back(user_id=self.owner.pk, debt_id=row_id, payment_id=payment_id)
        return Response(status=204)
