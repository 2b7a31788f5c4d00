"""`manage.py simulate_ledger OUT.csv`: invented households with seeded frauds, for `evaluate_fraud`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from security_monitor.evaluation.simulator.rows import write
from security_monitor.evaluation.simulator.town import MONTHS_MIN, simulate


class Command(BaseCommand):
    help = (
        "Write a labelled file of invented households: salary, rent, shops, holidays, a move, "
        "Christmas; an attack for every rule that scores, and its honest look-alike."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path, metavar="OUT.csv")
        parser.add_argument("--households", type=int, default=81)
        parser.add_argument("--months", type=int, default=18, help=f"at least {MONTHS_MIN}")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["months"] < MONTHS_MIN or options["households"] < 1:
            raise CommandError(f"Ask for at least one household and {MONTHS_MIN} months.")
        rows = simulate(options["households"], options["months"], options["seed"])
        try:
            with options["out"].open("w", encoding="utf-8") as file:
                count = write(rows, file)
        except OSError as problem:
            raise CommandError(f"{options['out']} cannot be written: {problem}") from problem
        self.stdout.write(f"{options['out']}: {count} rows of {options['households']} households")
