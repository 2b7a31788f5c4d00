"""Ids of owned rows: UUIDv7, so that they sort by creation and cannot be guessed."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()
