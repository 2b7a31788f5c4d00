"""CAMT files built in tests: entries, balances, whole documents of any version, archives."""

import io
import zipfile


def entry(
    amount: str = "4.50",
    side: str = "DBIT",
    *,
    more: str = "",
    details: str = "",
    status: str = "BOOK",
    on: str = "<BookgDt><Dt>2026-04-07</Dt></BookgDt>",
    reference: str = "",
) -> str:
    bank = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{more}'
        f"<Sts>{status}</Sts>{on}{bank}<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def balance(code: str, amount: str, side: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        "<Dt><Dt>2026-04-30</Dt></Dt></Bal>"
    )


def document(*parts: str, version: str = "053.001.02", prefix: str = "") -> bytes:
    container, kind = {
        "052": ("BkToCstmrAcctRpt", "Rpt"),
        "053": ("BkToCstmrStmt", "Stmt"),
        "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    }[version[:3]]
    body = (
        f"<{container}><GrpHdr><MsgId>1</MsgId></GrpHdr><{kind}><Acct><Id><IBAN>DE1</IBAN></Id>"
        f"<Ownr><Nm>Alice</Nm></Ownr></Acct>{''.join(parts)}</{kind}></{container}>"
    )
    space = f'xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}"'
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Document {space}>{body}</Document>'
    if prefix:
        text = (
            text.replace("</", "</\0").replace("<", f"<{prefix}:").replace(f"<{prefix}:/\0", "</\0")
        )
        text = text.replace("</\0", f"</{prefix}:").replace(f"<{prefix}:?", "<?")
        text = text.replace("xmlns=", f"xmlns:{prefix}=")
    return text.encode()


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file:
        for name, data in members:
            file.writestr(name, data)
    return packed.getvalue()


def share(amount: str, name: str, currency: str = "EUR", path: str = "") -> str:
    money = f'<Amt Ccy="{currency}">{amount}</Amt>'
    if path:
        money = f"<AmtDtls><{path}>{money}</{path}></AmtDtls>"
    return (
        f"<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs>{money}"
        f"<RltdPties><Cdtr><Nm>{name}</Nm></Cdtr></RltdPties></TxDtls>"
    )
