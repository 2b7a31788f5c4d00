"""One reading of the books for one answer: what several reports rest on is read once.

`comprehensive` makes all its parts from one of these and so stays within ten statements.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from insights.selectors.flows import (
    Flow,
    Gross,
    Standing,
    daily,
    days_of,
    months_since,
    standing_before,
)
from insights.selectors.incomes import Income, incomes
from insights.selectors.payments import PaidTo, payments
from ledger.periods import Span, add_months, month_end
from ledger.rates import Converter, RateTable, fx_missing
from ledger.selectors.rates import rates_for

INCOME_MONTHS = 12  # full months before the current one that streams of income are judged by


@dataclass
class Reading:
    """since: the first day any part asks about. today: the owner's."""

    user_id: UUID
    home: str
    today: date
    since: date
    account_id: UUID | None = None
    until: date | None = None  # the last day that is converted, if later than today
    _days: dict[tuple[Any, ...], list[Flow]] = field(default_factory=dict)
    converters: list[Converter] = field(default_factory=list)
    kept: dict[str, object] = field(default_factory=dict)  # what parts made of it, by name

    @cached_property
    def standing(self) -> list[Standing]:
        """The accounts, with what they held before `since`: one statement."""
        return standing_before(self.user_id, self.since, self.account_id)

    @cached_property
    def months(self) -> list[Flow]:
        """Totals of the months from that of `since` on, those to come included: one statement."""
        return months_since(self.user_id, self.since.replace(day=1), self.account_id)

    def days(self, *spans: Span, abroad: bool = False) -> list[Flow]:
        """Days from their rows, asked for once: one statement, none without spans."""
        key = (spans, abroad)
        if key not in self._days:
            only = self.home if abroad else None
            self._days[key] = days_of(self.user_id, spans, self.account_id, only)
        return self._days[key]

    @property
    def booked_ahead(self) -> tuple[Span, ...]:
        """The rest of the current month, which its total already holds."""
        last = month_end(self.today)
        return (Span(self.today + timedelta(1), last),) if self.today < last else ()

    @cached_property
    def held(self) -> dict[UUID, int]:
        """What each account holds at the end of today, without what is booked ahead: no statement
        beyond `months` and the days booked ahead."""
        month = self.today.replace(day=1)
        held = {account.account_id: account.cleared_now for account in self.standing}
        ahead = [flow for flow in self.months if flow.on > month]
        for flow in [*ahead, *self.days(*self.booked_ahead)]:
            # An account that was opened between two statements is none of this reading's.
            if not flow.is_pending and flow.account_id in held:
                held[flow.account_id] -= flow.net
        return held

    @cached_property
    def gross(self) -> list[Gross]:
        """Days with rows from `since` until today, liquid accounts only: one statement."""
        return daily(self.user_id, Span(self.since, self.today), liquid=True)

    @cached_property
    def incomes(self) -> list[Income]:
        """Income by payer and day of twelve full months and the current one: one statement."""
        return incomes(self.user_id, self.income_span)

    @property
    def income_span(self) -> Span:
        return Span(add_months(self.today.replace(day=1), -INCOME_MONTHS), self.today)

    @cached_property
    def paid(self) -> list[PaidTo]:
        """The latest payments to each payee that is not paid all the time: one statement."""
        return payments(self.user_id, self.today)

    @cached_property
    def table(self) -> RateTable:
        """The rates between the accounts' currencies and home: one statement, none if all is home."""
        first = min(self.since, self.income_span.start)
        last = max(self.today, self.until or self.today)
        abroad = {a.currency for a in self.standing} - {self.home}
        return rates_for(
            self.user_id,
            [
                (currency, self.home, day)
                for currency in sorted(abroad)
                for day in (first - timedelta(1), last)
            ],
        )

    def converter(self) -> Converter:
        """A converter of its own for each report: it names the rates that this report used."""
        self.converters.append(Converter(self.table, self.home))
        return self.converters[-1]

    def warnings(self) -> list[dict[str, Any]]:
        """What all reports of this reading missed, each pair and day once."""
        missing = {pair for converter in self.converters for pair in converter.missing}
        return [fx_missing(currency, self.home, on) for currency, on in sorted(missing)]


__all__ = ["Reading"]
