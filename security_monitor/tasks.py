"""What the watch does by itself. A task takes ids, calls services, and is safe to run twice."""

from contextlib import suppress
from uuid import UUID

import structlog
from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from accounts.errors import Refusal
from ledger.verification import some_users
from security_monitor.services import (
    ageing,
    alerting,
    backtests,
    learning,
    login_rates,
    mailing,
    rebuilding,
    roots_out,
    rules_off,
    sealing,
    verifying,
)
from security_monitor.services.alarms import report_drift, report_tampering
from security_monitor.services.anchors import anchor_of

log = structlog.get_logger(__name__)
SAMPLE_PERCENT = 1.0
OWNERS = 50


@shared_task  # type: ignore[untyped-decorator]
def rescore() -> int:
    """Every minute: mend profiles that missed a change, score rows that have no score; how many."""
    count = 0
    for user_id in rebuilding.owners_with_gaps(OWNERS):
        with suppress(Refusal):  # the owner may have left meanwhile
            rebuilding.rebuild(user_id)
    for user_id in rebuilding.owners_behind(OWNERS):
        with suppress(Refusal):
            count += rebuilding.score_unscored(user_id)
    return count


@shared_task  # type: ignore[untyped-decorator]
def check_drift() -> int:
    """Nightly: recompute the profiles of a random part of all people; how many differ."""
    count = 0
    for user_id in some_users(SAMPLE_PERCENT):
        with suppress(Refusal):
            drift = rebuilding.drift_of(user_id)
            if drift:
                log.error("risk.drift", user_id=str(user_id), profiles=len(drift))
                report_drift(user_id, len(drift))
                rebuilding.rebuild(user_id)
            count += len(drift)
    return count


@shared_task  # type: ignore[untyped-decorator]
def run_backtest(test_id: str) -> None:
    """Carry out a backtest that was asked for. A second run finds it done."""
    backtests.run(UUID(test_id))


def start_backtest(test_id: UUID) -> None:
    """Hand a backtest to a worker. Without a broker it waits for `resume_backtests`."""
    try:
        run_backtest.apply_async([str(test_id)], retry=False)
    except BrokerAway as failure:
        log.warning("backtest.not_queued", backtest=str(test_id), error=type(failure).__name__)


@shared_task  # type: ignore[untyped-decorator]
def resume_backtests() -> int:
    """Every few minutes: start what was asked for and on which nobody works; how many."""
    test_ids = backtests.waiting()
    for test_id in test_ids:
        start_backtest(test_id)
    return len(test_ids)


@shared_task  # type: ignore[untyped-decorator]
def learn() -> int:
    """Nightly: read the labels, share the rates, try the shadows, train weekly; how many labels."""
    night = learning.learn(timezone.now().date())
    log.info("risk.learned", labels=night.labels, rates=night.rates, trained=night.trained,
             promoted=night.promoted)  # fmt: skip
    return night.labels


@shared_task  # type: ignore[untyped-decorator]
def tell_alerts() -> int:
    """Every minute: tell owners of security events that died between commit and stream; how many."""
    count = 0
    for user_id in alerting.owners_to_tell(OWNERS):
        with suppress(Refusal):
            count += alerting.tell(user_id)
    return count


@shared_task  # type: ignore[untyped-decorator]
def mail_alerts() -> int:
    """Every minute: one mail to each owner who chose mail and has news; how many mails."""
    count = 0
    for user_id in mailing.owners_to_mail(OWNERS):
        with suppress(Refusal):  # the owner may have left meanwhile
            count += mailing.mail(user_id)
    return count


@shared_task  # type: ignore[untyped-decorator]
def look_around() -> int:
    """Every five minutes: what shows in no single login and no single payment; how many events."""
    now = timezone.now()
    return int(login_rates.judge_window(now)) + rules_off.judge_rules_off(now)


@shared_task  # type: ignore[untyped-decorator]
def seal_audit() -> int:
    """Every few seconds: seal new entries of the audit trail; how many."""
    return sealing.seal_all()


@shared_task  # type: ignore[untyped-decorator]
def sign_audit_root() -> None:
    """Hourly: sign what the chain says. The line in the log is a copy outside the database."""
    for root in sealing.sign_roots():
        log.info("audit.root", **anchor_of(root))
    roots_out.hand_out_roots()


@shared_task  # type: ignore[untyped-decorator]
def hand_out_roots() -> int:
    """Every ten minutes: what a file, a mail server or an address on the web did not take; how many."""
    return roots_out.hand_out_roots()


@shared_task  # type: ignore[untyped-decorator]
def age_history() -> int:
    """Nightly: take what is personal from security history that is old; how many lost something."""
    return ageing.age_history()


@shared_task  # type: ignore[untyped-decorator]
def verify_audit() -> int:
    """Nightly: check the whole trail; how many findings there are."""
    report = verifying.verify()
    if not report.ok:
        log.error("audit.tampered", found=report.found, first=report.problems[0].message)
        report_tampering(report)
    return report.found
