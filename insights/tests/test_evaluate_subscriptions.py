"""`manage.py evaluate_subscriptions`: what it counts, and what it says of files that are none."""

import csv
import gzip
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from insights.evaluation import judge, read_payees
from ledger.periods import add_months

COLUMNS = ("user", "date", "txn", "payee", "narration", "account", "usd")


def postings():
    """Two years: a rent and a phone bill that stand, tickets and meals that do not, a card paid off."""
    rows, number = [], 0

    def spend(on, payee, account, amount):
        nonlocal number
        number += 1
        for name, sign in (("Assets:Bank", "-"), (f"Expenses:{account}", "")):
            rows.append(("1", on.isoformat(), str(number), payee, "", name, f"{sign}{amount}"))

    for k in range(24):
        spend(add_months(date(2020, 1, 3), k), "Landlord", "Home:Rent", "900.00")
        spend(add_months(date(2020, 1, 20), k), "Phone Co", "Home:Phone", f"{40 + k * 7 % 12}.00")
        spend(date(2020, 1, 5) + timedelta(days=33 * k), "Tram", "Transport:Tram", "120.00")
        spend(date(2020, 1, 9) + timedelta(days=k * k % 700), "Diner", "Food:Restaurant", f"{12 + k % 9}.50")  # fmt: skip
    rows.append(("1", "2020-01-08", "c", "Card", "", "Liabilities:Card", "100.00"))
    rows.append(("1", "2020-01-08", "c", "Card", "", "Assets:Bank", "-100.00"))
    return rows


@pytest.fixture
def folder(tmp_path):
    text = StringIO()
    csv.writer(text).writerows([COLUMNS, *postings()])
    (tmp_path / "postings.csv.gz").write_bytes(gzip.compress(text.getvalue().encode()))
    return tmp_path


def test_standing_bills_are_told_from_the_rest(folder):
    payees = read_payees(folder / "postings.csv.gz")
    assert {p.name for p in payees} == {"Landlord", "Phone Co", "Tram", "Diner"}
    score = judge(payees, date(2021, 12, 31))
    assert {p.name for p in score.right} == {"Landlord", "Phone Co"}
    assert (score.false, score.missed, score.judged) == ((), (), 4)
    assert (score.precision, score.recall) == (1.0, 1.0)


def test_the_command_prints_each_year_and_all(folder, capsys):
    call_command("evaluate_subscriptions", folder)
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if "│" in line]
    totals = next(line for line in lines if "all" in line)
    assert totals[-4:-1] == ["1.000", "│", "1.000"]


def test_what_is_no_table_of_postings_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    for text in ("", "a,b\n1,2\n"):
        path.write_text(text)
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("evaluate_subscriptions", path)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate_subscriptions", tmp_path / "missing.csv")
