"""Rules and how staff change them: one proposes, another decides, and what goes live was tested."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.audit import audit
from accounts.errors import Refusal
from accounts.models import User
from ledger.models import Transaction
from security_monitor.engine.catalogue import BY_CODE, RULES
from security_monitor.engine.rule import LIVE, Rule
from security_monitor.errors import Reason
from security_monitor.models import Backtest, Case, RuleChange, RuleSetting, VerdictRecord

BACKTEST_DAYS = 30
QUALITY_DAYS = 90
QUALITY_ROWS = 20_000


def current() -> list[Rule]:
    """Every rule as it counts now."""
    tuned = {setting.code: setting for setting in RuleSetting.objects.all()}
    return [_tuned(rule, tuned[rule.code]) if rule.code in tuned else rule for rule in RULES]


def _tuned(rule: Rule, setting: RuleSetting | RuleChange, version: int = 0) -> Rule:
    return rule.with_settings(
        weight=setting.weight,
        status=setting.status,
        version=version or getattr(setting, "version", rule.version),
        parameters=setting.parameters,
    )


def one(code: str) -> Rule:
    """A rule as it counts now; 404 for a code that is none."""
    for rule in current():
        if rule.code == code:
            return rule
    raise Refusal(Reason.RULE_NOT_FOUND, status=404)


def check_change(code: str, parameters: Iterable[str], status: str, pointer: str = "") -> Rule:
    """Refuse what no rule can become."""
    rule = one(code)
    for name in parameters:
        if name not in rule.parameters:
            raise Refusal(Reason.UNKNOWN_PARAMETER, pointer=f"{pointer}/parameters/{name}")
    if rule.needs and status not in ("", "draft"):
        raise Refusal(Reason.RULE_WAITS, status=409, pointer=f"{pointer}/status")
    return rule


@atomic
def propose(
    staff: User,
    code: str,
    *,
    weight: int | None = None,
    status: str = "",
    parameters: dict[str, float] | None = None,
    why: str,
) -> RuleChange:
    """Propose a change; nothing counts until somebody else approves it."""
    rule = check_change(code, parameters or {}, status)
    merged = {**rule.parameters, **(parameters or {})}
    if weight in (None, rule.weight) and status in ("", rule.status) and merged == rule.parameters:
        raise Refusal(Reason.NOTHING_CHANGES)
    change: RuleChange = RuleChange.objects.create(
        code=code,
        weight=weight,
        status=status,
        parameters=parameters or {},
        why=why,
        proposed_by_id=staff.pk,
    )
    _trace("proposed", staff, change)
    return change


@atomic
def decide_change(staff: User, change_id: UUID, *, approve: bool) -> RuleChange:
    """Approve or refuse what somebody else proposed. An approval makes a new version of the rule."""
    change = RuleChange.objects.select_for_update().filter(id=change_id).first()
    if change is None:
        raise Refusal(Reason.CHANGE_NOT_FOUND, status=404)
    if change.state != "proposed":
        raise Refusal(Reason.CHANGE_IS_DECIDED, status=409)
    if change.proposed_by_id == staff.pk:
        raise Refusal(Reason.FOUR_EYES, status=403)
    if approve:
        _apply(change)
    change.state = "approved" if approve else "refused"
    change.decided_by_id, change.decided_at = staff.pk, timezone.now()
    change.save()
    _trace(change.state, staff, change)
    return change


def _apply(change: RuleChange) -> None:
    rule = one(change.code)
    if change.status == LIVE and rule.status != LIVE and not _was_tested(change.code):
        raise Refusal(Reason.BACKTEST_FIRST, status=409)
    base = BY_CODE[change.code]
    old = RuleSetting.objects.select_for_update().filter(code=change.code).first()
    weight = old.weight if old is not None and change.weight is None else change.weight
    RuleSetting.objects.update_or_create(
        code=change.code,
        defaults={
            "weight": weight,
            "status": change.status or rule.status,
            "parameters": {**(old.parameters if old else {}), **change.parameters},
            "version": max(rule.version, base.version) + 1,
            "changed_at": timezone.now(),
        },
    )


def _was_tested(code: str) -> bool:
    since = timezone.now() - timedelta(days=BACKTEST_DAYS)
    done = Backtest.objects.filter(state="done", created_at__gte=since)
    return any(code in changes for changes in done.values_list("changes", flat=True))


def _trace(what: str, staff: User, change: RuleChange) -> None:
    audit(
        f"rule.{what}",
        user_id=None,
        actor_id=staff.pk,
        target="risk_rule",
        target_id=change.id,
        data={
            "code": change.code,
            "weight": change.weight,
            "status": change.status,
            "parameters": change.parameters,
        },
    )


def quality() -> dict[str, dict[str, Any]]:
    """Per rule, of the last 90 days: cases it had a part in, verdicts on those, precision.

    Precision: fraud ÷ (fraud + legitimate), by the last verdict on each row; null without verdicts.
    """
    since = timezone.now() - timedelta(days=QUALITY_DAYS)
    cases = Case.objects.filter(opened_at__gte=since).order_by("-id")[:QUALITY_ROWS]
    found: dict[str, dict[str, Any]] = {
        rule.code: {
            "cases": 0,
            "share_of_cases": 0.0,
            "fraud": 0,
            "legitimate": 0,
            "precision": None,
            "shadow_hits": 0,
            "shadow_fraud": 0,
            "shadow_legitimate": 0,
            "shadow_precision": None,
        }
        for rule in RULES
    }
    total = 0
    for evidence in cases.values_list("evidence", flat=True):
        total += 1
        for reason in evidence.get("reasons", ()):
            if reason["code"] in found:
                found[reason["code"]]["cases"] += 1
    verdicts = VerdictRecord.objects.filter(at__gte=since).order_by("at")[:QUALITY_ROWS]
    last = {row: (said, reasons) for row, said, reasons in
            verdicts.values_list("transaction_id", "verdict", "reasons")}  # fmt: skip
    for said, reasons in last.values():
        for reason in reasons:
            if reason["code"] in found:
                found[reason["code"]][said] += 1
    _count_shadows(found, since)
    for figures in found.values():
        figures["share_of_cases"] = round(figures["cases"] / total, 4) if total else 0.0
        for side in ("", "shadow_"):
            judged = figures[f"{side}fraud"] + figures[f"{side}legitimate"]
            share = round(figures[f"{side}fraud"] / judged, 4) if judged else None
            figures[f"{side}precision"] = share
    return found


def _count_shadows(found: dict[str, dict[str, Any]], since: datetime) -> None:
    """How often rules on trial would have spoken on bookings, and the verdicts that stand on these.

    Each row keeps the codes, so what was deleted or judged anew since is not counted.
    """
    rows = Transaction.objects.filter(created_at__gte=since).exclude(risk_shadow="")
    newest = rows.order_by("-created_at").values_list("risk_shadow", "verdict")
    for codes, verdict in newest[:QUALITY_ROWS]:
        for code in codes.split():
            if code in found:
                found[code]["shadow_hits"] += 1
                if verdict:
                    found[code][f"shadow_{verdict}"] += 1


def changes_of(code: str = "") -> Sequence[RuleChange]:
    rows = RuleChange.objects.order_by("-id")
    return list((rows.filter(code=code) if code else rows)[:200])
