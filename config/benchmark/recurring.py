"""A night's work after a long downtime: due occurrences booked through the real write path.

Measured at a tenth, at half and at the whole, so that the report shows whether it is linear; once
interrupted in the middle, so that it shows that nothing is lost and nothing doubled.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count

from accounts.models import Clock, User
from accounts.sql import insert_rows, is_postgres
from ledger.models import Account, RecurringOccurrence, Transaction
from ledger.services import recurring_run
from ledger.services.recurring import make_recurring

RULES, WEEKS = 20, 50  # per owner, all due: 1,000 occurrences an owner
LAST = date(2026, 11, 23)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SHARES = (0.1, 0.5, 1.0)


def materialising(occurrences: int, report: Callable[[str], None]) -> list[str]:
    """Book about so many due occurrences, in three sizes; the lines of the report."""
    lines = [
        f"{'PostgreSQL' if is_postgres() else 'SQLite'}: due occurrences through the real path"
    ]
    for share in SHARES:
        wanted = max(1, round(occurrences * share / (RULES * WEEKS)))
        report(f"recurring: {wanted * RULES * WEEKS:,} occurrences of {wanted} owners")
        owners = _owners(wanted, f"r{share}")
        wall, cpu = time.perf_counter(), time.process_time()
        first = _interrupted(owners, wanted // 2)
        rest = sum(recurring_run.materialise(user_id, NOW) for user_id in owners)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert not any(recurring_run.materialise(user_id, NOW) for user_id in owners)
        count = _exactly_once(owners)
        lines.append(
            f"{count:>9,}: {wall:7.2f} s, {count / wall:7,.0f} a second, "
            f"{cpu / count * 1e6:4.0f} µs of our processor each; {first:,} before the interruption, "
            f"{rest:,} after it"
        )
    return lines


def _owners(number: int, prefix: str) -> list[UUID]:
    """People with weekly rules of a year ago. Made in bulk: it is not what is measured."""
    people = [User(email=f"{prefix}.{n}@example.org", currency="EUR") for n in range(number)]
    insert_rows(people)
    insert_rows([Clock(user=user) for user in people])
    for user in people:
        account = Account(user_id=user.pk, name="Main", currency="EUR")
        account.save()
        for n in range(RULES):
            anchor = LAST - timedelta(weeks=WEEKS - 1, days=n % 7)
            make_recurring(
                user_id=user.pk,
                fields={
                    "account": account.id,
                    "amount": Decimal(-n - 1),
                    "payee": f"Payee {n}",
                    "category": f"Category {n % 5}",
                    "auto_approve": True,
                    "schedule": {
                        "frequency": "weekly",
                        "anchor_on": anchor.isoformat(),
                        "until": (anchor + timedelta(weeks=WEEKS - 1)).isoformat(),
                    },
                },
            )
    return [user.pk for user in people]


def _interrupted(owners: list[UUID], after: int) -> int:
    """As far as a run gets that ends in the middle; a kill inside a commit undoes that one."""
    return sum(recurring_run.materialise(user_id, NOW) for user_id in owners[:after])


def _exactly_once(owners: list[UUID]) -> int:
    """The number of occurrences, after a look that each has its transaction and no date has two."""
    rows = RecurringOccurrence.objects.filter(user_id__in=owners)
    count = rows.count()
    assert count == len(owners) * RULES * WEEKS
    doubled = rows.values("rule_id", "nominal_on").annotate(n=Count("id")).filter(n__gt=1)
    assert not doubled.exists()
    assert Transaction.objects.filter(user_id__in=owners).count() == count
    return count
