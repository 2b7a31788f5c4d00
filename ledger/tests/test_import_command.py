"""manage.py import_statement: the same import from a terminal, with exit codes for scripts."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.tests.cast import account_of
from ledger.models import Account, ImportBatch, Transaction
from ledger.tests.bank_files import MARCH, QIF_TWO_ACCOUNTS, ofx, table


def run(*arguments, **options):
    """(exit code, what was printed)"""
    out = StringIO()
    try:
        call_command(
            "import_statement", *map(str, arguments), stdout=out, stderr=StringIO(), **options
        )
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def march(tmp_path):
    path = tmp_path / "march.csv"
    path.write_bytes(MARCH)
    return path


def test_files_are_booked_and_counted(alice, tmp_path, march):
    account_of(alice)
    other = tmp_path / "april.ofx"
    other.write_bytes(ofx(("20260403", "-4.00", "f2", "Cafe")))
    code, said = run(march, other, user="Alice@Example.org", account="main")
    assert code == 0
    assert Transaction.objects.count() == 5
    assert "march.csv" in said
    assert "ofx" in said
    code, said = run(march, user="alice@example.org", account="main")
    assert code == 0
    assert Transaction.objects.count() == 5


def test_a_preview_books_and_leaves_nothing(alice, march):
    account_of(alice)
    code, said = run(march, "--preview", user="alice@example.org", account="Main")
    assert code == 0
    assert "nothing was booked" in said
    assert not Transaction.objects.exists()
    assert not ImportBatch.objects.exists()


def test_invalid_rows_are_listed_by_line_and_end_in_1(alice, tmp_path):
    account_of(alice)
    path = tmp_path / "b\x1b[31mad.csv"
    path.write_bytes(table("2026-03-03,Cafe,-3.20,", "someday,Shop,-9.00,"))
    code, said = run(path, user="alice@example.org", account="Main")
    assert code == 1
    assert "b[31mad.csv, line 3:" in said
    assert "\x1b" not in said
    assert Transaction.objects.count() == 1


def test_a_file_that_cannot_be_read_ends_in_2_and_the_others_are_booked(alice, tmp_path, march):
    account_of(alice)
    path = tmp_path / "statement.pdf"
    path.write_bytes(b"%PDF-1.7")
    code, said = run(path, march, tmp_path / "gone.csv", user="alice@example.org", account="Main")
    assert code == 2
    assert "PDF" in said
    assert "cannot be opened" in said
    assert Transaction.objects.count() == 4


def test_accounts_are_only_made_when_asked(alice, tmp_path):
    path = tmp_path / "all.qif"
    path.write_bytes(QIF_TWO_ACCOUNTS)
    code, said = run(path, user="alice@example.org")
    assert code == 2
    assert "--create-accounts" in said
    assert not ImportBatch.objects.exists()
    assert run(path, "--create-accounts", user="alice@example.org")[0] == 0
    assert Account.objects.count() == 2


def test_a_mapping_says_how_to_read_a_table(alice, march):
    account_of(alice)
    code, _ = run(
        march, user="alice@example.org", account="Main", mapping='{"columns": {"payee": "Memo"}}'
    )
    assert code == 0
    assert Transaction.objects.filter(payee__name="Salary").exists()


@pytest.mark.parametrize(
    "options",
    [
        {"user": "nobody@example.org"},
        {"user": "alice@example.org", "account": "Nowhere"},
        {"user": "alice@example.org", "mapping": "["},
    ],
)
def test_what_is_wrong_with_the_call_is_said(alice, march, options):
    with pytest.raises(CommandError) as error:
        run(march, **options)
    assert error.value.returncode == 2


def test_another_users_account_is_not_there(alice, mallory, march):
    theirs = account_of(alice)
    with pytest.raises(CommandError):
        run(march, user="mallory@example.org", account=str(theirs.id))


def test_the_exit_codes_are_in_the_help(capsys):
    with pytest.raises(SystemExit):
        call_command("import_statement", "--help")
    assert "exit codes" in capsys.readouterr().out
