"""/api/accounts/{id}/reconcile and …/reconciliations: books and statement agree."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import MoneyField, StrictSerializer
from accounts.api.views import ApiView, expected_seq
from accounts.days import today_of
from accounts.errors import Refusal
from ledger.api.serializers import DayField, PageOutput
from ledger.errors import Reason
from ledger.models import Reconciliation
from ledger.money import format_minor
from ledger.services.posting import account_of
from ledger.services.reconciling import reconcile, undo_reconciliation


class ReconcileInput(StrictSerializer):
    statement_balance = MoneyField(help_text="signed, as on the statement")
    statement_on = DayField(help_text="the last day of the statement")
    create_adjustment = serializers.BooleanField(
        default=False, help_text="post one row that makes a difference good"
    )


class ReconciliationOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    account = serializers.UUIDField()
    statement_on = serializers.DateField()
    statement_balance = MoneyField()
    currency = serializers.CharField()
    created_at = serializers.DateTimeField()


class ReconciledOutput(ReconciliationOutput):
    count = serializers.IntegerField(help_text="rows that are reconciled now")
    adjustment = serializers.UUIDField(allow_null=True, help_text="the row that was posted")


class ReconciliationPage(PageOutput):
    results = ReconciliationOutput(many=True)


def represent(row: Reconciliation, currency: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "account": row.account_id,
        "statement_on": row.statement_on,
        "statement_balance": format_minor(row.statement_balance_minor, currency),
        "currency": currency,
        "created_at": row.created_at,
    }


class AccountReconcile(ApiView):
    @extend_schema(
        request=ReconcileInput,
        responses={201: ReconciledOutput},
        tags=["accounts"],
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        """Reconcile an account with a statement: its cleared rows up to that day are locked.

        409 `statement_does_not_match` with `difference` and `cleared_balance` where they do not add
        up; with `create_adjustment` one row makes the difference good.
        """
        account = account_of(self.owner.pk, row_id)
        fields = self.body(ReconcileInput)
        # A day of grace: east of the owner's zone the statement's day may have begun.
        if fields["statement_on"] > today_of(self.owner) + timedelta(1):
            raise Refusal(Reason.STATEMENT_IN_FUTURE, pointer="/statement_on")
        done = reconcile(
            user_id=self.owner.pk, account_id=row_id, expected_seq=expected_seq(request), **fields
        )
        return Response(
            {
                **represent(done.row, account.currency),
                "count": done.locked,
                "adjustment": done.adjustment_id,
            },
            status=201,
        )

    @extend_schema(responses={204: None}, tags=["accounts"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Undo the last reconciliation: its rows are cleared again and can be changed."""
        undo_reconciliation(
            user_id=self.owner.pk, account_id=row_id, expected_seq=expected_seq(request)
        )
        return Response(status=204)


class ReconciliationList(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=ReconciliationPage, tags=["accounts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """List an account's reconciliations, newest first."""
        account = account_of(self.owner.pk, row_id)
        rows = Reconciliation.objects.for_user(self.owner).filter(account_id=row_id)
        return Response(
            simple_page(
                rows,
                self.parameters(),
                lambda row: represent(row, account.currency),
                descending=True,
            )
        )
