"""Alerts about the watch itself."""

from uuid import UUID

from django.db.transaction import atomic

from accounts.announce import push
from accounts.audit import audit
from accounts.clock import tick


@atomic
def report_drift(user_id: UUID, profiles: int) -> None:
    """Profiles differ from what the rows say: the owner and the staff hear of it."""
    seq = tick(user_id)
    audit("risk.drift", user_id=user_id, target="profile", data={"profiles": profiles})
    push(user_id, seq, "security.alert", [{"code": "profile_drift", "profiles": profiles}])
