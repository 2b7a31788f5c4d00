"""Profiles from scratch: for the drift check, after a gap, and when the watch comes to old books."""

from uuid import UUID

import orjson
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from accounts.audit import audit
from accounts.clock import tick
from ledger.models import Transaction
from security_monitor.engine import profiles
from security_monitor.engine.profiles import Key, State, keys_of
from security_monitor.learning import recent
from security_monitor.models import Profile, ScoringGap
from security_monitor.services import gate
from security_monitor.services.entries import entry_of, is_learned
from security_monitor.services.shelf import canonical, upsert

ROUND = 1000  # rows scored per commit: short locks
COLUMNS = [
    "seq",
    "risk_score",
    "risk_level",
    "risk_action",
    "risk_reasons",
    "risk_shadow",
    "flagged",
]


def recompute(user_id: UUID, today: int) -> dict[Key, State]:
    """What the profiles of an owner must be: every learned row counted in, nothing else."""
    states: dict[Key, State] = {}
    rows = Transaction.objects.for_user(user_id).filter(
        risk_score__isnull=False, transfer__isnull=True
    )
    for row in rows.iterator(chunk_size=2000):
        entry = entry_of(row)
        recent.apply(states.setdefault(recent.key_of(entry), {}), entry, 1, today)
        if is_learned(row):
            for key in keys_of(entry):
                profiles.apply(states.setdefault(key, {}), key[0], entry, 1, today)
    return states


def stored(user_id: UUID, today: int) -> dict[Key, str]:
    """The profiles as they are kept, without what their windows left behind since."""
    found = {}
    for row in Profile.objects.for_user(user_id).iterator():
        key = (row.kind, row.key, row.currency)
        found[key] = canonical(recent.pruned(orjson.loads(row.state), key, today))
    return found


def drift_of(user_id: UUID) -> list[Key]:
    """The profiles that differ from a recomputation; empty when all is well."""
    with atomic():
        tick(user_id)
        today = timezone.now().toordinal()
        wanted = {
            k: canonical(recent.pruned(s, k, today)) for k, s in recompute(user_id, today).items()
        }
        found = stored(user_id, today)
    empty = canonical({})
    return sorted(
        key for key in {*wanted, *found} if wanted.get(key, empty) != found.get(key, empty)
    )


@atomic
def rebuild(user_id: UUID) -> int:
    """Make the profiles anew from the rows; the number of profiles."""
    tick(user_id)
    today = timezone.now().toordinal()
    states = recompute(user_id, today)
    Profile.objects.for_user(user_id)._raw_delete("default")
    rows = [
        (user_id, *key, canonical(state))
        for key, state in states.items()
        if recent.pruned(state, key, today)
    ]
    upsert(rows)
    ScoringGap.objects.for_user(user_id).delete()
    return len(rows)


@atomic
def score_unscored(user_id: UUID) -> int:
    """Score a round of rows that have no score, oldest first; how many there were."""
    seq = tick(user_id)
    found = Transaction.objects.for_user(user_id).filter(risk_score__isnull=True)
    rows = list(found.order_by("posted_on", "id")[:ROUND])
    if not rows:
        return 0
    said = gate.assess(user_id, [], rows, "rescore")
    for row in rows:
        if (word := said.get(row.id)) is not None:
            row.seq = seq
            row.risk_score, row.risk_level, row.risk_action = word.score, word.level, word.action
            row.risk_reasons, row.flagged = word.reasons, word.flagged
            row.risk_shadow = word.shadow
    if not said:
        return 0
    Transaction.objects.bulk_update(rows, COLUMNS, batch_size=200)
    audit("risk.rescored", user_id=user_id, target="transaction", data={"count": len(rows)})
    push(user_id, seq, "transactions.changed", [{"count": len(rows), "what": "risk"}])
    return len(rows)


def owners_behind(limit: int) -> list[UUID]:
    """Owners with unscored rows."""
    found = Transaction.objects.filter(risk_score__isnull=True).order_by("user_id")
    return list(found.values_list("user_id", flat=True).distinct()[:limit])


def owners_with_gaps(limit: int) -> list[UUID]:
    return list(ScoringGap.objects.order_by("since").values_list("user_id", flat=True)[:limit])
