"""What is old loses what is personal: six months of security history are enough to judge a login by.

Studies of risk-based log-in: older history adds little (riskbasedauthentication.org). The counts
of devices, networks, hours and countries that logins are judged by are kept apart and stay.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.transaction import atomic
from django.utils import timezone

from accounts.audit import audit
from accounts.ids import first_id_at
from accounts.models import AuditEntry
from accounts.services.trail import AGED, AGEING, forget
from security_monitor.behaviour.catalogue import kind_of
from security_monitor.models import SecurityEvent

CHUNK = 1000
LATE = timedelta(hours=1)  # an entry may be committed that long after its id was made


def age_history() -> int:
    """Pseudonymise what is older than SECURITY_HISTORY_DAYS; how many entries and events lost something.

    Addresses go from all entries of the trail, and the data too where an entry is about a login or a key.
    Events lose network, session and evidence. The licence stands on the trail before, so that a check in
    between finds nothing odd; where a run was killed, the next begins where the last finished one ended.
    """
    before = timezone.now() - timedelta(days=settings.SECURITY_HISTORY_DAYS)
    done = AuditEntry.objects.filter(action=AGED).order_by("-id").first()
    since = datetime.fromisoformat(done.data["before"]) - LATE if done else None
    span = {"id__lt": first_id_at(before)} | ({"id__gte": first_id_at(since)} if since else {})
    entries, events = AuditEntry.objects.filter(**span), SecurityEvent.objects.filter(**span)
    if not entries.exists() and not events.exists():
        return 0
    with atomic():
        audit(AGEING, user_id=None, target="audit", data={"before": before.isoformat()})
    actions = entries.values_list("action", flat=True).distinct()
    about_ways_in = [action for action in actions if kind_of(action)]
    count = forget(entries.filter(action__in=about_ways_in)) + forget(entries, only_address=True)
    last = UUID(int=0)
    while ids := list(
        events.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:CHUNK]
    ):
        count += _age(ids)
        last = ids[-1]
    with atomic():
        audit(AGED, user_id=None, target="audit", data={"before": before.isoformat()})
    return count


@atomic
def _age(ids: list[UUID]) -> int:
    rows = SecurityEvent.objects.filter(id__in=ids)
    changed = rows.exclude(network="", session_id=None).update(network="", session_id=None)
    told = [event for event in rows.exclude(reasons=[]) if _has_evidence(event)]
    for event in told:
        event.reasons = [{**reason, "evidence": {}} for reason in event.reasons]
    SecurityEvent.objects.bulk_update(told, ["reasons"])
    return max(changed, len(told))


def _has_evidence(event: SecurityEvent) -> bool:
    return any(reason.get("evidence") for reason in event.reasons)
