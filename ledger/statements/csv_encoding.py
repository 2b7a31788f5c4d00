"""Which character set a file is written in that does not say so, or says the default without thought.

Only asked where the bytes are no Unicode. A candidate is judged by its letters: those of one
language, and of one only, must explain nearly all that is not ASCII.
"""

from itertools import pairwise

from ledger.statements.model import UnreadableFile
from ledger.statements.text import decode

SAMPLE_BYTES = 200_000
EXPLAINED_MIN = 0.9  # Below it the letters are noise, and the western default stands.

_WESTERN = (
    "äöüß",
    "éèêëàâçôûùîïœæ",
    "áéíóúñü¿¡ºª",
    "áàâãéêíóôõúç",
    "àèéìòù",
    "åäöæøéü",
    "éëïöüáóè",
)
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")
_CYRILLIC = ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё№іїєґ",)
_LETTERS = (
    ("cp1252", _WESTERN),
    ("cp1250", _CENTRAL),
    ("iso8859-2", _CENTRAL),
    ("cp1251", _CYRILLIC),
    ("koi8-r", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("iso8859-5", _CYRILLIC),
    ("cp1254", ("çğıöşüİi",)),
    ("cp1253", ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώ",)),
    ("cp850", _WESTERN),
    ("cp852", _CENTRAL),
)
_TYPOGRAPHY = frozenset("€£°§§–—’‘“”„…·«»\u00a0´`²³½¤")


# What programs write into the header whatever the text is: no more than a habit.
_HIGH = bytes(range(0x80, 0x100))
_HABITS = frozenset({"", "1252", "cp1252", "windows-1252", "iso-8859-1", "8859-1", "us-ascii"})


HIGH_MIN = 6  # Letters beyond ASCII: fewer prove nothing against what the file says of itself.


def decode_any(data: bytes, declared: str = "") -> tuple[str, str]:
    """As `text.decode`, where a declared charset that is a mere habit gives way to proof."""
    high = len(data[:SAMPLE_BYTES]) - len(data[:SAMPLE_BYTES].translate(None, _HIGH))
    if declared.lower() in _HABITS and high >= HIGH_MIN:
        return decode_table(data)
    return decode(data, declared)


def decode_table(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text of a table and the name of its encoding. Raises UnreadableFile as `text.decode`."""
    try:
        text, encoding = decode(data, declared)
    except UnreadableFile as refusal:
        # Control characters of the western set may be letters of another one.
        guess = _guess(data) if refusal.code == "not_text" and not declared else ""
        if not guess:
            raise
        return decode(data, guess)
    if declared or encoding not in ("cp1252", "latin-1"):
        return text, encoding
    guess = _guess(data)
    return (text, encoding) if guess in ("", encoding) else decode(data, guess)


def _guess(data: bytes) -> str:
    sample = data[:SAMPLE_BYTES]
    return _east_asian(sample) or _one_byte(sample)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _east_asian(sample: bytes) -> str:
    """Chinese, Japanese or Korean, or "". A sample may end inside a character."""
    candidates = {}
    for encoding in ("euc_kr", "euc_jp", "gb18030", "cp932", "big5", "cp949"):
        text = sample.decode(encoding, errors="ignore")
        high = [char for char in text if char > "\x7f"]
        lost = len(sample) - len(text.encode(encoding, errors="ignore"))
        # Their words are runs; a western accent stands alone, whatever it makes with its neighbour.
        runs = sum(a > "\x7f" and b > "\x7f" for a, b in pairwise(text))
        if runs >= 2 and runs * 2 >= len(high) and lost <= 1:
            candidates[encoding] = _script_shares(high)
    for encoding in ("euc_jp", "cp932"):
        kana, _, _, wide = candidates.get(encoding, (0.0, 0.0, 0.0, 0.0))
        # Half-width katakana is what any western high byte becomes in Shift-JIS, so it is not kana.
        if kana > 0.15 and wide > 0.95:
            return encoding
    for encoding in ("euc_kr", "cp949"):
        _, hangul, _, wide = candidates.get(encoding, (0.0, 0.0, 0.0, 0.0))
        if hangul > 0.9 and wide > 0.95:
            return encoding
    for encoding in ("gb18030", "big5", "euc_jp", "cp932"):
        _, _, han, wide = candidates.get(encoding, (0.0, 0.0, 0.0, 0.0))
        if han > 0.7 and wide > 0.97 and (encoding != "gb18030" or _is_mostly_gb2312(sample)):
            return encoding
    return ""


def _script_shares(chars: list[str]) -> tuple[float, float, float, float]:
    """The shares of kana, hangul, ideographs, and of all that East Asian text is made of."""
    kana = sum("\u3041" <= char <= "\u30ff" for char in chars)
    hangul = sum("\uac00" <= char <= "\ud7a3" for char in chars)
    han = sum("\u4e00" <= char <= "\u9fff" for char in chars)
    marks = sum("\u3000" <= char <= "\u303f" or "\uff01" <= char <= "\uff60" for char in chars)
    count = len(chars)
    return kana / count, hangul / count, han / count, (kana + hangul + han + marks) / count


def _is_mostly_gb2312(sample: bytes) -> bool:
    """Whether both bytes of a pair are high: "Rémy" in cp1252 is well-formed GB18030 too."""
    text = sample.decode("gb18030", errors="ignore")
    high = "".join(char for char in text if char > "\x7f")
    return len(high.encode("gb2312", errors="ignore")) >= len(high) * 2 * 0.95


def _one_byte(sample: bytes) -> str:
    best, best_share = "", EXPLAINED_MIN
    for encoding, languages in _LETTERS:
        text = _strict(sample, encoding)
        high = [c for c in text or "" if c > "\x7f" and c not in _TYPOGRAPHY]
        if not high:
            continue
        for letters in languages:
            share = _explained(high, letters)
            # The order of _LETTERS is the order of trust: a later one must explain clearly more.
            if share > best_share + (0.02 if best else 0):
                best, best_share = encoding, share
    return best


def _explained(high: list[str], letters: str) -> float:
    known = frozenset(letters)
    found = sum(char.lower() in known for char in high)
    # Words start in capitals and go on in small letters; a wrong code page turns that around.
    capitals = sum(char.isupper() for char in high)
    turned = 0.2 if capitals > len(high) * 0.6 and len(high) > 20 else 0.0
    return found / len(high) - turned
