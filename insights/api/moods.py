"""/api/transaction-moods: how the owner felt about purchases. Each sees their own and nobody else's."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from insights.api.mood_shapes import (
    MOOD_EXAMPLE,
    ErasedOutput,
    EraseQuery,
    MoodInput,
    MoodOutput,
    MoodPage,
    MoodPatch,
    MoodPreferencesInput,
    MoodPreferencesOutput,
    shown_mood,
)
from insights.errors import Reason
from insights.models import MoodPreferences
from insights.selectors.moods import standing_moods
from insights.services.moods import (
    Felt,
    change_mood,
    erase_moods,
    record_mood,
    remove_mood,
    set_preferences,
)

EXPORT_MAX = 100_000
DEFAULTS: dict[str, Any] = {"intensity": 5, "note": ""}


def shown(request: Request, *, status: int = 200, **which: UUID) -> Response:
    row = standing_moods(request.user.pk).filter(**which).first()  # type: ignore[arg-type]
    if row is None:
        raise Refusal(Reason.MOOD_NOT_FOUND, status=404)
    data = shown_mood(row)
    # Of the purchase the answer shows more than the mood's own seq knows.
    names = [data[name] for name in ("posted_on", "amount", "payee", "category_name")]
    return item(request, lambda: data, row.seq, status=status, names=names)


class MoodList(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=MoodPage, tags=["moods"])
    def get(self, request: Request) -> Response:
        """List your moods, the newest first."""
        rows = standing_moods(self.owner.pk)
        return Response(simple_page(rows, self.parameters(), shown_mood, descending=True))

    @extend_schema(
        request=MoodInput,
        responses={201: MoodOutput, 200: MoodOutput},
        examples=[MOOD_EXAMPLE],
        tags=["moods"],
    )
    def post(self, request: Request) -> Response:
        """Put a mood on a transaction of yours, or replace the one that is there (200)."""
        body = {**DEFAULTS, **self.body(MoodInput)}
        felt = Felt(body["transaction"], body["mood"], body["intensity"], body["note"])
        row, is_new = record_mood(user_id=self.owner.pk, felt=felt)
        response = shown(request, id=row.id, status=201 if is_new else 200)
        response["Location"] = f"/api/transaction-moods/{row.id}"
        return response

    @extend_schema(parameters=[EraseQuery], responses=ErasedOutput, tags=["moods"])
    def delete(self, request: Request) -> Response:
        """Delete all your moods for good, apart from everything else that you own."""
        self.query = EraseQuery  # type: ignore[assignment]
        self.parameters()
        return Response({"deleted": erase_moods(user_id=self.owner.pk)})


class MoodItem(ApiView):
    @extend_schema(responses=MoodOutput, tags=["moods"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one mood."""
        return shown(request, id=row_id)

    @extend_schema(request=MoodInput, responses=MoodOutput, examples=[MOOD_EXAMPLE], tags=["moods"])
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace a mood."""
        return self._change(request, row_id, {**DEFAULTS, **self.body(MoodInput)})

    @extend_schema(request=MoodPatch, responses=MoodOutput, tags=["moods"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent."""
        return self._change(request, row_id, self.body(MoodPatch))

    @extend_schema(responses={204: None}, tags=["moods"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a mood."""
        remove_mood(user_id=self.owner.pk, mood_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        if fields:
            change_mood(
                user_id=self.owner.pk,
                mood_id=row_id,
                fields=fields,
                expected_seq=expected_seq(request),
            )
        return shown(request, id=row_id)


class MoodOfTransaction(ApiView):
    @extend_schema(responses=MoodOutput, tags=["moods"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read the mood on a transaction."""
        return shown(request, transaction_id=row_id)


class MoodExport(ApiView):
    @extend_schema(responses=MoodPage, tags=["moods"])
    def get(self, request: Request) -> Response:
        """Export all your moods at once, oldest first; as a table with `Accept: text/csv`."""
        self.parameters()
        rows = standing_moods(self.owner.pk).order_by("id")[:EXPORT_MAX]
        return Response(
            {
                "results": [shown_mood(row) for row in rows.iterator()],
                "next": None,
                "previous": None,
            }
        )


class MoodPreferencesItem(ApiView):
    @extend_schema(responses=MoodPreferencesOutput, tags=["moods"])
    def get(self, request: Request) -> Response:
        """Read whether you are nudged."""
        return self._shown(request)

    @extend_schema(request=MoodPreferencesInput, responses=MoodPreferencesOutput, tags=["moods"])
    def put(self, request: Request) -> Response:
        """Opt in to a gentle word when a purchase is like those you regretted, or out."""
        set_preferences(
            user_id=self.owner.pk,
            nudge=self.body(MoodPreferencesInput)["nudge"],
            expected_seq=expected_seq(request),
        )
        return self._shown(request)

    @extend_schema(request=MoodPreferencesInput, responses=MoodPreferencesOutput, tags=["moods"])
    def patch(self, request: Request) -> Response:
        """The same as PUT: there is one field."""
        return self.put(request)

    def _shown(self, request: Request) -> Response:
        row = MoodPreferences.objects.for_user(self.owner).first() or MoodPreferences()
        return item(request, lambda: {"nudge": row.nudge, "seq": row.seq}, row.seq)
