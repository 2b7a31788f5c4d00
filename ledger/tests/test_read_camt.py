"""CAMT.052, .053, .054: every figure of the corpus, all versions, archives."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.statements.camt import read_camt
from ledger.statements.model import Statement, StatementRow, UnreadableFile
from ledger.tests.camt_samples import archive, balance, document, entry, share

CORPUS = Path(__file__).parents[2].parent / "shared" / "data" / "import"
NO_CORPUS = "the shared corpus of bank files is not here"

# Amounts in file order | opening and closing balance. bankstatementparser 0.0.29 has the same rows
# for all but the batch of the 054, camt053 the same sums; both were asked once, outside the tests.
FIGURES = {
    "camt_camt053/gold_master/business_sample_camt.052.001.04.xml": "-200000 30000 | - -",
    "camt_camt053/gold_master/business_sample_camt.053.001.04.xml": (
        "105678.50 -200000 30000 | 500000 435678.50"
    ),
    "camt_camt053/gold_master/business_sample_camt.054.001.04.xml": "105678.50 | - -",
    "camt_camt053/gold_master/statement_ac04.xml": "1500.00 980.50 -42.00 | - 10000.00",
    "camt_viafintech/fixtures/052/valid_example.xml": "2.00 3.00 | 8.50 13.50",
    "camt_viafintech/fixtures/052/valid_example_with_dates.xml": "-5.00 | - -",
    "camt_viafintech/fixtures/053/valid_example.xml": "-2.00 -3.00 1.00 -3.50 -2.50 | 33.06 23.06",
    "camt_viafintech/fixtures/053/valid_example_v4.xml": (
        "-24.00 -328.75 -200.80 -638.15 -24.00 -35.72 100.00 50.00 200.00 50.00 100.00 200.00 "
        "50.00 100.00 50.00 100.00 50.00 20.00 100.00 100.00 30.00 50.00 20.00 250.00 20.00 40.00 "
        "50.00 15.00 9.00 56.56 -6.00 -15.53 | 322152.16 322689.77"
    ),
    "camt_viafintech/fixtures/053/valid_example_v8.xml": "474.4 88.85 -20.97 | 82721.95 84515.25",
    "camt_viafintech/fixtures/053/valid_example_with_batch.xml": (
        "-4753.74 2688.00 5000.00 | 7329.80 23038.20"
    ),
    "camt_viafintech/fixtures/053/valid_example_with_datetime.xml": "195.86 | - 606.80",
    "camt_viafintech/fixtures/053/valid_example_with_debit.xml": (
        "-2.00 -3.00 1.00 -3.50 -2.50 | -33.06 23.06"
    ),
    "camt_viafintech/fixtures/053/valid_example_with_instdamt.xml": "4500.00 | 100 4500.00",
    "camt_viafintech/fixtures/053/valid_example_with_other_id.xml": "| - -",
    "camt_viafintech/fixtures/054/valid_example.xml": "15.00 9.00 56.56 -6.00 -15.53 | - -",
    "bankstatementparser/camt.053.001.02.xml": "105678.50 -200000 30000 | 500000 435678.50",
    "bankstatementparser/golden/camt053_duplicate_same_day.xml": "-4.50 -4.50 | - -",
    "bankstatementparser/golden/camt053_no_namespace.xml": "250.00 | 100.00 350.00",
}
AGREEING = (
    "camt_camt053/gold_master/business_sample_camt.053.001.04.xml",
    "camt_viafintech/fixtures/052/valid_example.xml",
    "camt_viafintech/fixtures/053/valid_example.xml",
    "camt_viafintech/fixtures/053/valid_example_v4.xml",
    "bankstatementparser/golden/camt053_no_namespace.xml",
    "bankstatementparser/golden/camt053_multicurrency.xml",
)
REFUSED = (
    "camt_viafintech/fixtures/052/valid_namespace.xml",
    "camt_viafintech/fixtures/general/invalid_namespace.xml",
    "bankstatementparser/pain.001.001.03.xml",
    "bankstatementparser/invalid.xml",
)


def corpus_file(name: str) -> bytes:
    if not (CORPUS / name).exists():
        pytest.skip(NO_CORPUS)
    return (CORPUS / name).read_bytes()


def statement(*parts: str) -> Statement:
    (found,) = read_camt(document(*parts)).statements
    return found


def row(*parts: str) -> StatementRow:
    (found,) = statement(*parts).rows
    return found


def refusal(data: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read_camt(data)
    return caught.value


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_the_corpus_is_read(name: str) -> None:
    (found,) = read_camt(corpus_file(name)).statements
    amounts, _, balances = FIGURES[name].partition("|")
    assert [str(one.amount) for one in found.rows] == amounts.split()
    ends = (found.opening, found.closing)
    assert [str(one.amount) if one else "-" for one in ends] == balances.split()
    assert not found.bad_rows


@pytest.mark.parametrize("name", AGREEING)
def test_bookings_explain_the_balances_of_whole_files(name: str) -> None:
    for found in read_camt(corpus_file(name)).statements:
        assert found.opening
        assert found.closing
        moved = sum((one.amount for one in found.rows), Decimal(0))
        assert found.opening.amount + moved == found.closing.amount
        assert found.warnings == ()


@pytest.mark.parametrize("name", REFUSED)
def test_other_xml_of_the_corpus_is_refused(name: str) -> None:
    assert refusal(corpus_file(name)).code == "not_camt"


def test_dates_parties_and_references_of_a_german_file() -> None:
    data = corpus_file("camt_viafintech/fixtures/053/valid_example.xml")
    (found,) = read_camt(data).statements
    assert (found.account_id, found.bank_id, found.currency) == (
        "DE14740618130000033626", "GENODEF1PFK", "EUR",
    )  # fmt: skip
    assert {one.posted_on for one in found.rows} == {date(2013, 12, 27)}
    first, *_, fourth, fifth = found.rows
    assert (first.payee, first.external_id) == ("Testkonto Nummer 2", "2013122710583450000")
    assert first.memo == "TEST BERWEISUNG MITTELS BLZUND KONTONUMMER - DTA"
    assert "SEPA Credit Transfer" in first.statement_text
    assert fourth.external_id != fifth.external_id


def test_dates_and_pending_of_the_gold_master() -> None:
    data = corpus_file("camt_camt053/gold_master/business_sample_camt.052.001.04.xml")
    booked, announced = read_camt(data).rows
    assert (booked.pending, announced.pending) == (False, True)
    assert booked.posted_on == announced.posted_on == date(2010, 10, 18)
    assert booked.occurred_at
    assert booked.occurred_at.isoformat() == "2010-10-18T10:15:00+01:00"
    assert (announced.amount, announced.currency) == (30000, "SEK")  # not the 3255 EUR within


def test_a_garbled_amount_is_shown_with_its_line() -> None:
    data = corpus_file("bankstatementparser/golden/camt053_garbled_amount.xml")
    parsed = read_camt(data)
    (bad,) = parsed.bad_rows
    assert (bad.code, bad.line, parsed.rows) == ("unreadable_amount", 16, ())


@pytest.mark.parametrize(
    "version", [f"{kind}.001.{n:02}" for kind in ("052", "053", "054") for n in range(1, 14)]
)
def test_every_version_is_read(version: str) -> None:
    (found,) = read_camt(document(entry(), version=version)).rows
    assert (found.amount, found.currency, found.posted_on) == (
        Decimal("-4.50"), "EUR", date(2026, 4, 7),
    )  # fmt: skip


def test_version_1_names_its_message_by_number() -> None:
    data = document(entry()).replace(b"BkToCstmrStmt", b"BkToCstmrStmtV01")
    assert len(read_camt(data).rows) == 1


def test_a_namespace_prefix_changes_nothing() -> None:
    data = document(entry(), prefix="ns2")
    assert b"<ns2:Ntry>" in data
    assert [one.amount for one in read_camt(data).rows] == [Decimal("-4.50")]


def test_the_side_gives_the_sign_and_a_reversal_does_not_turn_it() -> None:
    reversed_ = "<RvslInd>true</RvslInd>"
    found = statement(
        balance("OPBD", "100"),
        balance("CLBD", "101"),
        entry("2", "CRDT"), entry("1", "DBIT"),
        entry("2", "CRDT", more=reversed_), entry("2", "DBIT", more=reversed_),
    )  # fmt: skip
    assert [one.amount for one in found.rows] == [2, -1, 2, -2]
    assert found.warnings == ()


def test_a_reversal_is_another_booking_than_the_one_it_reverses() -> None:
    back = entry("1", "CRDT", more="<RvslInd>true</RvslInd>", reference="REF1")
    assert [one.external_id for one in statement(entry("1", reference="REF1"), back).rows] == [
        "REF1", "REF1/reversal",
    ]  # fmt: skip


PARTIES = (
    "<TxDtls><RltdPties><Dbtr><Nm>Debtor</Nm></Dbtr><Cdtr><Nm>Creditor</Nm></Cdtr></RltdPties>"
    "<RmtInf><Ustrd>one </Ustrd><Ustrd>two</Ustrd></RmtInf></TxDtls>"
)
WRAPPED = PARTIES.replace("<Nm>", "<Pty><Nm>").replace("</Nm>", "</Nm></Pty>")  # from version 8 on


@pytest.mark.parametrize(
    ("side", "more", "details", "payee"),
    [
        ("DBIT", "", PARTIES, "Creditor"),
        ("CRDT", "", PARTIES, "Debtor"),
        ("DBIT", "<RvslInd>true</RvslInd>", PARTIES, "Debtor"),
        ("CRDT", "<RvslInd>1</RvslInd>", PARTIES, "Creditor"),
        ("DBIT", "", WRAPPED, "Creditor"),
        ("DBIT", "", PARTIES.replace("Cdtr>", "UltmtCdtr>"), "Creditor"),
        ("DBIT", "", PARTIES.replace("Cdtr>", "InitgPty>"), "Debtor"),  # one side only, not ours
        ("DBIT", "", PARTIES.replace("Cdtr>", "InitgPty>").replace("Debtor", "Alice"), ""),
        ("DBIT", "", "", ""),
    ],
)  # fmt: skip
def test_the_payee_is_the_other_side(side: str, more: str, details: str, payee: str) -> None:
    assert row(entry("1", side, more=more, details=details)).payee == payee


@pytest.mark.parametrize(
    ("details", "memo"),
    [
        (PARTIES, "one two"),
        (
            "<TxDtls><RmtInf><Strd><CdtrRefInf><Ref>RF38</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>",
            "RF38",
        ),
        ("<TxDtls><AddtlTxInf>Card</AddtlTxInf></TxDtls>", "Card"),
        ("", ""),
    ],
)
def test_the_purpose_is_read_where_it_stands(details: str, memo: str) -> None:
    assert row(entry(details=details)).memo == memo


@pytest.mark.parametrize("path", ["", "TxAmt", "InstdAmt"])
def test_a_batch_becomes_its_payments_where_they_sum(path: str) -> None:
    details = share("1.50", "A", path=path) + share("2.50", "B", path=path)
    found = statement(entry("4", details=details, reference="BATCH1"))
    assert [(one.amount, one.payee, one.external_id) for one in found.rows] == [
        (Decimal("-1.50"), "A", "BATCH1/A"),
        (Decimal("-2.50"), "B", "BATCH1/B"),
    ]


@pytest.mark.parametrize(
    "details",
    [
        share("1", "A") + share("2", "B"),  # charges in between
        share("1", "A", "USD") + share("3", "B", "USD"),
        share("1", "A") + "<TxDtls/>",
        "<Btch><NbOfTxs>20</NbOfTxs></Btch>",
    ],
)
def test_a_batch_stays_one_row_where_they_do_not(details: str) -> None:
    found = row(entry("4", details=details, reference="BATCH1"))
    assert (found.amount, found.external_id) == (-4, "BATCH1")


def test_a_batch_of_both_sides_is_split_by_sign() -> None:
    back = share("1", "B").replace("<Amt ", "<CdtDbtInd>CRDT</CdtDbtInd><Amt ")
    assert [one.amount for one in statement(entry("4", details=share("5", "A") + back)).rows] == [
        -5, 1,
    ]  # fmt: skip


def test_payments_of_a_batch_without_own_names_are_numbered() -> None:
    details = share("1", "NOTPROVIDED") + share("3", "NOTPROVIDED")
    found = statement(entry("4", details=details, reference="BATCH1"))
    assert [one.external_id for one in found.rows] == ["BATCH1/1", "BATCH1/2"]


def test_references_that_name_no_booking_are_left_out() -> None:
    end_to_end = "<TxDtls><Refs><EndToEndId>RENT</EndToEndId></Refs></TxDtls>"
    assert row(entry(details=end_to_end)).external_id == ""  # the payer's, and the same each month
    assert row(entry(reference="NOTPROVIDED")).external_id == ""
    assert row(entry(more="<NtryRef>1</NtryRef>")).external_id == ""  # counts in the statement
    assert row(entry(more="<NtryRef>CH7000333233232417016</NtryRef>")).external_id == ""  # an IBAN
    long = "032019164412145727005003002"
    assert row(entry(more=f"<NtryRef>{long}</NtryRef>")).external_id == long
    twice = statement(entry("1", reference="REF1"), entry("2", reference="REF1"))
    assert [one.external_id for one in twice.rows] == ["", ""]


def test_a_booking_told_by_two_files_of_an_archive_keeps_its_reference() -> None:
    intraday = document(entry(reference="REF1"), version="052.001.08")
    parsed = read_camt(archive(("a.xml", intraday), ("b.XML", document(entry(reference="REF1")))))
    assert [one.external_id for one in parsed.rows] == ["REF1", "REF1"]


@pytest.mark.parametrize(
    "status", ["PDNG", "<Cd>PDNG</Cd>", "<Cd>FUTR</Cd>", "<Prtry>PDNG</Prtry>"]
)
def test_what_is_not_booked_is_pending_and_in_no_balance(status: str) -> None:
    found = statement(
        balance("OPBD", "10"), balance("CLBD", "9"), entry("1"), entry("5", status=status)
    )
    assert [one.pending for one in found.rows] == [False, True]
    assert found.warnings == ()


def test_entries_for_information_are_counted_not_booked() -> None:
    found = statement(entry(status="INFO"))
    assert found.rows == ()
    assert "1 entries are for information only" in found.warnings[0]


def test_the_booking_date_goes_before_the_value_date() -> None:
    both = "<BookgDt><Dt>2026-04-07</Dt></BookgDt><ValDt><Dt>2026-04-09</Dt></ValDt>"
    assert row(entry(on=both)).posted_on == date(2026, 4, 7)
    assert row(entry(on="<ValDt><Dt>2026-04-09+02:00</Dt></ValDt>")).posted_on == date(2026, 4, 9)
    moment = row(entry(on="<BookgDt><DtTm>2026-04-07T23:30:00.123Z</DtTm></BookgDt>"))
    assert moment.posted_on == date(2026, 4, 7)
    assert moment.occurred_at == datetime(2026, 4, 7, 23, 30, tzinfo=UTC)


def test_an_entry_without_a_date_takes_its_statements_and_says_so() -> None:
    found = statement("<CreDtTm>2026-05-01T08:00:00</CreDtTm>", entry(on=""))
    assert found.rows[0].posted_on == date(2026, 5, 1)
    assert "no date" in found.warnings[0]
    assert statement(entry(on="")).bad_rows[0].code == "missing_date"


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (entry("12..34"), "unreadable_amount"),
        (entry("1,234"), "unreadable_amount"),
        (entry("-5"), "unreadable_amount"),
        (entry("1e5"), "unreadable_amount"),
        (entry("NaN"), "unreadable_amount"),
        (entry("1" * 19), "unreadable_amount"),
        (entry(""), "missing_amount"),
        (entry(side=""), "missing_sign"),
        (entry(on="<BookgDt><Dt>2026-02-30</Dt></BookgDt>"), "unreadable_date"),
    ],
)
def test_a_bad_entry_is_shown_and_the_rest_is_kept(part: str, code: str) -> None:
    found = statement(part, entry("1"))
    assert [(bad.code, bad.line) for bad in found.bad_rows] == [(code, 2)]
    assert [one.amount for one in found.rows] == [-1]


def test_a_difference_to_the_closing_balance_is_named() -> None:
    found = statement(balance("PRCD", "10"), balance("CLBD", "3", "DBIT"), entry("1"))
    assert (found.opening.amount, found.closing.amount) == (10, -3)
    assert "difference -12 EUR" in found.warnings[0]


def test_another_currency_leaves_the_balances_unchecked_and_says_so() -> None:
    dollars = entry("1").replace("EUR", "USD")
    found = statement(balance("OPBD", "10"), balance("CLBD", "3"), dollars)
    assert (found.rows[0].currency, found.currency) == ("USD", "EUR")
    assert "another currency" in found.warnings[0]


def test_missing_entries_are_counted() -> None:
    summary = "<TxsSummry><TtlNtries><NbOfNtries>35</NbOfNtries></TtlNtries></TxsSummry>"
    assert statement(summary, entry()).warnings == ("The file counts 35 entries, but holds 1.",)


@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1", "windows-1252", "utf-16", "idna"])
def test_text_is_right_whatever_the_declaration_says(declared: str) -> None:
    text = document(entry(details=PARTIES.replace("Creditor", "Café Größe"))).decode()
    text = text.replace('encoding="UTF-8"', f'encoding="{declared}"')
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        assert read_camt(text.encode(encoding)).rows[0].payee == "Café Größe"
    assert read_camt(b"\n " + text.encode()).rows[0].line == 3


def test_an_archive_is_read_in_full() -> None:
    parsed = read_camt(
        archive(
            ("a.xml", document(entry("1"))), ("b.xml", document(entry("2"))), ("note.txt", b"x")
        )
    )
    assert [one.amount for one in parsed.rows] == [-1, -2]
    assert len(parsed.statements) == 2
