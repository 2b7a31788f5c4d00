"""`manage.py load_ecb_rates FILE`: the European Central Bank's reference rates, for everybody."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ledger.ecb import SIZE_MAX, NotEcbRates, is_known, read_rates
from ledger.rates import Quotation
from ledger.services.common_rates import load_common_rates

UNREADABLE, INVALID = 2, 3
SOURCE = "ecb"


class Command(BaseCommand):
    help = (
        "Load reference rates from the ECB's eurofxref-hist.csv, .zip or .xml. Safe to repeat. "
        "Exit codes: 0 loaded, 2 the file cannot be opened, 3 it is not a file of rates."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, ZIP or XML as published")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.ending = ""  # rich ends its own lines
        console = Console(file=cast("IO[str]", self.stdout), no_color=options["no_color"])
        try:
            rates = list(read_rates(_content(options["file"])))
        except OSError as error:
            raise CommandError(
                f"{options['file']}: {error.strerror}", returncode=UNREADABLE
            ) from None
        except NotEcbRates as error:
            raise CommandError(f"{options['file']}: {error}", returncode=INVALID) from None
        known = [rate for rate in rates if is_known(rate.quote)]
        changed = load_common_rates(_watched(known, console), source=SOURCE)
        _report(console, rates, known, changed)


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(SIZE_MAX + 1)
    if len(content) > SIZE_MAX:
        raise NotEcbRates("the file is larger than the bank's whole history")
    return content


def _watched(rates: list[Quotation], console: Console) -> Iterator[Quotation]:
    """The rates, with a bar that moves as they are taken."""
    columns = (TextColumn("Loading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(rates, total=len(rates))


def _report(console: Console, rates: list[Quotation], known: list[Quotation], changed: int) -> None:
    table = Table(title="Exchange rates of the European Central Bank")
    table.add_column("What")
    table.add_column("Value", justify="right")
    days = [rate.day for rate in known]
    gone = Counter(rate.quote for rate in rates) - Counter(rate.quote for rate in known)
    table.add_row("Days", f"{min(days)} to {max(days)}" if days else "none")
    table.add_row("Currencies", str(len({rate.quote for rate in known})))
    table.add_row("Rates in the file", str(len(rates)))
    table.add_row("New or corrected", str(changed))
    table.add_row("Already there", str(len(known) - changed))
    table.add_row("Skipped: unknown currencies", f"{sum(gone.values())} ({len(gone)} codes)")
    console.print(table)
