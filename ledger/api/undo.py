"""/api/changes/{id}/undo: one door to take back whatever one call changed, by the id that named it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import ApiView, expected_seq
from accounts.errors import Refusal
from ledger.api.imports import Nothing
from ledger.errors import Reason
from ledger.models import ChangeSet, DeletedTransaction, ImportBatch
from ledger.services import change_sets, imports
from ledger.services.editing import restore


class UndoneChange(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(("change_set", "import", "transaction"))
    id = serializers.UUIDField()
    reverted = serializers.IntegerField(help_text="rows that are as they were")
    left_count = serializers.IntegerField(help_text="rows that somebody changed since, which stay")


class ChangeUndo(ApiView):
    @extend_schema(request=Nothing, responses=UndoneChange, tags=["changes"])
    def post(self, request: Request, change_id: UUID) -> Response:
        """Take back a change set (a rule run, a bulk edit), an import, or a deletion, by its id.

        409 says what stands in the way: a reconciled row, a transfer with rows of elsewhere.
        """
        self.body(Nothing)
        user_id, expected = self.owner.pk, expected_seq(request)
        if ChangeSet.objects.for_user(user_id).filter(id=change_id).exists():
            undone = change_sets.undo(
                user_id=user_id, change_set_id=change_id, expected_seq=expected
            )
            return self._said("change_set", change_id, undone.reverted, len(undone.left))
        if ImportBatch.objects.for_user(user_id).filter(id=change_id).exists():
            batch = imports.undo(user_id, change_id, expected_seq=expected)
            counts = batch.report["counts"]
            return self._said("import", change_id, counts["new"] + counts["updated"], 0)
        if DeletedTransaction.objects.for_user(user_id).filter(id=change_id).exists():
            restore(user_id, change_id)
            return self._said("transaction", change_id, 1, 0)
        raise Refusal(Reason.CHANGE_NOT_FOUND, status=404)

    def _said(self, kind: str, change_id: UUID, reverted: int, left: int) -> Response:
        return Response({"kind": kind, "id": change_id, "reverted": reverted, "left_count": left})
