"""What stands around a case: rows of the same payee and of the days beside it, what the same hand
booked, and other open cases of the owner.

Every list is bounded, the number of statements does not depend on any history, and every query
begins at the owner of the case: no id in any row can lead to somebody else's books.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.ids import first_id_at
from accounts.models import AuditEntry
from ledger.models import Transaction
from security_monitor.behaviour.catalogue import LOGIN_SUCCEEDED
from security_monitor.behaviour.networks import network_of
from security_monitor.models import Case, CaseState, SecurityEvent
from security_monitor.services.entries import evidence_of

RELATED = 15
BESIDE = timedelta(days=2)
AROUND = timedelta(days=1)  # how far from a booking its hand is looked for
ENTRIES, LOGINS = 100, 100
LOGINS_BACK = timedelta(days=90)  # no session outlives it by default
BOOKED = ("transaction.created", "transaction.updated")
NO_BOOKING = ("review", "transfer_link")  # sources of changes that are no payment of anybody
CHANGES = 20
BATCH = timedelta(minutes=1)  # a batch stands in the trail under no single row
SESSION, DEVICE, NETWORK = "session", "device", "network"  # the nearer link first


@dataclass(frozen=True, slots=True)
class Booking:
    """Who booked a row: what the trail and the log still know. Networks, never single addresses."""

    at: datetime
    by_owner: bool
    session_id: UUID | None = None
    network: str = ""
    login: SecurityEvent | None = None  # that opened the session


@dataclass(slots=True)
class Related:
    row: Transaction | None = None
    booking: Booking | None = None
    payee: list[UUID] = field(default_factory=list)
    beside: list[UUID] = field(default_factory=list)
    hand: dict[UUID, str] = field(default_factory=dict)  # row → by which link
    rows: dict[UUID, Transaction] = field(default_factory=dict)  # all of them that are in the books
    cases: list[Case] = field(default_factory=list)


def related_of(case: Case) -> Related:
    """Ten statements at most: five for the hand, three for rows, one for cases, one to load rows."""
    others = Case.objects.for_user(case.user_id).exclude(id=case.id)
    found = Related()
    found.cases = list(others.exclude(state=CaseState.CLOSED).order_by("-id")[:RELATED])
    if case.transaction_id is None:
        return found
    owned = Transaction.objects.for_user(case.user_id)
    row = found.row = owned.filter(id=case.transaction_id).first()
    if row is not None:
        found.payee, found.beside = _near(row)
    _same_hand(found, case)
    wanted = {*found.payee, *found.beside, *found.hand}
    found.rows = {one.id: one for one in owned.filter(id__in=wanted)} if wanted else {}
    found.payee = [one for one in found.payee if one in found.rows]
    found.hand = {one: link for one, link in found.hand.items() if one in found.rows}
    return found


def _near(row: Transaction) -> tuple[list[UUID], list[UUID]]:
    """The last rows of the same payee, and those of the account in the days around it."""
    owned = Transaction.objects.for_user(row.user_id).exclude(id=row.id)
    days = (row.posted_on - BESIDE, row.posted_on + BESIDE)
    beside = owned.filter(account_id=row.account_id, posted_on__range=days)
    same = owned.filter(payee_id=row.payee_id) if row.payee_id else owned.none()
    newest = [
        list(rows.order_by("-posted_on", "-id").values_list("id", flat=True)[:RELATED])
        for rows in (same, beside)
    ]
    return newest[0], newest[1]


def _same_hand(found: Related, case: Case) -> None:
    """Rows that were booked or changed by the same session, device or network within a day."""
    trail = AuditEntry.objects.filter(user_id=case.user_id, action__in=BOOKED)
    own = _own_entry(trail, case)
    if own is None:
        return
    session_id, network = _session_of(own), network_of(own.ip)
    logins = _logins(case.user_id, own.at, session_id) if own.actor_id == case.user_id else []
    login = next((event for event in logins if event.session_id == session_id), None)
    found.booking = Booking(own.at, own.actor_id == case.user_id, session_id, network, login)
    if session_id is None and not network:
        return
    devices = {
        event.session_id
        for event in logins
        if login and event.device and event.device == login.device
    }
    span = trail.filter(
        id__gte=first_id_at(own.at - AROUND),
        id__lt=first_id_at(own.at + AROUND),
        actor_id=own.actor_id,
    )
    after = list(span.filter(id__gt=own.id).order_by("id")[:ENTRIES])
    before = list(span.filter(id__lt=own.id).order_by("-id")[:ENTRIES])
    links: dict[UUID, str] = {}
    for entry in sorted([own, *before, *after], key=lambda entry: abs(entry.at - own.at)):
        other = _session_of(entry)
        link = (
            SESSION if other is not None and other == session_id
            else DEVICE if other in devices
            else NETWORK if network and network_of(entry.ip) == network
            else ""
        )  # fmt: skip
        for row_id in _rows_of(entry) if link else ():
            if row_id != case.transaction_id:
                links[row_id] = min(links.get(row_id, link), link, key=_nearness)
    # The nearest links first; among equal ones what is nearest in time stands first already.
    nearest = sorted(links, key=lambda row_id: _nearness(links[row_id]))[:RELATED]
    found.hand = {row_id: links[row_id] for row_id in nearest}


def _own_entry(trail: QuerySet[AuditEntry], case: Case) -> AuditEntry | None:
    """The change of the row that opened the case: it is of the same commit. A verdict books nothing."""
    found = list(trail.filter(target_id=case.transaction_id).order_by("-id")[:CHANGES])
    entries = [entry for entry in found if entry.data.get("source") not in NO_BOOKING]
    if not entries:
        opened, wanted = case.opened_at, str(case.transaction_id)
        beside = trail.filter(
            id__gte=first_id_at(opened - BATCH), id__lt=first_id_at(opened + BATCH), target_id=None
        )
        found = list(beside.order_by("id")[:CHANGES])
        entries = [entry for entry in found if wanted in entry.data.get("ids", ())]
    return min(entries, key=lambda entry: abs(entry.at - case.opened_at), default=None)


def _nearness(link: str) -> int:
    return (SESSION, DEVICE, NETWORK).index(link)


def _logins(user_id: UUID, at: datetime, session_id: UUID | None) -> Sequence[SecurityEvent]:
    """The owner's logins of the months before, newest first."""
    if session_id is None:
        return []
    events = SecurityEvent.objects.for_user(user_id).filter(
        kind=LOGIN_SUCCEEDED, at__gt=at - LOGINS_BACK, at__lt=at + AROUND
    )
    return list(events.order_by("-at")[:LOGINS])


def _session_of(entry: AuditEntry) -> UUID | None:
    said = entry.data.get("session")
    return UUID(said) if said else None


def _rows_of(entry: AuditEntry) -> Iterable[UUID]:
    ids = [entry.target_id] if entry.target_id else map(UUID, entry.data.get("ids", ()))
    return list(ids)[:RELATED]


def figures(found: Related) -> dict[str, Any]:
    """As the API tells it: figures and ids like the evidence of a case, no name and no memo."""
    booking = found.booking
    return {
        "booking": None
        if booking is None
        else {
            "at": booking.at,
            "by_owner": booking.by_owner,
            "session": booking.session_id,
            "network": booking.network or None,
            "device": (booking.login.device or None) if booking.login else None,
            "login_risk": booking.login.risk_score if booking.login else None,
            "login_at": booking.login.at if booking.login else None,
        },
        "same_payee": [_figures(found.rows[row_id]) for row_id in found.payee],
        "same_hand": [
            {**_figures(found.rows[row_id]), "link": link} for row_id, link in found.hand.items()
        ],
        "open_cases": [
            {"id": other.id, "kind": other.kind, "score": other.score, "level": other.level,
             "state": other.state, "opened_at": other.opened_at}
            for other in found.cases
        ],
    }  # fmt: skip


def _figures(row: Transaction) -> dict[str, Any]:
    return {
        "transaction": row.id,
        **evidence_of(row),
        "score": row.risk_score,
        "flagged": row.flagged,
        "verdict": row.verdict or None,
    }
