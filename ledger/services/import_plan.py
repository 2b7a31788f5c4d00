"""What an import would do to the books as they are now: rows, accounts and one decision per row.

The stages stand in a line: read, lead to accounts, make exact, ask the rules, identify, follow the
rules where a row is new, pair transfers. Identification sees the bank's words alone, so that no
rule and no clean-up of names can make a known row new.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Min, Q

from accounts.sql import CHUNK
from ledger import naming
from ledger.matching import By, Decision, Held, Kind, identify
from ledger.models import Account, DeletedTransaction, Payee, PayeeAlias, Transaction
from ledger.predicates import Named
from ledger.services.import_accounts import Routes, routes
from ledger.services.import_openings import decide, openings_of, stated
from ledger.services.import_rows import Candidate, candidates_of
from ledger.services.import_rules import consult, follow, renamed
from ledger.services.import_transfers import pairs
from ledger.statements.model import ParsedFile

# Rows whose day the owner changed are still found by their fingerprint this far around the file.
REACH_DAYS = 62
COLUMNS = (
    "id", "account_id", "posted_on", "amount_minor", "payee__name", "memo", "statement_text",
    "external_id", "fingerprint", "status",
)  # fmt: skip
DELETED_COLUMNS = (
    "id", "account_id", "posted_on", "amount_minor", "external_id", "fingerprint",
    "snapshot__status", "snapshot__payee_id",
)  # fmt: skip


@dataclass(slots=True)
class Plan:
    parsed: ParsedFile
    routes: Routes
    candidates: list[Candidate]
    decisions: list[Decision]
    transfers: list[tuple[int, int]]  # positions of the two legs
    mapping: Any = None  # to read the file with again
    aliases: dict[str, str] = field(default_factory=dict)  # payees by the names merged into them
    stated: dict[str, int] = field(default_factory=dict)  # opening balances beside the rows

    @property
    def openings(self) -> dict[str, int]:
        """Opening balances to set, in minor units, by the key of their account."""
        found = dict(self.stated)
        for candidate, decision in self.of_kind(Kind.OPENING):
            if decision.fields:
                key = candidate.destination.key
                found[key] = found.get(key, 0) + candidate.amount_minor
        return found

    @property
    def in_transfers(self) -> set[int]:
        """Positions of the rows that will be legs of a transfer."""
        paired = {position for pair in self.transfers for position in pair}
        return paired | {candidate.position for candidate in self.marked}

    @property
    def marked(self) -> list[Candidate]:
        """New rows that a rule calls a transfer and whose other side this file does not tell."""
        paired = {position for pair in self.transfers for position in pair}
        new = (candidate for candidate, _ in self.of_kind(Kind.NEW) if candidate.transfer_to)
        return [candidate for candidate in new if candidate.position not in paired]

    def of_kind(self, *kinds: Kind) -> Iterator[tuple[Candidate, Decision]]:
        for candidate, decision in zip(self.candidates, self.decisions, strict=True):
            if decision.kind in kinds:
                yield candidate, decision


def plan(
    user_id: UUID,
    home: str,
    parsed: ParsedFile,
    chosen: Account | None,
    mapping: Any = None,
    source: Named | None = None,
    refused: Collection[int] = (),
) -> Plan:
    """Decide on every row. Reads only; a dozen queries, whatever the file, beyond chunks.

    Rows that are what an account began with take no part in the identification.

    source: name and id of the import, for rules that ask for it. refused: lines whose doubtful
    matches the owner does not believe.
    """
    led = routes(user_id, parsed, chosen, home)
    candidates = candidates_of(parsed, led)
    aliases = dict(PayeeAlias.objects.for_user(user_id).values_list("name_key", "payee__name"))
    ruled = consult(user_id, candidates, aliases, source or Named(""))
    _recognise(candidates, aliases, renamed(ruled))
    opening = openings_of(parsed, candidates, led)
    opened, to_set = decide(user_id, candidates, opening, stated(parsed, led), led)
    incoming = [candidate for candidate in candidates if candidate.position not in opening]
    days = [row.posted_on for row in incoming if not row.code]
    if days:
        first, last = _reach(min(days), max(days))
        account_ids = [d.account.id for d in led.destinations if d.account]
        existing = held_rows(user_id, account_ids, candidates, first, last)
        decisions = identify(incoming, existing, deleted_rows(user_id, first, last))
    else:
        decisions = identify(incoming, [])
    if opening:
        rest = iter(decisions)
        decisions = [opened.get(c.position) or next(rest) for c in candidates]
    if refused:
        decisions = _as_refused(decisions, [c.row.line for c in candidates], set(refused))
    decisions = follow(ruled, candidates, decisions)
    legs = pairs(candidates, decisions)
    return Plan(parsed, led, candidates, decisions, legs, mapping, aliases, to_set)


def _recognise(
    candidates: Iterable[Candidate], aliases: dict[str, str], names: dict[int, str]
) -> None:
    """Say what payees are called in the owner's books. names: by rules, by position."""
    if aliases or names:
        for candidate in candidates:
            candidate.known_as = names.get(candidate.position) or aliases.get(
                naming.key(candidate.payee), ""
            )


def _as_refused(
    decisions: Sequence[Decision], lines: Sequence[int], refused: Collection[int]
) -> list[Decision]:
    """The decisions, with doubtful matches on refused lines as new rows. lines: of each decision."""
    return [
        replace(decision, kind=Kind.NEW, id=None, fields=(), by=By.NOTHING)
        if line in refused and decision.is_doubtful
        else decision
        for decision, line in zip(decisions, lines, strict=True)
    ]


def without_lines(made: Plan, lines: Iterable[int]) -> Plan:
    """The plan less the rows that the owner does not want. They take part in the identification."""
    unwanted = set(lines)
    if not unwanted:
        return made
    decisions = [
        replace(decision, kind=Kind.SKIPPED)
        if candidate.row.line in unwanted and decision.kind != Kind.INVALID
        else decision
        for candidate, decision in zip(made.candidates, made.decisions, strict=True)
    ]
    return replace(made, decisions=decisions, transfers=pairs(made.candidates, decisions))


def _reach(first: date, last: date) -> tuple[date, date]:
    reach = timedelta(days=REACH_DAYS)
    return max(first, date.min + reach) - reach, min(last, date.max - reach) + reach


def held_rows(
    user_id: UUID,
    account_ids: Sequence[UUID],
    candidates: Sequence[Candidate],
    first: date,
    last: date,
) -> list[Held]:
    """Rows that may be in the file: those around its days, and those that have one of its ids.

    Rows of other accounts count where a bank file brought them: the owner may have moved them.
    """
    rows = Transaction.objects.for_user(user_id)
    near = rows.filter(
        ~Q(fingerprint="") | Q(account_id__in=account_ids), posted_on__range=(first, last)
    )
    found = [_held(columns) for columns in near.values_list(*COLUMNS).iterator(chunk_size=5000)]
    known = {row.external_id for row in found}
    ids = sorted({c.external_id for c in candidates if c.external_id} - known)
    mine = rows.filter(account_id__in=account_ids)
    if ids and _reaches_beyond(mine, first, last):
        for start in range(0, len(ids), CHUNK):
            far = mine.filter(external_id__in=ids[start : start + CHUNK])
            found += [_held(columns) for columns in far.values_list(*COLUMNS)]
    return found


def _reaches_beyond(rows: Any, first: date, last: date) -> bool:
    """Whether there are rows outside the days: a first import asks nothing of an empty account."""
    ends = rows.aggregate(first=Min("posted_on"), last=Max("posted_on"))
    return ends["first"] is not None and (ends["first"] < first or ends["last"] > last)


def _held(columns: tuple[Any, ...]) -> Held:
    row_id, account_id, day, amount, payee, memo, text, external_id, mark, status = columns
    return Held(
        row_id, str(account_id), day, amount, payee or "", (memo, text), external_id, mark, status
    )


def deleted_rows(user_id: UUID, first: date, last: date) -> list[Held]:
    """Rows around these days that the owner threw away."""
    rows = DeletedTransaction.objects.for_user(user_id).filter(posted_on__range=(first, last))
    kept = list(rows.values_list(*DELETED_COLUMNS))
    waiting = {columns[7] for columns in kept if columns[6] == "pending" and columns[7]}
    names: dict[str, str] = {}
    if waiting:
        payees = Payee.objects.for_user(user_id).filter(id__in=waiting)
        names = {str(payee_id): name for payee_id, name in payees.values_list("id", "name")}
    return [_deleted(columns, names) for columns in kept]


def _deleted(columns: tuple[Any, ...], payees: dict[str, str]) -> Held:
    row_id, account_id, day, amount, external_id, mark, status, payee_id = columns
    payee = payees.get(payee_id or "", "")
    return Held(
        row_id, str(account_id), day, amount, payee, (), external_id, mark, status, deleted=True
    )
