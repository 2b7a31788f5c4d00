"""The two sides of a transfer that one file tells: each names the other's account."""

from collections import defaultdict, deque
from collections.abc import Sequence

from ledger.matching import Decision, Kind
from ledger.services.import_rows import Candidate

Side = tuple[str, str, object, int, str]  # account, other account, day, amount, currency


def pairs(candidates: Sequence[Candidate], decisions: Sequence[Decision]) -> list[tuple[int, int]]:
    """Positions (outflow, inflow) of new rows that name each other: by the id that the file gives
    both (which also ties legs in two currencies), else same day and opposite amounts.

    Nothing else is linked here: a pair that is only likely is for the owner to accept.
    """
    waiting: dict[Side, deque[int]] = defaultdict(deque)
    by_id: dict[str, Candidate] = {}
    found = []
    for candidate, decision in zip(candidates, decisions, strict=True):
        other = candidate.other_account
        if decision.kind != Kind.NEW or not other or candidate.splits or not candidate.amount_minor:
            continue
        if shared := candidate.row.transfer_id:
            first = by_id.setdefault(shared, candidate)
            if _oppose(first, candidate):
                found.append(_in_order(first, candidate))
                del by_id[shared]
            continue
        own, day, amount = (
            candidate.destination.key,
            candidate.row.posted_on,
            candidate.amount_minor,
        )
        currency = candidate.destination.currency
        partners = waiting.get((other, own, day, -amount, currency))
        if partners:
            partner = partners.popleft()
            here = candidate.position
            found.append((here, partner) if amount < 0 else (partner, here))
        else:
            waiting[own, other, day, amount, currency].append(candidate.position)
    return found


def _oppose(one: Candidate, other: Candidate) -> bool:
    """Money leaves one account and comes into another."""
    return (
        one.destination.key != other.destination.key
        and (one.amount_minor or 0) * (other.amount_minor or 0) < 0
    )


def _in_order(one: Candidate, other: Candidate) -> tuple[int, int]:
    outflow, inflow = (one, other) if (one.amount_minor or 0) < 0 else (other, one)
    return outflow.position, inflow.position
