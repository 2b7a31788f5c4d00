"""The risk gate that the ledger calls inside the commit of every change (settings.RISK_GATE).

Two statements for a row that is in order, three for one that is flagged or worth an alert, one read
and one write for a whole chunk of an import. None of them looks at history.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from ledger.models import Transaction
from ledger.risk import Assessment
from security_monitor.engine.profiles import Entry
from security_monitor.models import ScoringGap
from security_monitor.services import opening, verdicts
from security_monitor.services.entries import entry_of, is_learned, is_material, is_recalled
from security_monitor.services.judging import judged
from security_monitor.services.shelf import Shelf, open_shelf

log = structlog.get_logger(__name__)
# The row stays the payment that was judged: its profiles follow, its score stands.
KEEPS_ITS_SCORE = {"transfer_link", "review"}
BULK = {"import", "rescore", "batch"}
BULK_DAYS = (
    7  # Older rows of bulk ways in teach, and raise no alert: nobody can act on them any more.
)
LEARNED_ONLY = Assessment(0, "low", "silent")


def assess(
    user_id: UUID, removed: Sequence[Transaction], added: Sequence[Transaction], source: str
) -> Mapping[UUID, Assessment]:
    """Follow a change and judge the rows that come. Never fails: what cannot be scored is booked,
    says `unscored`, and is scored by `security_monitor.tasks.rescore` within a minute."""
    try:
        with atomic():
            return _assess(user_id, removed, added, source)
    except Exception as failure:
        log.exception("risk.unscored", user_id=str(user_id), rows=len(added))
        for row in added:
            row.risk_score, row.risk_level, row.risk_action, row.risk_reasons = None, "", "", []
            row.risk_shadow = ""
        leave_gap(user_id, failure)
        return {}


def leave_gap(user_id: UUID, failure: Exception) -> None:
    """Remember that this owner's profiles missed a change."""
    try:
        with atomic():
            ScoringGap.objects.get_or_create(
                user_id=user_id, defaults={"error": type(failure).__name__}
            )
    except Exception:
        log.exception("risk.gap_not_kept", user_id=str(user_id))


def _assess(
    user_id: UUID, removed: Sequence[Transaction], added: Sequence[Transaction], source: str
) -> Mapping[UUID, Assessment]:
    now = timezone.now()
    going = {row.id: row for row in removed}
    old = {row.id: entry_of(row) for row in removed}
    new = {row.id: entry_of(row) for row in added}
    shelf = open_shelf(user_id, [*old.values(), *new.values()], now)
    for row in removed:
        if is_learned(row):
            shelf.apply(old[row.id], -1)
        if is_recalled(row):
            shelf.recall(old[row.id], -1)
    said: dict[UUID, Assessment] = {}
    for row in sorted(added, key=lambda row: (row.posted_on, new[row.id].instant or 0)):
        before = going.get(row.id)
        entry = new[row.id]
        if _stands(row, before, source):
            if is_learned(row):
                shelf.apply(entry, 1)
            if is_recalled(row):
                shelf.recall(entry, 1)
            continue
        word = said[row.id] = _word(shelf, row, entry, before, old.get(row.id), source)
        if not word.flagged and row.transfer_id is None:
            shelf.apply(entry, 1)
        if row.transfer_id is None:
            shelf.recall(entry, 1)
        if entry.account_id in shelf.balances:
            shelf.balances[entry.account_id] += entry.amount_minor
    shelf.store()
    if source == "review":
        for row in added:
            verdicts.keep(user_id, row)
    _tell(user_id, added, said, shelf, source, now)
    opening.follow(user_id, removed, added, said, source)
    return said


def _stands(row: Transaction, before: Transaction | None, source: str) -> bool:
    """Whether what was said of the row still holds."""
    if source in KEEPS_ITS_SCORE:
        return True
    return row.risk_score is not None and before is not None and not is_material(before, row)


def _word(
    shelf: Shelf,
    row: Transaction,
    entry: Entry,
    before: Transaction | None,
    old: Entry | None,
    source: str,
) -> Assessment:
    is_old = source in BULK and entry.day < shelf.today - BULK_DAYS
    if row.transfer_id is not None or is_old:
        return LEARNED_ONLY
    found = judged(
        shelf, entry, old, was_reconciled=before is not None and before.status == "reconciled"
    )
    flagged = found.flagged or row.verdict == "fraud"
    if source == "restore" and row.verdict == "legitimate":
        flagged = False  # The owner has answered this very payment.
    shadow = shelf.shadow.get(entry.id, "")
    return Assessment(found.score, found.level, found.action, found.reasons, flagged, shadow)


def _tell(
    user_id: UUID,
    added: Sequence[Transaction],
    said: Mapping[UUID, Assessment],
    shelf: Shelf,
    source: str,
    now: datetime,
) -> None:
    """Alerts and cases, in the same commit. Old rows of an import have none by construction."""
    alerts = [row for row in added if row.id in said and said[row.id].action != "silent"]
    if not alerts:
        return
    flagged = [row for row in alerts if said[row.id].flagged]
    opening.open_cases(flagged, said, shelf.rules, now, came_back=source == "restore")
    push(
        user_id,
        alerts[0].seq,
        "transaction.flagged" if flagged else "security.alert",
        [
            {
                "id": str(row.id),
                "score": said[row.id].score,
                "action": said[row.id].action,
                "codes": [reason["code"] for reason in said[row.id].reasons],
            }
            for row in (flagged or alerts)
        ],
    )
