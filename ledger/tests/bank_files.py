"""Small bank files that the tests of imports share."""

from collections.abc import Sequence


def table(*rows: str, header: str = "Date,Payee,Amount,Memo") -> bytes:
    return "\n".join([header, *rows, ""]).encode()


MARCH = table(
    "2026-03-02,Employer,3000.00,Salary",
    "2026-03-03,Cafe Roma,-3.20,Coffee",
    "2026-03-03,Cafe Roma,-3.20,Coffee",
    "2026-03-09,Rent Office,-900.00,March",
)


def ofx(
    *rows: tuple[str, str, str, str],
    number: str = "12345678",
    closing: tuple[str, str] | None = None,
) -> bytes:
    """OFX of rows (day as 20260302, amount, id, name)."""
    booked = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day}<TRNAMT>{amount}<FITID>{fitid}<NAME>{name}</STMTTRN>\n"
        for day, amount, fitid, name in rows
    )
    balance = (
        f"<LEDGERBAL><BALAMT>{closing[1]}<DTASOF>{closing[0]}</LEDGERBAL>\n" if closing else ""
    )
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
        "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
        "<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>EUR\n"
        f"<BANKACCTFROM><BANKID>100<ACCTID>{number}<ACCTTYPE>SAVINGS</BANKACCTFROM>\n"
        f"<BANKTRANLIST><DTSTART>20260301<DTEND>20260331\n{booked}</BANKTRANLIST>\n{balance}"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


QIF_TWO_ACCOUNTS = b"""!Account
NChecking
TBank
^
!Type:Bank
D03/02/2026
T-500.00
PTo savings
L[Savings]
^
D03/05/2026
T-60.00
PMarket
SFood
$-40.00
SHousehold
EBroom
$-20.00
^
D03/06/2026
T-75.00
PCard payment
L[Visa]
^
!Account
NSavings
TBank
^
!Type:Bank
D03/02/2026
T500.00
PFrom checking
L[Checking]
^
"""


def rows(report: dict[str, object]) -> Sequence[str]:
    """The decisions of a preview, in file order."""
    return [row["decision"] for row in report["preview"]]  # type: ignore[union-attr, index]
