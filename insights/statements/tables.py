"""The statement's tables, the same on every kind of paper: a title, heads, rows of texts.

The first `words` columns are words and stand left, the others are amounts and stand right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.inbox.speech import Speech
from insights.selectors.statement import CategoryLine, MonthStatement
from ledger.money import format_minor

UNKNOWN = "unknown"
SPEECH = Speech()  # English, as the words around it


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1


def amount(minor: int | None, currency: str) -> str:
    """With separators of thousands and the currency: `1,234.50 EUR`."""
    if minor is None:
        return UNKNOWN
    return SPEECH.money(format_minor(minor, currency), currency).replace("-", "−")


def tables_of(found: MonthStatement) -> list[Table]:
    """Those that have rows; the first is always there."""
    optional = [
        Table(
            "Accounts",
            ("Account", "Opening", "In", "Out", "Closing"),
            [
                (
                    line.name,
                    *(
                        amount(minor, line.currency)
                        for minor in (line.opening, line.inflow, line.outflow, line.closing)
                    ),
                )
                for line in found.accounts
            ],
        ),
        _categories("Where it went", found.spent, found.currency),
        _categories("Where it came from", found.earned, found.currency),
        Table(
            "Budgets",
            ("Budget", "Available", "Spent", "Left"),
            [
                (
                    budget.name,
                    *(
                        amount(minor, budget.currency)
                        for minor in (state.available, state.spent, state.left)
                    ),
                )
                for budget, state in found.budgets
            ],
        ),
        Table(
            "Largest payments",
            ("Day", "Payee", "Category", "Amount"),
            [
                (
                    line.on.isoformat(),
                    line.payee or "",
                    line.category or "",
                    amount(line.minor, line.currency),
                )
                for line in found.payments
            ],
            words=3,
        ),
    ]
    return [_summary(found), *(table for table in optional if table.rows)]


def _summary(found: MonthStatement) -> Table:
    month, currency = found.month, found.currency
    known = month.is_complete
    rate = month.savings_rate_percent if known else None
    rows = [
        ("At the beginning", amount(month.opening, currency)),
        ("Income", amount(month.income if known else None, currency)),
        ("Expense", amount(-month.expense if known else None, currency)),
        ("Transfers, net", amount(month.transfers if known else None, currency)),
        ("At the end", amount(month.closing, currency)),
        ("Saved of the income", UNKNOWN if rate is None else f"{rate:.1f} %"),
    ]
    return Table("The month in brief", ("", "Amount"), rows)


def _categories(title: str, lines: Sequence[CategoryLine], currency: str) -> Table:
    return Table(
        title,
        ("Category", "This month", "Usual month"),
        [
            (
                line.name or "Uncategorised",
                amount(line.minor, currency),
                amount(line.usual, currency),
            )
            for line in lines
        ],
    )
