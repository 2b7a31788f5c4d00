"""Entries of the audit trail become links of the chain, after their commit and in the order of ids.

The business transaction only inserts its row: a chain inside it would put all writers in line
(measured: a seventh of the throughput). Until an entry is sealed its MAC alone protects it.
"""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.transaction import atomic

from accounts.audit import canonical
from accounts.models import AuditEntry
from accounts.sql import insert_rows
from security_monitor.chain.links import GENESIS, Tree, link
from security_monitor.chain.signatures import sign
from security_monitor.models import AuditHead, AuditRoot, AuditSeal

CHUNK = 2000
LEAVES_MAX = 16_384  # under one root: whoever proves one entry reads them all
# Ids are made before the commit, so an entry may appear below the newest sealed one: longer than
# any transaction lives, and than clocks of two machines differ.
LATE_MAX = timedelta(hours=1)


def digest_of(entry: AuditEntry) -> str:
    return sha256(canonical(entry) + entry.mac.encode()).hexdigest()


def unsealed() -> QuerySet[AuditEntry]:
    sealed = AuditSeal.objects.filter(entry_id=OuterRef("id"))
    return AuditEntry.objects.filter(~Exists(sealed)).order_by("id")


def too_late_for(newest: UUID | None) -> UUID:
    """Entries that may still come have ids above this; one below it came in by another way."""
    if newest is None:
        return UUID(int=0)
    milliseconds = (newest.int >> 80) - int(LATE_MAX.total_seconds() * 1000)
    return UUID(int=max(milliseconds, 0) << 80)


@atomic
def seal(limit: int = CHUNK) -> int:
    """Append up to so many unsealed entries to the chain and sign its new end; how many."""
    AuditHead.objects.get_or_create(id=1, defaults={"hash": GENESIS})
    head = AuditHead.objects.select_for_update().get(id=1)
    entries = list(unsealed().filter(id__gt=too_late_for(head.newest_entry_id))[:limit])
    if not entries:
        return 0
    links = []
    for entry in entries:
        digest = digest_of(entry)
        head.seq, head.hash = head.seq + 1, link(head.hash, head.seq + 1, digest)
        links.append(AuditSeal(seq=head.seq, entry_id=entry.id, digest=digest, hash=head.hash))
    for start in range(0, len(links), CHUNK // 4):
        insert_rows(links[start : start + CHUNK // 4])
    head.newest_entry_id = max(entries[-1].id, head.newest_entry_id or entries[-1].id)
    head.signature = sign(settings.AUDIT_KEY, head.statement())
    head.save()
    return len(entries)


def seal_all() -> int:
    """Seal until nothing waits; how many."""
    count = 0
    while done := seal():
        count += done
    return count


@atomic
def sign_root() -> AuditRoot | None:
    """Sign what was sealed since the last root, if anything was; at most so much as one tree holds."""
    head = AuditHead.objects.select_for_update().filter(id=1).first()
    before = AuditRoot.objects.order_by("-last_seq").first()
    first_seq = before.last_seq + 1 if before else 1
    if head is None or head.seq < first_seq:
        return None
    until = first_seq + LEAVES_MAX - 1
    sealed = AuditSeal.objects.filter(seq__gte=first_seq, seq__lte=until).order_by("seq")
    tree, last = Tree(), AuditSeal()
    for last in sealed.iterator(CHUNK):
        tree.add(last.digest)
    if last.seq is None:  # cut off: verify says so
        return None
    root = AuditRoot(
        first_seq=first_seq, last_seq=last.seq, hash=last.hash, merkle_root=tree.root()
    )
    root.signature = sign(settings.AUDIT_KEY, root.statement())
    root.save(force_insert=True)
    return root


def sign_roots() -> list[AuditRoot]:
    """Sign until everything sealed is under a root; the new ones."""
    roots = []
    while root := sign_root():
        roots.append(root)
    return roots
