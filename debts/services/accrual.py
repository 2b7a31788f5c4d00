"""Charging interest: each span of a debt once, whoever asks and how often."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Max
from django.db.models.functions import Coalesce
from django.db.transaction import atomic

from accounts.clock import tick
from accounts.ids import new_id
from accounts.sql import insert_rows
from debts.cards import cycle_interest
from debts.due_days import spans_to_accrue
from debts.errors import Reason
from debts.interest import (
    Stretch,
    daily_compounded,
    rounded,
    simple_interest,
    stretches_of,
)
from debts.models import Accrual, Debt, InterestMode
from debts.selectors import net_by_day, read_states
from debts.state import State
from ledger.money import from_minor
from ledger.services.drafts import Draft
from ledger.services.owned import hold, trace
from ledger.services.posting import post

INTEREST, FEES = "Interest paid", "Bank fees"  # of every new household; made where they are gone
SHORTEST_PERIOD = timedelta(27)


def debts_to_accrue(utc_today: date) -> list[tuple[UUID, UUID]]:
    """(owner, debt) of those of which a period may have ended somewhere on earth: one statement."""
    last = Coalesce(Max("accruals__ends_on"), "accrues_from")
    rows = Debt.objects.filter(archived=False, interest=InterestMode.ACCRUED, account__closed=False)
    rows = rows.annotate(last=last).filter(last__lte=utc_today + timedelta(1) - SHORTEST_PERIOD)
    return list(rows.order_by("user_id", "id").values_list("user_id", "id"))


@atomic
def accrue(*, user_id: UUID, debt_id: UUID, today: date) -> int:
    """Charge every period that has ended by the owner's today; the number of new ones."""
    seq = tick(user_id)
    debt: Debt = hold(
        Debt.objects.for_user(user_id).select_related("account"), debt_id, Reason.DEBT_NOT_FOUND
    )
    if debt.interest != InterestMode.ACCRUED or debt.archived:
        return 0
    (state,) = read_states([debt], today)
    spans = spans_to_accrue(debt.start_on, debt.due_day, debt.accrues_from, spans_of(state), today)
    made = charge(state, spans, seq)
    if made:
        debt.seq = seq
        debt.save(update_fields=["seq", "updated_at"])
        total = sum(a.interest_minor for a in made)
        trace(user_id, seq, "debt", "accrued", debt_id, periods=len(made), interest_minor=total)
    return len(made)


def spans_of(state: State) -> list[tuple[date, date]]:
    return [(a.starts_on, a.ends_on) for a in state.accruals]


def charge(state: State, spans: Sequence[tuple[date, date]], seq: int) -> list[Accrual]:
    """Charge the spans; call under the owner's clock. A card's interest is booked on the card."""
    if not spans:
        return []
    debt = state.debt
    moves = net_by_day(debt, spans[0][0])
    made = []
    for begin, end in spans:
        later = sum(amount for day, amount in moves.items() if day > begin)
        opening = -debt.account.balance_minor - later
        inside = [(day, amount) for day, amount in moves.items() if begin < day < end]
        parts = stretches_of(begin, end, opening, inside, state.rates, debt.apr)
        accrual = Accrual(
            id=new_id(),
            user_id=debt.user_id,
            seq=seq,
            debt=debt,
            starts_on=begin,
            ends_on=end,
            interest_minor=_interest(state, opening, parts, moves),
            fee_minor=debt.fee_minor if opening > 0 else 0,
        )
        if debt.is_card:
            booked = _book_on_card(accrual, seq)
            if booked:
                # What is booked bears interest itself in the spans that follow.
                debt.account.refresh_from_db()
                moves[end] = moves.get(end, 0) + booked
        made.append(accrual)
    insert_rows(made)
    state.accruals += made
    return made


def _interest(state: State, opening: int, parts: Sequence[Stretch], moves: dict[date, int]) -> int:
    debt = state.debt
    if debt.is_card:
        begin = parts[0].start
        until = begin + timedelta(debt.grace_days)
        paid = sum(amount for day, amount in state.inflows.items() if begin < day <= until)
        method = "daily" if debt.compounding == "daily" else "average"
        return cycle_interest(parts, method, in_grace=opening <= 0 or paid >= opening)
    if debt.charges_whole_periods:
        # The agreed figure: a period's interest is on what was owed when it began.
        parts = [Stretch(p.start, p.end, max(opening, 0), p.apr) for p in parts]
        if len({p.apr for p in parts}) == 1:
            parts = [Stretch(parts[0].start, parts[-1].end, parts[0].balance, parts[0].apr)]
        return rounded(simple_interest(parts, debt.day_count))
    compute = daily_compounded if debt.compounding == "daily" else simple_interest
    return rounded(compute(parts, debt.day_count))


def _book_on_card(accrual: Accrual, seq: int) -> int:
    """The rows of a card's interest and fee on its closing day; what they add to the debt."""
    debt = accrual.debt
    parts = [
        (accrual.interest_minor, INTEREST, "interest"),
        (accrual.fee_minor, FEES, "fee"),
    ]
    drafts = [
        Draft(
            account_id=debt.account_id,
            amount=from_minor(-minor, debt.account.currency),
            posted_on=accrual.ends_on,
            payee=debt.lender or debt.name,
            category=category,
            external_id=f"{word}:{debt.pk}:{accrual.ends_on}",
        )
        for minor, category, word in parts
        if minor
    ]
    rows = post(debt.user_id, drafts, source="recurring", seq=seq)
    # The id of the first row also says: this interest is part of the balance already.
    accrual.row_id = rows[0].transaction.id if rows else accrual.id
    return accrual.interest_minor + accrual.fee_minor
