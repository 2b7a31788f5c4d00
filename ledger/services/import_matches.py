"""Matches by amount and week alone: they are carried out, and wait for the owner's word.

Accepting changes nothing in the books. Refusing gives the matched row back what it had, and books the
row of the file as a new one, as if the match had never been.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury
from accounts.clock import tick
from accounts.days import zone
from accounts.errors import Refusal
from accounts.ids import new_id
from accounts.models import User
from accounts.sql import insert_rows
from ledger import money
from ledger.errors import Reason
from ledger.matching import Decision, Kind
from ledger.models import (
    DoubtfulMatch,
    ImportBatch,
    ImportStatus,
    MatchVerdict,
    PayeeAlias,
    Transaction,
)
from ledger.predicates import Named
from ledger.services import import_files
from ledger.services.import_accounts import Destination, routes
from ledger.services.import_booking import book, take_back
from ledger.services.import_plan import Plan
from ledger.services.import_progress import untold
from ledger.services.import_report import LETTERS, line_of
from ledger.services.import_rows import candidates_of
from ledger.services.import_rules import consult, follow
from ledger.services.owned import hold, trace

MATCHES = (Kind.MATCHED, Kind.UPDATED, Kind.DUPLICATE)


def keep_matches(
    user_id: UUID, seq: int, plan: Plan, batch_id: UUID, accepted: Collection[int]
) -> None:
    """Put the doubtful matches of a commit into the queue; those on accepted lines are answered.

    What was asked before is not asked again: a reconciled row is met by each file that has it.
    """
    found = [
        (candidate, decision, decision.id)
        for candidate, decision in plan.of_kind(*MATCHES)
        if decision.is_doubtful and decision.id
    ]
    if not found:
        return
    asked = DoubtfulMatch.objects.for_user(user_id).exclude(verdict=MatchVerdict.REFUSED)
    known = set(asked.values_list("transaction_id", flat=True))
    now = timezone.now()
    insert_rows(
        [
            DoubtfulMatch(
                id=new_id(),
                user_id=user_id,
                seq=seq,
                import_batch_id=batch_id,
                account_id=UUID(candidate.destination.key),
                transaction_id=row_id,
                position=candidate.position,
                told={
                    "line": line_of(candidate, decision),
                    "fingerprint": decision.fingerprint,
                    "external_id": decision.external_id,
                },
                verdict=MatchVerdict.ACCEPTED
                if candidate.row.line in accepted
                else MatchVerdict.OPEN,
                created_at=now,
                answered_at=now if candidate.row.line in accepted else None,
            )
            for candidate, decision, row_id in found
            if row_id not in known
        ]
    )


def forget_matches(user_id: UUID, seq: int, batch_id: UUID) -> None:
    """An undone import asks nothing any more."""
    rows = DoubtfulMatch.objects.for_user(user_id).filter(import_batch_id=batch_id)
    ids = list(rows.values_list("id", flat=True))
    rows.delete()
    bury(user_id, seq, "import_match", ids)


@atomic
def accept_match(
    *, user_id: UUID, match_id: UUID, expected_seq: int | None = None
) -> DoubtfulMatch:
    """The owner says that both are one booking. 409 once it is answered."""
    seq = tick(user_id)
    match = _held(user_id, match_id, expected_seq)
    if match.verdict != MatchVerdict.OPEN:
        raise Refusal(Reason.MATCH_IS_ANSWERED, status=409)
    return _answer(match, seq, MatchVerdict.ACCEPTED)


def refuse_match(
    *, user_id: UUID, match_id: UUID, expected_seq: int | None = None
) -> DoubtfulMatch:
    """The owner says that they are two bookings: the old row is as it was, the file's row is new.

    Also after it was accepted. 409 once refused, while the row is reconciled, or its account closed.
    """
    match = _held(user_id, match_id)
    _must_be_refusable(match)
    batch = match.import_batch
    parsed = import_files.read(  # Before the clock, as a commit does.
        import_files.content_of(batch),
        filename=batch.filename,
        format=batch.options.get("format"),
        mapping=batch.options.get("effective_mapping"),
    )
    return _refuse(user_id, match_id, parsed, expected_seq)


@atomic
def _refuse(user_id: UUID, match_id: UUID, parsed: Any, expected_seq: int | None) -> DoubtfulMatch:
    seq = tick(user_id)
    match = _held(user_id, match_id, expected_seq)
    _must_be_refusable(match)
    batch: ImportBatch = match.import_batch
    changed = [kept for kept in batch.reversal if kept["id"] == str(match.transaction_id)]
    rows = Transaction.objects.for_user(user_id)
    if changed and rows.filter(id=match.transaction_id, status="reconciled").exists():
        raise Refusal(Reason.ROW_IS_RECONCILED, status=409)
    take_back(user_id, seq, changed)
    user = User.objects.only("currency", "timezone").get(id=user_id)
    made = _alone(user_id, user.currency, parsed, match)
    book(user_id, seq, made, batch.id, zone(user.timezone), untold)
    booked = rows.filter(import_batch=batch, seq=seq, created_at=F("updated_at"))
    match.booked_id = booked.exclude(id=match.transaction_id).values_list("id", flat=True).first()
    batch.reversal = [kept for kept in batch.reversal if kept not in changed]
    batch.report = _corrected(batch.report, match)
    batch.seq = seq
    batch.save(update_fields=["seq", "report", "reversal"])
    trace(user_id, seq, "import", "corrected", batch.id)
    return _answer(match, seq, MatchVerdict.REFUSED)


def _alone(user_id: UUID, home: str, parsed: Any, match: DoubtfulMatch) -> Plan:
    """The plan in which this one row of the file is new, and nothing else happens."""
    batch, account = match.import_batch, match.account
    if account.closed:
        raise Refusal(Reason.ACCOUNT_IS_CLOSED, status=409)
    led = routes(user_id, parsed, batch.account, home)
    candidates = candidates_of(parsed, led)
    candidate = candidates[match.position]
    # Its name may have changed since: the account is the one of the match.
    candidate.destination = Destination(
        account.name, str(account.id), account.currency, account.type, account
    )
    candidate.amount_minor = money.to_minor(candidate.row.amount, account.currency)
    decisions = [Decision(Kind.DUPLICATE)] * len(candidates)
    decisions[match.position] = Decision(
        Kind.NEW, fingerprint=match.told["fingerprint"], external_id=match.told["external_id"]
    )
    aliases = dict(PayeeAlias.objects.for_user(user_id).values_list("name_key", "payee__name"))
    ruled = consult(user_id, [candidate], aliases, Named(batch.filename, str(batch.id)))
    decisions = follow(ruled, candidates, decisions)
    return Plan(parsed, led, candidates, decisions, [], aliases=aliases)


def _corrected(report: dict[str, Any], match: DoubtfulMatch) -> dict[str, Any]:
    """The import's report with the row as new."""
    counts, letters = dict(report["counts"]), report["letters"]
    counts[match.told["line"]["decision"]] -= 1
    counts[Kind.NEW] += 1
    place = match.position
    return {
        **report,
        "counts": counts,
        "letters": letters[:place] + LETTERS[Kind.NEW] + letters[place + 1 :],
        "targets": {at: row for at, row in report["targets"].items() if at != str(place)},
    }


def _answer(match: DoubtfulMatch, seq: int, verdict: MatchVerdict) -> DoubtfulMatch:
    match.verdict, match.answered_at, match.seq = verdict, timezone.now(), seq
    match.save(update_fields=["verdict", "answered_at", "booked_id", "seq"])
    trace(match.user_id, seq, "import_match", str(verdict), match.id)
    return match


def _must_be_refusable(match: DoubtfulMatch) -> None:
    if match.verdict == MatchVerdict.REFUSED:
        raise Refusal(Reason.MATCH_IS_ANSWERED, status=409)
    if match.import_batch.status != ImportStatus.COMMITTED:
        raise Refusal(Reason.IMPORT_NOT_COMMITTED, status=409)


def _held(user_id: UUID, match_id: UUID, expected_seq: int | None = None) -> DoubtfulMatch:
    rows = DoubtfulMatch.objects.for_user(user_id).select_related("import_batch", "account")
    return hold(rows, match_id, Reason.MATCH_NOT_FOUND, expected_seq)  # type: ignore[no-any-return]
