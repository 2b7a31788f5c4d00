"""Verbs on payees: make, rename, merge, remove. Old names keep leading to them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, ProtectedError, QuerySet, RestrictedError
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.clock import tick
from accounts.errors import Refusal
from ledger import naming
from ledger.errors import Reason
from ledger.models import Payee, PayeeAlias, Transaction
from ledger.risk import tell_merge
from ledger.services.owned import hold, refuse_taken, trace


@atomic
def make_payee(*, user_id: UUID, name: str) -> Payee:
    """A new payee. A name that led to another one as an alias is this one's from now on."""
    seq = tick(user_id)
    payee = Payee(user_id=user_id, seq=seq)
    _name(payee, name)
    payee.save(force_insert=True)
    trace(user_id, seq, "payee", "created", payee.id)
    return payee


@atomic
def rename_payee(
    *, user_id: UUID, payee_id: UUID, name: str, expected_seq: int | None = None
) -> Payee:
    """Another name; the old one stays as an alias, so that bank files still find the payee."""
    seq = tick(user_id)
    payee: Payee = hold(
        Payee.objects.for_user(user_id), payee_id, Reason.PAYEE_NOT_FOUND, expected_seq
    )
    old_key = payee.name_key
    payee.seq = seq
    _name(payee, name)
    payee.save()
    if payee.name_key != old_key:
        PayeeAlias.objects.create(user_id=user_id, seq=seq, name_key=old_key, payee=payee)
    trace(user_id, seq, "payee", "updated", payee_id)
    return payee


def _name(payee: Payee, name: str) -> None:
    payee.name = naming.checked(name, pointer="/name", longest=200)
    payee.name_key = naming.key(name)
    owned = Payee.objects.for_user(payee.user_id)
    refuse_taken(owned.filter(name_key=payee.name_key), payee.id)
    aliases = PayeeAlias.objects.for_user(payee.user_id).filter(name_key=payee.name_key)
    owned.filter(id__in=aliases.values("payee_id")).update(seq=payee.seq)
    aliases.delete()


@atomic
def merge_payees(
    *,
    user_id: UUID,
    into_id: UUID,
    gone_ids: Sequence[UUID],
    named_id: UUID,
    expected_seq: int | None = None,
    pointer: str = "",
) -> Payee:
    """Make several payees one: rows, aliases and plans move to `into`, the others go.

    Each name that goes becomes an alias under the id of its payee, so that a deleted row which
    still names that id finds its way when it is restored. The number of statements depends
    neither on the rows nor on the payees.
    `named_id` is the one in the address: 404 when it is not there, and If-Match is about it;
    the others came in the body at `pointer`.
    """
    seq = tick(user_id)
    if into_id in gone_ids or not gone_ids:
        raise Refusal(Reason.PAYEES_MUST_DIFFER, status=409, pointer=pointer)
    owned = Payee.objects.for_user(user_id)
    hold(owned, named_id, Reason.PAYEE_NOT_FOUND, expected_seq)
    found = {payee.id: payee for payee in owned.filter(id__in=[into_id, *gone_ids])}
    if any(payee_id not in found for payee_id in (into_id, *gone_ids)):
        raise Refusal(Reason.PAYEE_NOT_FOUND, pointer=pointer)
    into: Payee = found[into_id]
    gone: list[Payee] = [found[payee_id] for payee_id in dict.fromkeys(gone_ids)]
    moved = _move(user_id, seq, gone, into)
    keys = [p.name_key for p in gone]
    PayeeAlias.objects.for_user(user_id).filter(name_key__in=keys).delete()
    PayeeAlias.objects.bulk_create(
        [
            PayeeAlias(id=p.id, user_id=user_id, seq=seq, name_key=p.name_key, payee=into)
            for p in gone
        ]
    )
    ids = [p.id for p in gone]
    tell_merge(user_id, "payee", ids, into_id)
    Payee.objects.for_user(user_id).filter(id__in=ids)._raw_delete("default")
    Payee.objects.for_user(user_id).filter(id=into_id).update(seq=seq)
    into.seq = seq
    bury(user_id, seq, "payee", ids)
    trace(user_id, seq, "payee", "merged", into_id, gone=[str(i) for i in ids], moved=moved)
    if moved:
        push(user_id, seq, "transactions.changed", [{"count": moved, "what": "payee"}])
    return into


def _move(user_id: UUID, seq: int, gone: Sequence[Payee], into: Payee) -> int:
    """Point everything that names the payees at the one; the number of transactions."""
    rows = Transaction.objects.for_user(user_id).filter(payee__in=gone)
    moved = rows.update(payee=into, seq=seq, updated_at=timezone.now())
    for model, name in referring():
        if model is not Transaction:
            changes: dict[str, Any] = {name: into}
            if any(field.name == "seq" for field in model._meta.fields):
                changes["seq"] = seq
            owned: QuerySet[Any] = model._base_manager.filter(user_id=user_id)
            owned.filter(**{f"{name}__in": gone}).update(**changes)
    return moved


def referring() -> Iterable[tuple[type[Model], str]]:
    """Every (model, column) that points at a payee, plans of upper floors included.

    Asked of Django's registry, because the ledger does not know what stands above it. Each such
    model is a row of user data and has its `user`.
    """
    for relation in Payee._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.auto_created and not relation.concrete:
            yield relation.related_model, relation.field.name  # type: ignore[union-attr, misc]


@atomic
def remove_payee(*, user_id: UUID, payee_id: UUID, expected_seq: int | None = None) -> None:
    """Delete a payee that nothing names, with its aliases; 409 otherwise."""
    seq = tick(user_id)
    payee: Payee = hold(
        Payee.objects.for_user(user_id), payee_id, Reason.PAYEE_NOT_FOUND, expected_seq
    )
    if Transaction.objects.for_user(user_id).filter(payee_id=payee_id).exists():
        raise Refusal(Reason.PAYEE_IN_USE, status=409)
    try:
        payee.delete()
    except (ProtectedError, RestrictedError):
        raise Refusal(Reason.PAYEE_IN_USE, status=409, detail="Plans name this payee.") from None
    bury(user_id, seq, "payee", [payee_id])
    trace(user_id, seq, "payee", "deleted", payee_id)
