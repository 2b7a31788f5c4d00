"""Small files in the manner of many banks and programs: each with the rows that it must give."""

import gzip
import io
import zipfile

OFX_HEAD = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
    "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)
OFX_END = "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
MT940 = ":20:STMT\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C240101EUR100,00\n"
CSV = "Date,Description,Amount\n"


def ofx(row: str, *, head: str = OFX_HEAD, end: str = OFX_END) -> str:
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1"
        f"<ACCTID>99<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>{row}{end}"
    )


def row(
    amount: str = "-10.00", name: str = "Shop", day: str = "<DTPOSTED>20240115", fitid: str = "1"
) -> str:
    return f"<STMTTRN><TRNTYPE>DEBIT{day}<TRNAMT>{amount}<FITID>{fitid}<NAME>{name}</STMTTRN>"


def qif(body: str, head: str = "!Type:Bank\n") -> str:
    return head + body


def camt(version: int, root: str = "BkToCstmrStmt", part: str = "Stmt", kind: str = "053") -> str:
    status = "<Sts><Cd>BOOK</Cd></Sts>" if version >= 8 else "<Sts>BOOK</Sts>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version:02}"><{root}>'
        f"<GrpHdr><MsgId>1</MsgId></GrpHdr><{part}><Id>1</Id><Acct><Id><IBAN>DE89</IBAN></Id>"
        '<Ccy>EUR</Ccy></Acct><Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        f"{status}<BookgDt><Dt>2024-01-15</Dt></BookgDt></Ntry></{part}></{root}></Document>"
    )


def zipped(**members: str | bytes) -> bytes:
    """A ZIP of members; a double underscore in a name is a point."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return held.getvalue()


TWO = "2024-01-15,Shop,-10.00\n2024-01-16,Pay,20.00\n"
SHEET = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table>'
    "<Row><Cell><Data>Date</Data></Cell><Cell><Data>Payee</Data></Cell><Cell ss:Index='4'>"
    "<Data>Amount</Data></Cell></Row><Row><Cell><Data>2024-01-15T00:00:00.000</Data></Cell><Cell>"
    "<Data>Shop</Data></Cell><Cell ss:Index='4'><Data>-10</Data></Cell></Row></Table></Worksheet>"
    "</Workbook>"
)
PAGE = (
    "<html><head><style>td {x: y}</style></head><body><table><tr><td>Login</td></tr></table>"
    "<TABLE border=1><TR><TH>Date<TH>Text<TH>Amount</TR>\n<tr><td>15/01/2024<td>A &amp; B<br>shop"
    "<td align=right>&nbsp;-10,00</tr><tr><td>16/01/2024<td>Pay<td>1.020,00</tr></TABLE></body></html>"
)

# Name: (file, rows as "day amount payee").
DIALECTS: dict[str, tuple[str | bytes, list[str]]] = {
    "ofx, bookings not closed": (
        ofx(row().replace("</STMTTRN>", "") + row("5", "B", fitid="2").replace("</STMTTRN>", "")),
        ["2024-01-15 -10.00 Shop", "2024-01-15 5 B"],
    ),
    "ofx, no end of file": (
        ofx(row(), end="</BANKTRANLIST></STMTRS></STMTTRNRS>"),
        ["2024-01-15 -10.00 Shop"],
    ),
    "ofx, no header": (ofx(row(), head=""), ["2024-01-15 -10.00 Shop"]),
    "ofx, byte order mark and blank lines": (
        "\ufeff\n\n" + ofx(row()), ["2024-01-15 -10.00 Shop"],
    ),
    "ofx, mail header before it": (
        "Content-Type: application/x-ofx\n\n" + ofx(row()), ["2024-01-15 -10.00 Shop"],
    ),
    "ofx, comma and thousands": (ofx(row("-1.234,56")), ["2024-01-15 -1234.56 Shop"]),
    "ofx, currency before the amount": (ofx(row("-R$ 34,56")), ["2024-01-15 -34.56 Shop"]),
    "ofx, minus behind": (ofx(row("10.00-")), ["2024-01-15 -10.00 Shop"]),
    "ofx, time zone": (
        ofx(row(day="<DTPOSTED>20240115235959.123[-5:EST]")), ["2024-01-15 -10.00 Shop"],
    ),
    "ofx, day of ISO": (ofx(row(day="<DTPOSTED>2024-01-15")), ["2024-01-15 -10.00 Shop"]),
    "ofx, only the user's day": (
        ofx(row(day="<DTPOSTED>00000000<DTUSER>20240115")), ["2024-01-15 -10.00 Shop"],
    ),
    "ofx, Russian under a habitual header": (
        ofx(row(name="Магазин Пятёрочка")).encode("cp1251"),
        ["2024-01-15 -10.00 Магазин Пятёрочка"],
    ),
    "ofx, Chinese under a habitual header": (
        ofx(row(name="中国银行超市购物")).encode("gb18030"), ["2024-01-15 -10.00 中国银行超市购物"],
    ),
    "ofx, UTF-8 under a habitual header": (
        ofx(row(name="Café Zürich")), ["2024-01-15 -10.00 Café Zürich"],
    ),
    "ofx, western": (
        ofx(row(name="Café Zürich")).encode("cp1252"), ["2024-01-15 -10.00 Café Zürich"],
    ),
    "mt940, no closing balance": (
        MT940 + ":61:2401150115D10,00NTRFNONREF\n:86:005?20text?32Joe\n", ["2024-01-15 -10.00 Joe"],
    ),
    "mt940, information behind later balances": (
        MT940 + ":61:2401150115D10,00NTRFNONREF\n:86:005?32Joe\n:64:C240115EUR90,00\n:86:?32Other\n",
        ["2024-01-15 -10.00 Joe"],
    ),
    "mt940, year of four digits": (
        MT940 + ":61:202401150115D10,00NTRFNONREF\n:86:005?32Joe\n", ["2024-01-15 -10.00 Joe"],
    ),
    "mt940, grouped by apostrophes": (
        MT940.replace("100,00", "1'000,00") + ":61:2401150115D1'010,00NTRFNONREF\n:86:005?32Joe\n",
        ["2024-01-15 -1010.00 Joe"],
    ),
    "mt940, Dutch words": (
        MT940 + ":61:2401150115D10,00NTRFNONREF\n:86:/TRTP/SEPA/NAME/J. Jansen/REMI/Invoice 12/\n",
        ["2024-01-15 -10.00 J. Jansen"],
    ),
    "mt940, Polish marks": (
        MT940 + ":61:2401150115D10,00NTRFNONREF\n:86:020~00VM~20Przelew~32JAN~33KOWAL\n",
        ["2024-01-15 -10.00 JAN KOWAL"],
    ),
    "qif, all date styles": (
        qif("D1/25'24\nT-1\n^\nD01/26/2024\nT-2\n^\nD1/27/24\nT-3\n^\nD 1/28' 4\nT-4\n^\n"),
        ["2024-01-25 -1", "2024-01-26 -2", "2024-01-27 -3", "2004-01-28 -4"],
    ),
    "qif, ISO days": (qif("D2024-01-25\nT-1\n^\nD20240127\nT1\n^\n"), ["2024-01-25 -1", "2024-01-27 1"]),
    "qif, months by name": (
        qif("D25 Jan 2024\nT-1\n^\nDJan 27, 2024\nT1\n^\n"), ["2024-01-25 -1", "2024-01-27 1"],
    ),
    "qif, neither caret nor line end": (
        qif("D25/01/2024\nT-1.00\nPA\n^\nD26/01/2024\nT-2.00\nPB"),
        ["2024-01-25 -1.00 A", "2024-01-26 -2.00 B"],
    ),
    "qif, ends with an amount": (
        qif("D25/01/2024\nPA\nT-1.00\n^\nD26/01/2024\nPB\nT-2.00"),
        ["2024-01-25 -1.00 A", "2024-01-26 -2.00 B"],
    ),
    "qif, accounts switched": (
        "!Option:AutoSwitch\n!Account\nNA\nTBank\n^\nNB\nTCCard\n^\n!Clear:AutoSwitch\n!Account\nNA\n"
        "TBank\n^\n!Type:Bank \nD1/25'24\nT-1\nPA\n^\n!Type:Cat\nNFood\nE\n^\n",
        ["2024-01-25 -1 A"],
    ),
    "qif, of a broker": (
        "!Account\nNBrok\nTInvst\n^\n!Type:Invst\nD1/25'24\nNDiv\nYIBM\nT10.00\n^\n",
        ["2024-01-25 10.00 IBM"],
    ),
    "qif, Russian": (
        qif("D25/01/2024\nT-1\nPМагазин Пятёрочка\n^\n").encode("cp1251"),
        ["2024-01-25 -1 Магазин Пятёрочка"],
    ),
    "qif, old Macintosh": ("!Type:Bank\rD25/01/2024\rT-1.00\rPA\r^\r", ["2024-01-25 -1.00 A"]),
    "csv, sep line": ("sep=;\r\n" + CSV.replace(",", ";") + "2024-01-15;Shop;-10,00\r\n",
                      ["2024-01-15 -10.00 Shop"]),
    "csv, byte order mark": ("\ufeff" + CSV + TWO, ["2024-01-15 -10.00 Shop", "2024-01-16 20.00 Pay"]),
    "csv, total in the column of dates": (
        CSV + TWO + "Total,,10.00\n", ["2024-01-15 -10.00 Shop", "2024-01-16 20.00 Pay"],
    ),
    "csv, total elsewhere": (
        CSV + TWO + ",Total,10.00\n", ["2024-01-15 -10.00 Shop", "2024-01-16 20.00 Pay"],
    ),
    "csv, narrow blanks": (
        "Date;Libellé;Montant\n15/01/2024;Shop;-1\u202f234,50\n16/01/2024;Pay;2\u00a0000,00\n",
        ["2024-01-15 -1234.50 Shop", "2024-01-16 2000.00 Pay"],
    ),
    "csv, minus behind": (
        "Datum;Text;Betrag\n15.01.2024;Shop;1.234,50-\n16.01.2024;Pay;10,00+\n",
        ["2024-01-15 -1234.50 Shop", "2024-01-16 10.00 Pay"],
    ),
    "csv, CR and DR": (
        CSV + '15/01/2024,Shop,"1,234.50 DR"\n16/01/2024,Pay,20.00 CR\n',
        ["2024-01-15 -1234.50 Shop", "2024-01-16 20.00 Pay"],
    ),
    "csv, only CR": (
        CSV + '15/01/2024,Shop,"1,234.50"\n16/01/2024,Pay,20.00CR\n17/01/2024,Cafe,3.00\n',
        ["2024-01-15 -1234.50 Shop", "2024-01-16 20.00 Pay", "2024-01-17 -3.00 Cafe"],
    ),
    "csv, the minus of Unicode": (
        CSV + "15/01/2024,Shop,\u22121234.50\n16/01/2024,Pay,20.00\n",
        ["2024-01-15 -1234.50 Shop", "2024-01-16 20.00 Pay"],
    ),
    "csv, parentheses": (
        CSV + '15/01/2024,Shop,"(1,234.50)"\n16/01/2024,Pay,20.00\n',
        ["2024-01-15 -1234.50 Shop", "2024-01-16 20.00 Pay"],
    ),
    "csv, Japanese columns and charset": (
        "日付,摘要,お支払金額,お預り金額,残高\n2024/01/15,スーパー,1000,,9000\n2024/01/16,給与,,20000,29000\n"
        .encode("shift_jis"),
        ["2024-01-15 -1000 スーパー", "2024-01-16 20000 給与"],
    ),
    "csv, Chinese": (
        "交易日期,交易摘要,交易金额\n2024-01-15,超市购物,-10.00\n2024-01-16,工资,20.00\n".encode("gb18030"),
        ["2024-01-15 -10.00 超市购物", "2024-01-16 20.00 工资"],
    ),
    "csv, Korean": (
        "거래일,적요,금액\n2024-01-15,마트에서 쇼핑,-1000\n2024-01-16,급여 이체,20000\n".encode("euc_kr"),
        ["2024-01-15 -1000 마트에서 쇼핑", "2024-01-16 20000 급여 이체"],
    ),
    "csv in a zip": (zipped(bank__csv=CSV + TWO), ["2024-01-15 -10.00 Shop", "2024-01-16 20.00 Pay"]),
    "csv in a gzip": (
        gzip.compress((CSV + TWO).encode()), ["2024-01-15 -10.00 Shop", "2024-01-16 20.00 Pay"],
    ),
    "mt940 in a zip": (
        zipped(bank__sta=MT940 + ":61:2401150115D10,00NTRFNONREF\n:86:005?32Joe\n"),
        ["2024-01-15 -10.00 Joe"],
    ),
    "camt, a zip of two": (
        zipped(a__xml=camt(2), b__xml=camt(8)), ["2024-01-15 -10.00", "2024-01-15 -10.00"],
    ),
    "camt.052": (camt(8, "BkToCstmrAcctRpt", "Rpt", "052"), ["2024-01-15 -10.00"]),
    "camt.054": (camt(8, "BkToCstmrDbtCdtNtfctn", "Ntfctn", "054"), ["2024-01-15 -10.00"]),
    **{f"camt.053 version {v}": (camt(v), ["2024-01-15 -10.00"]) for v in (1, 4, 10, 11, 12, 13)},
    "a page saved as xls": (PAGE, ["2024-01-15 -10.00 A & B shop", "2024-01-16 1020.00 Pay"]),
    "a workbook of 2003": (SHEET, ["2024-01-15 -10 Shop"]),
}  # fmt: skip
