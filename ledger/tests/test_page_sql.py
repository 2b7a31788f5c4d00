"""The SQL that is kept per shape is the SQL that the ORM would make."""

from itertools import product

import pytest

from accounts.api.lists import Order, Window, encode_cursor
from accounts.ids import new_id
from ledger.api import page_sql
from ledger.api.filters import filtered
from ledger.api.rows import COLUMNS
from ledger.api.transactions import ORDERS

pytestmark = pytest.mark.django_db
DAY = "2026-01-31"


@pytest.mark.parametrize(
    ("names", "sort", "cursor"),
    list(product([(), ("date_from",), ("date_to", "status"), page_sql.ONE_VALUE], ["-posted_on", "posted_on", "amount"], [None, False, True])),
)  # fmt: skip
def test_a_kept_statement_equals_a_compiled_one(names, sort, cursor):
    from datetime import date

    every = {"date_from": date(2026, 1, 1), "date_to": date(2026, 2, 1), "status": "cleared"}
    parameters = {"limit": 50, "count": False, "sort": sort} | {n: every[n] for n in names}
    columns, parsers = ORDERS[sort.removeprefix("-")]
    order = Order(sort, columns, sort.startswith("-"))
    if cursor is not None:
        key = 5 if columns[0] == "amount_minor" else DAY
        parameters["cursor"] = encode_cursor(order, [key, str(new_id())], cursor)
    page_sql._texts.clear()
    for _ in range(2):  # the first compiles and keeps, the second takes what was kept
        user_id = new_id()
        window = Window.of(parameters, order, parsers)

        def build(user_id=user_id, window=window):
            return window.apply(filtered(user_id, parameters))

        sql, values = page_sql.statement(user_id, parameters, window, build, COLUMNS)
        expected = build().values_list(*COLUMNS).query.sql_with_params()
        assert (sql, list(values)) == (expected[0], list(expected[1]))
    assert len(page_sql._texts) == 1


def test_a_filter_with_values_of_its_own_is_always_compiled():
    parameters = {"limit": 50, "sort": "-posted_on", "q": "coffee"}
    page_sql._texts.clear()
    window = Window.of(parameters, Order("-posted_on", ("posted_on", "id"), True), ())
    user_id = new_id()
    page_sql.statement(
        user_id, parameters, window, lambda: window.apply(filtered(user_id, parameters)), COLUMNS
    )
    assert not page_sql._texts
