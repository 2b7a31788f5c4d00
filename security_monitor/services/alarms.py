"""Alerts about the watch itself."""

from uuid import UUID

from django.db.transaction import atomic

from accounts.announce import push
from accounts.audit import audit
from accounts.clock import tick
from security_monitor.services.verifying import Report


@atomic
def report_drift(user_id: UUID, profiles: int) -> None:
    """Profiles differ from what the rows say: the owner and the staff hear of it."""
    seq = tick(user_id)
    audit("risk.drift", user_id=user_id, target="profile", data={"profiles": profiles})
    push(user_id, seq, "security.alert", [{"code": "profile_drift", "profiles": profiles}])


@atomic
def report_tampering(report: Report) -> None:
    """The audit trail is not what was written: an event that staff see."""
    kinds = sorted({problem.kind for problem in report.problems})
    audit(
        "audit.tampered", user_id=None, target="audit", data={"found": report.found, "kinds": kinds}
    )
