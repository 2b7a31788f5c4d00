"""/api/security/audit/proof: what I did and what was done to me, to be checked without this server."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, Order, Window
from accounts.api.views import ApiView
from ledger.api.serializers import PageOutput
from security_monitor.api.audit import AuditAnchor
from security_monitor.services.proving import entries_of, proof_of

NEWEST_FIRST = Order("id", ("id",), descending=True)


class ProofQuery(ListQuery):
    limit = serializers.IntegerField(min_value=1, max_value=100, default=50)
    everything = serializers.BooleanField(
        default=False, help_text="true: every entry about what is mine, not only security events"
    )


class ProvenEntry(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    seq = serializers.IntegerField(allow_null=True, help_text="place in the chain")
    root = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True, help_text="last_seq of the root above; null: none is signed yet"
    )
    path = serializers.ListField(
        child=serializers.CharField(), help_text="inclusion proof (RFC 9162), from the leaf up"
    )
    entry = serializers.CharField(allow_null=True, help_text="the text that is hashed, exactly")
    digest = serializers.CharField(help_text="SHA-256 of the text and the mac")
    mac = serializers.CharField()
    ip = serializers.CharField(allow_null=True, help_text="null: none, forgotten, or another's")
    ip_salt = serializers.CharField(allow_null=True)
    data = serializers.CharField(  # type: ignore[assignment]
        allow_null=True, help_text="the text that was committed to"
    )
    data_salt = serializers.CharField(allow_null=True)


class ProofPage(PageOutput):
    public_key = serializers.CharField(help_text="Ed25519, 32 bytes as hexadecimal text")
    roots = AuditAnchor(many=True)
    results = ProvenEntry(many=True)


class AuditProof(ApiView):
    query = ProofQuery
    quota = "report"

    @extend_schema(parameters=[ProofQuery], responses=ProofPage, tags=["security"])
    def get(self, request: Request) -> Response:
        """Download the proof of my own events, newest first.

        `docs/examples/verify_proof.py` checks it without this server.
        """
        parameters = self.parameters()
        entries = entries_of(self.owner.pk, everything=parameters["everything"])
        window = Window.of(parameters, NEWEST_FIRST, (UUID,))
        page = window.page(list(window.apply(entries)), lambda row: [row.id])
        page |= proof_of(self.owner.pk, page["results"])
        if parameters["count"]:
            page["count"] = entries.count()
        return Response(page)
