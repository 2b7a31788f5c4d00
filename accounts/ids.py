"""Ids of owned rows: UUIDv7, so that they sort by creation and cannot be guessed."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()


def first_id_at(instant: datetime) -> UUID:
    """The least id of an instant: a bound in the primary key, where time itself has no index."""
    return UUID(int=int(instant.timestamp() * 1000) << 80)
