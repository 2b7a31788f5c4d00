"""The demo household's story, booked by the same verbs as everybody's money."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.transaction import atomic

from accounts.clock import tick
from accounts.ids import new_id
from accounts.models import User
from ledger import money
from ledger.demo.habits import CARD, CASH, MAIN, SAVINGS, TRAVEL, TRAVEL_CURRENCY
from ledger.demo.story import Happening, Story
from ledger.models import Account, Transfer
from ledger.services.account_book import change_account, open_account
from ledger.services.drafts import Draft, SplitDraft
from ledger.services.own_rates import add_rate
from ledger.services.posting import post

BATCH = 400  # happenings per post
SIZES = {"small": 0.25, "household": 1.0, "large": 8.0}
# Rows a month without habits, and with each at its normal pace (measured over ten seeds).
FIXED_ROWS, HABIT_ROWS = 20.0, 77.5


def factor_for(rows: int, months: int) -> float:
    """How busy the household must be to fill about so many rows."""
    return max(0.0, (rows / months - FIXED_ROWS) / HABIT_ROWS)


@atomic
def settle(user: User, story: Story, *, progress: Callable[[], None] | None = None) -> int:
    """Book the whole story for a user who has the furnished accounts; the number of rows.

    One commit: an interrupted demo leaves nothing half told. `progress` is called once a month.
    """
    accounts = open_accounts(user)
    for day, rate in story.rates():
        add_rate(
            user_id=user.pk,
            base=accounts[MAIN].currency,
            quote=TRAVEL_CURRENCY,
            day=day,
            rate=Decimal(str(rate)),
        )
    count = 0
    waiting: list[Happening] = []
    for month in story.months_told():
        waiting += month
        while len(waiting) >= BATCH:
            count += book(user.pk, accounts, waiting[:BATCH])
            del waiting[:BATCH]
        if progress:
            progress()
    return count + book(user.pk, accounts, waiting)


def open_accounts(user: User) -> dict[str, Account]:
    """The five places where this household has its money, by name."""
    main = Account.objects.for_user(user).get(name=MAIN)
    change_account(
        user_id=user.pk, account_id=main.id, fields={"opening_balance": Decimal("2450.00")}
    )
    home = main.currency
    opened = [
        open_account(
            user_id=user.pk,
            name=SAVINGS,
            currency=home,
            type="savings",
            opening_balance=Decimal(8000),
        ),
        open_account(
            user_id=user.pk,
            name=CARD,
            currency=home,
            type="credit_card",
            credit_limit=Decimal(3000),
        ),
        open_account(
            user_id=user.pk, name=CASH, currency=home, type="cash", opening_balance=Decimal(150)
        ),
        open_account(user_id=user.pk, name=TRAVEL, currency=TRAVEL_CURRENCY, type="cash"),
    ]
    return {account.name: account for account in [main, *opened]}


@atomic
def book(user_id: UUID, accounts: dict[str, Account], told: Sequence[Happening]) -> int:
    seq = tick(user_id)
    transfers = {
        position: Transfer(id=new_id(), user_id=user_id, seq=seq, memo=happening.memo)
        for position, happening in enumerate(told)
        if happening.to
    }
    Transfer.objects.bulk_create(transfers.values(), batch_size=500)
    drafts = [
        draft
        for position, happening in enumerate(told)
        for draft in _drafts(accounts, happening, transfers.get(position))
    ]
    return len(post(user_id, drafts, source="batch", seq=seq))


def _drafts(
    accounts: dict[str, Account], told: Happening, transfer: Transfer | None
) -> Iterator[Draft]:
    """The row of a happening; of a transfer, both legs."""
    account = accounts[told.account]
    yield Draft(
        account_id=account.id,
        amount=money.from_minor(told.minor, account.currency),
        posted_on=told.on,
        occurred_at=told.at,
        payee=told.payee or None,
        category=told.category or None,
        memo=told.memo,
        status="pending" if told.pending else "cleared",
        tags=told.tags,
        splits=tuple(
            SplitDraft(amount=money.from_minor(minor, account.currency), category=category)
            for category, minor in told.parts
        ),
        transfer_id=transfer.id if transfer else None,
    )
    if transfer:
        target = accounts[told.to]
        yield Draft(
            account_id=target.id,
            amount=money.from_minor(told.to_minor, target.currency),
            posted_on=told.on,
            memo=told.memo,
            transfer_id=transfer.id,
        )


def story_of(today: date, years: float, seed: int, size: str) -> Story:
    """The story for `--size`: small, household, large or rows=N. Raises ValueError otherwise."""
    months = round(years * 12)
    if months < 1:
        raise ValueError("The story needs at least a month.")
    if size.startswith("rows="):
        rows = int(size.removeprefix("rows="))
        return Story(today, months, seed, factor_for(rows, months))
    if size not in SIZES:
        raise ValueError("Sizes are small, household, large and rows=N.")
    return Story(today, months, seed, SIZES[size])
