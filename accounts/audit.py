"""The trail: one entry per verb, written in the commit of the change itself."""

import hashlib
import hmac
import secrets
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

SALT_BYTES = 16
# The columns of an entry that are never forgotten.
REST = ("id", "at", "user_id", "actor_id", "action", "target", "target_id", "request_id")


def canonical(entry: AuditEntry) -> bytes:
    """What the MAC and the chain say of an entry, written in the one way: all but what may be forgotten."""
    content = [
        entry.id,
        round(entry.at.timestamp() * 1_000_000),  # both databases keep microseconds
        entry.user_id,
        entry.actor_id,
        entry.action,
        entry.target,
        entry.target_id,
        entry.request_id,
    ]
    if entry.version == 1:
        content += [entry.ip, entry.data]
    else:
        content = [entry.version, *content, entry.ip_commitment, entry.data_commitment]
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def entry_mac(entry: AuditEntry) -> str:
    """HMAC-SHA256 over the entry, keyed by AUDIT_KEY: a forged row cannot match."""
    return _keyed(canonical(entry))


def _keyed(content: bytes) -> str:
    return hmac.new(settings.AUDIT_KEY.encode(), content, hashlib.sha256).hexdigest()


def text_of(data: dict[str, Any]) -> bytes:
    """`data` as it is committed to."""
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def commitment(salt: str, value: bytes) -> str:
    """HMAC-SHA256 of a value under its salt. Without the salt nobody can try what the value was."""
    return hmac.new(bytes.fromhex(salt), value, hashlib.sha256).hexdigest()


def _commit(entry: AuditEntry) -> None:
    if entry.ip:
        entry.ip_salt = secrets.token_hex(SALT_BYTES)
        entry.ip_commitment = commitment(entry.ip_salt, entry.ip.encode())
    if entry.data:
        entry.data_salt = secrets.token_hex(SALT_BYTES)
        entry.data_commitment = commitment(entry.data_salt, text_of(entry.data))


def is_genuine(entry: AuditEntry) -> bool:
    """Whether the program wrote what stands there. What was forgotten is no objection."""
    if was_forgotten_whole(entry):
        return hmac.compare_digest(entry.data_commitment, rest_mac(entry))
    return hmac.compare_digest(entry.mac, entry_mac(entry)) and is_as_committed(entry)


def is_as_committed(entry: AuditEntry) -> bool:
    """Whether `ip` and `data` are what was committed to, or gone."""
    if entry.version == 1:
        return True  # both stand under the MAC
    return _holds(entry.ip_salt, entry.ip_commitment, (entry.ip or "").encode()) and _holds(
        entry.data_salt, entry.data_commitment, text_of(entry.data) if entry.data else b""
    )


def _holds(salt: str, said: str, value: bytes) -> bool:
    if not salt:
        return not value
    try:
        return bool(said) and hmac.compare_digest(said, commitment(salt, value))
    except ValueError:  # a salt that is no hexadecimal text is none of ours
        return False


def is_forgotten(entry: AuditEntry) -> bool:
    """Whether something that the entry once held is gone."""
    if entry.version == 1:
        return was_forgotten_whole(entry)
    return (bool(entry.ip_commitment) and not entry.ip_salt) or (
        bool(entry.data_commitment) and not entry.data_salt
    )


def was_forgotten_whole(entry: AuditEntry) -> bool:
    """An entry of before commitments: its MAC cannot be computed any more, `rest_mac` is in its place."""
    return entry.version == 1 and entry.data_commitment != ""


def rest_mac(entry: AuditEntry) -> str:
    """What proves the rest of a version 1 entry whose ip and data were forgotten."""
    rest = AuditEntry(**{name: getattr(entry, name) for name in REST}, version=1)
    return _keyed(b"rest" + canonical(rest) + entry.mac.encode())


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
    _commit(entry)
    entry.mac = entry_mac(entry)
    insert_rows([entry])
    for listen in _listeners(tuple(settings.AUDIT_LISTENERS)):
        listen(entry)
    return entry
