"""Real QIF files, against known figures and against quiffen."""

from pathlib import Path

import pytest

from ledger.statements.model import UnreadableFile
from ledger.statements.qif import read_qif

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "import"


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no shared file {name}")
    return path.read_bytes()


# File: per statement (account, kind, (date, amount, payee, category or [account]) of each row).
Expected = list[tuple[str, str, list[tuple[str, str, str, str]]]]
WIKIPEDIA = [
    ("2020-02-14", "67.50", "T-Mobile", "Bills:Cell Phone"),
    ("2020-02-14", "32.00", "US Post Office", "Miscellaneous"),
    ("2020-02-12", "-10.00", "Target", "Food:Groceries"),
    ("2020-02-11", "-25.00", "Walmart", "Food:Groceries"),
    ("2020-02-10", "-100.00", "Amazon.com", "Food:Groceries"),
]
TWO = [
    ("2022-09-23", "-184.8", "FIRST TRANSACTION", ""),
    ("2022-09-08", "-13.16", "SECOND TRANSACTION", ""),
]
FIGURES: dict[str, Expected] = {
    "qif_quiffen/test_files/test.qif": [
        ("TestExport", "checking", WIKIPEDIA),
        ("", "investment", []),
    ],
    "qif_quiffen/test_files/test_oth_a.qif": [
        ("TestExport", "other", WIKIPEDIA),
        ("", "investment", []),
    ],
    "qif_quiffen/test_files/test_category_override.qif": [
        (
            "",
            "checking",
            [
                ("2017-12-22", "1000.00", "Income For January", "Income:Available next month"),
                ("2018-01-01", "1100.00", "Starting Balance", "Income:Available this month"),
                ("2018-01-02", "-12.57", "FOOD C LONDON VIS", "Everyday Expenses:Food Budget"),
                (
                    "2018-01-02",
                    "-9.99",
                    "GOUSTO.CO.UK - A LONDON W3 VIS",
                    "Everyday Expenses:Gousto",
                ),
            ],
        )
    ],
    "qif_quiffen/test_files/test_circular_reference.qif": [
        (
            "",
            "checking",
            [
                ("2021-08-27", "-9.00", "ANDREAS APOTHEKE", "Eigene Kategorien:Einkauf"),
                ("2021-08-27", "-5.59", "BROTHAUS GMBH", "Eigene Kategorien:Einkauf"),
            ],
        )
    ],
    "qif_quiffen/test_files/test_split.qif": [
        ("", "checking", [("2000-01-01", "-10.00", "A Payee", "")])
    ],
    "qif_quiffen/test_files/test_transaction_before_account_definition_1.qif": [
        ("", "checking", TWO)
    ],
    "qif_quiffen/test_files/test_transaction_before_account_definition_2.qif": [
        ("", "checking", TWO)
    ],
    "qif_quiffen/test_files/test_category_inherit.qif": [("My Bank Account", "checking", [])],
    "qif_quiffen/test_files/test_clear_autoswitch.qif": [("My Bank Account", "checking", [])],
    "qif_quiffen/test_files/test_option_autoswitch.qif": [("My Bank Account", "checking", [])],
    "qif_quiffen/test_files/test_unknown_account_type.qif": [
        ("Portfolio Account", "investment", [])
    ],
    "actual_mocks/qif-account.qif": [
        ("Checking Main", "checking", [("2018-12-19", "-25.00", "COUNTY WASTE", "")])
    ],
    "actual_mocks/data-with-categories.qif": [
        (
            "",
            "checking",
            [
                ("2018-12-19", "-100.58", "Outlet", "Usual Expenses:Shopping"),
                ("2018-12-19", "-20.15", "GroceriesYou", "Groceries"),
                ("2018-12-19", "-40.60", "RestaurantExample", "Food"),
            ],
        )
    ],
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_a_real_file_is_right(name: str) -> None:
    parsed = read_qif(shared(name))
    assert [
        (
            statement.account_id,
            statement.account_type,
            [(str(r.posted_on), str(r.amount), r.payee, r.category) for r in statement.rows],
        )
        for statement in parsed.statements
    ] == FIGURES[name]
    assert parsed.mapping["confidence"] == 1.0
    # The one investment of Wikipedia's example has no amount: shown, not lost.
    codes = ["missing_amount"] if FIGURES[name][0][0] == "TestExport" else []
    assert [row.code for row in parsed.bad_rows] == codes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty.qif", "empty_file"),
        ("invalid.txt", "not_qif"),
        ("test_nosymbol.qif", "no_statement"),
    ],
)
def test_a_file_without_bookings_is_refused_by_name(name: str, code: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_qif(shared(f"qif_quiffen/test_files/{name}"))
    assert refusal.value.code == code


@pytest.mark.parametrize("name", [name for name in FIGURES if "override" not in name])
def test_amounts_and_dates_agree_with_quiffen(name: str, tmp_path: Path) -> None:
    # "override" is left out: quiffen reads its 22/12/2017 day first and its 02/01/2018 month first.
    quiffen = pytest.importorskip("quiffen")
    path = tmp_path / "file.qif"
    path.write_bytes(shared(name))
    theirs = sorted(
        (row.date.date(), row.amount)
        for account in quiffen.Qif.parse(path).accounts.values()
        for kind, rows in account.transactions.items()
        if kind.name != "INVST"
        for row in rows
    )
    parsed = read_qif(path.read_bytes())
    ours = [(row.posted_on, row.amount) for row in parsed.rows]
    ours += [(s.opening.on, s.opening.amount) for s in parsed.statements if s.opening]
    assert sorted(ours) == theirs
