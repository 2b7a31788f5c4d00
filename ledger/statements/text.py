"""From bytes to text, from printed figures to Decimals: what the readers of bank files share."""

import codecs
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from itertools import takewhile

from ledger.statements.model import TEXT_MAX, UnreadableFile

AMOUNT_DIGITS_MAX = (
    18  # Past it no household's money is meant, and minor units would leave 64 bits.
)
AMOUNT_TEXT_MAX = 64
CHECK_DIGITS_MAX = 10  # Longer "check numbers" are references that only the bank understands.
CONTROL_SHARE_MAX = (
    0.01  # A stray SUB or ETX occurs in real files; random bytes have ten times that.
)
SAMPLE_BYTES = 4096

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # Before UTF-16: its mark starts with UTF-16's.
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FILES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
# Only real character sets: "idna", "punycode" or "unicode_escape" would run or rewrite the text.
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_MULTIBYTE = frozenset(
    {"utf-8", "shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949"}
    | {"gb2312", "gbk", "gb18030", "big5", "big5hkscs"}
)
_SINGLE_BYTE = frozenset(
    [f"cp{page}" for page in (*range(1250, 1259), 437, 737, 850, 852, 855, 858, 862, 866, 874)]
    + [f"iso8859-{part}" for part in (*range(2, 12), *range(13, 17))]
    + ["koi8-r", "koi8-u", "mac-roman", "tis-620"]
)
_NO_CONTROLS = dict.fromkeys({*range(32), *range(0x7F, 0xA0)} - set(b"\t\n\v\f\r\x1a\x85"))

# Every minus, grouping mark and blank in its plain form, and no dollar sign.
_PLAIN = (
    dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-")
    | dict.fromkeys(map(ord, "'\u2019`\u00b4\t\r\n\u00a0\u2007\u2008\u2009\u202f"), " ")
    | {ord("$"): None}
)
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")  # How Python carries a byte that is no UTF-8.
_FIGURE_ENDS = frozenset("0123456789+-")
_SIGNS = {"+": 1, "-": -1}
_MONEY_WORDS = frozenset({"kr", "zł", "zl", "kč", "kc", "ft", "lei", "fr", "rs", "r", "rm"})
_NOT_MONEY = frozenset({"INF", "NAN"})
_CREDIT_OR_DEBIT = {"CR": 1, "DR": -1, "DB": -1}


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text of a bank file and the name of its encoding, without its byte order mark.

    `declared` is what the file or its owner claims; it counts only where the bytes agree.
    Raises UnreadableFile (`empty_file`, `not_text`, `contains_nul`).
    """
    for magic, kind in _OTHER_FILES:
        if data.startswith(magic):
            raise UnreadableFile("not_text", f"This is {kind}, not a bank file in text form.")
    text, encoding = _decode(data, declared)
    text = text.rstrip("\0")  # Some banks pad their files to whole blocks.
    if not text.strip():
        raise UnreadableFile("empty_file", "The file is empty.")
    if (place := text.find("\0")) >= 0:
        line = text.count("\n", 0, place) + 1
        message = f"The file is damaged: line {line} holds a NUL character. Export it again."
        raise UnreadableFile("contains_nul", message, line=line)
    if _control_share(text) > CONTROL_SHARE_MAX:
        raise UnreadableFile(
            "not_text", "The file holds no readable text: it is binary or damaged."
        )
    return text, encoding


def _decode(data: bytes, declared: str | None) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark) and (text := _try(data[len(mark) :], encoding)) is not None:
            return text, encoding
    for encoding in _candidates(data, declared):
        text = _try(data, encoding)
        # ASCII read as UTF-16 also decodes, into ideographs without a single line end or digit.
        if text is not None and (encoding not in _WIDE or any(c < "\x80" for c in text[:2000])):
            return text, encoding
    return _rescue(data)


def _candidates(data: bytes, declared: str | None) -> list[str]:
    name = _canonical(declared)
    found = [_wide_without_mark(data)]
    if name in _WIDE or name in _MULTIBYTE:
        found.append(name)
    # Banks declare 1252 and write UTF-8; the reverse, single-byte text that happens to be
    # well-formed UTF-8, is practically unknown. So UTF-8 goes before a declared single byte.
    found += ["utf-8", name if name in _SINGLE_BYTE else ""]
    return [encoding for encoding in found if encoding]


def _canonical(declared: str | None) -> str:
    """Python's own name of a declared charset, or "" for one we do not know."""
    name = (declared or "")[:40].strip().strip("\"'").lower()
    if name.isdigit() or name.startswith("8859"):
        name = f"iso-{name}" if name.startswith("8859") else f"cp{name}"
    try:
        return codecs.lookup(name).name if name.isascii() and name.isprintable() else ""
    except LookupError:
        return ""


def _wide_without_mark(data: bytes) -> str:
    """UTF-16 by its zero bytes: mostly western text has one in every pair, on one side."""
    sample = data[:SAMPLE_BYTES]
    pairs = len(sample) // 2
    high, low = sample[0::2].count(0), sample[1::2].count(0)
    if pairs and low > pairs * 0.4 and high < pairs * 0.05:
        return "utf-16-le"
    if pairs and high > pairs * 0.4 and low < pairs * 0.05:
        return "utf-16-be"
    return ""


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _rescue(data: bytes) -> tuple[str, str]:
    """Neither UTF-8 nor as declared: Windows' western set, or UTF-8 with a few bad bytes."""
    ignoring = data.decode("utf-8", errors="ignore")
    good = len(ignoring) - len(ignoring.encode("ascii", errors="ignore"))
    bad = len(data) - len(ignoring.encode("utf-8"))
    if good > bad:
        return _patched(data), "utf-8 with cp1252"
    for encoding in ("cp1252", "latin-1"):
        if (text := _try(data, encoding)) is not None:
            return text, encoding
    raise AssertionError("latin-1 decodes every byte")


def _patched(data: bytes) -> str:
    """UTF-8 whose bad bytes are read as cp1252, one by one, so that no good character is lost."""
    marked = data.decode("utf-8", errors="surrogateescape")
    return _ESCAPED_BYTE.sub(_as_cp1252, marked)


def _as_cp1252(escaped: re.Match[str]) -> str:
    return bytes([ord(escaped[0]) - 0xDC00]).decode("cp1252", errors="replace")


def _control_share(text: str) -> float:
    return 1 - len(text.translate(_NO_CONTROLS)) / len(text)


def one_line(text: str) -> str:
    """Printable text on one line: white space runs become one space, cut to TEXT_MAX."""
    words = " ".join(text.split())
    if not words.isprintable():
        words = "".join(c for c in words if c.isprintable() or unicodedata.category(c) == "Zs")
    return words[:TEXT_MAX].rstrip()


def parse_amount(text: str, decimal_mark: str | None = None) -> Decimal:
    """The signed amount that `text` prints, exact. ValueError where it is none or could be two.

    Knows thousands marks, currency signs, parentheses and a minus on either side. Without
    `decimal_mark` ("." or ","), "1,234" and "1.234" are refused: both readings are plausible,
    and a wrong plausible amount is never noticed. `decimal_mark_of` proves it over a column.
    """
    if len(text) > AMOUNT_TEXT_MAX:
        raise ValueError("This amount is too long.")
    figure, sign = _unsigned(text)
    mark = decimal_mark or _mark_of(figure)
    if not mark:
        raise ValueError(f"“{figure}” can mean two amounts: which mark is the decimal one?")
    whole, fraction = _parts(figure, mark)
    if len((whole + fraction).lstrip("0")) > AMOUNT_DIGITS_MAX:
        raise ValueError(f"“{figure}” has more than {AMOUNT_DIGITS_MAX} digits.")
    amount = Decimal(f"{whole or 0}.{fraction}" if fraction else whole)
    return -amount if sign < 0 and amount else amount


def decimal_mark_of(texts: Iterable[str]) -> str | None:
    """The one decimal mark that a column's amounts prove; None where none does or two differ."""
    marks = set()
    for text in texts:
        if len(text) <= AMOUNT_TEXT_MAX and ("." in text or "," in text):
            try:
                figure, _ = _unsigned(text)
                mark = _mark_of(figure)
                _parts(figure, mark or ".")
            except ValueError:
                continue
            marks.add(mark)
    marks.discard("")
    return marks.pop() if len(marks) == 1 else None


def _unsigned(text: str) -> tuple[str, int]:
    """The bare figure and its sign. Grouping marks other than point and comma become blanks."""
    plain = text.translate(_PLAIN)
    if not plain.isascii():
        plain = "".join(char for char in plain if unicodedata.category(char) != "Sc")
    figure, sign = _without_word(plain.strip())
    if figure[:1] == "(" and figure[-1:] == ")":
        figure, sign = figure[1:-1], -sign
    elif figure[:1] in ("+", "-"):
        figure, sign = figure[1:], sign * _SIGNS[figure[0]]
    elif figure[-1:] in ("+", "-"):
        figure, sign = figure[:-1], sign * _SIGNS[figure[-1]]
    figure, word_sign = _without_word(figure.strip())
    if not any(char in "0123456789" for char in figure):
        raise ValueError(f"“{text.strip()[:AMOUNT_TEXT_MAX]}” is not an amount.")
    return figure, sign * word_sign


def _without_word(figure: str) -> tuple[str, int]:
    """Without a currency or CR/DR before or after the figure; and the sign that CR/DR gives."""
    if figure[:1] in _FIGURE_ENDS and figure[-1:] in _FIGURE_ENDS:
        return figure, 1
    before = "".join(takewhile(str.isalpha, figure))
    bare = figure.rstrip(".")
    after = "".join(takewhile(str.isalpha, reversed(bare)))[::-1]
    for word, rest in (
        (before, figure[len(before) :].removeprefix(".").strip()),
        (after, bare[: len(bare) - len(after)].strip()),
    ):
        if word.upper() in _CREDIT_OR_DEBIT:
            return rest, _CREDIT_OR_DEBIT[word.upper()]
        is_code = len(word) == 3 and word.isascii() and word.isupper() and word not in _NOT_MONEY
        if is_code or word.lower() in _MONEY_WORDS:
            return rest, 1
    return figure, 1


def _mark_of(figure: str) -> str:
    """The decimal mark of one figure: "." or ",", or "" where both readings are plausible."""
    points, commas = figure.count("."), figure.count(",")
    if points and commas:
        return max(".", ",", key=figure.rfind)
    if not points and not commas:
        return "."
    mark, other = (".", ",") if points else (",", ".")
    if points + commas > 1:
        return other
    whole, _, fraction = figure.partition(mark)
    looks_grouped = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"
    return "" if looks_grouped else mark


def _parts(figure: str, mark: str) -> tuple[str, str]:
    """The digits before and after the decimal mark. Thousands must stand where thousands stand."""
    whole, _, fraction = figure.partition(mark)
    groupings = [char for char in ",. " if char != mark and char in whole]
    groups = whole.split(groupings[0]) if groupings else [whole]
    sizes = [len(group) for group in groups]
    well_grouped = len(groups) == 1 or (
        1 <= sizes[0] <= 3
        and sizes[-1] == 3
        and set(sizes[1:-1]) in (set(), {3}, {2})  # {2}: Indian lakhs, 1,00,000
    )
    digits = "".join(groups) + fraction
    if not (well_grouped and digits.isascii() and digits.isdigit()):
        raise ValueError(f"“{figure}” is not an amount.")
    return "".join(groups), fraction


def printed(payee: str, memo: str) -> str:
    """A statement text for files that have none: banks often start the memo with the payee."""
    return memo if not payee or memo.startswith(payee) else one_line(f"{payee} {memo}")


def with_check_number(memo: str, payee: str, number: str) -> str:
    """The memo with a check's number, where that is one and nothing else says it already."""
    digits = number.strip().lstrip("0")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= CHECK_DIGITS_MAX
    if not is_number or digits in f"{payee} {memo}":
        return memo
    return one_line(f"{memo} No. {digits}")
