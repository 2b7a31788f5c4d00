"""What happens when the books do not add up: the owner and the staff hear of it, with a trace."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db.transaction import atomic

from accounts.announce import push
from accounts.audit import audit
from accounts.clock import tick
from ledger.verification import Finding


@atomic
def report_drift(user_id: UUID, findings: Sequence[Finding]) -> None:
    """Raise a security alert for one owner: which invariants broke and how often, no figures."""
    seq = tick(user_id)
    kinds = dict(Counter(finding.kind for finding in findings))
    audit("ledger.drift", user_id=user_id, target="ledger", data={"kinds": kinds})
    push(user_id, seq, "security.alert", [{"code": "ledger_drift", "kinds": kinds}])
