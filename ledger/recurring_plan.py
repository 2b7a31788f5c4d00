"""What a run does for one rule, and which rows of the books are its occurrences. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from uuid import UUID

from ledger.payee_text import fold
from ledger.recurrence import Schedule, nominal_dates, slack

BACKFILL_MAX = 366  # dates; older ones are left out and the owner is told
MISSED_AFTER_DAYS = 1  # A run that is late by some hours has missed nothing.
EARLY_DAYS_MAX = 4  # People pay some days ahead; before that it is another payment.
LATE_DAYS_MAX = 4  # Banks book up to three working days later; a weekend may lie between.
VARIES_MAX = 2  # An amount that varies is at most twice the estimate, and at least half of it.
ESTIMATE_FROM = 6  # the last so many amounts


@dataclass(frozen=True, slots=True)
class Due:
    nominal_on: date
    posted_on: date


@dataclass(slots=True)
class Decided:
    """book: to be dealt with, in order. missed: those of them that nobody was there for.
    left_out: nominal dates that the policy or the limit drops. done_through: where all that ends."""

    done_through: date
    book: list[Due] = field(default_factory=list)
    missed: set[date] = field(default_factory=set)
    left_out: list[date] = field(default_factory=list)


def due_dates(schedule: Schedule, done_through: date, today: date) -> Iterator[Due]:
    """Everything after `done_through` whose money moves by today. Posting dates never run back."""
    for nominal in nominal_dates(schedule, done_through):
        posted = schedule.posted_on(nominal)
        if posted > today:
            return
        yield Due(nominal, posted)


def decide(
    schedule: Schedule, done_through: date, today: date, known: Collection[date], catch_up: str
) -> Decided:
    """What is due, after the owner's policy for missed dates (all, latest, none, review).

    known: nominal dates that have their occurrence already; each is passed over and stays.
    """
    due = list(due_dates(schedule, done_through, today))
    found = Decided(due[-1].nominal_on if due else done_through)
    new = [d for d in due if d.nominal_on not in known]
    missed = [d for d in new if d.posted_on < today - timedelta(days=MISSED_AFTER_DAYS)]
    kept = {"all": BACKFILL_MAX, "review": BACKFILL_MAX, "latest": 1, "none": 0}[catch_up]
    dropped = missed[: max(0, len(missed) - kept)]
    found.left_out = [d.nominal_on for d in dropped]
    found.missed = {d.nominal_on for d in missed}
    found.book = new[len(dropped) :]
    return found


def next_open(schedule: Schedule, done_through: date, known: Collection[date]) -> Due | None:
    """The first date after `done_through` that has no occurrence yet."""
    for nominal in nominal_dates(schedule, done_through):
        if nominal not in known:
            return Due(nominal, schedule.posted_on(nominal))
    return None


def estimate(amounts: Sequence[int], fallback: int) -> int:
    """What a varying amount will be: the median of the last ones, newest first; minor units."""
    if not amounts:
        return fallback
    middle = median(amounts[:ESTIMATE_FROM])
    return int(middle + (0.5 if middle >= 0 else -0.5))  # exact: halves of integers only


@dataclass(frozen=True, slots=True)
class Wanted:
    """An occurrence looking for its row."""

    rule_id: UUID
    account_id: UUID
    due: Due
    amount_minor: int
    variable: bool
    payee_id: UUID | None
    payee: str
    category_id: UUID | None
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plain row of the books that is no occurrence yet."""

    id: UUID
    account_id: UUID
    posted_on: date
    amount_minor: int
    payee_id: UUID | None
    payee: str
    text: str = ""
    category_id: UUID | None = None


def window(schedule: Schedule, due: Due) -> tuple[date, date]:
    """The days on which a row may be this occurrence: some days early, some late."""
    early = slack(schedule, due.nominal_on, EARLY_DAYS_MAX)
    late = slack(schedule, due.nominal_on, LATE_DAYS_MAX)
    return (
        min(due.nominal_on, due.posted_on) - timedelta(days=early),
        max(due.nominal_on, due.posted_on) + timedelta(days=late),
    )


def pair(wanted: Iterable[Wanted], rows: Iterable[Candidate]) -> dict[tuple[UUID, date], UUID]:
    """Row ids by (rule, nominal date): best first, each row and each occurrence once.

    Better is the same payee, then the day nearest to the posting date, then the older date.
    """
    by_account: dict[UUID, list[Candidate]] = {}
    for row in rows:
        by_account.setdefault(row.account_id, []).append(row)
    ranked = [
        (
            not _same_payee(one, row),
            abs((row.posted_on - one.due.posted_on).days),
            one.due.nominal_on,
            str(one.rule_id),
            row.posted_on,
            str(row.id),
            one,
            row,
        )
        for one in wanted
        for row in by_account.get(one.account_id, ())
        if _fits(one, row)
    ]
    ranked.sort(key=lambda item: item[:6])
    found: dict[tuple[UUID, date], UUID] = {}
    used: set[UUID] = set()
    for *_, one, row in ranked:
        key = one.rule_id, one.due.nominal_on
        if key not in found and row.id not in used:
            found[key] = row.id
            used.add(row.id)
    return found


def _fits(one: Wanted, row: Candidate) -> bool:
    """Its days, its amount, and its payee where the rule names one; a varying amount needs one.

    Without a payee the row must at least not be for something else.
    """
    if not one.first_on <= row.posted_on <= one.last_on:
        return False
    if one.variable:
        size, about = abs(row.amount_minor), abs(one.amount_minor)
        if (row.amount_minor > 0) != (one.amount_minor > 0):
            return False
        if not about <= size * VARIES_MAX or not size <= about * VARIES_MAX:
            return False
        return bool(one.payee) and _same_payee(one, row)
    if row.amount_minor != one.amount_minor:
        return False
    if one.payee:
        return _same_payee(one, row)
    return one.category_id is None or row.category_id in (None, one.category_id)


def _same_payee(one: Wanted, row: Candidate) -> bool:
    """The same payee, or every word of its name in what the bank wrote."""
    if one.payee_id is not None and one.payee_id == row.payee_id:
        return True
    named = set(fold(one.payee).split())
    return bool(named) and named <= set(fold(f"{row.payee} {row.text}").split())
