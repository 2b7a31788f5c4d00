"""The table reader: layouts guessed and proved, figures exact, hostile files refused."""

import json
from datetime import date, datetime

import pytest

from ledger.statements.csv_file import read_csv
from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.tests.csv_samples import SAMPLES, Row
from ledger.tests.csv_samples_more import MORE_SAMPLES

BANKS = SAMPLES + MORE_SAMPLES


def read(text: str, **mapping: object) -> ParsedFile:
    return read_csv(text.encode(), mapping=mapping or None)


def figures(parsed: ParsedFile) -> list[tuple[str, str]]:
    return [(row.posted_on.isoformat(), str(row.amount)) for row in parsed.rows]


def columns(parsed: ParsedFile) -> dict[str, object]:
    found = parsed.mapping["columns"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("text", "expected"), [pytest.param(t, e, id=n) for n, t, e in BANKS])
def test_an_export_in_the_shape_of_a_real_bank_is_read(text: str, expected: list[Row]) -> None:
    parsed = read(text)
    assert figures(parsed) == [(day, amount) for day, amount, _ in expected]
    for row, (_, _, payee) in zip(parsed.rows, expected, strict=True):
        assert not payee or row.payee == payee


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text, _ in BANKS])
def test_the_mapping_fed_back_reads_the_same(text: str) -> None:
    first = read(text)
    mapping = json.loads(json.dumps(first.mapping))
    again = read_csv(text.encode(), mapping=mapping)
    assert again.rows == first.rows
    assert again.mapping["columns"] == first.mapping["columns"]


# Dates


def test_the_whole_column_decides_the_order_of_day_and_month() -> None:
    parsed = read("Date,Text,Amount\n01/02/2024,a,-1.00\n03/02/2024,b,-2.00\n25/02/2024,c,-3.00\n")
    assert [row.posted_on for row in parsed.rows] == [
        date(2024, 2, 1),
        date(2024, 2, 3),
        date(2024, 2, 25),
    ]
    assert parsed.warnings == ()


def test_month_first_is_proved_by_a_day_past_twelve() -> None:
    parsed = read("Date,Text,Amount\n01/02/2024,a,-1.00\n01/31/2024,b,-2.00\n")
    assert parsed.mapping["date_format"] == "%m/%d/%Y"


def test_the_order_of_the_rows_decides_where_no_date_does() -> None:
    rows = ["01/02/2024", "03/02/2024", "02/03/2024", "01/04/2024"]
    text = "Date,Text,Amount\n" + "".join(f"{day},x,-1.00\n" for day in rows)
    parsed = read(text)
    assert parsed.mapping["date_format"] == "%d/%m/%Y"
    assert parsed.warnings == ()


def test_an_unproved_order_is_said_and_costs_confidence() -> None:
    parsed = read("Date,Text,Amount\n01/02/2024,a,-1.00\n")
    assert "not proved" in parsed.warnings[0]
    assert isinstance(parsed.mapping["confidence"], float)
    assert parsed.mapping["confidence"] < 0.7


def test_points_never_put_the_month_first() -> None:
    parsed = read("Datum;Text;Betrag\n01.02.2024;a;-1,00\n")
    assert parsed.rows[0].posted_on == date(2024, 2, 1)
    assert parsed.warnings == ()


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-05",
        "2024/3/5",
        "20240305",
        "2024.03.05.",
        "2024年3月5日",
        "5 Mar 2024",
        "05-MAR-24",
        "Mar 5, 2024",
        "5 mars 2024",
        "5. März 2024",
        "5 de marzo de 2024",
        "5 мар 2024",
        "5 mrt. 2024",
        "Tue 5 Mar 2024",
        "2024-03-05T10:20:30Z",
        "2024-03-05 10:20:30.123456 +0000",
    ],
)
def test_a_date_is_read_however_it_is_written(cell: str) -> None:
    parsed = read(f'Date;Text;Amount\n"{cell}";a;-1.50\n')
    assert parsed.rows[0].posted_on == date(2024, 3, 5)


def test_the_time_beside_a_date_is_kept() -> None:
    parsed = read("Date,Text,Amount\n2024-03-05 10:20:30,a,-1.50\n")
    assert parsed.rows[0].occurred_at == datetime(2024, 3, 5, 10, 20, 30)


def test_a_pending_row_takes_its_own_day_while_the_bank_has_none() -> None:
    text = (
        "Date,Post Date,Text,Amount,Status\n"
        "2024-03-05,2024-03-06,a,-1.50,Posted\n"
        "2024-03-07,,b,-2.50,Pending\n"
    )
    rows = read(text).rows
    assert [row.posted_on.day for row in rows] == [6, 7]
    assert [row.pending for row in rows] == [False, True]


# Amounts


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,234.56", "-5"], ["1234.56", "-5"]),
        (["1.234,56", "-5,1"], ["1234.56", "-5.1"]),
        (["1 234,56", "-5,10"], ["1234.56", "-5.10"]),
        (["1'234.56", "-5.10"], ["1234.56", "-5.10"]),
        (["1,23,456.78", "-5.10"], ["123456.78", "-5.10"]),
        (["12,345", "-350", "1,500"], ["12345", "-350", "1500"]),
        (["(5.10)", "7.00"], ["-5.10", "7.00"]),
        (["5.10-", "7.00+"], ["-5.10", "7.00"]),
        (["−5.10", "+ £7.00"], ["-5.10", "7.00"]),
        (["€ 1.234,5", "EUR -3"], ["1234.5", "-3"]),
        (["-0,00", "-3,5"], ["0.00", "-3.5"]),
        (["1234.500", "-0.125"], ["1234.500", "-0.125"]),
        (["－５００", "1,000"], ["-500", "1000"]),
        (["٥٫٥٠", "-1.00"], ["5.50", "-1.00"]),
    ],
)
def test_an_amount_is_exact_however_it_is_written(cells: list[str], expected: list[str]) -> None:
    text = "Date;Text;Amount\n" + "".join(f'2024-03-05;x;"{cell}"\n' for cell in cells)
    assert [str(row.amount) for row in read(text).rows] == expected


def test_signed_debits_are_not_turned_again() -> None:
    parsed = read("Date,Payee,Debit,Credit\n2024-01-05,A,-70.55,\n2024-01-10,B,,500.00\n")
    assert [str(row.amount) for row in parsed.rows] == ["-70.55", "500.00"]


def test_a_flag_signs_unsigned_amounts_and_repeats_signed_ones() -> None:
    unsigned = read("Date,Text,Amount,D/C\n2024-01-05,a,5.00,D\n2024-01-06,b,7.00,C\n")
    signed = read("Date,Text,Amount,D/C\n2024-01-05,a,-5.00,D\n2024-01-06,b,7.00,C\n")
    assert figures(unsigned) == figures(signed) == [("2024-01-05", "-5.00"), ("2024-01-06", "7.00")]


def test_a_blank_beside_cr_is_a_debit() -> None:
    parsed = read("Date,Text,Amount,\n2024-01-15,a,5.00,\n2024-01-16,b,7.00,CR\n")
    assert [str(row.amount) for row in parsed.rows] == ["-5.00", "7.00"]


def test_the_balance_proves_that_positive_means_paid() -> None:
    text = (
        "Date,Text,Amount,Balance\n"
        "2024-01-15,a,5.00,95.00\n2024-01-16,b,7.00,88.00\n2024-01-17,c,-2.00,90.00\n"
    )
    parsed = read(text)
    assert [str(row.amount) for row in parsed.rows] == ["-5.00", "-7.00", "2.00"]
    assert parsed.mapping["positive_is"] == "outflow"


def test_the_balance_proves_which_nameless_column_is_the_debit() -> None:
    rows = [
        "2024-01-15,shop one,5.00,,105.00",
        "2024-01-16,shop two,7.00,,112.00",
        "2024-01-17,shop,,2.00,110.00",
    ]
    assert [str(r.amount) for r in read("\n".join(rows)).rows] == ["5.00", "7.00", "-2.00"]


def test_a_gap_in_the_running_balance_names_its_line() -> None:
    lines = ["Date,Text,Amount,Balance"]
    lines += [f"2024-01-{n:02},x,1.00,{n + (n > 15)}.00" for n in range(13, 29)]
    parsed = read("\n".join(lines))
    assert parsed.warnings == ("The running balance disagrees with the amount at line 5.",)
    assert parsed.statements[0].closing is None


def test_opening_and_closing_balance_come_from_a_column_that_holds() -> None:
    newest_first = "Date,Text,Amount,Balance\n2024-01-17,b,-2.00,103.00\n2024-01-16,a,5.00,105.00\n"
    statement = read(newest_first).statements[0]
    assert statement.opening is not None
    assert statement.closing is not None
    assert (str(statement.opening.amount), str(statement.closing.amount)) == ("100.00", "103.00")


def test_currencies_come_from_the_column_the_header_or_the_cell() -> None:
    column = read("Date,Text,Amount,Currency\n2024-01-15,a,1.00,EUR\n2024-01-15,a,-1.00,USD\n")
    header = read("Date,Text,Amount (CHF)\n2024-01-15,a,-1.00\n")
    cell = read("Date,Text,Amount\n2024-01-15,a,15 EUR\n2024-01-16,b,-$20\n")
    assert [[row.currency for row in parsed.rows] for parsed in (column, header, cell)] == [
        ["EUR", "USD"],
        ["CHF"],
        ["EUR", ""],
    ]


# Columns and rows


def test_accounts_are_kept_where_a_file_mixes_them() -> None:
    text = "Date,Payee,Amount,Account\n2024-01-15,a,-1.00,Checking\n2024-01-15,b,2.00,Savings\n"
    assert [row.account for row in read(text).rows] == ["Checking", "Savings"]
    alone = read("Date,Payee,Amount,Account\n2024-01-15,a,-1.00,Checking\n")
    assert (alone.rows[0].account, alone.statements[0].account_id) == ("", "Checking")


def test_ids_are_kept_only_where_they_identify() -> None:
    def ids(*values: str) -> list[str]:
        lines = [f"2024-01-{15 + n},shop {n},-1.00,{v}" for n, v in enumerate(values)]
        return [
            row.external_id for row in read("\n".join(["Date,Payee,Amount,Reference", *lines])).rows
        ]

    assert ids("A17", "A18") == ["A17", "A18"]
    assert ids("A17", "A17") == ["", ""]
    assert ids("1", "2", "3") == ["", "", ""]
    assert ids("rent", "food") == ["", ""]


def test_a_repeated_id_of_an_identical_row_stays_on_both() -> None:
    row = "2024-01-15,shop,-1.00,A17\n"
    parsed = read(f"Date,Payee,Amount,Id\n{row}{row}2024-01-16,bar,-1.00,A18\n")
    assert [row.external_id for row in parsed.rows] == ["A17", "A17", "A18"]


def test_a_bad_row_says_its_line_and_the_others_are_read() -> None:
    text = (
        "Date,Text,Amount\n2024-04-02,a,100.00\n2024-04-03,b,12..34\n2024-13-03,c,-1.00\n"
        "2024-04-05,d,\n,e,4.00\n2024-04-06,f,-5.00\n"
    )
    parsed = read(text)
    assert len(parsed.rows) == 2
    assert [(row.line, row.code) for row in parsed.bad_rows] == [
        (3, "unreadable_amount"),
        (4, "unreadable_date"),
        (5, "missing_amount"),
        (6, "missing_date"),
    ]


def test_what_the_bank_did_not_carry_out_is_no_booking() -> None:
    text = "Date,Text,Amount,State\n2024-01-15,a,-1.00,COMPLETED\n2024-01-15,b,-2.00,REVERTED\n"
    parsed = read(text)
    assert len(parsed.rows) == 1
    assert parsed.bad_rows[0].code == "not_carried_out"


def test_lines_that_continue_a_text_go_to_its_memo() -> None:
    parsed = read("Date,Description,Amount\n15/01/2024,CARD PAYMENT,-1.00\n,at the corner shop,\n")
    assert parsed.rows[0].memo == "at the corner shop"


def test_a_lone_opening_balance_is_a_booking_a_printed_pair_is_not() -> None:
    lone = read("Date,Payee,Amount\n2024-01-01,Opening Balance,100.00\n2024-01-15,TOTAL,-40.00\n")
    pair = read(
        "Date,Payee,Amount\n2024-01-01,Opening balance,100.00\n2024-01-15,shop,-1.00\n"
        "2024-01-31,Closing balance,99.00\n"
    )
    assert (len(lone.rows), len(pair.rows)) == (2, 1)


def test_a_memo_of_several_lines_stays_one_row() -> None:
    parsed = read('Date,Memo,Amount\n2024-01-15,"one\ntwo, three",-1.00\n2024-01-16,x,-2.00\n')
    assert [(row.line, row.payee) for row in parsed.rows] == [(2, "one two, three"), (4, "x")]


def test_a_quote_never_closed_costs_no_other_row() -> None:
    text = 'Date,Text,Amount\n2024-01-15,"oops,-1.00\n2024-01-16,b,-2.00\n2024-01-17,"c",-3.00\n'
    parsed = read(text)
    assert [str(row.amount) for row in parsed.rows] == ["-1.00", "-2.00", "-3.00"]
    assert "Line 2" in parsed.warnings[0]


def test_excel_oddities_are_understood() -> None:
    parsed = read('sep=;\nDate;Text;Amount;Reference\n2024-01-15;a;-1,50;="0017"\n')
    assert (str(parsed.rows[0].amount), parsed.rows[0].external_id) == ("-1.50", "0017")


def test_an_export_without_bookings_is_an_empty_statement() -> None:
    assert read("Date,Description,Amount,Balance\n").rows == ()
    assert read("Date,Description,Amount\nNo transactions in this period\n").rows == ()


@pytest.mark.parametrize(
    ("encoding", "payee"),
    [
        ("utf-8-sig", "Café Zürich"),
        ("utf-16", "Café Zürich"),
        ("utf-16-le", "Café Zürich"),
        ("cp1252", "Café Zürich € 5"),
        ("cp1250", "Žluťoučký kůň úpěl ďábelské ódy"),
        ("iso8859-2", "Zażółć gęślą jaźń, łódź"),
        ("cp1251", "Покупка в магазине Пятёрочка"),
        ("koi8-r", "Покупка в магазине Пятёрочка"),
        ("gb18030", "星巴克咖啡"),
        ("euc_jp", "セブンイレブン"),
        ("cp932", "セブンイレブン東京"),
        ("euc_kr", "이마트 커피"),
        ("big5", "全聯福利中心"),
    ],
)
def test_the_encoding_is_told_from_the_letters(encoding: str, payee: str) -> None:
    text = f'"Date","Payee","Amount"\n"2025.12.04","{payee}","100.25"\n'
    assert read_csv(text.encode(encoding)).rows[0].payee == payee


# Mappings by the owner


def test_the_owner_overrides_the_guess() -> None:
    text = "01/02/2024;shop;1.500;x\n02/02/2024;bar;2.500;y\n"
    parsed = read(
        text,
        header_line=0,
        columns={"posted_on": 1, "amount": 3, "payee": 4, "memo": [2]},
        date_format="%m/%d/%Y",
        decimal_mark=".",
        positive_is="outflow",
    )
    assert figures(parsed) == [("2024-01-02", "-1.500"), ("2024-02-02", "-2.500")]
    assert [(row.payee, row.memo) for row in parsed.rows] == [("x", "shop"), ("y", "bar")]


def test_a_saved_mapping_survives_another_preamble() -> None:
    text = "Date,Text,Amount\n2024-01-15,a,-1.00\n"
    mapping = read(text).mapping
    again = read_csv(f"My bank\nStatement of March\n\n{text}".encode(), mapping=mapping)
    assert figures(again) == [("2024-01-15", "-1.00")]


@pytest.mark.parametrize(
    "mapping",
    [
        {"columns": {"posted_on": "Nowhere", "amount": "Amount"}},
        {"columns": {"posted_on": 9}},
        {"columns": {"colour": "Date"}},
        {"columns": ["Date"]},
        {"columns": {"posted_on": True}},
        {"delimiter": ";;"},
        {"delimiter": 5},
        {"date_format": "%d.%m."},
        {"decimal_mark": "'"},
        {"positive_is": "up"},
        {"header_line": -1},
        {"header_line": 10**9},
        {"encoding": "no-such-charset", "sheet": 7},
    ],
)
def test_a_wrong_mapping_is_refused_in_words(mapping: dict[str, object]) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_csv(b"Date,Text,Amount\n2024-01-15,a,-1.00\n", mapping=mapping)
    assert str(refusal.value).endswith(".")
