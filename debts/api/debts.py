"""/api/debts: what is owed, its terms, rates, and the number of the account at the lender."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from debts import vault
from debts.api.shapes import (
    DebtAccrualPage,
    DebtInput,
    DebtOutput,
    DebtPage,
    DebtPatch,
    DebtRateInput,
    DebtRateOutput,
    DebtRatePage,
    fraction,
    represent,
)
from debts.errors import Reason
from debts.models import Accrual, Debt, DebtRate, DebtType
from debts.selectors import read_states
from debts.services.debts import (
    DebtDraft,
    add_rate,
    change_debt,
    remove_debt,
    remove_rate,
    take_up,
)
from debts.state import State
from ledger.money import format_minor

# What PUT sets where a field is not sent. Account, rates and what is owed stay: they are the debt.
EMPTY: dict[str, Any] = {
    "term_months": None,
    "minimum_payment": None,
    "minimum_rule": None,
    "lender": "",
    "notes": "",
    "archived": False,
}
EXAMPLE = OpenApiExample(
    "car loan",
    {
        "name": "Car loan",
        "type": "auto",
        "principal": "10000.00",
        "apr": "0.05",
        "start_on": "2026-01-15",
        "term_months": 36,
    },
    request_only=True,
)
CARD = OpenApiExample(
    "card",
    {
        "name": "Blue card",
        "type": "credit_card",
        "principal": "3000.00",
        "apr": "0.2499",
        "start_on": "2026-01-31",
        "minimum_rule": {"percent": "1.00", "floor": "25.00"},
    },
    request_only=True,
)


class DebtQuery(ListQuery):
    type = serializers.ChoiceField(DebtType.choices, required=False)
    archived = serializers.BooleanField(required=False, allow_null=True, default=None)


class DebtNumberOutput(serializers.Serializer[Any]):
    account_number = serializers.CharField()


def debt_of(user: User, debt_id: UUID) -> Debt:
    """One owned debt with its account, or 404."""
    debt: Debt | None = (
        Debt.objects.for_user(user).select_related("account").filter(id=debt_id).first()
    )
    if debt is None:
        raise Refusal(Reason.DEBT_NOT_FOUND, status=404)
    return debt


def state_of(user: User, debt_id: UUID) -> State:
    """One owned debt as it stands today, or 404."""
    return read_states([debt_of(user, debt_id)], today_of(user))[0]


def shown(request: Request, user: User, debt_id: UUID, *, status: int = 200) -> Response:
    state = state_of(user, debt_id)
    row = represent(state)
    # Balance and dates follow the books and the calendar: their change also ends a 304.
    return item(request, lambda: row, state.debt.seq, status=status, names=row)


class DebtList(ApiView):
    query = DebtQuery

    @extend_schema(parameters=[DebtQuery], responses=DebtPage, tags=["debts"])
    def get(self, request: Request) -> Response:
        """List the debts as they stand today."""
        parameters = self.parameters()
        rows = Debt.objects.for_user(self.owner).select_related("account")
        if "type" in parameters:
            rows = rows.filter(type=parameters["type"])
        if parameters["archived"] is not None:
            rows = rows.filter(archived=parameters["archived"])
        page = simple_page(rows, parameters, lambda debt: debt)
        states = read_states(page["results"], today_of(self.owner))
        page["results"] = [represent(state) for state in states]
        return Response(page)

    @extend_schema(
        request=DebtInput, responses={201: DebtOutput}, examples=[EXAMPLE, CARD], tags=["debts"]
    )
    def post(self, request: Request) -> Response:
        """Take up a debt. Without an account it opens a liability account of its own."""
        fields = self.body(DebtInput)
        known = ("name", "type", "principal", "start_on", "balance", "currency", "account")
        said = {name: fields.pop(name) for name in known if name in fields}
        debt = take_up(user=self.owner, draft=DebtDraft(**said, terms=fields))
        response = shown(request, self.owner, debt.pk, status=201)
        response["Location"] = f"/api/debts/{debt.pk}"
        return response


class DebtItem(ApiView):
    @extend_schema(responses=DebtOutput, tags=["debts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one debt as it stands today."""
        return shown(request, self.owner, row_id)

    @extend_schema(request=DebtInput, responses=DebtOutput, examples=[EXAMPLE], tags=["debts"])
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace the terms of a debt. Its account and its history stay."""
        fields = self.body(DebtInput)
        fields.pop("accrues_from", None)
        return self._change(request, row_id, {**EMPTY, **fields})

    @extend_schema(request=DebtPatch, responses=DebtOutput, tags=["debts"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent. A new APR holds from today on."""
        return self._change(request, row_id, self.body(DebtPatch))

    @extend_schema(responses={204: None}, tags=["debts"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete the terms of a debt. Rows of the books stay."""
        remove_debt(user_id=self.owner.pk, debt_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        change_debt(
            user=self.owner, debt_id=row_id, fields=fields, expected_seq=expected_seq(request)
        )
        return shown(request, self.owner, row_id)


class DebtNumber(ApiView):
    @extend_schema(responses=DebtNumberOutput, tags=["debts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read the whole account number. Everywhere else only its end is shown."""
        debt = debt_of(self.owner, row_id)
        answer = Response({"account_number": vault.opened(debt.number_encrypted)})
        answer["Cache-Control"] = "no-store"
        return answer


def represent_rate(row: DebtRate) -> dict[str, Any]:
    return {
        "id": row.pk,
        "apr": fraction(row.apr),
        "from_on": row.from_on,
        "until_on": row.until_on,
    }


class DebtRates(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=DebtRatePage, tags=["debts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """List the changes of a debt's APR, oldest first."""
        debt = debt_of(self.owner, row_id)
        rows = DebtRate.objects.for_user(self.owner).filter(debt=debt)
        return Response(simple_page(rows, self.parameters(), represent_rate))

    @extend_schema(
        request=DebtRateInput,
        responses={201: DebtRateOutput},
        examples=[
            OpenApiExample(
                "promotion",
                {"apr": "0", "from_on": "2032-03-01", "until_on": "2032-08-31"},
                request_only=True,
            )
        ],
        tags=["debts"],
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        """Add an APR from a day on, or a promotion until a day."""
        rate = add_rate(user_id=self.owner.pk, debt_id=row_id, **self.body(DebtRateInput))
        return Response(represent_rate(rate), status=201)


class DebtRateItem(ApiView):
    @extend_schema(responses={204: None}, tags=["debts"])
    def delete(self, request: Request, row_id: UUID, rate_id: UUID) -> Response:
        """Delete a rate by which no interest was charged yet."""
        remove_rate(user_id=self.owner.pk, debt_id=row_id, rate_id=rate_id)
        return Response(status=204)


def represent_accrual(accrual: Accrual, currency: str) -> dict[str, Any]:
    return {
        "id": accrual.pk,
        "starts_on": accrual.starts_on,
        "ends_on": accrual.ends_on,
        "interest": format_minor(accrual.interest_minor, currency),
        "fee": format_minor(accrual.fee_minor, currency),
        "currency": currency,
    }


class DebtAccruals(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=DebtAccrualPage, tags=["debts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """List the interest and fees that were charged, newest first."""
        debt = debt_of(self.owner, row_id)
        currency = debt.account.currency

        rows = Accrual.objects.for_user(self.owner).filter(debt=debt)
        page = simple_page(
            rows, self.parameters(), lambda row: represent_accrual(row, currency), descending=True
        )
        return Response(page)
