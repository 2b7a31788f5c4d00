"""`manage.py payoff_plan USER`: the ways out of debt as tables, and their curves as SVG files."""

from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts.errors import Refusal
from accounts.models import User, normalise_email
from debts.payoff import Payoff, payoffs_of
from debts.strategies import Outcome
from ledger.money import AmountTooLarge, TooManyDecimals, format_minor, to_minor


class Command(BaseCommand):
    help = "Print a person's debts and the orders to pay them in; with --svg save the curves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USER", help="e-mail")
        parser.add_argument("--monthly", help="money a month for all debts of the home currency")
        parser.add_argument("--svg", type=Path, metavar="FOLDER", help="where the curves go")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=normalise_email(options["user"])).first()
        if user is None:
            raise CommandError("There is no user with this e-mail.")
        try:
            payoffs = payoffs_of(user, _monthly(user, options["monthly"]))
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        console = Console(file=self.stdout._out, width=110)  # type: ignore[arg-type]  # the bare stream
        if not payoffs:
            console.print("Nothing is owed.")
        for payoff in payoffs:
            console.print(_debts(payoff))
            console.print(_orders(payoff))
            if options["svg"]:
                options["svg"].mkdir(parents=True, exist_ok=True)
                path = options["svg"] / f"payoff-{payoff.currency}.svg"
                path.write_text(payoff.chart)
                console.print(f"Saved {path.name}.")


def _monthly(user: User, text: str | None) -> dict[str, int] | None:
    if text is None:
        return None
    try:
        return {user.currency: to_minor(Decimal(text), user.currency)}
    except (InvalidOperation, TooManyDecimals, AmountTooLarge) as problem:
        raise CommandError('--monthly is an amount such as "700.00".') from problem


def _debts(payoff: Payoff) -> Table:
    table = Table(title=f"Debts in {payoff.currency}")
    for heading in ("debt", "type", "owed", "APR", "minimum", "next due"):
        table.add_column(
            heading, justify="right" if heading in ("owed", "APR", "minimum") else "left"
        )
    for state in payoff.states:
        due = next(iter(state.dues(state.today, state.due_day_of(state.next_period))), None)
        table.add_row(
            state.debt.name,
            state.debt.type,
            format_minor(state.payoff, payoff.currency),
            f"{state.apr * 100:.2f} %",
            format_minor(state.minimum_now, payoff.currency),
            f"{due.due_on}{' overdue' if due.overdue else ''}" if due else "-",
        )
    return table


def _orders(payoff: Payoff) -> Table:
    budget = payoff.comparison.budget
    monthly = format_minor(budget.monthly, payoff.currency)
    table = Table(title=f"{monthly} {payoff.currency} a month ({budget.source})")
    for heading in ("order", "months", "interest", "paid off (month)"):
        table.add_column(heading, justify="right" if heading in ("months", "interest") else "left")
    names = {str(s.debt.pk): s.debt.name for s in payoff.states}
    for name, outcome in payoff.comparison.outcomes.items():
        marked = f"{name} *" if name == payoff.comparison.recommended else name
        table.add_row(marked, *_figures(outcome, payoff.currency, names))
    return table


def _figures(outcome: Outcome, currency: str, names: dict[str, str]) -> tuple[str, str, str]:
    ends = ", ".join(f"{names[key]} ({month})" for key, month in outcome.payoff_order)
    if outcome.total_interest is None:
        return "never", "-", ends
    return str(outcome.months), format_minor(outcome.total_interest, currency), ends
