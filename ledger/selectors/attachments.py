"""Reads on attachments."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Sum

from accounts.ownership import OwnedQuerySet
from ledger.models import Attachment, Transaction


def attachments_of(user_id: UUID) -> OwnedQuerySet:
    """Everything that the owner attached, in order of making: also to rows that are deleted now.

    The bytes of one are in `default_storage` under its `stored_as`.
    """
    return Attachment.objects.for_user(user_id).order_by("id")


def standing_attachments(user_id: UUID) -> OwnedQuerySet:
    """Those whose transaction is in the books: what the owner sees."""
    return attachments_of(user_id).filter(Exists(rows_of(user_id)))


def rows_of(user_id: UUID) -> Any:
    """The transaction of an attachment, for a subquery."""
    return Transaction.objects.for_user(user_id).filter(id=OuterRef("transaction_id"))


def bytes_of(user_id: UUID) -> int:
    """What all of the owner's attachments take, deleted rows' included: they still lie there."""
    total = Attachment.objects.for_user(user_id).aggregate(total=Sum("size"))["total"]
    return int(total or 0)
