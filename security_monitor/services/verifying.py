"""Is the audit trail what was written? Walks the whole chain and names every place that is wrong.

What is found, and by what:
  altered    an entry that differs from its digest; a link, root or end whose hash or signature is wrong
  deleted    a link without its entry, a gap in the chain or between roots, or an address or data that
             went from an entry although nobody was erased and it is not old enough to be forgotten
  inserted   an entry with a wrong MAC, or one that appeared long after its id was made
  reordered  a link whose entry is intact but does not follow from the link before it
  truncated  a chain that ends before its signed end, a signed root, or a root kept outside (anchor)

Somebody who removes the tail with all its roots and puts back an older signed end is found by an
anchor alone: keep roots outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.audit import (
    entry_mac,
    is_as_committed,
    is_forgotten,
    is_genuine,
    was_forgotten_whole,
)
from accounts.models import AuditEntry
from security_monitor.chain.links import GENESIS, Tree, link
from security_monitor.chain.signatures import is_signed, public_key
from security_monitor.models import AuditHead, AuditRoot, AuditSeal
from security_monitor.services.licences import Licences
from security_monitor.services.sealing import CHUNK, digest_of, too_late_for, unsealed

PROBLEMS_MAX = 100
Anchor = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    kind: str  # altered, deleted, inserted, reordered, truncated
    message: str
    seq: int | None = None
    entry_id: UUID | None = None


@dataclass(slots=True)
class Report:
    """problems: the first hundred; `found` counts all of them."""

    sealed: int = 0
    unsealed: int = 0
    head: AuditHead | None = None
    root: AuditRoot | None = None
    found: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.found

    def add(
        self, kind: str, message: str, seq: int | None = None, entry_id: UUID | None = None
    ) -> None:
        self.found += 1
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(kind, message, seq, entry_id))


def verify(anchor: Anchor | None = None) -> Report:
    """Check everything. anchor: a root that was kept outside, as `manage.py verify_audit` prints it."""
    report = Report()
    # Roots before the end, and the end before the links: what is sealed meanwhile is left for later.
    roots = list(AuditRoot.objects.order_by("last_seq"))
    head = AuditHead.objects.filter(id=1).first() or AuditHead(hash=GENESIS)
    report.head, report.root = head, roots[-1] if roots else None
    public = public_key(settings.AUDIT_KEY)
    _check_signatures(report, public, head, roots)
    wanted = {root.last_seq: root.hash for root in roots}
    if anchor is not None:
        _expect_anchor(report, public, anchor, wanted)
    licences = Licences()
    _walk(report, licences, head, roots, wanted)
    _check_unsealed(report, licences, head)
    return report


def _check_signatures(report: Report, public: str, head: AuditHead, roots: list[AuditRoot]) -> None:
    if head.seq and not is_signed(public, head.statement(), head.signature):
        report.add("altered", "The signature of the end of the chain is wrong.", head.seq)
    covered = 0
    for root in roots:
        if root.first_seq != covered + 1:
            message = f"No signed root covers the links {covered + 1} to {root.first_seq - 1}."
            report.add("deleted", message, covered + 1)
        covered = root.last_seq
        if not is_signed(public, root.statement(), root.signature):
            report.add("altered", f"The signature of the root at {covered} is wrong.", covered)


def _expect_anchor(report: Report, public: str, anchor: Anchor, wanted: dict[int, str]) -> None:
    statement = {name: anchor.get(name) for name in AuditRoot().statement()}
    seq, said = statement["last_seq"], statement["hash"]
    if not is_signed(public, statement, str(anchor.get("signature", ""))):
        report.add("altered", "The anchor was not signed by this installation.")
    elif wanted.setdefault(seq, said) != said:  # type: ignore[arg-type]
        report.add("altered", f"The root at {seq} is not the one that was kept outside.", seq)


def _walk(
    report: Report,
    licences: Licences,
    head: AuditHead,
    roots: list[AuditRoot],
    wanted: dict[int, str],
) -> None:
    """Every link up to the end that was read, its entry, and the roots on the way."""
    roots_left, tree = list(roots), Tree()
    previous, last = GENESIS, 0
    for one, entry in _links(head.seq):
        if one.seq != last + 1:
            message = f"The links {last + 1} to {one.seq - 1} are gone."
            report.add("deleted", message, last + 1)
        last = one.seq
        report.sealed += 1
        is_intact = _check_entry(report, licences, one, entry)
        if one.hash != link(previous, one.seq, one.digest):
            kind = "reordered" if is_intact else "altered"
            message = f"Link {one.seq} does not follow from the one before it."
            report.add(kind, message, one.seq, one.entry_id)
        previous = one.hash
        if wanted.pop(one.seq, one.hash) != one.hash:
            message = f"Link {one.seq} is not the one that was signed."
            report.add("altered", message, one.seq, one.entry_id)
        tree.add(one.digest)
        if roots_left and roots_left[0].last_seq <= one.seq:
            if roots_left.pop(0).merkle_root != tree.root():
                message = f"The links up to {one.seq} are not those that were signed."
                report.add("altered", message, one.seq)
            tree = Tree()
    end = max([head.seq, *wanted])
    if last < end:
        message = f"The chain ends at {last}, and it once reached {end}."
        report.add("truncated", message, last)
    elif previous != head.hash:
        report.add("altered", "The end of the chain is not its last link.", last)


def _links(until: int) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    """Links in order, each with its entry, read by chunks."""
    after = 0
    while True:
        chunk = list(
            AuditSeal.objects.filter(seq__gt=after, seq__lte=until).order_by("seq")[:CHUNK]
        )
        if not chunk:
            return
        ids = [one.entry_id for one in chunk]
        entries = {e.id: e for e in AuditEntry.objects.filter(id__in=ids)}
        for one in chunk:
            yield one, entries.get(one.entry_id)
        after = chunk[-1].seq


def _check_entry(
    report: Report, licences: Licences, one: AuditSeal, entry: AuditEntry | None
) -> bool:
    """Whether the entry of a link stands as it was sealed."""
    if entry is None:
        report.add("deleted", f"The entry of link {one.seq} is gone.", one.seq, one.entry_id)
        return False
    # Of one that was forgotten whole, its own proof of the rest takes the place of the digest.
    is_whole = was_forgotten_whole(entry)
    if (is_whole and is_genuine(entry)) or (not is_whole and digest_of(entry) == one.digest):
        _check_origin(report, licences, entry, one.seq)
        return True
    message = f"The entry of link {one.seq} is not what was sealed."
    report.add("altered", message, one.seq, one.entry_id)
    return False


def _check_origin(
    report: Report, licences: Licences, entry: AuditEntry, seq: int | None = None
) -> None:
    """Whether the program wrote the entry, and whether its personal side stands or went by right."""
    where = f"The entry of link {seq}" if seq else "An entry that waits for its seal"
    if not was_forgotten_whole(entry) and entry_mac(entry) != entry.mac:
        report.add("inserted", f"{where} does not match its MAC.", seq, entry.id)
    elif not is_as_committed(entry):
        message = f"{where} holds an address or data that it was not written with."
        report.add("altered", message, seq, entry.id)
    elif is_forgotten(entry) and not licences.cover(entry):
        message = f"{where} lost its address or data, and nobody was erased."
        report.add("deleted", message, seq, entry.id)


def _check_unsealed(report: Report, licences: Licences, head: AuditHead) -> None:
    too_late = too_late_for(head.newest_entry_id)
    for entry in unsealed().iterator(CHUNK):
        report.unsealed += 1
        if entry.id <= too_late:
            message = "An entry appeared long after its id was made."
            report.add("inserted", message, entry_id=entry.id)
        else:
            _check_origin(report, licences, entry)
