"""POST /api/transactions/batch: up to a thousand operations in one request."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problems import field_errors, problem
from accounts.api.serializers import StrictSerializer, fail
from accounts.api.views import ApiView, shared
from accounts.errors import FieldError, Reason, Refusal
from ledger.api.rows import transactions_by_id
from ledger.api.serializers import TransactionInput, TransactionOutput, TransactionPatch
from ledger.api.transactions import draft_of
from ledger.errors import Reason as Rule
from ledger.services.batch import Order, Outcome, carry_out
from ledger.services.drafts import Change

OPERATIONS_MAX = 1000


class BatchUpdate(TransactionPatch):
    """A patch of one transaction; `if_match` is the seq it was read with."""

    always = frozenset({"id"})
    id = serializers.UUIDField()
    if_match = serializers.IntegerField(required=False, min_value=0)


class BatchInput(StrictSerializer):
    creates = serializers.ListField(child=serializers.DictField(), default=list)
    updates = serializers.ListField(child=serializers.DictField(), default=list)
    deletes = serializers.ListField(child=serializers.UUIDField(), default=list)
    atomic = serializers.BooleanField(default=True, help_text="all or none")
    dry_run = serializers.BooleanField(
        default=False, help_text="say what would happen, change nothing"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        total = sum(len(attrs[name]) for name in ("creates", "updates", "deletes"))
        if total > OPERATIONS_MAX:
            raise fail(Rule.TOO_MANY_OPERATIONS)
        return attrs


class BatchDocument(BatchInput):
    """For the OpenAPI document: the same with the shapes of the operations."""

    creates = serializers.ListField(child=TransactionInput(), required=False)
    updates = serializers.ListField(child=BatchUpdate(), required=False)


class BatchResult(serializers.Serializer[Any]):
    status = serializers.ChoiceField(("ok", "refused"))
    id = serializers.UUIDField(allow_null=True)
    transaction = TransactionOutput(allow_null=True, required=False)
    problem = serializers.DictField(allow_null=True, required=False)


class BatchOutput(serializers.Serializer[Any]):
    creates = BatchResult(many=True)
    updates = BatchResult(many=True)
    deletes = BatchResult(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    dry_run = serializers.BooleanField()


class TransactionBatch(ApiView):
    @extend_schema(request=BatchDocument, responses=BatchOutput, tags=["transactions"])
    def post(self, request: Request) -> Response:
        """Create, update and delete many transactions at once, or try it out with dry_run."""
        order = self.body(BatchInput)
        errors: dict[tuple[str, int], list[FieldError]] = {}
        creates = self._checked(TransactionInput, "creates", order, errors)
        updates = self._checked(BatchUpdate, "updates", order, errors)
        if errors and order["atomic"]:
            found = [error for item in errors.values() for error in item]
            raise Refusal(Reason.INVALID, errors=found)
        outcomes = carry_out(
            self.owner.pk,
            Order(
                [draft_of(fields, f"/creates/{i}") for i, fields in creates.items()],
                [
                    Change(
                        id=fields.pop("id"),
                        expected_seq=fields.pop("if_match", None),
                        fields=fields,
                        pointer=f"/updates/{i}",
                    )
                    for i, fields in updates.items()
                ],
                order["deletes"],
            ),
            all_or_none=order["atomic"],
            dry_run=order["dry_run"],
            show=lambda ids: transactions_by_id(self.owner.pk, ids),
        )
        deletes = range(len(order["deletes"]))
        answers = {
            name: self._answers(order[name], name, run, found, errors, outcomes.shown)
            for name, run, found in (
                ("creates", list(creates), outcomes.created),
                ("updates", list(updates), outcomes.updated),
                ("deletes", deletes, outcomes.deleted),
            )
        }
        counts = {
            word: sum(a["status"] == "ok" for a in answers[name])
            for name, word in (
                ("creates", "created"),
                ("updates", "updated"),
                ("deletes", "deleted"),
            )
        }
        counts["refused"] = sum(a["status"] == "refused" for part in answers.values() for a in part)
        return Response({**answers, "counts": counts, "dry_run": order["dry_run"]})

    def _checked(
        self,
        shape: Any,
        name: str,
        order: dict[str, Any],
        errors: dict[tuple[str, int], list[FieldError]],
    ) -> dict[int, dict[str, Any]]:
        """The operations whose fields are right, by position; the errors of the others are noted."""
        right = {}
        for position, given in enumerate(order[name]):
            try:
                right[position] = shared(shape).run_validation(given)
            except ValidationError as refused:
                details = refused.get_full_details()
                errors[name, position] = list(field_errors(details, f"/{name}/{position}"))
        return right

    def _answers(
        self,
        asked: list[Any],
        name: str,
        run: Any,
        outcomes: list[Outcome],
        errors: dict[tuple[str, int], list[FieldError]],
        shown: dict[UUID, Any],
    ) -> list[dict[str, Any]]:
        by_position = dict(zip(run, outcomes, strict=True))
        answers = []
        for position in range(len(asked)):
            outcome = by_position.get(position)
            if outcome is None:
                reason = Reason.INVALID
                said = problem(400, reason.value, str(reason.label), tuple(errors[name, position]))
                answers.append({"status": "refused", "id": None, "problem": said})
            elif outcome.refusal is not None:
                r = outcome.refusal
                said = problem(r.status, r.code, r.message, r.errors, r.extra)
                answers.append({"status": "refused", "id": None, "problem": said})
            else:
                assert outcome.id is not None
                answers.append(
                    {"status": "ok", "id": outcome.id, "transaction": shown.get(outcome.id)}
                )
        return answers
