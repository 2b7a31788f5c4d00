"""What a post costs in statements: a constant, whatever the history and, but for chunks, batch."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.cast import account_of, posted
from ledger.models import Category, Payee
from ledger.services.drafts import Draft
from ledger.services.posting import post

START = date(2025, 1, 1)


@pytest.fixture
def account(alice: Any, settings: Any) -> Any:
    settings.RISK_GATE = settings.SPENDING_GATE = ""  # the gates pin their own statements
    return account_of(alice)


def drafts(account: Any, count: int, **fields: Any) -> list[Draft]:
    return [
        Draft(
            account_id=account.id,
            amount=Decimal(-1 - n),
            posted_on=START + timedelta(days=n % 300),
            **fields,
        )
        for n in range(count)
    ]


def statements(account: Any, rows: list[Draft]) -> list[str]:
    """The statements that one post runs, by their first words."""
    with CaptureQueriesContext(connection) as captured:
        post(account.user_id, rows)
    ran = [" ".join(query["sql"].split()[:3]) for query in captured.captured_queries]
    return [sql for sql in ran if "SAVEPOINT" not in sql]


PLAIN = 8  # tick, account, row, balance, months, days, audit, event


def test_one_row_without_references(account: Any) -> None:
    ran = statements(account, drafts(account, 1))
    assert len(ran) == PLAIN, ran


def test_one_row_with_known_payee_and_category(account: Any) -> None:
    posted(account, "-1.00", payee="REWE", category="Food")
    by_name = statements(account, drafts(account, 1, payee="rewe", category="food"))
    assert len(by_name) == PLAIN + 2, by_name
    payee, category = Payee.objects.get(), Category.objects.get()
    by_id = statements(account, drafts(account, 1, payee=payee.id, category=category.id))
    assert len(by_id) == len(by_name)


def test_five_hundred_rows_cost_two_statements_more_than_one(account: Any) -> None:
    posted(account, "-1.00", payee="REWE", category="Food")
    one = statements(account, drafts(account, 1, payee="REWE", category="Food"))
    many = statements(account, drafts(account, 500, payee="REWE", category="Food"))
    # SQLite takes at most 999 parameters of rows at once by Django's reckoning, so it needs chunks.
    chunks = 0 if connection.vendor == "postgresql" else _chunks(500)
    assert len(many) - len(one) <= chunks + 2, many


def _chunks(rows: int) -> int:
    from ledger.models import Transaction

    fields = list(Transaction._meta.concrete_fields)
    size = connection.ops.bulk_batch_size(fields, list(range(rows)))
    return -(-rows // size)


def test_history_costs_nothing(account: Any) -> None:
    row = {"payee": "REWE", "category": "Food"}
    posted(account, "-1.00", **row)
    young = [statements(account, drafts(account, n, **row)) for n in (1, 20)]
    for _ in range(10):
        post(account.user_id, drafts(account, 500, **row))
    old = [statements(account, drafts(account, n, **row)) for n in (1, 20)]
    assert young == old
