"""What an account began with, where a file says it: its opening balance, and no income.

Another program's books tell it by a first row out of nothing, Quicken by a transfer from the account
to itself. It is set where the account is new or empty; an account in use keeps its own.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts.errors import Refusal
from ledger import money
from ledger.errors import Reason
from ledger.matching import Decision, Kind
from ledger.models import Account, Transaction
from ledger.services.import_accounts import Destination, Routes
from ledger.services.import_rows import Candidate
from ledger.services.owned import trace
from ledger.statements.model import ParsedFile
from ledger.statements.rivals import NAMES as RIVALS

SETS = ("opening_balance",)  # what such a row changes, where it changes anything


def openings_of(parsed: ParsedFile, candidates: Sequence[Candidate], led: Routes) -> set[int]:
    """Positions of the rows that are no movement of money but what their account began with."""
    told: Any = parsed.mapping.get("openings", ()) if parsed.format in RIVALS else ()
    if not told:
        return set()
    wanted = {(led.named(one["account"]), one["line"], Decimal(one["amount"])) for one in told}
    return {
        candidate.position
        for candidate in candidates
        if not candidate.code
        and (candidate.destination.key, candidate.row.line, candidate.row.amount) in wanted
    }


def stated(parsed: ParsedFile, led: Routes) -> dict[str, int]:
    """Openings that Quicken's registers state beside their rows: minor units by account."""
    found: dict[str, int] = {}
    for statement in parsed.statements if parsed.format == "qif" else ():
        if statement.opening is None or not statement.rows:
            continue
        place = led.of(statement.rows[0], statement)
        try:
            found[place.key] = money.to_minor(statement.opening.amount, place.currency)
        except (ValueError, ArithmeticError):
            led.warnings.append(
                f"The opening balance of {place.shown} is no amount in its currency."
            )
    return found


def decide(
    user_id: UUID, candidates: Sequence[Candidate], opening: set[int], said: dict[str, int],
    led: Routes,
) -> tuple[dict[int, Decision], dict[str, int]]:  # fmt: skip
    """A decision for each opening row by its position, and the stated ones that are to be set."""
    sums = dict(said)
    for position in opening:
        place = candidates[position].destination
        sums[place.key] = sums.get(place.key, 0) + candidates[position].amount_minor
    places = {d.key: d for d in led.destinations if sums.get(d.key)}
    in_use = _in_use(user_id, [d for d in places.values() if d.account])
    for key, place in places.items():
        if key in in_use and place.account and place.account.opening_minor != sums[key]:
            amount = money.format_minor(sums[key], place.currency)
            led.warnings.append(
                f"The file says that {place.shown} began with {amount} {place.currency}; "
                "the account is in use, so its opening balance stays as it is."
            )
    decisions = {
        position: Decision(
            Kind.OPENING, fields=() if candidates[position].destination.key in in_use else SETS
        )
        for position in opening
    }
    return decisions, {key: amount for key, amount in said.items() if key not in in_use}


def _in_use(user_id: UUID, places: Sequence[Destination]) -> set[str]:
    """Keys of the accounts whose opening balance is the owner's, or rests under rows."""
    accounts = [place.account for place in places if place.account]
    kept = {str(a.id) for a in accounts if a.opening_minor or a.reconciled_on}
    asked = [a.id for a in accounts if str(a.id) not in kept]
    if asked:
        rows = Transaction.objects.for_user(user_id).filter(account_id__in=asked)
        kept |= {str(row) for row in rows.values_list("account_id", flat=True).distinct()}
    return kept


def set_openings(user_id: UUID, seq: int, amounts: Mapping[str, int]) -> None:
    """Give accounts that have no rows their opening balance. amounts: minor units by account id."""
    for key, amount in amounts.items():
        if amount:
            _move(user_id, seq, UUID(key), amount)


def take_openings_back(user_id: UUID, seq: int, amounts: Mapping[str, int]) -> None:
    """Undo `set_openings`, where the owner has not changed the opening balance since.

    Refuses with 409 where statements were reconciled on it.
    """
    accounts = Account.objects.for_user(user_id).filter(id__in=[UUID(key) for key in amounts])
    for account in accounts:
        amount = amounts[str(account.id)]
        if not amount or account.opening_minor != amount:
            continue
        if account.reconciled_on is not None:
            raise Refusal(Reason.OPENING_IS_RECONCILED, status=409)
        _move(user_id, seq, account.id, -amount)


def _move(user_id: UUID, seq: int, account_id: UUID, amount: int) -> None:
    Account.objects.for_user(user_id).filter(id=account_id).update(
        opening_minor=F("opening_minor") + amount,
        balance_minor=F("balance_minor") + amount,
        cleared_minor=F("cleared_minor") + amount,
        updated_at=timezone.now(),
        seq=seq,
    )
    trace(user_id, seq, "account", "updated", account_id, opening_moved_by=amount)
