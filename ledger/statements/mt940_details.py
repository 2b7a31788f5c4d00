"""Who and what for: the dialects in which banks fill :86: (and :61:'s details, and :NS:).

Figures never come from here. A dialect that is not recognised stays free text in full.
"""

import re
from dataclasses import dataclass

from ledger.statements.mt940_line import Line
from ledger.statements.text import one_line

DETAILS_MAX = 20_000  # Characters of one booking's text that are looked at; SWIFT allows 390.
LINE_WIDTH = 65  # A line of full width was cut by the layout, a shorter one by its writer.
SLASHED_WIDTH = 64  # Rabobank cuts its one long line a column early.
PIECE_WIDTH = 27  # The same for ?20…?29 and ?32, ?33.
PIECE_WIDTH_MIN = 20

_STRUCTURED = re.compile(r"\s*([0-9]{3})?([?>^~<|])(?=[0-9]{2})")
_SEPA_TAG = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|BREF|RREF|RETO|SQTP|PURP)\+"
)
_SLASHED = re.compile(
    r"/(TRTP|TRCD|TYPE|EREF|KREF|PREF|NRTX|MARF|CSID|IBAN|BIC|NAME|REMI|ORDP|BENM|CNTP|ULTD|ULTC|ULTB"
    r"|ISDT|RTRN|PURP|PURC|ADDR|ACCW|SVCL|EXCH|CHGS|CHRG|OCMT|IACC|PT|PY|FT)/"
)
_SLASHED_SPEAKS = frozenset({"NAME", "REMI", "CNTP", "PY"})
_PURPOSE_FIELDS = frozenset({*map(str, range(20, 30)), *map(str, range(60, 64))})
_POLISH_NAME, _POLISH_PURPOSE = ("OD:", "DLA:"), "TYT.:"


@dataclass(frozen=True, slots=True)
class Details:
    payee: str = ""
    memo: str = ""
    text: str = ""  # everything the bank printed, readable, without its field codes


def details_of(line: Line, info: list[str], non_swift: list[str]) -> Details:
    """Payee, purpose and text of one booking, each one line and cut to TEXT_MAX."""
    info = _cut(info)
    found = (
        _non_swift(_cut(non_swift))
        or _structured("".join(info))
        or _slashed(_flowing(info, SLASHED_WIDTH))
        or _polish(" ".join(info))
        or _dutch(line, info)
        or _free(line, info)
    )
    payee = one_line(found.payee)
    return Details(payee, one_line(found.memo), one_line(found.text))


def _cut(lines: list[str]) -> list[str]:
    kept, room = [], DETAILS_MAX
    for text in lines:
        if room <= 0:
            break
        kept.append(text[:room])
        room -= len(text) + 1
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _flowing(lines: list[str], width: int = LINE_WIDTH) -> str:
    """One text: full lines continue without a blank, so that a cut word heals."""
    return "".join(text if len(text) >= width else text + " " for text in lines)


def _joined_pieces(pieces: list[str]) -> str:
    widest = max(map(len, pieces), default=0)
    full = min(widest, PIECE_WIDTH) if widest >= PIECE_WIDTH_MIN else PIECE_WIDTH
    return "".join(piece if len(piece) >= full else piece + " " for piece in pieces).strip()


def _structured(text: str) -> Details | None:
    """German banks, and others after them: ?00 posting text, ?20 purpose, ?32 name."""
    match = _STRUCTURED.match(text)
    if match is None:
        return None
    parts = re.split(re.escape(match[2]) + "(?=[0-9]{2})", text[match.end() - 1 :])
    pieces = [(part[:2], part[2:]) for part in parts if part]
    purpose = _joined_pieces([value for code, value in pieces if code in _PURPOSE_FIELDS])
    name = _joined_pieces([value for code, value in pieces if code in ("32", "33")])
    posting = " ".join(value for code, value in pieces if code == "00")
    tags = _sepa_tags(purpose)
    payee = name or tags.get("ABWA") or tags.get("ABWE") or ""
    memo = tags.get("SVWZ") or tags.get("") or purpose or posting
    return Details(payee, memo, f"{posting} {name} {purpose}")


def _sepa_tags(purpose: str) -> dict[str, str]:
    """EREF+…SVWZ+… by tag; "" holds what stands before the first. A repeated tag continues."""
    before, *rest = _SEPA_TAG.split(purpose)
    found = {"": before.strip()}
    for tag, value in zip(rest[::2], rest[1::2], strict=True):
        found[tag] = f"{found.get(tag, '')} {value}".strip()
    return found


def _slashed(text: str) -> Details | None:
    """Dutch and corporate banks: /EREF/…/NAME/…/REMI/…."""
    before, *rest = _SLASHED.split(text)
    found: dict[str, str] = {}
    for tag, value in zip(rest[::2], rest[1::2], strict=True):
        found.setdefault(tag, value.strip(" /"))
    if not _SLASHED_SPEAKS & found.keys():
        return None
    payee = found.get("NAME", "")
    if not payee and "CNTP" in found:  # account/BIC/name/town
        payee = "".join(found["CNTP"].split("/")[2:3])
    memo = found.get("REMI") or found.get("PY") or before.strip()
    for prefix in ("USTD//", "USTD/", "STRD/CUR/", "STRD/"):
        memo = memo.removeprefix(prefix)
    return Details(payee, memo, text)


def _polish(text: str) -> Details | None:
    """mBank: "…; OD: name address; TYT.: purpose; TNR: number"."""
    parts = [part.strip() for part in text.split(";")]
    memo = next((part[5:] for part in parts if part.startswith(_POLISH_PURPOSE)), "")
    name = next((part for part in parts if part.startswith(_POLISH_NAME)), "")
    if not memo and not name:
        return None
    name = name.partition(":")[2]
    payee = re.split(r" UL\.| {2}", name.strip(), maxsplit=1)[0]
    return Details(payee, memo or text, text)


def _dutch(line: Line, info: list[str]) -> Details | None:
    """Rabobank's name behind the reference, SNS's and ASN's in :61:, Knab's "REK: …/NAAM: …"."""
    text = _flowing(info)
    if line.name:
        return Details(line.name, text, f"{line.name} {text}")
    heading = one_line(f"{line.reference} {' '.join(line.details)}")
    if info and line.details and one_line(info[0]) == heading:
        return Details(" ".join(line.details), _flowing(info[1:]), text)
    last = one_line(info[-1]) if info else ""
    if last.startswith("REK:") and "/NAAM:" in last:
        return Details(last.partition("/NAAM:")[2], _flowing(info[:-1]), text)
    return None


def _non_swift(lines: list[str]) -> Details | None:
    """The non-SWIFT :NS: of a booking: each line opens with a two-digit field number."""
    pieces = [(text[:2], text[2:]) for text in lines if text[:2].isdigit()]
    if not pieces:
        return None
    name = " ".join(value.strip() for code, value in pieces if code in ("15", "16"))
    memo = " ".join(value for code, value in pieces if "01" <= code <= "14")
    posting = " ".join(value for code, value in pieces if code == "17")
    return Details(name, memo or posting, f"{posting} {name} {memo}")


def _free(line: Line, info: list[str]) -> Details:
    details, text = " ".join(line.details).strip(), _flowing(info).strip()
    reference = "" if line.reference.upper() == "NONREF" else line.reference
    return Details("", text or details or reference, f"{details} {text}".strip() or reference)
