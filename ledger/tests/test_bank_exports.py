"""Exports in the manner of a hundred banks, each a file of its own, with the rows it must give."""

import csv
from pathlib import Path

import pytest

from ledger.statements.csv_encoding import decode_table
from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file

FOLDER = Path(__file__).with_name("bank_exports")
EXPECTED = list(csv.DictReader((FOLDER / "expected.csv").read_text("utf-8").splitlines()))

TEXTS = {
    "cp1251": "Дата;Описание;Сумма\n30.01.2024;Пятёрочка;-12,34\n",
    "koi8-r": "Дата;Описание;Сумма\n30.01.2024;Магазин продуктов;-12,34\n",
    "cp866": "Дата;Описание;Сумма\n30.01.2024;Магазин продуктов;-12,34\n",
    "cp1253": "Ημερομηνία;Περιγραφή;Ποσό\n30/01/2024;ΣΚΛΑΒΕΝΙΤΗΣ;-12,34\n",
    "cp1255": "תאריך,תיאור,סכום\n30/01/2024,סופר,-12.34\n",
    "cp1256": "التاريخ,الوصف,المبلغ\n30/01/2024,سوبرماركت,-12.34\n",
    "cp874": "วันที่,รายการ,จำนวนเงิน\n30/01/2024,เซเว่น,-12.34\n",
    "cp1254": "Tarih;Açıklama;İşlem Tutarı\n30.01.2024;MAAŞ ÖDEMESİ;1.000,00\n",
    "cp1257": "Data;Aprašymas;Suma\n2024-01-30;Mokėjimas už prekes;-12,34\n",
    "cp1250": "Data;Opis;Kwota\n2024-01-30;Sklep;-12,34 zł\n2024-01-31;X;5,00 zł\n",
    "cp1252": "Date;Details;Amount\n30/01/2024;Shop;-€12.34\n31/01/2024;Pub;£5.00\n",
    "iso8859-15": "Date;Libellé;Montant €\n30/01/2024;Œuvre café;-12,34\n",
    "cp850": "Datum;Text;Betrag\n30.01.2024;Müller Straße Köln;-12,34\n",
    "mac-roman": "Date;Libellé;Montant\n30/01/2024;Chèque émis à Orléans;-12,34\n",
}


@pytest.mark.parametrize("expected", EXPECTED, ids=[one["file"] for one in EXPECTED])
def test_an_export_gives_its_rows(expected: dict[str, str]) -> None:
    data = (FOLDER / expected["file"]).read_bytes()
    found = read_statement_file(data)
    rows = [
        f"{row.posted_on} {row.amount} {row.payee}".strip() + (" (pending)" if row.pending else "")
        for row in found.rows
    ]
    assert " / ".join(rows) == expected["rows"]
    assert " ".join(f"{bad.line}:{bad.code}" for bad in found.bad_rows) == expected["bad_rows"]
    again = read_statement_file(data, mapping=found.mapping)
    assert (again.rows, again.bad_rows) == (found.rows, found.bad_rows)


def test_every_export_has_its_expected_rows() -> None:
    files = {path.name for path in FOLDER.iterdir()} - {"expected.csv"}
    assert files == {one["file"] for one in EXPECTED}


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_table_is_decoded_as_it_was_written(encoding: str) -> None:
    text = TEXTS[encoding]
    assert decode_table(text.encode(encoding))[0] == text


@pytest.mark.parametrize("kind", ["I101", "O3001200240130"])
def test_another_swift_message_is_refused_by_its_kind(kind: str) -> None:
    message = (
        f"{{1:F01BANKDEFFAXXX0000000000}}{{2:{kind}BANKDEFFXXXXN}}{{4:\n:20:REF\n:30:240130\n-}}"
    )
    with pytest.raises(UnreadableFile) as caught:
        read_statement_file(message.encode())
    assert caught.value.code == "not_mt940"
    assert f"MT{kind[1:4]}" in str(caught.value)


def test_ofc_names_its_account_around_the_statement() -> None:
    data = (
        "<OFC><DTD>2<CPAGE>1252<ACCTSTMT><ACCTFROM><BANKID>001<ACCTID>543219<ACCTTYPE>0</ACCTFROM>"
        "<STMTRS><DTSTART>20240101<DTEND>20240131<LEDGER>500.27<STMTTRN><TRNTYPE>1"
        "<DTPOSTED>20240115<TRNAMT>-10.00<FITID>1<MEMO>Juros</STMTTRN></STMTRS></ACCTSTMT>"
        "<ACCTSTMT><ACCTFROM><ACCTID>77<ACCTTYPE>2</ACCTFROM><STMTRS><STMTTRN><DTPOSTED>20240116"
        "<TRNAMT>5<FITID>2<MEMO>x</STMTTRN></STMTRS></ACCTSTMT></OFC>"
    )
    first, second = read_statement_file(data.encode()).statements
    assert (first.account_id, first.account_type) == ("543219", "checking")
    assert first.closing
    assert f"{first.closing.on} {first.closing.amount}" == "2024-01-31 500.27"
    assert [f"{row.posted_on} {row.amount} {row.memo}" for row in first.rows] == [
        "2024-01-15 -10.00 Juros"
    ]
    assert (second.account_id, second.account_type, len(second.rows)) == ("77", "credit_card", 1)


def test_an_entry_of_camt_without_a_day_has_the_day_of_the_closing_balance() -> None:
    data = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
        "<Acct><Id><IBAN>LT62</IBAN></Id><Ccy>EUR</Ccy></Acct><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd>"
        '</CdOrPrtry></Tp><Amt Ccy="EUR">5</Amt><Dt><Dt>2024-03-07</Dt></Dt></Bal><Ntry>'
        '<Amt Ccy="EUR">0.2</Amt><CdtDbtInd>DBIT</CdtDbtInd></Ntry></Stmt></BkToCstmrStmt></Document>'
    )
    found = read_statement_file(data.encode())
    assert [f"{row.posted_on} {row.amount}" for row in found.rows] == ["2024-03-07 -0.2"]
    assert any("unreadable" in one for one in found.statements[0].warnings)
