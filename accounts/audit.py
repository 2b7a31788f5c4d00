"""The trail: one entry per verb, written in the commit of the change itself."""

import hashlib
import hmac
from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.utils.module_loading import import_string

from accounts.context import origin
from accounts.models import AuditEntry
from accounts.sql import insert_rows


def canonical(entry: AuditEntry) -> bytes:
    """Every column of the entry but its MAC, written in the one way."""
    content = [
        entry.id,
        round(entry.at.timestamp() * 1_000_000),  # both databases keep microseconds
        entry.user_id,
        entry.actor_id,
        entry.action,
        entry.target,
        entry.target_id,
        entry.request_id,
        entry.ip,
        entry.data,
    ]
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def entry_mac(entry: AuditEntry) -> str:
    """HMAC-SHA256 over the entry, keyed by AUDIT_KEY: a forged row cannot match."""
    return hmac.new(settings.AUDIT_KEY.encode(), canonical(entry), hashlib.sha256).hexdigest()


@cache
def _listeners(paths: tuple[str, ...]) -> list[Callable[[AuditEntry], None]]:
    return [import_string(path) for path in paths]


def audit(
    action: str,
    *,
    user_id: UUID | None,
    target: str = "",
    target_id: UUID | None = None,
    actor_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one entry. `data` holds ids, figures and what changed; never secrets, tokens or IBANs.

    The floors above hear of it in the same commit (AUDIT_LISTENERS), so that what they make of it
    stands or falls with the entry.
    """
    where = origin.get()
    entry = AuditEntry(
        user_id=user_id,
        actor_id=actor_id or where.actor_id,
        action=action,
        target=target,
        target_id=target_id,
        request_id=where.request_id,
        ip=where.ip,
        data=data or {},
    )
    entry.mac = entry_mac(entry)
    insert_rows([entry])
    for listen in _listeners(tuple(settings.AUDIT_LISTENERS)):
        listen(entry)
    return entry
