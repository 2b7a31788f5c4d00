"""The last days of everybody's rows under the rules as they are, and as they would be."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Refusal
from accounts.hints import send_passing
from accounts.models import User
from ledger.models import Transaction
from security_monitor.engine.catalogue import hits_of, of_status
from security_monitor.engine.profiles import Entry
from security_monitor.engine.rule import LIVE, SHADOW, Rule
from security_monitor.engine.scores import judge
from security_monitor.errors import Reason
from security_monitor.models import Backtest
from security_monitor.services import rule_book
from security_monitor.services.entries import entry_of
from security_monitor.services.replay import Replay

STALE_MINUTES = 10
DIFF_MAX = 200
PROGRESS = "backtest.progress"


def order(staff: User, days: int, changes: dict[str, dict[str, Any]]) -> Backtest:
    """Ask for a backtest; a worker carries it out."""
    for code, change in changes.items():
        rule_book.check_change(
            code, change.get("parameters", {}), change.get("status", ""), f"/changes/{code}"
        )
    test: Backtest = Backtest.objects.create(days=days, changes=changes, by_id=staff.pk)
    audit("backtest.ordered", user_id=None, actor_id=staff.pk, target="backtest",
          target_id=test.id, data={"days": days, "codes": sorted(changes)})  # fmt: skip
    return test


def one(test_id: UUID) -> Backtest:
    test: Backtest | None = Backtest.objects.filter(id=test_id).first()
    if test is None:
        raise Refusal(Reason.BACKTEST_NOT_FOUND, status=404)
    return test


def proposed(changes: dict[str, dict[str, Any]]) -> list[Rule]:
    """The rules under these changes."""
    return [
        rule.with_settings(
            weight=changes[rule.code].get("weight"),
            status=changes[rule.code].get("status", rule.status),
            version=rule.version + 1,
            parameters={**rule.parameters, **changes[rule.code].get("parameters", {})},
        )
        if rule.code in changes
        else rule
        for rule in rule_book.current()
    ]


def waiting() -> list[UUID]:
    """Backtests on which nobody works."""
    stale = timezone.now() - timedelta(minutes=STALE_MINUTES)
    rows = Backtest.objects.filter(Q(state="waiting") | Q(state="running", beat_at__lt=stale))
    return list(rows.order_by("id").values_list("id", flat=True)[:20])


def run(test_id: UUID) -> None:
    """Carry out a backtest, owner by owner. Safe to run twice: the second starts over."""
    stale = timezone.now() - timedelta(minutes=STALE_MINUTES)
    taken = Backtest.objects.filter(id=test_id).filter(
        Q(state="waiting") | Q(state="running", beat_at__lt=stale)
    ).update(state="running", beat_at=timezone.now(), progress=0)  # fmt: skip
    if not taken:
        return
    test = one(test_id)
    since = timezone.now().date() - timedelta(days=test.days)
    now_rules, then_rules = rule_book.current(), proposed(test.changes)
    owners = list(
        Transaction.objects.filter(posted_on__gte=since)
        .order_by("user_id").values_list("user_id", flat=True).distinct()
    )  # fmt: skip
    tally, told = Tally(), 0
    for position, owner_id in enumerate(owners, start=1):
        _replay_owner(owner_id, since.toordinal(), now_rules, then_rules, tally)
        percent = round(100 * position / len(owners))
        Backtest.objects.filter(id=test_id).update(progress=percent, beat_at=timezone.now())
        if test.by_id and percent > told:
            told = percent
            said = {"id": str(test_id), "state": "running", "progress": percent}
            send_passing(test.by_id, PROGRESS, said)
    _finish(test, tally.result(len(owners), test.days))


@atomic
def _finish(test: Backtest, result: dict[str, Any]) -> None:
    """Keep the result, and tell who asked for it, unless that person has left."""
    asker = User.objects.filter(id=test.by_id).first()
    seq = tick(asker.pk) if asker else 0
    Backtest.objects.filter(id=test.id).update(state="done", progress=100, result=result)
    if asker:
        said = {"id": str(test.id), "state": "done", "progress": 100}
        push(asker.pk, seq, PROGRESS, [said])


class Tally:
    """Counts of a backtest, and which rows the rules disagree about."""

    def __init__(self) -> None:
        self.rows = 0
        self.flagged: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()
        self.shadow: Counter[str] = Counter()
        self.verdicts: dict[str, Counter[str]] = {"now": Counter(), "then": Counter()}
        self.differ: list[dict[str, Any]] = []

    def result(self, owners: int, days: int) -> dict[str, Any]:
        months = max(owners * days / 30, 1e-9)
        sides = {
            side: {
                "flagged": self.flagged[side],
                "alerts_per_user_month": round(self.flagged[side] / months, 4),
                **{word: self.verdicts[side][word] for word in ("fraud", "legitimate")},
            }
            for side in ("now", "then")
        }
        return {
            "rows": self.rows,
            "owners": owners,
            **sides,
            "hits": dict(sorted(self.hits.items())),
            "shadow_hits": dict(sorted(self.shadow.items())),
            "differences": self.differ,
        }


def _replay_owner(
    owner_id: UUID, since: int, now_rules: Sequence[Rule], then_rules: Sequence[Rule], tally: Tally
) -> None:
    replay = Replay(rules=now_rules)
    rows = Transaction.objects.for_user(owner_id).filter(transfer__isnull=True)
    for row in rows.order_by("posted_on", "id").iterator(chunk_size=2000):
        entry = entry_of(row)
        if entry.day >= since:
            _judge_both(replay, entry, row, now_rules, then_rules, tally)
        if not row.flagged:
            replay.learn(entry)


def _judge_both(
    replay: Replay,
    entry: Entry,
    row: Transaction,
    now_rules: Sequence[Rule],
    then_rules: Sequence[Rule],
    tally: Tally,
) -> None:
    facts = replay.facts(entry)
    now = judge(hits_of(facts, of_status(now_rules, LIVE)))
    live = hits_of(facts, of_status(then_rules, LIVE))
    then = judge(live)
    tally.rows += 1
    tally.hits.update(hit.code for hit in live)
    tally.shadow.update(hit.code for hit in hits_of(facts, of_status(then_rules, SHADOW)))
    for side, word in (("now", now), ("then", then)):
        if word.flagged:
            tally.flagged[side] += 1
            tally.verdicts[side].update([row.verdict] if row.verdict else [])
    if now.flagged != then.flagged and len(tally.differ) < DIFF_MAX:
        tally.differ.append(
            {"transaction": str(row.id), "user": str(row.user_id), "now": now.score,
             "then": then.score, "codes": [reason["code"] for reason in then.reasons]}
        )  # fmt: skip
