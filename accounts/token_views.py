"""Doors to personal access tokens. They open to sessions alone: no token makes another."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import factor_serializers as shapes
from accounts.api.lists import ListQuery, simple_page
from accounts.factor_views import FreshDoor
from accounts.services import personal_tokens
from accounts.views import NO_CONTENT, SessionDoor, auth_schema

DAYS_USUAL = 90


class TokensView(FreshDoor):
    query = ListQuery
    takes_idempotency_key = True
    secret_fields = ("token",)

    @auth_schema(
        operation_id="tokens",
        parameters=[ListQuery],
        responses={200: shapes.TokenPageSerializer},
    )
    def get(self, request: Request) -> Response:
        """List my personal access tokens, newest first; the tokens themselves are never shown again."""
        rows = personal_tokens.live_tokens(self.owner.pk)
        page = simple_page(rows, self.parameters(), shapes.represent_token, descending=True)
        return Response(page)

    @auth_schema(
        operation_id="token_make",
        request=shapes.NewTokenSerializer,
        responses={201: shapes.MadeTokenSerializer},
        examples=[
            OpenApiExample(
                "For a spreadsheet",
                value={"name": "Spreadsheet", "scopes": ["read"]},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Make a token for a program of mine, good for 90 days if I name no end. Needs a step-up."""
        fields = self.body(shapes.NewTokenSerializer)
        fields.setdefault("expires_at", timezone.now() + timedelta(days=DAYS_USUAL))
        row, raw = personal_tokens.make_token(self.owner, **fields)
        return Response({**shapes.represent_token(row), "token": raw}, status=201)


class TokenView(SessionDoor):
    @auth_schema(operation_id="token_revoke", responses={204: NO_CONTENT})
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revoke a token of mine at once."""
        personal_tokens.revoke_token(self.owner.pk, token_id)
        return Response(status=204)
