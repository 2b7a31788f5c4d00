"""The proof of one's own events: entries with what was committed to, and their paths to signed roots."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from accounts.audit import canonical, text_of
from accounts.models import AuditEntry
from security_monitor.chain.links import levels_of, path_of
from security_monitor.chain.signatures import public_key
from security_monitor.models import AuditRoot, AuditSeal, SecurityEvent
from security_monitor.services.anchors import anchor_of
from security_monitor.services.sealing import digest_of


def entries_of(user_id: UUID, *, everything: bool) -> QuerySet[AuditEntry]:
    """The entries behind a person's security events, or all about what is the person's."""
    entries = AuditEntry.objects.filter(user_id=user_id)
    if everything:
        return entries
    heard = SecurityEvent.objects.for_user(user_id).exclude(entry_id=None)
    return entries.filter(id__in=heard.values("entry_id"))


def proof_of(user_id: UUID, entries: Sequence[AuditEntry]) -> dict[str, Any]:
    """`{public_key, roots, results}`: all that somebody without this server needs to check it.

    Two queries and one for each root; an entry that no root covers yet has none and no path.
    """
    seals = {seal.entry_id: seal for seal in AuditSeal.objects.filter(
        entry_id__in=[entry.id for entry in entries])}  # fmt: skip
    roots = _roots_over([seal.seq for seal in seals.values()])
    ends = [root.last_seq for root in roots]
    root_of = {seal.entry_id: roots[place] for seal in seals.values()
               if (place := bisect_left(ends, seal.seq)) < len(roots)}  # fmt: skip
    used = {root.last_seq: root for root in root_of.values()}
    trees = {last_seq: levels_of(_leaves(root)) for last_seq, root in used.items()}
    results = []
    for entry in entries:
        shown = _shown(entry, user_id)
        root = root_of.get(entry.id)
        if root is not None:
            seq = seals[entry.id].seq
            path = path_of(trees[root.last_seq], seq - root.first_seq)
            shown |= {"seq": seq, "root": root.last_seq, "path": path}
        results.append(shown)
    return {
        "public_key": public_key(settings.AUDIT_KEY),
        "roots": [anchor_of(root) for _, root in sorted(used.items())],
        "results": results,
    }


def _roots_over(seqs: Sequence[int]) -> list[AuditRoot]:
    """Roots from the one over the first of these links to the one over the last, in order."""
    if not seqs:
        return []
    after = AuditRoot.objects.filter(last_seq__gte=min(seqs), first_seq__lte=max(seqs))
    return list(after.order_by("last_seq"))


def _leaves(root: AuditRoot) -> list[str]:
    sealed = AuditSeal.objects.filter(seq__gte=root.first_seq, seq__lte=root.last_seq)
    return list(sealed.order_by("seq").values_list("digest", flat=True))


def _shown(entry: AuditEntry, user_id: UUID) -> dict[str, Any]:
    """The entry as it is hashed. Where somebody else did it, their address is theirs to show."""
    is_own = entry.actor_id in (None, user_id)
    if entry.version == 1 and not is_own:  # the address stands in the hashed text itself
        content: str | None = None
    else:
        content = canonical(entry).decode()
    with_ip = is_own and entry.version > 1 and bool(entry.ip)
    with_data = entry.version > 1 and bool(entry.data)
    return {
        "id": entry.id,
        "at": entry.at,
        "action": entry.action,
        "seq": None,
        "root": None,
        "path": [],
        "entry": content,
        "digest": digest_of(entry),
        "mac": entry.mac,
        "ip": entry.ip if with_ip else None,
        "ip_salt": entry.ip_salt if with_ip else None,
        "data": text_of(entry.data).decode() if with_data else None,
        "data_salt": entry.data_salt if with_data else None,
    }
