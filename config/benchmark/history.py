"""Histories of chosen length, loaded as fast as the database takes them, with exact totals."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.ids import new_id
from accounts.models import User
from accounts.sql import insert_rows, is_postgres
from ledger.effects import Effects
from ledger.models import Account, Category, Payee, Transaction
from ledger.services import books

YEARS = 3
CHUNK = 20_000


def make_history(user: User, rows: int, *, seed: int = 7, years: int = YEARS) -> Account:
    """Give a user 2 accounts, 40 categories, 300 payees and `rows` rows over some years until today."""
    dice = random.Random(seed)  # noqa: S311 (figures, not secrets)
    accounts = [
        Account.objects.create(user=user, name=name, currency=user.currency)
        for name in ("Main", "Card")
    ]
    categories = Category.objects.bulk_create(
        Category(user=user, name=f"Category {n}", name_key=f"category {n}") for n in range(40)
    )
    payees = Payee.objects.bulk_create(
        Payee(user=user, name=f"Payee {n}", name_key=f"payee {n}") for n in range(300)
    )
    ids = [c.id for c in categories], [p.id for p in payees]
    start = timezone.now().date() - timedelta(days=365 * years)
    for first in range(0, rows, CHUNK):
        made = list(
            _rows(
                user.pk,
                accounts,
                ids,
                dice,
                start,
                first,
                min(CHUNK, rows - first),
                365 * years / rows,
            )
        )
        insert_rows(made)
        effects = Effects().add(books.Row(row).movement() for row in made)
        books.apply(user.pk, 1, effects)
    return accounts[0]


def _rows(
    user_id: UUID,
    accounts: list[Account],
    ids: tuple[list[UUID], list[UUID]],
    dice: random.Random,
    start: date,
    first: int,
    count: int,
    days_per_row: float,
) -> Iterator[Transaction]:
    now = timezone.now()
    for n in range(first, first + count):
        yield Transaction(
            id=new_id(),
            user_id=user_id,
            seq=1,
            account_id=accounts[n % 2].id,
            posted_on=start + timedelta(days=int(n * days_per_row)),
            amount_minor=-dice.randrange(100, 20_000),
            currency=accounts[0].currency,
            payee_id=dice.choice(ids[1]),
            category_id=dice.choice(ids[0]),
            memo=f"row {n}",
            created_at=now,
            updated_at=now,
        )


def tidy_up() -> None:
    """Let the planner know what came."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if is_postgres() else "ANALYZE")
