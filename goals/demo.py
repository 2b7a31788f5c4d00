"""Goals for the demo household: one that follows its savings, one early, one late, one done."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from accounts.models import User
from goals.services import contribute, make_goal
from ledger.models import Account
from ledger.models.accounts import AccountType
from ledger.money import from_minor
from ledger.periods import add_months

UNIT = 100_00  # minor units


@dataclass(frozen=True, slots=True)
class Dream:
    """A goal with what was put aside for it in the last months, oldest first, in percent of UNIT."""

    name: str
    target: int  # units
    months: int  # from today
    importance: int
    put_aside: tuple[int, ...] = ()
    percent: int | None = None


DREAMS = (
    Dream("Summer by the sea", 18, 8, 4, (150, 180, 120, 200, 160, 210), 10),
    Dream("A better bicycle", 12, 3, 2, (40, 0, 55, 30), 5),
    Dream("New dishwasher", 6, 1, 3, (200, 200, 200)),
)


def plan(user: User, today: date) -> int:
    """Make the goals and their contributions on the household's own accounts; how many goals."""
    of = Account.objects.for_user(user.pk).filter(currency=user.currency, closed=False)
    main = of.filter(type=AccountType.CHECKING).order_by("id").first()
    savings = of.filter(type=AccountType.SAVINGS).order_by("id").first()
    if savings is not None:
        make_goal(user=user, today=today, fields=_rainy_days(savings, today))
    for dream in DREAMS:
        _dream(user, dream, main.id if main else None, today)
    return len(DREAMS) + (savings is not None)


def _rainy_days(savings: Account, today: date) -> dict[str, object]:
    """A third more than there is, in a year and a half."""
    units = max(1, savings.balance_minor * 4 // 3 // UNIT)
    return {
        "name": "For rainy days",
        "target_amount": from_minor(units * UNIT, savings.currency),
        "target_on": add_months(today, 18),
        "importance": 5,
        "account": savings.id,
        "follows": "balance",
    }


def _dream(user: User, dream: Dream, source: UUID | None, today: date) -> None:
    fields = {
        "name": dream.name,
        "target_amount": from_minor(dream.target * UNIT, user.currency),
        "target_on": add_months(today, dream.months),
        "importance": dream.importance,
        "allocation_percent": None if dream.percent is None else Decimal(dream.percent),
    }
    goal = make_goal(user=user, fields=fields, today=today)
    for back, percent in enumerate(reversed(dream.put_aside)):
        if percent:
            contribute(
                user_id=user.pk,
                goal_id=goal.id,
                amount=from_minor(percent * UNIT // 100, user.currency),
                source=source,
                made_on=add_months(today, -back),
                memo="",
            )
