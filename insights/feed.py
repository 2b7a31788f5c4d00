"""Findings that deserve a word: ranked, each once, each the same from day to day. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

SEVERITIES = ("urgent", "warning", "info")
KINDS = (
    "spending_anomaly", "bill_due", "low_balance_ahead", "budget_at_risk", "goal_behind",
    "price_rise", "unused_subscription", "fee_paid", "duplicate_charge", "income_late",
)  # fmt: skip
FEED_MAX = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the owner may act on.

    key: what it is about, without figures, so that a finding that was put aside stays aside.
    weight: minor units of the home currency that it is about; ranks within a severity.
    evidence: figures and ids that the sentence rests on.
    """

    kind: str
    key: str
    severity: str
    on: date
    title: str
    message: str
    weight: int = 0
    evidence: dict[str, Any] = field(default_factory=dict)

    def id_for(self, user_id: UUID) -> UUID:
        """The same id each time for the same owner and key; another owner's differs."""
        return uuid5(user_id, self.key)


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Most urgent first, then the largest amount; of several with one key the most urgent stays."""
    ordered = sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), -f.weight, f.key))
    once: dict[str, Finding] = {}
    for finding in ordered:
        once.setdefault(finding.key, finding)
    return list(once.values())[:FEED_MAX]


def unusual(value: int, history: Iterable[int], least: int) -> float | None:
    """Robust z of a value above its history, or None where it is not unusual.

    0.6745 (x - median) / MAD above 3.5; where all history is equal, half as much again. `least` is
    the smallest difference that is worth a word. Below four months of history nothing is said.
    """
    known = sorted(history)
    if len(known) < 4:
        return None
    middle = _median(known)
    mad = _median(sorted(abs(x - middle) for x in known))
    above = value - middle
    if above < least:
        return None
    if mad == 0:
        return 99.0 if value > 1.5 * middle else None
    z = 0.6745 * above / mad
    return round(z, 2) if z > 3.5 else None


def _median(ordered: list[float] | list[int]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
