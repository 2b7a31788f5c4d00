"""The table reader over real exports, against figures read from the files by other means.

The sums were taken with awk from the raw columns; the columns of the bank2ynab files must be
those that its own configuration names for the bank.
"""

import configparser
import csv
import json
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.statements.csv_file import read_csv
from ledger.statements.model import ParsedFile, UnreadableFile

DATA = Path(__file__).parents[2].parent / "shared" / "data"
B2Y = "import/csv_bank2ynab/test/test-data"
BSP = "import/bankstatementparser"


def path_of(name: str) -> Path:
    if not DATA.is_dir():
        pytest.skip("The shared data folder is not beside the project.")
    return DATA / name


def read(name: str) -> ParsedFile:
    return read_csv(path_of(name).read_bytes())


# File, rows, bad rows, sum of the amounts.
FIGURES = [
    (f"{B2Y}/20171001-20171106.csv", 1, 0, "-59.99"),
    (f"{B2Y}/2018-04-14_10-52-13_bunq-transactieoverzicht.csv", 3, 0, "728.54"),
    (f"{B2Y}/20180226-1000594757-umsatz.CSV", 1, 0, "-36.99"),
    (f"{B2Y}/20180226_12345678.csv", 1, 0, "-5.00"),
    (f"{B2Y}/2019-03-02_11-50-46_bunq-statement.csv", 7, 0, "-23.82"),
    (f"{B2Y}/CSV_A_20180414_112204.csv", 3, 0, "-1037.49"),
    (f"{B2Y}/MS_JANE_SMITH_01-12-2019_14-12-2019.csv", 10, 3, "-285.80"),
    (f"{B2Y}/MonzoDataExport_February2018_2018-02-26_174335.csv", 1, 0, "-10"),
    (f"{B2Y}/Movements_1234512345_201805271848.csv", 1, 0, "-1.00"),
    (f"{B2Y}/TH_20180101-20180523_page_1.csv", 9, 0, "-2599.99"),
    (f"{B2Y}/TH_20180101-20180523_strana_1.csv", 9, 0, "-2599.99"),
    (f"{B2Y}/TH_20180521-20180523.csv", 1, 0, "-111.11"),
    (f"{B2Y}/TransactionHistory_20180418043121.csv", 8, 0, "-173.28"),
    (f"{B2Y}/Umsaetze_KtoNr538917600_EUR_02-03-2018_1503.CSV", 1, 0, "-17.22"),
    (f"{B2Y}/W80844_EBH_201945.202122.csv", 2, 0, "940"),
    (f"{B2Y}/dba33fceecd62c3c727893361e0ba4d3.P000000027355791.csv", 1, 0, "-7.80"),
    (f"{B2Y}/export_BE11123456789012_20180304_1422.csv", 1, 0, "-3.40"),
    (f"{B2Y}/export_KBC-Mastercard Business Essential_20200204_1604.csv", 3, 0, "2.73"),
    (f"{B2Y}/kta_ei.dat", 11, 0, "-6152.22"),
    (f"{B2Y}/statement_1.csv", 1, 0, "-20.59"),
    (f"{B2Y}/test_BOI_TransactionExport.csv", 27, 0, "-419.61"),
    (f"{B2Y}/test_delimiter_tab.csv", 73, 0, "-4580.70"),
    (f"{B2Y}/test_headers.csv", 73, 0, "-4580.70"),
    (f"{B2Y}/test_raiffeisen_01.csv", 73, 0, "-4580.70"),
    (f"{B2Y}/test_raiffeisen_02.csv", 73, 0, "-4580.70"),
    (f"{B2Y}/test_regex_123456_87654321_1234_21_12.csv", 73, 0, "-4580.70"),
    (f"{B2Y}/test_row_format_CD_flag.csv", 73, 0, "-4301.62"),
    (f"{B2Y}/test_row_format_default.csv", 73, 0, "-4580.70"),
    (f"{B2Y}/test_row_format_neg_inflow.csv", 73, 0, "-4580.70"),
    (f"{B2Y}/test_swedebank_statement.xls", 13, 0, "2578.93"),
    (f"{B2Y}/umsatz-1234________1234-20180227.CSV", 1, 0, "-5.00"),
    ("import/csv_beanhub/fixtures/chase_credit_card.csv", 5, 0, "107.12"),
    ("import/csv_beanhub/fixtures/mercury.csv", 4, 0, "-1954.62"),
    ("import/csv_beanhub/fixtures/csv.csv", 2, 0, "-18.01"),
    ("import/csv_beanhub/fixtures/wealthsimple.csv", 5, 0, "1197.90"),
    (f"{BSP}/sample_statement.csv", 2, 0, "1300.00"),
    (f"{BSP}/sample_split_amounts.csv", 2, 0, "1050.25"),
    (f"{BSP}/golden/csv_european_decimals.csv", 3, 0, "2260.94"),
    (f"{BSP}/golden/csv_french_headers.csv", 3, 0, "2260.94"),
    (f"{BSP}/golden/csv_spanish_headers.csv", 3, 0, "2260.94"),
    (f"{BSP}/golden/csv_garbled_amount.csv", 1, 1, "100.00"),
    ("import/csv_ledger/input/1964.csv", 1, 0, "-1.00"),
    ("import/csv_ledger/input/746.csv", 3, 0, "-150.00"),
    ("import/csv_ledger/input/811.csv", 2, 0, "-80.00"),
    ("import/csv_ledger/input/convert-test.csv", 2, 0, "-80.00"),
    ("import/csv_ledger/regress/2142-data.csv", 3, 0, "65"),
    ("import/csv_ledger/regress/2295.csv", 2, 0, "429.45"),
    ("import/csv_ledger/regress/668.csv", 2, 0, "-80.00"),
    ("import/csv_ledger/regress/764-aux-date.csv", 1, 0, "-10"),
    ("import/csv_ledger/regress/764-aux-space.csv", 1, 0, "-10"),
    ("import/csv_ledger/regress/764-aux.csv", 1, 0, "-10"),
    ("import/csv_ledger/regress/764-auxdate.csv", 1, 0, "-10"),
    ("import/csv_ledger/regress/764-auxiliary.csv", 1, 0, "-10"),
    ("import/csv_ledger/regress/764-posted-date.csv", 1, 0, "-10"),
    ("import/csv_ledger/regress/764-posted.csv", 1, 0, "-10"),
    ("import/csv_ledger/regress/GH2883.csv", 1, 0, "-50.00"),
    ("import/csv_ledger/regress/coverage-csv-comments-data.csv", 1, 0, "50.00"),
    ("import/csv_ledger/regress/coverage-csv-cost-data.csv", 1, 0, "50.00"),
    ("import/csv_ledger/regress/coverage-csv-debit-data.csv", 1, 0, "-50.00"),
    ("import/csv_ledger/regress/coverage-csv-default-data.csv", 1, 0, "50.00"),
    ("import/csv_ledger/regress/coverage-csv-import-data.csv", 2, 0, "80.00"),
    ("import/csv_ledger/regress/coverage-csv-quotes-data.csv", 2, 0, "80.00"),
    ("ledger/labelled_descriptions_za/data/transactions.csv", 448, 3, None),
]


@pytest.mark.parametrize(("name", "rows", "bad", "total"), FIGURES, ids=[n for n, *_ in FIGURES])
def test_every_figure_of_a_real_export_is_right(
    name: str, rows: int, bad: int, total: str | None
) -> None:
    parsed = read(name)
    assert (len(parsed.rows), len(parsed.bad_rows)) == (rows, bad)
    if total is not None:
        assert sum(row.amount for row in parsed.rows) == Decimal(total)


def test_a_documented_positive_outflow_is_turned() -> None:
    parsed = read("import/csv_beanhub/fixtures/plaid.csv")
    assert [str(row.amount) for row in parsed.rows[:2]] == ["-6.33", "-89.4"]
    assert not parsed.warnings


REFUSED = [
    *[f"import/csv_spectrum/csvs/{name}.csv" for name in ("simple", "json", "utf8", "newlines")],
    *[
        f"import/csv_spectrum/csvs/{name}.csv"
        for name in ("comma_in_quotes", "empty", "newlines_crlf")
    ],
    *[f"import/csv_spectrum/csvs/{name}.csv" for name in ("escaped_quotes", "quotes_and_newlines")],
    *[f"import/csv_spectrum/csvs/{name}.csv" for name in ("empty_crlf", "simple_crlf")],
    "import/csv_beanhub/fixtures/empty.csv",
    "import/csv_beanhub/fixtures/other.csv",
    f"{BSP}/camt_file.csv",
    f"{BSP}/pain_file.csv",
    "import/csv_ledger/regress/735-no-date.csv",
    "import/csv_ledger/regress/coverage-csv-empty-data.csv",
    "import/csv_ledger/input/1110.csv",
]


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_is_no_statement_is_refused_in_words(name: str) -> None:
    with pytest.raises(UnreadableFile, match=r"^[A-Z].*\.$"):
        read(name)


@pytest.mark.parametrize(
    ("name", "payee"),
    [
        ("data_euc-jp", "セブンイレブン"),
        ("data_euc-kr", "이마트 커피"),
        ("data_gb18030", "星巴克咖啡"),
        ("utf-16be", "Café Rémy"),
        ("utf-16be-nobom", "Café Rémy"),
        ("utf-16le", "Café Rémy"),
        ("utf-16le-nobom", "Café Rémy"),
        ("utf-8-bom", "Café Rémy"),
        ("utf-8-nul-padding", "Café Rémy"),
        ("windows-1252-euro", "Café €Rémy"),
        ("utf-8-corrupted", "Café Rÿémy"),
    ],
)
def test_accents_survive_every_encoding(name: str, payee: str) -> None:
    (row,) = read(f"import/actual_mocks/{name}.csv").rows
    assert (row.posted_on.isoformat(), row.amount, row.payee) == (
        "2025-12-04",
        Decimal("100.25"),
        payee,
    )


def test_ten_thousand_rows_of_a_household_are_exact() -> None:
    folder = path_of("ledger/household_10k")
    expected = json.loads((folder / "expected.json").read_text())
    parsed = read("ledger/household_10k/txns.csv")
    assert len(parsed.rows) == expected["rows_csv"] == 10_000
    assert not parsed.bad_rows
    with (folder / "txns.csv").open() as file:
        raw = list(csv.DictReader(file))
    seen = [
        (r.posted_on.isoformat(), r.payee, r.category, r.account, str(r.amount))
        for r in parsed.rows
    ]
    assert seen == [(r["date"], r["payee"], r["category"], r["account"], r["amount"]) for r in raw]
    assert [row.external_id for row in parsed.rows] == [r["id"] for r in raw]
    assert {row.account for row in parsed.rows} == set(expected["account_balances"])


def bank_rules() -> list[tuple[str, str, list[str]]]:
    """(file, bank, input columns) for each real export whose name a rule of bank2ynab matches."""
    folder = DATA / B2Y
    if not folder.is_dir():
        return []
    config = configparser.ConfigParser(interpolation=None, strict=False)
    config.read(DATA / "import/csv_bank2ynab/bank2ynab.conf", encoding="utf-8")
    found = []
    for file in sorted(folder.iterdir()):
        for bank in config.sections():
            rules = config[bank]
            name, extension = file.stem, rules["source filename extension"].lower()
            pattern = rules["source filename pattern"]
            regex = rules.getboolean("use regex for filename")
            matches = re.fullmatch(pattern, name) if regex else name == pattern
            if matches and file.suffix.lower() == extension:
                roles = [role.strip() for role in rules["input columns"].split(",")]
                found.append((file.name, bank, roles))
    return found


OUR_ROLES = {
    "Date": {"posted_on", "occurred_on"},
    "Inflow": {"amount", "credit", "debit"},
    "Outflow": {"amount", "credit", "debit"},
    "Amount": {"amount"},
    "Payee": {"payee", "payer", "statement_text", "memo"},
    "Memo": {"payee", "statement_text", "memo", "external_id"},
    "Category": {"category", "memo"},
    "CDFlag": {"sign"},
    "Running Balance": {"running_balance"},
}
NOT_THE_SAME_FILE = {
    "UK Barclaycard credit card",  # One column more than the file has.
    "UK first direct checking",  # Another bank's file of a like name.
    "SG OCBC Bank",  # The checking and the card rule claim the same file names; both
    "SG OCBC Bank Credit Card",  # describe the table after their plugin has rewritten it.
    "AT Raiffeisen Bank RCM",  # Its first line is no header.
    "DE Ostseesparkasse Rostock checking",  # It takes the value date; we take the booking day.
}


@pytest.mark.parametrize(("name", "bank", "roles"), bank_rules())
def test_the_columns_are_those_bank2ynab_names(name: str, bank: str, roles: list[str]) -> None:
    parsed = read(f"{B2Y}/{name}")
    names = _header(name, parsed)
    if bank in NOT_THE_SAME_FILE or len(roles) > len(names) + 1:
        pytest.skip("The rule was written for another shape of this bank's file.")
    ours: dict[int, set[str]] = defaultdict(set)
    mapped = parsed.mapping["columns"]
    assert isinstance(mapped, dict)
    for role, places in mapped.items():
        for place in places if isinstance(places, list) else [places]:
            ours[place - 1 if isinstance(place, int) else names.index(place)].add(role)
    for index, role in enumerate(roles):
        if role in ("Date", "Inflow", "Outflow", "CDFlag"):
            assert ours[index] & OUR_ROLES[role], (role, index, mapped)
        elif role in ("Payee", "Memo") and index < len(names):
            assert ours[index] <= OUR_ROLES[role] | {"category"}, (role, index, mapped)


def _header(name: str, parsed: ParsedFile) -> list[str]:
    lines = (
        path_of(f"{B2Y}/{name}").read_bytes().decode(parsed.encoding).lstrip("\ufeff").splitlines()
    )
    line = parsed.mapping["header_line"]
    assert isinstance(line, int)
    delimiter = str(parsed.mapping["delimiter"])
    return [
        cell.strip() for cell in next(csv.reader([lines[max(line, 1) - 1]], delimiter=delimiter))
    ]
