"""The socket for the risk gate. What is plugged in is named in settings; the ledger never learns of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from ledger.models import Transaction


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the gate says of one row. Score 0-100; level and action are words of the gate."""

    score: int
    level: str
    action: str
    reasons: list[dict[str, Any]] = field(default_factory=list)
    flagged: bool = False
    shadow: str = ""  # codes of rules on trial that would have spoken; no owner sees them


# (owner, rows that go, rows that come, how they came) → assessments of the rows that come.
Gate = Callable[
    [UUID, Sequence["Transaction"], Sequence["Transaction"], str], Mapping[UUID, Assessment]
]


@cache
def gate(path: str) -> Gate:
    found: Gate = import_string(path)
    return found


def assess(
    user_id: UUID, removed: "Sequence[Transaction]", added: "Sequence[Transaction]", source: str
) -> None:
    """Let the gate follow the change and write its word into the rows that come.

    Without a gate the rows stay unscored, and say so.
    """
    if not settings.RISK_GATE:
        return
    said = gate(settings.RISK_GATE)(user_id, removed, added, source)
    for row in added:
        if (word := said.get(row.id)) is not None:
            row.risk_score = word.score
            row.risk_level = word.level
            row.risk_action = word.action
            row.risk_reasons = word.reasons
            row.flagged = word.flagged
            row.risk_shadow = word.shadow


def tell_merge(user_id: UUID, kind: str, gone: Sequence[UUID], into: UUID | None) -> None:
    """Rows that named one of `gone` now name `into`: what was learned of those moves along.

    kind: payee or category. For verbs that move rows by one statement instead of editing them.
    """
    if settings.RISK_GATE:
        import_string(settings.RISK_MERGES)(user_id, kind, gone, into)
