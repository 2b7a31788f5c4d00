"""Files of other programs at the front door: told apart, and safe whatever is in them."""

import io
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.statements import rivals
from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.statements.read import format_of, read_statement_file, sniff
from ledger.tests.rival_samples import HLEDGER, MINT, all_samples, zipped

SAMPLES = all_samples()
KINDS = sorted(rivals.READERS)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_export_is_told_from_its_content_whatever_its_name(name: str) -> None:
    kind, data = SAMPLES[name]
    assert [sniff(data, filename) for filename in ("", "a.csv", "a.qif", "b")] == [kind] * 4
    assert read_statement_file(data).format == kind


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("GnuCash", "gnucash"), (".gnucash", "gnucash"), ("journal", "hledger"), ("ledger", "hledger"),
        ("beancount", "beancount"), ("Firefly III", "firefly"), ("nYNAB", "ynab"), ("Mint", "mint"),
        ("actual", "actual"),
    ],
)  # fmt: skip
def test_programs_have_their_own_words(word: str, kind: str) -> None:
    assert format_of(word) == kind


def test_a_journal_that_begins_with_directives_is_told_by_them() -> None:
    text = (
        "\n".join(f"account expenses:category number {n}" for n in range(2000)) + "\n\n" + HLEDGER
    )
    assert sniff(text.encode()) == "hledger"


def test_the_name_of_a_file_decides_where_its_beginning_says_nothing() -> None:
    text = "; a comment\n" * 3000 + HLEDGER
    assert sniff(text.encode(), "2024.journal") == "hledger"
    assert sniff(text.encode(), "2024.txt") == "csv"


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-15,shop,-1.50\n2024-01-16,bar,-2.50\n",
        "Date;Text;Amount\n15.01.2024;a:b;1,50\n",
        'Date,Memo,Amount\n2024-01-15,"two\n  lines: 5",-1.50\n',
        "Date,Payee,Amount,Account\n2024-01-15,shop,-1.50,Main\n",
        "2024-01-15\tshop  \t5\n2024-01-16\tbar  \t6\n",
    ],
)
def test_tables_are_no_journals(text: str) -> None:
    assert sniff(text.encode()) == "csv"


def test_columns_may_stand_in_any_order() -> None:
    rows = [line.split('","') for line in MINT.strip().strip('"').split("\n")]
    text = "\n".join(
        ",".join(f'"{cell.strip(chr(34))}"' for cell in reversed(row)) for row in rows[:3]
    )
    assert sniff(text.encode()) == "mint"


# What other programs export is read as a table: they name the account in each row.
@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        (
            "Date,Merchant,Category,Account,Original Statement,Notes,Amount,Tags\n"
            "2024-01-15,Market,Groceries,Joint Checking,MARKET 12,,-45.10,\n"
            "2024-01-16,Employer,Paychecks,Joint Checking,ACME PAYROLL,,2500.00,work\n"
            "2024-01-16,Cinema,Fun,Visa,CINEMA 5,,-12.00,\n",
            {"Joint Checking", "Visa"},
        ),
        (
            "date,payee,amount,currency,notes,category,account_name,tags\n"
            "2024-01-15,Market,-45.10,usd,,Groceries,Checking,\n"
            "2024-01-16,Employer,2500.00,usd,,Salary,Checking,\n",
            {"Checking"},
        ),
    ],
    ids=["monarch", "lunch money"],
)
def test_exports_that_are_plain_tables_go_through_the_reader_of_tables(
    text: str, accounts: set[str]
) -> None:
    parsed = read_statement_file(text.encode())
    assert parsed.format == "csv"
    named = {row.account for row in parsed.rows} | {s.account_id for s in parsed.statements}
    assert named - {""} == accounts
    assert {"Market", "Employer"} <= {row.payee for row in parsed.rows}
    assert "Groceries" in {row.category for row in parsed.rows}


def outcome(data: bytes, **said: str) -> ParsedFile | UnreadableFile:
    """Nothing but these two comes out of the front door."""
    try:
        return read_statement_file(data, **said)
    except UnreadableFile as refusal:
        assert refusal.code
        assert str(refusal)
        return refusal


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0", b"\xff\xfe", b"\n", b"<", b"{", b"PK\x03\x04", b"\x1f\x8b\x08", b";", b"2024-01-01",
        b"2024-01-01 *\n", b"2024-01-01 *\n  \n", b"a,b\n1,2\n", b"\xef\xbb\xbf", b"0" * 100_000,
        b"2024-01-01 * x\n  a  " + b"(" * 5_000 + b"\n", b"2024-01-01 * \"" + b"\\" * 5_000 + b"\n",
        b"2024-01-01 * x\n" + b"  assets:a  1 EUR\n" * 5_000, b"2024-01-01 * x\n  " + b":" * 9_000,
        b"2024-01-01 * x ; " + b":a" * 4_000 + b"\n  assets:a  1\n  b\n",
        b"2024-01-01 * x\n  assets:a  {" + b" " * 9_000 + b"\n",
        b"2024-01-01 * x\n  assets:a  " + b"a " * 4_000 + b"\n",
    ],
)  # fmt: skip
def test_scraps_are_refused_in_a_sentence(kind: str, data: bytes) -> None:
    outcome(data, format=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_of_another_format_is_refused_or_read(kind: str) -> None:
    for _, data in SAMPLES.values():
        outcome(data, format=kind)


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files_never_crash(name: str) -> None:
    kind, data = SAMPLES[name]
    rng = random.Random(name)
    for _ in range(60):
        outcome(mutated(data, rng), format=kind)


def mutated(data: bytes, rng: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(broken) or 1)
        kind = rng.randrange(5)
        if kind == 0:
            broken[place : place + rng.randint(1, 40)] = b""
        elif kind == 1:
            broken[place:place] = rng.randbytes(rng.randint(1, 8))
        elif kind == 2 and broken:
            broken[place % len(broken)] = rng.randrange(256)
        elif kind == 3:
            broken[place:place] = broken[place : place + rng.randint(1, 200)]
        else:
            del broken[max(1, place) :]
    return bytes(broken)


@pytest.mark.parametrize("name", ["ynab, zip", "actual, zip"])
def test_damaged_members_never_crash(name: str) -> None:
    """The archive is whole, what is in it is not."""
    kind, data = SAMPLES[name]
    rng = random.Random(name)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [(one, archive.read(one)) for one in archive.namelist()]
    for _ in range(60):
        outcome(zipped(*((one, mutated(content, rng)) for one, content in files)), format=kind)


WORDS = st.sampled_from(
    """2024-01-02 * ! txn open balance pad assets:a Assets:A Expenses:B expenses:b equity:opening -5 10.00
    EUR USD $ ACME @ @@ = == {5 {{9 }} } ( ) [ ] ; : , " ' | #tag ^link include account commodity 1,000 1e9
    1/0 ~ = comment end option plugin 0 .5 - + * / \\ name: date:2024 alias a=b apply year""".split()
    + ["\n", "\n  ", "\n\t", "  ", "\n\n"]
)


@given(st.lists(WORDS, max_size=60), st.sampled_from(["hledger", "beancount"]))
@settings(max_examples=400, deadline=None)
def test_any_text_of_journal_words_is_read_or_refused(words: list[str], kind: str) -> None:
    outcome(" ".join(words).encode(), format=kind)


CELLS = st.sampled_from(
    ["", "Checking", "2024-01-15", "15/01/2024", "5.00", "-5,00", "$1,000.00", "debit", "Transfer : Savings",
     "(SPLIT INTO 2)", "(SPLIT 1 OF 2)", "Split (1/2)", "Withdrawal", "Transfer", "Asset account", "Savings",
     "Food: Milk", "x" * 600, '"', "1e5", "\u202e", "0"]
)  # fmt: skip


@given(st.data(), st.sampled_from(["firefly", "ynab", "mint", "actual", "gnucash"]))
@settings(max_examples=200, deadline=None)
def test_any_table_below_their_headers_is_read_or_refused(data: st.DataObject, kind: str) -> None:
    names = sorted(rivals._TABLES[kind])
    rows = data.draw(
        st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=8)
    )
    text = "\n".join([",".join(names), *(",".join(f'"{cell}"' for cell in row) for row in rows)])
    found = outcome(text.encode(), format=kind)
    for row in found.rows if isinstance(found, ParsedFile) else ():
        assert not row.splits or sum(part.amount for part in row.splits) == row.amount


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("hledger", b"; x\n"),
        ("beancount", b"; x\n"),
        ("hledger", b"2024-01-01 x\n"),
        ("mint", b"x,y\n"),
    ],
)
def test_a_million_lines_are_refused(kind: str, line: bytes) -> None:
    found = outcome(line * 1_100_000, format=kind)
    assert isinstance(found, UnreadableFile)
    assert found.code in ("too_many_lines", "too_many_bookings")


@pytest.mark.parametrize("kind", ["hledger", "beancount"])
def test_an_endless_line_is_refused(kind: str) -> None:
    found = outcome(b"2024-01-01 * x\n  assets:a  " + b"9" * 3_000_000, format=kind)
    assert isinstance(found, UnreadableFile)
    assert found.code == "line_too_long"
