"""Verbs on tags: make, rename, remove from everything."""

from uuid import UUID

from django.db.models import F
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.clock import tick
from ledger import naming
from ledger.errors import Reason
from ledger.models import Tag, Transaction, TransactionTag
from ledger.services.owned import hold, refuse_taken, trace


@atomic
def make_tag(*, user_id: UUID, name: str) -> Tag:
    seq = tick(user_id)
    tag = Tag(user_id=user_id, seq=seq)
    _name(tag, name)
    tag.save(force_insert=True)
    trace(user_id, seq, "tag", "created", tag.id)
    return tag


@atomic
def rename_tag(*, user_id: UUID, tag_id: UUID, name: str, expected_seq: int | None = None) -> Tag:
    seq = tick(user_id)
    tag: Tag = hold(Tag.objects.for_user(user_id), tag_id, Reason.TAG_NOT_FOUND, expected_seq)
    _name(tag, name)
    tag.seq = seq
    tag.save()
    trace(user_id, seq, "tag", "updated", tag_id)
    return tag


def _name(tag: Tag, name: str) -> None:
    tag.name = naming.checked(name, pointer="/name", longest=60)
    tag.name_key = naming.key(name)
    refuse_taken(Tag.objects.for_user(tag.user_id).filter(name_key=tag.name_key), tag.id)


@atomic
def remove_tag(*, user_id: UUID, tag_id: UUID, expected_seq: int | None = None) -> None:
    """Delete a tag and take it off every row, in a number of statements that no history changes."""
    seq = tick(user_id)
    tag: Tag = hold(Tag.objects.for_user(user_id), tag_id, Reason.TAG_NOT_FOUND, expected_seq)
    links = TransactionTag.objects.for_user(user_id).filter(tag_id=tag_id)
    untagged = (
        Transaction.objects.for_user(user_id)
        .filter(id__in=links.values("transaction_id"))
        .update(tag_count=F("tag_count") - 1, seq=seq, updated_at=timezone.now())
    )
    links._raw_delete("default")
    tag.delete()
    bury(user_id, seq, "tag", [tag_id])
    trace(user_id, seq, "tag", "deleted", tag_id, untagged=untagged)
    if untagged:
        push(user_id, seq, "transactions.changed", [{"count": untagged, "what": "untagged"}])
