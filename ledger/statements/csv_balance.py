"""The running balance as a checksum: it proves signs, and shows where rows disagree with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

AGREEMENT_MIN = 0.8  # Below it the column is no running balance of these rows in this order.
STEPS_MIN = 2


@dataclass(frozen=True, slots=True)
class Checked:
    """`steps`: pairs of neighbours that could be checked; `wrong`: places where they disagree."""

    ascending: bool
    steps: int
    wrong: tuple[int, ...]

    @property
    def agreement(self) -> float:
        return 1 - len(self.wrong) / self.steps if self.steps else 0.0

    @property
    def proves(self) -> bool:
        return self.steps >= STEPS_MIN and self.agreement >= AGREEMENT_MIN


Amounts = Sequence[Decimal | None]


def check(amounts: Amounts, balances: Amounts, accounts: Sequence[str]) -> Checked:
    """The better of both directions. Rows of one account are neighbours, wherever they stand."""
    if not any(balance is not None for balance in balances):
        return Checked(ascending=True, steps=0, wrong=())
    up = _one_way(amounts, balances, accounts, ascending=True)
    down = _one_way(amounts, balances, accounts, ascending=False)
    return down if down.agreement > up.agreement else up


def _one_way(
    amounts: Amounts, balances: Amounts, accounts: Sequence[str], *, ascending: bool
) -> Checked:
    """Blank balances are bridged: banks print one a day, after the day's last row."""
    last: dict[str, Decimal] = {}
    moved: dict[str, Decimal] = {}
    steps, wrong = 0, []
    places = range(len(amounts)) if ascending else range(len(amounts) - 1, -1, -1)
    for place in places:
        account, amount, balance = accounts[place], amounts[place], balances[place]
        if amount is None:
            continue
        total = moved.get(account, Decimal(0)) + amount
        if balance is None:
            moved[account] = total
            continue
        if account in last:
            steps += 1
            if last[account] + total != balance:
                wrong.append(place)
        last[account], moved[account] = balance, Decimal(0)
    return Checked(ascending, steps, tuple(sorted(wrong)))
