"""`manage.py evaluate_categories`: reads labelled tables, judges in time order, says what lacks."""

import gzip
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ledger.evaluation import baselines
from ledger.evaluation.histories import Unreadable, demo_history, minor, read_histories
from ledger.evaluation.trial import Result, Verdict, try_corrections, try_majority, try_ours

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ledger"
TABLE = "date,payee,category,account,amount,id\n" + "".join(
    f"2026-01-{day:02},{shop},{kind},Main,-{day}.50,{shop}{day}\n"
    for day in range(1, 29)
    for shop, kind in (("REWE", "Groceries"), ("Shell", "Fuel"), ("Landlord", "Rent"))
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(TABLE)
    return path


def run(*args, **options):
    out = StringIO()
    call_command("evaluate_categories", *args, stdout=out, **options)
    return " ".join(out.getvalue().split())


def test_it_prints_the_figures_of_a_file(table):
    said = run(str(table), no_baseline=True)
    assert "84 rows, 1 history, 3 categories; 42 judged" in said
    for words in ("ours", "majority class", "100.00%", "Stated and true", "How fast it learns"):
        assert words in said
    assert "follows in 3 of 3 payees" in said
    assert "that change: 0 of 6" in said


def test_it_says_when_the_library_is_absent(table, monkeypatch):
    command = "ledger.management.commands.evaluate_categories.library_is_there"
    monkeypatch.setattr(command, lambda: False)
    assert "scikit-learn is not installed" in run(str(table))


def test_the_baseline_is_measured_where_the_library_is(table):
    if not baselines.library_is_there():
        assert "not installed" in run(str(table))
        return
    said = run(str(table))
    assert "words, naive Bayes" in said
    assert "words, logistic" in said


def test_the_demo_household_is_learned_almost_without_error():
    ours = try_ours([demo_history(date(2026, 3, 20))])
    assert ours.accuracy > 0.99
    cover, right = ours.above(0.95)
    assert cover > 0.95
    assert right > 0.99


def test_columns_are_found_by_their_names(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text(
        "description,amount,label,date\nNew, -1 175.56,Food,2026-01-02 00:00:00\nOld,5,Pay,2025-01-01\n"
    )
    [history] = read_histories(path)
    assert [(x.row.text, x.row.amount_minor, x.label) for x in history.lessons] == [
        ("Old", 500, "Pay"),
        ("New", -117_556, "Food"),
    ]


def test_repeated_ids_and_rows_without_a_category_teach_nothing(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(
        "date,payee,category,amount,id\n" + "2026-01-01,A,Food,1,x\n" * 2 + "2026-01-02,B,,1,y\n"
    )
    [history] = read_histories(path)
    assert len(history.lessons) == 1


def test_postings_become_rows_by_person(tmp_path):
    path = tmp_path / "postings.csv.gz"
    lines = [
        "user,date,txn,payee,narration,account,usd",
        "1,2026-01-01,1,Shop,Buying,Assets:Bank,-30.00",
        "1,2026-01-01,1,Shop,Buying,Expenses:Food,25.00",
        "1,2026-01-01,1,Shop,Buying,Expenses:Tax,5.00",
        "2,2026-01-01,2,Job,Pay,Assets:Bank,10.00",
        "2,2026-01-01,2,Job,Pay,Income:Salary,-10.00",
        "2,2026-01-01,3,,Move,Assets:Bank,-1.00",
        "2,2026-01-01,3,,Move,Assets:Cash,1.00",
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    first, second = read_histories(path)
    assert [(x.row.amount_minor, x.label) for x in first.lessons] == [(-3000, "Expenses:Food")]
    assert [(x.row.amount_minor, x.label) for x in second.lessons] == [(1000, "Income:Salary")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n", "no column for date, label, amount"),
        ("date,category,amount\n", "payee"),
        ("", "date"),
    ],
)
def test_a_file_without_the_columns_is_refused(tmp_path, content, said):
    path = tmp_path / "x.csv"
    path.write_text(content)
    with pytest.raises(Unreadable, match=said):
        read_histories(path)
    with pytest.raises(CommandError, match="cannot be read"):
        run(str(path))


@pytest.mark.parametrize("args", [(), ("/nowhere.csv",)])
def test_what_cannot_be_tried_is_an_error(args):
    with pytest.raises(CommandError):
        run(*args)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1 175.56", -117_556),
        ("470010 -0.80", -80),
        ("Bank -3.00", -300),
        ("Bank", 0),
        ("1,234.5", 123_450),
    ],
)
def test_amounts_with_words_and_blanks(text, expected):
    assert minor(text) == expected


def test_the_figures_are_what_they_say():
    verdicts = [Verdict(i < 9, True, 0.9, known=i) for i in range(10)] + [
        Verdict(False, False, 0.2)
    ]
    result = Result("x", verdicts, seconds=0.011)
    assert result.accuracy == pytest.approx(9 / 11)
    assert result.top_three == pytest.approx(10 / 11)
    assert result.above(0.9) == (pytest.approx(10 / 11), 0.9)
    assert result.ms_per_row == pytest.approx(1)
    assert result.calibration_error() == pytest.approx(0.2 / 11)
    assert [(name, n) for name, n, _ in result.by_known()] == [
        ("0", 2), ("1", 1), ("2", 1), ("3 to 9", 7), ("10 or more", 0),
    ]  # fmt: skip


def test_it_beats_the_majority_on_real_lines():
    path = SHARED / "labelled_descriptions_za" / "data" / "transactions.csv"
    if not path.exists():
        pytest.skip("the labelled lines are not beside this checkout")
    histories = read_histories(path)
    ours, majority = try_ours(histories), try_majority(histories)
    assert ours.accuracy > 0.6 > 0.1 > majority.accuracy
    cover, right = ours.above(0.8)
    assert cover > 0.35
    assert right > 0.9
    one = try_corrections(histories)
    assert one.followed == one.tried > 20
    assert one.moved == 0
