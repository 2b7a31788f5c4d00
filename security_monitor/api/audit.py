"""/api/security/audit/verify: the proof that the trail was not altered, for staff."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from security_monitor.api.access import StaffView
from security_monitor.services.anchors import anchor_of
from security_monitor.services.verifying import verify

KINDS = ["altered", "deleted", "inserted", "reordered", "truncated"]


class AuditProblem(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(KINDS)
    message = serializers.CharField()
    seq = serializers.IntegerField(allow_null=True, help_text="place in the chain")
    entry = serializers.UUIDField(allow_null=True)


class AuditAnchor(serializers.Serializer[Any]):
    first_seq = serializers.IntegerField()
    last_seq = serializers.IntegerField()
    hash = serializers.CharField()
    merkle_root = serializers.CharField()
    signature = serializers.CharField(help_text="Ed25519, over the four fields above")
    public_key = serializers.CharField()
    signed_at = serializers.DateTimeField()


class AuditVerification(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    sealed = serializers.IntegerField(help_text="links of the chain")
    unsealed = serializers.IntegerField(help_text="entries that wait for their seal")
    found = serializers.IntegerField(help_text="how many findings there are")
    problems = AuditProblem(many=True, help_text="the first hundred")
    root = AuditAnchor(allow_null=True, help_text="the newest signed root: keep it outside")


class AuditVerify(StaffView):
    @extend_schema(responses=AuditVerification, tags=["security desk"])
    def get(self, request: Request) -> Response:
        """Check the whole audit trail: altered, deleted, inserted, reordered, truncated. For staff."""
        report = verify()
        return Response(
            {
                "ok": report.ok,
                "sealed": report.sealed,
                "unsealed": report.unsealed,
                "found": report.found,
                "problems": [
                    {"kind": p.kind, "message": p.message, "seq": p.seq, "entry": p.entry_id}
                    for p in report.problems
                ],
                "root": anchor_of(report.root) if report.root else None,
            }
        )
