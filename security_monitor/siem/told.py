"""One security event as it is handed out: who, what, where, with which result, in which request."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PRODUCT = "household_books"
DATASET = f"{PRODUCT}.security"
FAILED = ("failed", "refused", "reused", "drift", "tampered")


@dataclass(frozen=True, slots=True)
class Told:
    """Ids are text; empty text and None mean that it is not known. risk_score: 0 to 100."""

    id: str
    at: datetime
    kind: str
    action: str
    severity: str
    risk_score: int
    user_id: str = ""
    actor_id: str = ""
    target: str = ""
    target_id: str = ""
    session_id: str = ""
    request_id: str = ""
    ip: str = ""
    network: str = ""
    country: str = ""
    device: str = ""
    agent: str = ""
    reasons: Sequence[dict[str, Any]] = field(default_factory=tuple)

    @property
    def is_failure(self) -> bool:
        return self.kind.endswith(FAILED)

    @property
    def message(self) -> str:
        said = [str(reason.get("message") or reason["code"]) for reason in self.reasons]
        return " ".join(said) or self.kind
