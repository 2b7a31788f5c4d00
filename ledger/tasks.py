"""What the ledger does by itself. A task takes ids, calls services, and is safe to run twice."""

from contextlib import suppress
from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from accounts.each_owner import for_each_owner
from accounts.errors import Refusal
from ledger.services import attachment_sweep, import_queue, recurring_match, recurring_run
from ledger.services.drift import report_drift
from ledger.verification import some_users, verify_user

log = structlog.get_logger(__name__)
SAMPLE_PERCENT = 1.0


@shared_task  # type: ignore[untyped-decorator]
def verify_sample() -> int:
    """Recompute the books of a random part of all people; the number of findings."""
    count = 0
    for user_id in some_users(SAMPLE_PERCENT):
        findings = verify_user(user_id)
        if findings:
            log.error("ledger.drift", user_id=str(user_id), findings=len(findings))
            with suppress(Refusal):  # the owner may have left while we looked
                report_drift(user_id, findings)
        count += len(findings)
    return count


@shared_task  # type: ignore[untyped-decorator]
def sweep_attachments() -> None:
    """Nightly: files of transactions that cannot come back, and files that no row names."""
    swept = attachment_sweep.sweep_attachments()
    log.info("attachments.swept", rows=swept.rows, files=swept.files)


@shared_task  # type: ignore[untyped-decorator]
def commit_import(batch_id: str) -> None:
    """Carry out a commit that was promised. A second run finds it done."""
    import_queue.finish(UUID(batch_id))


def start_commit(batch_id: UUID) -> None:
    """Hand a promised commit to a worker. Without a broker it waits for `resume_imports`."""
    try:
        commit_import.apply_async([str(batch_id)], retry=False)
    except BrokerAway as failure:
        log.warning("import.not_queued", import_id=str(batch_id), error=type(failure).__name__)


@shared_task  # type: ignore[untyped-decorator]
def resume_imports() -> int:
    """Every minute: start again what was promised and on which nobody works; how many."""
    batch_ids = import_queue.stale()
    for batch_id in batch_ids:
        start_commit(batch_id)
    return len(batch_ids)


@shared_task  # type: ignore[untyped-decorator]
def materialise_recurring() -> int:
    """Every quarter of an hour: what is due of everybody's recurring transactions; how many."""
    return for_each_owner(
        recurring_run.owners_due(timezone.now()), recurring_run.materialise, "recurring.failed"
    )


@shared_task  # type: ignore[untyped-decorator]
def materialise_recurring_of(user_id: str) -> int:
    """What is due of one owner's, at once: a rule that was just made need not wait for the beat."""
    with suppress(Refusal):  # the owner may have left meanwhile
        return recurring_run.materialise(UUID(user_id))
    return 0


def start_materialising(user_id: UUID) -> None:
    """Hand one owner's due occurrences to a worker. Without a broker the beat comes by later."""
    with suppress(BrokerAway):
        materialise_recurring_of.apply_async([str(user_id)], retry=False)


@shared_task  # type: ignore[untyped-decorator]
def match_recurring() -> int:
    """Hourly: early payments, and payments of what waits for the owner, are linked; how many."""
    owners = recurring_match.owners_with_open(timezone.now().date())
    return for_each_owner(owners, recurring_match.match, "recurring.failed")
