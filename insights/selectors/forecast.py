"""What a forecast rests on, read from totals and schedules: no scan, and a fixed number of statements.

The known future is what recurring transactions will bring (ledger.selectors.upcoming), what debts
and goals will take (plans_ahead), and what is in the books ahead of today or still pending. The
history to model is the daily totals without the rows that those explain.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from accounts.errors import Refusal
from accounts.models import User
from accounts.sql import as_id, fetch
from insights.forecast import Inputs, Item
from insights.forecasting import DAYS_MAX
from insights.selectors.flows import ILLIQUID, Flow, as_day, days_of, standing_before
from insights.selectors.plans_ahead import Planned, plans_ahead
from insights.selectors.spending import (
    TRANSFERS,
    Explained,
    MonthOf,
    months_of,
    past_of,
    spent_of,
)
from insights.spending_months import Past
from ledger.errors import Reason
from ledger.periods import Span, add_months, month_end
from ledger.rates import Converter
from ledger.selectors.rates import rates_for
from ledger.selectors.upcoming import Upcoming, upcoming

HISTORY_DAYS = 730
HISTORY_MONTHS_MIN = 2
RATE_MONTHS = 6  # full months that the shares of categories are worked out from
FIXED_PERCENT = 10  # how far a row of the same payee may be from a rule's amount and still be it
VARIABLE_PERCENT = 50

NETS = """
SELECT d.account_id, d.day, SUM(d.inflow_minor - d.outflow_minor),
    SUM(CASE WHEN d.is_transfer THEN 0 ELSE d.outflow_minor END)
FROM ledger_account a JOIN ledger_dailytotal d ON d.user_id = a.user_id AND d.account_id = a.id
WHERE a.user_id = %s AND d.day BETWEEN %s AND %s AND d.is_pending = %s
GROUP BY d.account_id, d.day
"""
# Booked or matched by a rule, and rows from before there was one: of its payee and account, and
# near its amount. Either is found by an index; their number is that of standing bills.
EXPLAINED = """
SELECT t.posted_on, t.account_id, CASE WHEN t.transfer_id IS NULL THEN c.name ELSE 'transfers' END,
    CASE WHEN t.transfer_id IS NULL THEN c.kind ELSE 'transfers' END, SUM(t.amount_minor)
FROM ledger_transaction t LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.status <> 'pending' AND t.id IN (
    SELECT o.transaction_id FROM ledger_recurringoccurrence o
    WHERE o.user_id = %s AND o.status IN ('posted', 'matched') AND o.posted_on >= %s
    UNION
    SELECT x.id FROM ledger_recurringtransaction r
    JOIN ledger_transaction x ON x.user_id = r.user_id AND x.payee_id = r.payee_id
    WHERE r.user_id = %s AND x.posted_on BETWEEN %s AND %s AND x.account_id = r.account_id
        AND ABS(x.amount_minor - r.amount_minor) * 100
            <= ABS(r.amount_minor) * CASE WHEN r.variable THEN %s ELSE %s END
    UNION SELECT p.interest_id FROM debts_debtpayment p WHERE p.user_id = %s AND p.interest_id IS NOT NULL
    UNION SELECT p.fee_id FROM debts_debtpayment p WHERE p.user_id = %s AND p.fee_id IS NOT NULL{plans}
)
GROUP BY 1, 2, 3, 4
"""
# Both legs of transfers with accounts of plans that are known ahead, or are over.
OF_PLANS = """
    UNION SELECT x.id FROM ledger_transaction x WHERE x.user_id = %s AND x.transfer_id IN (
        SELECT o.transfer_id FROM ledger_transaction o
        WHERE o.user_id = %s AND o.account_id IN ({}) AND o.posted_on >= %s
            AND o.transfer_id IS NOT NULL
    )
"""
NAMES = "SELECT id, name, kind FROM ledger_category WHERE user_id = %s"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts that a forecast is of, and how to come from their money to its currency."""

    currencies: dict[UUID, str]
    cleared: int
    pending: int  # of today and before: still to be cleared
    today: date
    converter: Converter

    def convert(self, minor: int, account_id: UUID) -> int | None:
        """None for other accounts, and where the rate is missing. Rates are today's throughout."""
        currency = self.currencies.get(account_id)
        return None if currency is None else self.converter.convert(minor, currency, self.today)


def inputs_of(user: User, today: date, account_id: UUID | None = None) -> Inputs:
    """The inputs of one account in its own currency, or of all liquid ones at home.

    Liquid: without loans, investments and property. Refuses another owner's account.
    """
    accounts = _accounts(user, today, account_id)
    first = today - timedelta(days=HISTORY_DAYS - 1)
    last = today + timedelta(days=DAYS_MAX)
    by_day, spent_on = _history(user.pk, accounts, first, today)
    months = months_of(user.pk, accounts.currencies, first, today, accounts.converter)
    coming = upcoming(user.pk, today, last)
    plans = plans_ahead(user, today, last, coming)
    explained = _explained(user.pk, accounts, first, today, sorted(plans.accounts))
    ahead = days_of(user.pk, [Span(today + timedelta(days=1), last)], account_id)
    known = _booked(accounts, ahead, months)
    known += _scheduled(user.pk, accounts, coming)
    known += _planned(plans.ahead, accounts, at_home=account_id is None)
    began = min(by_day, default=today)
    warnings = accounts.converter.warnings()
    history: tuple[int, ...] = ()
    shares: tuple[tuple[str | None, float], ...] = ()
    past = Past()
    if add_months(began, HISTORY_MONTHS_MIN) <= today:
        for row in explained:
            if row.on >= began:
                by_day[row.on] -= row.minor
        days = (today - began).days + 1
        history = tuple(by_day.get(began + timedelta(days=k), 0) for k in range(days))
        shares = _rates(months, explained, began, today)
        past = past_of(months, explained, spent_on, began, today)
    else:
        warnings.append(SHORT)
    return Inputs(
        today, accounts.converter.to, accounts.cleared, tuple(known), history, shares, past,
        tuple(warnings), tuple(accounts.converter.rates()),
    )  # fmt: skip


def _history(
    user_id: UUID, accounts: Accounts, first: date, today: date
) -> tuple[dict[date, int], dict[date, int]]:
    """(net, money out without transfers) of each day with cleared rows."""
    nets: dict[date, int] = defaultdict(int)
    outs: dict[date, int] = defaultdict(int)
    for account, day, net, out in fetch(NETS, [user_id, first, today, False]):
        home = accounts.convert(int(net), as_id(account))
        spent = accounts.convert(int(out), as_id(account))
        if home is not None and spent is not None:
            nets[as_day(day)] += home
            outs[as_day(day)] += spent
    return nets, outs


SHORT = {
    "code": "insufficient_history",
    "message": "There are less than two months of history: only what is scheduled or booked ahead"
    " is in this forecast, without ranges.",
}


def _accounts(user: User, today: date, account_id: UUID | None) -> Accounts:
    standing = standing_before(user.pk, today + timedelta(days=1), account_id)
    if account_id is not None and not standing:
        raise Refusal(Reason.ACCOUNT_NOT_FOUND, pointer="?account")
    home = standing[0].currency if account_id is not None else user.currency
    chosen = [a for a in standing if account_id is not None or a.type not in ILLIQUID]
    wanted = [(a.currency, home, today) for a in chosen]
    converter = Converter(rates_for(user.pk, wanted), home)
    currencies: dict[UUID, str] = {}
    cleared = pending = 0
    for account in chosen:
        held = converter.convert(account.cleared, account.currency, today)
        waiting = converter.convert(account.balance - account.cleared, account.currency, today)
        if held is not None and waiting is not None:
            currencies[account.account_id] = account.currency
            cleared += held
            pending += waiting
    return Accounts(currencies, cleared, pending, today, converter)


def cleared_at(user: User, on: date) -> int:
    """What the liquid accounts held at the end of a day, at the rates of that day. Two statements."""
    return _accounts(user, on, None).cleared


def _explained(
    user_id: UUID, accounts: Accounts, first: date, today: date, of_plans: list[UUID]
) -> list[Explained]:
    values: list[Any] = [
        user_id, user_id, first, user_id, first, today, VARIABLE_PERCENT, FIXED_PERCENT,
        user_id, user_id,
    ]  # fmt: skip
    plans = ""
    if of_plans:
        plans = OF_PLANS.format(", ".join(["%s"] * len(of_plans)))
        values += [user_id, user_id, *of_plans, first]
    found = []
    for day, account, category, kind, minor in fetch(EXPLAINED.format(plans=plans), values):
        home = accounts.convert(int(minor), as_id(account))
        if home is not None and as_day(day) <= today:
            found.append(Explained(as_day(day), category, home, spent_of(kind, home)))
    return found


def _booked(accounts: Accounts, ahead: list[Flow], months: list[MonthOf]) -> list[Item]:
    """Rows booked ahead, and what waits to be cleared of today and before, by category.

    Totals of months tell the categories of what waits; of what is older than they, none.
    """
    found = []
    waiting: dict[tuple[str | None, str | None], int] = defaultdict(int)
    for row in months:
        if row.is_pending:
            waiting[row.category, row.kind] += row.net
    for flow in ahead:
        home = accounts.convert(flow.net, flow.account_id)
        if home is not None:
            name, kind = (TRANSFERS,) * 2 if flow.is_transfer else (flow.name, flow.kind)
            found.append(_item(flow.on, home, name, kind))
            if flow.is_pending and flow.on <= month_end(accounts.today):
                waiting[name, kind] -= home
    waiting[None, None] += accounts.pending - sum(waiting.values())
    for (name, kind), minor in waiting.items():
        if minor:
            found.append(_item(accounts.today, minor, name, kind))
    return found


def _item(
    on: date, minor: int, name: str | None, kind: str | None, rule: str | None = None
) -> Item:
    return Item(on, minor, name, rule, spends=bool(spent_of(kind, minor)))


def _scheduled(user_id: UUID, accounts: Accounts, coming: list[Upcoming]) -> list[Item]:
    """What is due today and not booked yet is still to come."""
    rows = fetch(NAMES, [user_id]) if coming else []
    named: dict[UUID | None, tuple[str | None, str | None]] = {
        as_id(row_id): (name, kind) for row_id, name, kind in rows
    }
    found = []
    for one in coming:
        home = accounts.convert(one.amount_minor, one.account_id)
        if home is not None:
            name, kind = named.get(one.category_id, (None, None))
            found.append(_item(one.posted_on, home, name, kind, str(one.rule_id)))
    return found


def _planned(ahead: list[Planned], accounts: Accounts, *, at_home: bool) -> list[Item]:
    """What plans take from these accounts or bring to them; nothing where it stays among them.

    Where the owner did not say who pays, it is one of the accounts at hand.
    """
    found = []
    for one in ahead:
        out = one.source in accounts.currencies or (at_home and one.source is None)
        into = one.target in accounts.currencies
        if out != into:
            home = accounts.converter.convert(one.minor, one.currency, accounts.today)
            if home is not None:
                found.append(Item(one.on, home if into else -home, TRANSFERS, str(one.plan)))
    return found


def _rates(
    months: list[MonthOf], explained: list[Explained], began: date, today: date
) -> tuple[tuple[str | None, float], ...]:
    """What each category does per day beside the explained rows, over the last full months."""
    end = today.replace(day=1)
    start = max(add_months(end, -RATE_MONTHS), began.replace(day=1))
    if start == end:
        return ()
    sums: dict[str | None, int] = defaultdict(int)
    for month in months:
        if start <= month.month < end and not month.is_pending:
            sums[month.category] += month.net
    for row in explained:
        if start <= row.on < end:
            sums[row.category] -= row.minor
    days = (month_end(end - timedelta(days=1)) - max(start, began)).days + 1
    return tuple((name, minor / days) for name, minor in sorted(sums.items(), key=_by_name))


def _by_name(pair: tuple[str | None, int]) -> str:
    return pair[0] or ""


__all__ = ["cleared_at", "inputs_of"]
