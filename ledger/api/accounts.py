"""/api/accounts: the owner's accounts with their balances."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import CurrencyField, MoneyField, StrictSerializer, TextField
from accounts.api.views import ApiView, expected_seq, item
from ledger.api.serializers import PageOutput
from ledger.models import Account, AccountType
from ledger.money import format_minor
from ledger.services.account_book import change_account, open_account, remove_account
from ledger.services.posting import account_of

# What PUT sets where a field is not sent. Currency and opening balance stay: they are the account.
EMPTY: dict[str, Any] = {
    "type": AccountType.CHECKING.value,
    "credit_limit": None,
    "closed": False,
    "bank_id": "",
}


class AccountQuery(ListQuery):
    closed = serializers.BooleanField(required=False, allow_null=True, default=None)
    type = serializers.ChoiceField(AccountType.choices, required=False)
    sort = serializers.ChoiceField(("name", "-name", "id", "-id"), default="name")


class AccountInput(StrictSerializer):
    """An account to open or replace. What is owed on a card or a loan is a negative balance."""

    name = TextField(max_length=100)
    type = serializers.ChoiceField(AccountType.choices, required=False)
    currency = CurrencyField(required=False, help_text="ISO 4217; the home currency if not sent")
    opening_balance = MoneyField(required=False, help_text="signed balance before the first row")
    credit_limit = MoneyField(required=False, allow_null=True)
    closed = serializers.BooleanField(required=False)
    bank_id = TextField(required=False, max_length=64, help_text="IBAN or number in bank files")


class AccountPatch(AccountInput):
    """The fields to change; the others stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class AccountOutput(serializers.Serializer[Any]):
    """What `represent` gives; a test holds the two together."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.ChoiceField(AccountType.choices)
    currency = serializers.CharField()
    opening_balance = MoneyField()
    balance = MoneyField(help_text="opening and every row")
    cleared_balance = MoneyField(help_text="opening and every row that is not pending")
    available = MoneyField(help_text="cleared less pending outflows, plus the credit line")
    credit_limit = MoneyField(allow_null=True)
    closed = serializers.BooleanField()
    bank_id = serializers.CharField()
    reconciled_on = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    etag = serializers.CharField()


class AccountPage(PageOutput):
    results = AccountOutput(many=True)


EXAMPLE = OpenApiExample(
    "card",
    {
        "name": "Gold card",
        "type": "credit_card",
        "currency": "EUR",
        "opening_balance": "-120.50",
        "credit_limit": "2000.00",
    },
    request_only=True,
)


def represent(account: Account) -> dict[str, Any]:
    """An account as the API gives it."""

    def shown(minor: int) -> str:
        return format_minor(minor, account.currency)

    limit = account.credit_limit_minor
    return {
        "id": account.id,
        "name": account.name,
        "type": account.type,
        "currency": account.currency,
        "opening_balance": shown(account.opening_minor),
        "balance": shown(account.balance_minor),
        "cleared_balance": shown(account.cleared_minor),
        "available": shown(account.available_minor),
        "credit_limit": None if limit is None else shown(limit),
        "closed": account.closed,
        "bank_id": account.bank_id,
        "reconciled_on": account.reconciled_on,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
        "etag": account.etag,
    }


class AccountList(ApiView):
    query = AccountQuery

    @extend_schema(parameters=[AccountQuery], responses=AccountPage, tags=["accounts"])
    def get(self, request: Request) -> Response:
        """List the accounts with their balances."""
        parameters = self.parameters()
        rows = Account.objects.for_user(self.owner)
        if parameters["closed"] is not None:
            rows = rows.filter(closed=parameters["closed"])
        if "type" in parameters:
            rows = rows.filter(type=parameters["type"])
        sort: str = parameters["sort"]
        page = simple_page(
            rows,
            parameters,
            represent,
            by=sort.removeprefix("-"),
            parse=str,
            descending=sort.startswith("-"),
        )
        return Response(page)

    @extend_schema(
        request=AccountInput, responses={201: AccountOutput}, examples=[EXAMPLE], tags=["accounts"]
    )
    def post(self, request: Request) -> Response:
        """Open an account."""
        fields = {"currency": self.owner.currency, **self.body(AccountInput)}
        account = open_account(user_id=self.owner.pk, **fields)
        response = item(request, lambda: represent(account), account.seq, status=201)
        response["Location"] = f"/api/accounts/{account.id}"
        return response


class AccountItem(ApiView):
    @extend_schema(responses=AccountOutput, tags=["accounts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one account with its balances."""
        account = account_of(self.owner.pk, row_id)
        return item(request, lambda: represent(account), account.seq)

    @extend_schema(
        request=AccountInput, responses=AccountOutput, examples=[EXAMPLE], tags=["accounts"]
    )
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace an account. The opening balance stays unless sent; the currency is fixed."""
        return self._change(request, row_id, {**EMPTY, **self.body(AccountInput)})

    @extend_schema(request=AccountPatch, responses=AccountOutput, tags=["accounts"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent. A new opening balance moves the others with it."""
        return self._change(request, row_id, self.body(AccountPatch))

    @extend_schema(responses={204: None}, tags=["accounts"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete an account that has no transactions. One that has some can be closed."""
        remove_account(user_id=self.owner.pk, account_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        account = change_account(
            user_id=self.owner.pk,
            account_id=row_id,
            fields=fields,
            expected_seq=expected_seq(request),
        )
        return item(request, lambda: represent(account), account.seq)
