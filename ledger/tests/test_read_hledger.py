"""hledger and ledger journals, against hledger's own sums and against what its manual says."""

import csv
import io
import random
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.statements.hledger import read_hledger
from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file
from ledger.tests.rival_samples import HLEDGER, balances, pairs_agree, rows_of

needs_hledger = pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not installed")


def entry(*postings: str, head: str = "2024-01-02 * Shop") -> bytes:
    return "\n".join([head, *(f"    {posting}" for posting in postings), ""]).encode()


def oracle(journal: str, tmp_path: Path) -> dict[tuple[str, str], Decimal]:
    """hledger's own balance of every account under assets and liabilities, by commodity."""
    file = tmp_path / "oracle.journal"
    file.write_text(journal)
    done = subprocess.run(
        ["hledger", "-f", str(file), "bal", "--flat", "-N", "--real", "--layout=bare", "-O", "csv",
         "^assets", "^liabilities"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    return {
        (row["account"].partition(":")[2], row["commodity"]): Decimal(row["balance"])
        for row in rows
        if Decimal(row["balance"])
    }


def ours(journal: str) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for statement in read_hledger(journal.encode()).statements:
        total = sum((row.amount for row in statement.rows), Decimal(0))
        # An account of two currencies is two accounts here, the second with its currency behind it.
        name = statement.account_id.removesuffix(f" {statement.currency}")
        if total:
            found[name, statement.currency] = total
    return found


def test_a_journal_becomes_a_statement_for_each_own_account() -> None:
    parsed = read_statement_file(HLEDGER.encode())
    assert parsed.format == "hledger"
    assert balances(parsed) == {
        "bank:checking": "2725.00 EUR",
        "visa": "0.00 EUR",
        "bank:savings": "600.00 EUR",
        "wallet": "110.00 USD",
    }
    assert [s.account_type for s in parsed.statements] == [
        "checking",
        "credit_card",
        "savings",
        "cash",
    ]
    assert pairs_agree(parsed.rows)


def test_an_entry_with_several_categories_is_a_row_with_splits() -> None:
    row = rows_of(read_statement_file(HLEDGER.encode()), "bank:checking")[1]
    assert (row.posted_on, row.amount, row.payee) == (date(2024, 1, 5), Decimal("-20.00"), "Market")
    assert row.memo == "bread and cheese with friends (R12)"
    assert row.tags == ("trip", "place:Rome")
    assert row.pending
    assert [(str(p.amount), p.category, p.memo) for p in row.splits] == [
        ("-12.40", "groceries", "cheese"),
        ("-7.60", "home", ""),
    ]


def test_a_salary_paid_into_two_accounts_keeps_what_each_of_them_got() -> None:
    parsed = read_statement_file(HLEDGER.encode())
    checking = rows_of(parsed, "bank:checking")[2]
    savings = rows_of(parsed, "bank:savings")[0]
    assert (checking.amount, savings.amount) == (Decimal("2000.00"), Decimal("500.00"))
    assert [(str(p.amount), p.category) for p in checking.splits] == [
        ("-800.00", "taxes"),
        ("2800.00", "salary"),
    ]
    assert (savings.category, savings.transfer_account) == ("salary", "")


def test_a_transfer_has_two_legs_and_its_fee_is_a_row_of_its_own() -> None:
    parsed = read_statement_file(HLEDGER.encode())
    out, fee = [r for r in rows_of(parsed, "bank:checking") if r.line == 24]
    come_in = next(r for r in rows_of(parsed, "bank:savings") if r.line == 24)
    assert (out.amount, out.transfer_account) == (Decimal("-100.00"), "bank:savings")
    assert (come_in.amount, come_in.transfer_account) == (Decimal("100.00"), "bank:checking")
    assert out.transfer_id == come_in.transfer_id != ""
    assert (fee.amount, fee.category, fee.transfer_id) == (Decimal("-5.00"), "fees", "")


def test_opening_balances_are_rows_that_the_mapping_names() -> None:
    parsed = read_statement_file(HLEDGER.encode())
    assert parsed.mapping["openings"] == [
        {"account": "bank:checking", "line": 7, "on": "2024-01-01", "amount": "1000.00"},
        {"account": "visa", "line": 7, "on": "2024-01-01", "amount": "-50.00"},
    ]
    assert rows_of(parsed, "visa")[0].transfer_account == ""


def test_the_tree_of_categories_comes_along() -> None:
    parsed = read_statement_file(HLEDGER.encode())
    assert {"name": "groceries", "parent": "food", "kind": "expense"} in parsed.mapping[
        "categories"
    ]
    assert {"name": "salary", "parent": "", "kind": "income"} in parsed.mapping["categories"]


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [
        ("12.40 EUR", "12.40", "EUR"),
        ("12,40 EUR", "12.40", "EUR"),
        ("EUR 12.40", "12.40", "EUR"),
        ("€12.40", "12.40", "EUR"),
        ("12.40€", "12.40", "EUR"),
        ("$-1,234.50", "-1234.50", "USD"),
        ("-$1,234.50", "-1234.50", "USD"),
        ("- $ 5", "-5", "USD"),
        ("1 234,50 EUR", "1234.50", "EUR"),
        ("1.234,50 EUR", "1234.50", "EUR"),
        ("1'234.50 CHF", "1234.50", "CHF"),
        ("1,00,000.00 INR", "100000.00", "INR"),
        ('-3 "EUR"', "-3", "EUR"),
        ("+7. EUR", "7", "EUR"),
        (".5 EUR", "0.5", "EUR"),
        ("1E2 EUR", "100", "EUR"),
        ("12.40", "12.40", ""),
        ("10 USD @ 0.905 EUR", "10", "USD"),
        ("10 USD @@ 9.05 EUR", "10", "USD"),
        ("10 EUR = 10 EUR", "10", "EUR"),
        ("10 EUR ==* 10 EUR", "10", "EUR"),
    ],
)
def test_amounts_are_read_in_every_common_style(written: str, amount: str, currency: str) -> None:
    parsed = read_hledger(entry(f"assets:bank  {written}", "expenses:x"))
    row = parsed.statements[0].rows[0]
    assert (row.amount, row.currency) == (Decimal(amount), currency)


def test_the_decimal_mark_is_proved_over_the_whole_file() -> None:
    data = (
        entry("assets:a  1,000 EUR", "income:x") + b"\n" + entry("assets:a  2,50 EUR", "income:x")
    )
    assert [row.amount for row in read_hledger(data).rows] == [Decimal(1), Decimal("2.50")]


def test_a_currency_may_be_given_for_dollars_and_bare_numbers() -> None:
    parsed = read_hledger(entry("assets:a  $5", "income:x"), mapping={"currency": "CAD"})
    assert parsed.statements[0].currency == "CAD"


def test_securities_are_left_out_and_their_cash_is_kept() -> None:
    parsed = read_hledger(
        entry("assets:broker:shares  10 ACME {$20}", "expenses:fees  $5", "assets:broker:cash")
    )
    row = parsed.rows[0]
    assert (row.amount, row.currency) == (Decimal("-205"), "USD")
    assert [(int(p.amount), p.category) for p in row.splits] == [(-200, ""), (-5, "fees")]
    assert any("ACME" in warning for warning in parsed.warnings)
    assert parsed.statements[0].account_type == "investment"


def test_virtual_postings_are_no_money() -> None:
    parsed = read_hledger(
        entry("assets:a  -5 EUR", "expenses:x", "(budget:x)  5 EUR", "[assets:b]  1 EUR")
    )
    assert balances(parsed) == {"a": "-5.00 EUR"}


def test_aliases_applied_accounts_and_years_count() -> None:
    text = (
        "alias bank = assets:bank\nyear 2023\napply account own\nend apply account\n"
        "01-15 * Shop\n    bank:giro  -5 EUR\n    expenses:x\n"
    )
    parsed = read_hledger(text.encode())
    assert parsed.statements[0].account_id == "bank:giro"
    assert parsed.rows[0].posted_on == date(2023, 1, 15)


def test_comments_blocks_and_rules_are_no_entries() -> None:
    text = (
        "comment\n2024-01-01 nothing\n    assets:a  1\n    assets:b\nend comment\n"
        "= expenses:food\n    (budget)  -1\n\n# hash\n* star\nP 2024-01-01 ACME $5\n"
        + entry("assets:a  1 EUR", "income:x").decode()
    )
    parsed = read_hledger(text.encode())
    assert len(parsed.rows) == 1
    assert parsed.warnings == ("Left out: automated rules (1).",)


def test_an_included_file_is_asked_for() -> None:
    with pytest.raises(UnreadableFile, match="hledger print") as caught:
        read_hledger(b"include 2023.journal\n" + entry("assets:a  1 EUR", "income:x"))
    assert (caught.value.code, caught.value.line) == ("include_in_journal", 1)


def test_an_entry_that_cannot_be_read_is_shown_and_the_rest_is_kept() -> None:
    data = entry("assets:a  (1 + 2) EUR", "income:x") + entry("assets:a  1 EUR", "income:x")
    parsed = read_hledger(data + b"\n2024-02-31 * no such day\n    assets:a  1 EUR\n    income:x\n")
    assert len(parsed.rows) == 1
    assert [(bad.line, bad.code) for bad in parsed.bad_rows] == [
        (1, "unreadable_amount"),
        (8, "unreadable_date"),
    ]


def test_two_missing_amounts_are_refused_by_line() -> None:
    parsed = read_hledger(entry("assets:a", "income:x") + entry("assets:a  1 EUR", "income:x"))
    assert [(bad.line, bad.code) for bad in parsed.bad_rows] == [(1, "unbalanced_entry")]


def test_a_wrong_balance_assertion_is_a_warning() -> None:
    parsed = read_hledger(entry("assets:a  1 EUR = 5 EUR", "income:x"))
    assert "line 2: a" in parsed.warnings[0].replace("assets:", "")


def test_accounts_of_unknown_roots_are_guessed_and_said() -> None:
    parsed = read_hledger(entry("Checking  -5 EUR", "Food"))
    assert (parsed.statements[0].account_id, parsed.rows[0].category) == ("Checking", "Food")
    assert "under none of Assets" in parsed.warnings[0]


@needs_hledger
def test_the_sample_has_hledger_s_balances(tmp_path: Path) -> None:
    found = dict(oracle(HLEDGER, tmp_path))
    dollars = found.pop(("wallet", "$"))
    assert ours(HLEDGER) == {**found, ("wallet", "USD"): dollars}


@needs_hledger
def test_what_hledger_prints_is_read_like_the_journal(tmp_path: Path) -> None:
    file, printed = tmp_path / "in.journal", tmp_path / "out.journal"
    file.write_text(HLEDGER)
    subprocess.run(
        ["hledger", "-f", str(file), "print", "-x", "-o", str(printed)], check=True, timeout=120
    )
    before, after = read_hledger(HLEDGER.encode()), read_hledger(printed.read_bytes())
    assert balances(before) == balances(after)
    assert before.mapping["categories"] == after.mapping["categories"]


def random_journal(seed: int, entries: int = 250) -> str:
    """Entries of every shape, in random order of days, with random styles of amounts."""
    rng = random.Random(seed)
    own = ["assets:bank:giro", "assets:cash", "liabilities:visa", "assets:savings"]
    others = [
        "expenses:food",
        "expenses:home:tools",
        "income:salary",
        "expenses:fees",
        "equity:opening",
    ]
    lines = ["decimal-mark .", ""]

    def shown(cents: int, currency: str) -> str:
        text = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
        sign = "-" if cents < 0 else ""
        return rng.choice([f"{sign}{text} {currency}", f"{currency} {sign}{text}"])

    for n in range(entries):
        day = f"2024-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        lines.append(f"{day} {rng.choice(['*', '!', ''])} entry {n} | memo ; k:v")
        currency = rng.choice(["EUR", "EUR", "EUR", "USD"])
        accounts = rng.sample(own, rng.randint(1, 3)) + rng.sample(others, rng.randint(0, 3))
        rng.shuffle(accounts)
        if len(accounts) == 1:
            accounts.append("expenses:food")
        for account in accounts[:-1]:
            cents = rng.randint(-500_000, 500_000)
            if currency == "USD" and rng.random() < 0.3:
                worth = shown(abs(cents) * 9 // 10, "EUR")
                lines.append(f"    {account}  {shown(cents, currency)} @@ {worth}")
            else:
                lines.append(f"    {account}  {shown(cents, currency)}")
        lines.append(f"    {accounts[-1]}")
        lines.append("")
    return "\n".join(lines)


@needs_hledger
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_journals_have_hledger_s_balances(seed: int, tmp_path: Path) -> None:
    journal = random_journal(seed)
    assert ours(journal) == oracle(journal, tmp_path)
    parsed = read_hledger(journal.encode())
    assert pairs_agree(parsed.rows)
    assert all(not r.splits or sum(p.amount for p in r.splits) == r.amount for r in parsed.rows)
