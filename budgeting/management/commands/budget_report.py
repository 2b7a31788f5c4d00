"""`manage.py budget_report USER MONTH`: a month's budgets as a table, and as a chart in a file."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts.days import today_of
from accounts.management.people import person_named
from budgeting.rollover import State, pace
from budgeting.selectors.plans import Plan, plans_of, work_out
from ledger.charts import Series, bars
from ledger.money import format_minor, from_minor

COLUMNS = ("assigned", "carried", "available", "spent", "left")
STATUS_COLOURS = {"on_track": "green", "at_risk": "yellow", "over": "red"}
METER = 20


class Command(BaseCommand):
    help = "Print what a person's budgets had, spent and left in a month; --svg also draws it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="e-mail")
        parser.add_argument("month", help="YYYY-MM, or a day for budgets of other periods")
        parser.add_argument("--svg", type=Path, help="save a chart to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person_named(options["user"])
        text = options["month"]
        try:
            day = date.fromisoformat(f"{text}-01" if len(text) == 7 else text)
        except ValueError as problem:
            raise CommandError("Send the month as YYYY-MM or a day as YYYY-MM-DD.") from problem
        plans = [plan for plan in plans_of(user.pk).values() if plan.budget.active]
        worked = work_out(user.pk, plans, day)
        shown = [
            (plan, worked.states[plan.budget.id][-1])
            for plan in plans
            if plan.budget.id in worked.states
        ]
        if not shown:
            raise CommandError(f"{user.email} has no budget in {text}.")
        console = Console(file=self.stdout._out)  # type: ignore[arg-type]  # the bare stream
        console.print(table_of(shown, today_of(user), text))
        for warning in worked.warnings:
            console.print(f"[yellow]{warning['message']}[/yellow]")
        if options["svg"]:
            options["svg"].write_text(chart_of(shown, text))
            console.print(f"Chart saved to {options['svg']}.", highlight=False)


def table_of(shown: list[tuple[Plan, State]], today: date, title: str) -> Table:
    table = Table(title=f"Budgets of {title}", title_justify="left")
    table.add_column("budget")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    table.add_column("used")
    for plan, state in shown:
        currency, status = plan.budget.currency, pace(state, today).status
        figures = [format_minor(getattr(state, column), currency) for column in COLUMNS]
        table.add_row(plan.budget.name, *figures, meter(state, STATUS_COLOURS[status]))
    return table


def meter(state: State, colour: str) -> str:
    percent = state.percent
    if percent is None:
        return ""
    filled = max(0, min(METER, round(percent * METER / 100)))
    bar = "█" * filled + "░" * (METER - filled)
    return f"[{colour}]{bar}[/{colour}] {percent:.0f} %"


def chart_of(shown: list[tuple[Plan, State]], title: str) -> str:
    def of(column: str) -> list[float | None]:
        return [float(from_minor(getattr(s, column), p.budget.currency)) for p, s in shown]

    series = [Series("available", of("available")), Series("spent", of("spent"))]
    return bars(f"Budgets of {title}", [plan.budget.name[:12] for plan, _ in shown], series)
