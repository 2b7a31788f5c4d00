"""A household's ten years through the real import: every figure to the cent, and once."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from ledger.models import Account, Category, MonthlyTotal, Transaction, Transfer
from ledger.services import imports

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "ledger" / "household_10k"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared household is not here")


def test_the_household_is_booked_to_the_cent_and_only_once(alice):
    data = (DATA / "txns.csv").read_bytes()
    expected = json.loads((DATA / "expected.json").read_text())
    batch = imports.upload(alice.pk, data=data, filename="txns.csv")
    counts = dict.fromkeys(batch.report["counts"], 0)
    unique, repeated = expected["rows_unique"], expected["rows_csv"] - expected["rows_unique"]
    assert batch.report["counts"] == counts | {"new": unique, "duplicate": repeated}
    assert not Transaction.objects.for_user(alice).exists()
    assert all(a["will_be_created"] for a in batch.report["accounts"])

    batch = imports.commit(alice.pk, batch.id)
    assert Transaction.objects.for_user(alice).count() == unique
    balances = dict(Account.objects.for_user(alice).values_list("name", "balance_minor"))
    assert balances == expected["account_balances"]
    assert Transfer.objects.for_user(alice).count() == expected["transfers"]

    names = dict(Category.objects.for_user(alice).values_list("id", "name"))
    totals, number = defaultdict(Counter), defaultdict(Counter)
    for total in MonthlyTotal.objects.for_user(alice).filter(is_transfer=False):
        month, name = f"{total.month:%Y-%m}", names[total.category_id]
        totals[month][name] += total.inflow_minor - total.outflow_minor
        number[month][name] += total.count
    assert totals == expected["month_category_totals"]
    assert number == expected["month_category_counts"]

    again = imports.upload(alice.pk, data=data, filename="txns.csv")
    assert again.report["counts"] == counts | {"duplicate": expected["rows_csv"]}
    again = imports.commit(alice.pk, again.id)
    assert again.report["counts"]["new"] == 0
    assert Transaction.objects.for_user(alice).count() == unique

    imports.undo(alice.pk, batch.id)
    assert not Transaction.objects.for_user(alice).exists()
    assert set(Account.objects.for_user(alice).values_list("balance_minor", flat=True)) == {0}
    assert not MonthlyTotal.objects.for_user(alice).exclude(count=0).exists()
