"""Forgetting what is personal in the audit trail. What was sealed of it stays, and still proves the rest."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.transaction import atomic

from accounts.audit import rest_mac
from accounts.models import AuditEntry

CHUNK = 1000  # entries per commit: nobody waits long for the writers' turn
# What licenses forgetting, by whom it was about: an entry whose personal side is gone without one of
# these was tampered with. They hold nothing personal and are never forgotten.
ERASURE_BEGUN = "user.erasure_begun"  # target_id: everything about or by this person
AGEING = "audit.ageing"  # data.before: what is older than this instant
AGED = "audit.aged"  # and when that is done
LICENCES = (ERASURE_BEGUN, AGEING, AGED)


def forget(entries: QuerySet[AuditEntry], *, only_address: bool = False) -> int:
    """Forget addresses, and unless told otherwise all data, of these entries; how many there were.

    One commit per chunk, in the order of ids, so that a run that was killed is taken up by the next.
    Entries of before commitments can only be forgotten whole.
    """
    is_left = ~Q(ip_salt="") if only_address else ~Q(ip_salt="") | ~Q(data_salt="")
    old = Q(version=1, data_commitment="") & (Q(ip__isnull=False) | ~Q(data={}))
    left = entries.filter(is_left | old).exclude(action__in=LICENCES).order_by("id")
    count, last = 0, UUID(int=0)
    while chunk := list(left.filter(id__gt=last)[:CHUNK]):
        _forget(chunk, only_address=only_address)
        count, last = count + len(chunk), chunk[-1].id
    return count


@atomic
def _forget(entries: Sequence[AuditEntry], *, only_address: bool) -> None:
    ids = [entry.id for entry in entries if entry.version > 1]
    gone: dict[str, Any] = {"ip": None, "ip_salt": ""}
    if not only_address:
        gone |= {"data": {}, "data_salt": ""}
    AuditEntry.objects.filter(id__in=ids).exclude(ip_salt="", data_salt="").update(**gone)
    for entry in entries:
        if entry.version == 1:
            # Another run may have been here since the read.
            row = AuditEntry.objects.filter(id=entry.id, data_commitment="")
            row.update(ip=None, data={}, data_commitment=rest_mac(entry))
