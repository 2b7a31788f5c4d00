"""Who is behind the running request: read by the audit trail and the log, set by the doors."""

from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Origin:
    request_id: str = ""
    ip: str | None = None
    actor_id: UUID | None = None
    session_id: UUID | None = None  # of an API request; no personal token and no worker has one


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 (frozen)
