"""The registry of what looks for findings, and those that need the ledger alone.

A detector is a function of one Reading that gives Findings; `@detector` adds it to the feed. Those
of budgets and goals stand in insights.plan_detectors.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from insights.cashflow import sides
from insights.feed import Finding, unusual
from insights.selectors.flows import ILLIQUID
from insights.selectors.incomes import streams_of
from insights.selectors.reading import Reading
from insights.selectors.standing import Standing, StandingCharges, standing_charges
from insights.streams import TOLERANCE_DAYS, reliability
from ledger.money import format_minor
from ledger.periods import add_months

Detector = Callable[[Reading], Iterable[Finding]]
DETECTORS: list[Detector] = []
BILL_DAYS, AHEAD_DAYS = 7, 30
RISE_DAYS = 90
DUPLICATE_DAYS, DUPLICATE_GAP = 14, 2
ANOMALY_MONTHS = 6
ANOMALY_PART = 0.05  # of a usual month's spending: what is less is not worth a word
LATE_DAYS_MAX = 45  # whoever is later than that has stopped
FEES = re.compile(r"\b(?:fees?|bank charges?|overdraft|gebühr(?:en)?|frais|comisiones)\b", re.I)


def detector(look: Detector) -> Detector:
    """Let a function add to the feed."""
    DETECTORS.append(look)
    return look


def findings(reading: Reading) -> list[Finding]:
    """What all detectors have to say, unranked."""
    return [finding for look in DETECTORS for finding in look(reading)]


def charges_of(reading: Reading) -> StandingCharges:
    """The standing charges, found once for one reading."""
    known = reading.kept.get("charges")
    if known is None:
        known = reading.kept["charges"] = standing_charges(reading)
    assert isinstance(known, StandingCharges)
    return known


def spending_by_month(reading: Reading) -> dict[str, dict[date, int]]:
    """Expense by category name and month up to today, at home; other currencies are left out."""
    month = reading.today.replace(day=1)
    spent: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    ahead = [flow.taken_off() for flow in reading.days(*reading.booked_ahead)]
    for flow in [*reading.months, *ahead]:
        on = flow.on.replace(day=1)
        if flow.is_transfer or flow.is_pending or on > month or flow.currency != reading.home:
            continue
        if flow.name is not None and flow.kind == "expense":
            spent[flow.name][on] += sides(flow.kind, flow.inflow, flow.outflow)[1]
    return spent


@detector
def spending_anomaly(reading: Reading) -> Iterable[Finding]:
    """A category that took clearly more this month than in the six before."""
    spent = spending_by_month(reading)
    month = reading.today.replace(day=1)
    months = [add_months(month, -back) for back in range(1, ANOMALY_MONTHS + 1)]
    began = min((on for known in spent.values() for on in known), default=month)
    months = [on for on in months if on >= began]
    usual = sum(spent[name][on] for name in list(spent) for on in months) // max(1, len(months))
    for name in sorted(spent):
        history = [spent[name][on] for on in months]
        z = unusual(spent[name][month], history, round(ANOMALY_PART * usual) + 1)
        if z is None:
            continue
        now, typical = spent[name][month], sorted(history)[len(history) // 2]
        yield Finding(
            "spending_anomaly",
            f"spending_anomaly:{name.casefold()}:{month:%Y-%m}"[:200],
            "warning",
            reading.today,
            f"{name}: more than usual",
            f"{_money(now, reading.home)} so far this month; usually {_money(typical, reading.home)}.",
            now - typical,
            {
                "category": name,
                "amount": format_minor(now, reading.home),
                "usual": format_minor(typical, reading.home),
                "robust_z": z,
                "months": len(history),
            },
        )


@detector
def bill_due(reading: Reading) -> Iterable[Finding]:
    """A standing charge of the next seven days."""
    for day, charge in charges_of(reading).upcoming(BILL_DAYS):
        yield Finding(
            "bill_due",
            f"bill_due:{charge.paid.payee_id}:{charge.found.period}:{day:%Y-%m-%d}",
            "info",
            day,
            f"{charge.paid.name} is due",
            f"About {_money(charge.found.typical, charge.paid.currency)} around {day:%Y-%m-%d}.",
            _weight(reading, charge, charge.found.typical),
            _evidence(charge) | {"due_on": day},
        )


@detector
def low_balance_ahead(reading: Reading) -> Iterable[Finding]:
    """Standing charges of a month that liquid money and expected income do not cover."""
    converter = reading.converter()
    balance = 0
    for account in reading.standing:
        minor = reading.held[account.account_id]
        if account.type in ILLIQUID or account.type == "credit_card" or not minor:
            continue
        home = converter.convert(minor, account.currency, reading.today)
        if home is None:
            return
        balance += home
    moves = [
        (day, -(converter.convert(c.found.typical, c.paid.currency, reading.today) or 0))
        for day, c in charges_of(reading).upcoming(AHEAD_DAYS)
    ]
    if not moves:
        return
    until = reading.today + timedelta(days=AHEAD_DAYS)
    for stream in streams_of(reading.incomes, converter)[0]:
        found = reliability(stream, reading.today)
        if found.regularity == "regular" and found.next_on and found.next_on <= until:
            moves.append((max(found.next_on, reading.today), stream.by_day[stream.days[-1]]))
    low, low_on, running = balance, reading.today, balance
    for day, minor in sorted(moves):
        running += minor
        if running < low:
            low, low_on = running, day
    if low >= 0:
        return
    yield Finding(
        "low_balance_ahead",
        f"low_balance_ahead:{low_on:%Y-%m}",
        "urgent",
        low_on,
        "Money may run short",
        f"Standing charges take your liquid money to {_money(low, reading.home)}"
        f" around {low_on:%Y-%m-%d}.",
        -low,
        {"balance": format_minor(balance, reading.home), "low": format_minor(low, reading.home),
         "low_on": low_on, "charges": len(moves)},
    )  # fmt: skip


@detector
def price_rise(reading: Reading) -> Iterable[Finding]:
    """A fixed price that went up lately."""
    since = reading.today - timedelta(days=RISE_DAYS)
    for charge in charges_of(reading).active:
        for change in charge.found.price_changes:
            if change.after <= change.before or change.on < since:
                continue
            currency = charge.paid.currency
            yield Finding(
                "price_rise",
                f"price_rise:{charge.paid.payee_id}:{change.on:%Y-%m-%d}",
                "warning",
                change.on,
                f"{charge.paid.name} costs more",
                f"From {_money(change.before, currency)} to {_money(change.after, currency)},"
                f" {change.percent:g} % more, since {change.on:%Y-%m-%d}.",
                _weight(reading, charge, change.after - change.before),
                _evidence(charge) | {"before": format_minor(change.before, currency),
                 "after": format_minor(change.after, currency), "percent": change.percent},
            )  # fmt: skip


@detector
def unused_subscription(reading: Reading) -> Iterable[Finding]:
    """A fixed charge of more than a year: worth the question whether it is still used."""
    for charge in charges_of(reading).forgotten:
        if charge.paid.category is not None and _is_need(charge.paid.category):
            continue
        yield Finding(
            "unused_subscription",
            f"unused_subscription:{charge.paid.payee_id}:{reading.today:%Y}",
            "info",
            charge.found.last.on,
            f"Do you still use {charge.paid.name}?",
            f"{_money(charge.found.yearly, charge.paid.currency)} a year"
            f" since {charge.found.since:%Y-%m-%d}, unchanged.",
            _weight(reading, charge, charge.found.yearly),
            _evidence(charge),
        )


NEEDS = re.compile(
    r"rent|miete|mortgage|insurance|versicherung|electric|strom|power|energy|water|wasser|gas\b"
    r"|internet|phone|telefon|tax|steuer|utilit|loan|health|medical|child|school|fee",
    re.I,
)


def _is_need(category: str) -> bool:
    return NEEDS.search(category) is not None


@detector
def fee_paid(reading: Reading) -> Iterable[Finding]:
    """Bank fees of this month or the last."""
    month = reading.today.replace(day=1)
    for name, known in sorted(spending_by_month(reading).items()):
        if not FEES.search(name):
            continue
        for on in (month, add_months(month, -1)):
            if known[on] > 0:
                yield Finding(
                    "fee_paid",
                    f"fee_paid:{name.casefold()}:{on:%Y-%m}"[:200],
                    "info",
                    on,
                    "You paid fees",
                    f"{_money(known[on], reading.home)} of {name} in {on:%B %Y}.",
                    known[on],
                    {
                        "category": name,
                        "month": f"{on:%Y-%m}",
                        "amount": format_minor(known[on], reading.home),
                    },
                )


@detector
def duplicate_charge(reading: Reading) -> Iterable[Finding]:
    """The same amount to the same payee twice within two days, lately."""
    since = reading.today - timedelta(days=DUPLICATE_DAYS)
    converter = charges_of(reading).converter
    for paid in reading.paid:
        for i, first in enumerate(paid.payments):
            for second in paid.payments[i + 1 :]:
                if (second.on - first.on).days > DUPLICATE_GAP:
                    break
                if second.minor == first.minor and second.on >= since:
                    yield Finding(
                        "duplicate_charge",
                        f"duplicate_charge:{second.row_id}",
                        "warning",
                        second.on,
                        f"{paid.name} charged twice?",
                        f"{_money(second.minor, paid.currency)} on {first.on:%Y-%m-%d}"
                        f" and on {second.on:%Y-%m-%d}.",
                        converter.convert(second.minor, paid.currency, reading.today) or 0,
                        {"payee": paid.name, "amount": format_minor(second.minor, paid.currency),
                         "currency": paid.currency, "transactions": [first.row_id, second.row_id]},
                    )  # fmt: skip


@detector
def income_late(reading: Reading) -> Iterable[Finding]:
    """Regular income that was expected and did not come."""
    for stream in streams_of(reading.incomes, reading.converter())[0]:
        found = reliability(stream, reading.today)
        if found.regularity != "regular" or found.next_on is None:
            continue
        late = (reading.today - found.next_on).days
        if not TOLERANCE_DAYS < late <= LATE_DAYS_MAX:
            continue
        usual = stream.by_day[stream.days[-1]]
        yield Finding(
            "income_late",
            f"income_late:{stream.name.casefold()}:{found.next_on:%Y-%m-%d}"[:200],
            "urgent",
            found.next_on,
            f"{stream.name} has not paid",
            f"Expected around {found.next_on:%Y-%m-%d}, {late} days ago;"
            f" last {_money(usual, reading.home)} on {stream.days[-1]:%Y-%m-%d}.",
            usual,
            {"payer": stream.name, "expected_on": found.next_on, "days_late": late,
             "last_on": stream.days[-1], "amount": format_minor(usual, reading.home)},
        )  # fmt: skip


def _money(minor: int, currency: str) -> str:
    return f"{format_minor(minor, currency)} {currency}"


def _weight(reading: Reading, charge: Standing, minor: int) -> int:
    """An amount at home, to rank by; nothing where its rate is missing."""
    converter = charges_of(reading).converter
    return converter.convert(minor, charge.paid.currency, reading.today) or 0


def _evidence(charge: Standing) -> dict[str, object]:
    return {
        "payee": charge.paid.name,
        "payee_id": charge.paid.payee_id,
        "amount": format_minor(charge.found.typical, charge.paid.currency),
        "currency": charge.paid.currency,
        "period": charge.found.period,
        "confidence": charge.found.confidence,
        "last_on": charge.found.last.on,
    }
