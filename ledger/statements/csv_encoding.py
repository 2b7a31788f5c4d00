"""Which character set a file is written in that does not say so, or says the default without thought.

Only asked where the bytes are no Unicode. A candidate is judged by its letters: those of one
language, and of one only, must explain nearly all that is not ASCII.
"""

import re
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
    ("iso8859-15", _WESTERN),
    ("cp1250", _CENTRAL),
    ("iso8859-2", _CENTRAL),
    ("cp1251", _CYRILLIC),
    ("koi8-r", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("iso8859-5", _CYRILLIC),
    ("cp1254", ("çğıöşüİi",)),
    ("cp1253", ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώ",)),
    ("cp1257", ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž")),
    ("cp850", _WESTERN),
    ("cp852", _CENTRAL),
    ("mac-roman", _WESTERN),
)
# Bytes that are marks in the west and letters elsewhere: "£5" is money, and "z³" is Polish.
_MARK_OR_LETTER = re.compile(r"[A-Za-z][£³²½¤´]|[£³²½¤´][A-Za-z]")
# Alphabets without a letter of ASCII, each from its commonest letter to its rarest.
_GREEK = "αοιετσνηυρπκμλςωίόέάγδχήθύφβώξζψϊϋ"
_ARABIC = "اليمونرتبةعدسفهكقحجشأصطخىضذثئزءغظإآؤپچژگ"
_ALPHABETS = (
    ("cp1251", _CYRILLIC[0]),
    ("koi8-r", _CYRILLIC[0]),
    ("cp866", _CYRILLIC[0]),
    ("iso8859-5", _CYRILLIC[0]),
    ("cp1253", _GREEK),
    ("iso8859-7", _GREEK),
    ("cp1255", "יוהלאתרבשמםנקפדןעטגחצכזסץףך"),
    ("cp1256", _ARABIC),
    ("iso8859-6", _ARABIC),
    ("cp874", "านรกเอมงยวลดทสตะปบคหแจพชขใไโผถธณศซฟฉษภญฐ่้ิ์ัีื็ำุู"),
)
_NOT_LATIN = frozenset(encoding for encoding, _ in _ALPHABETS)
_LATIN_WORD = re.compile(r"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
_HIGH_RUN = re.compile(r"[\x80-\xff]+")
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
    east = _east_asian(sample)
    if east and len(sample) < SAMPLE_BYTES and _strict(sample, east) is None:
        east = ""  # Only a sample may end inside a character.
    return east or _other_alphabet(sample) or _one_byte(sample)


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


def _other_alphabet(sample: bytes) -> str:
    """The code page of an alphabet whose words hold no letter of ASCII, or "".

    All of them put letters where the others do, so the commonest letters decide.
    """
    text = sample.decode("latin-1")
    runs = sum(len(run) > 1 for run in _HIGH_RUN.findall(text))
    if not runs or len(_LATIN_WORD.findall(text)) * 4 > runs:
        return ""
    best, best_score = "", 0.0
    for encoding, letters in _ALPHABETS:
        high = [c.lower() for c in _strict(sample, encoding) or "" if c > "\x7f"]
        letters_only = [c for c in high if c not in _TYPOGRAPHY]
        ranks = [letters.find(c) for c in letters_only]
        if not ranks or sum(rank < 0 for rank in ranks) > len(ranks) * (1 - EXPLAINED_MIN):
            continue
        score = sum(1 - rank / len(letters) for rank in ranks if rank >= 0) / len(ranks)
        if score > best_score + 0.01:
            best, best_score = encoding, score
    return best


def _one_byte(sample: bytes) -> str:
    best, best_share = "", EXPLAINED_MIN
    latin = sample.decode("latin-1")
    is_latin = len(_LATIN_WORD.findall(latin)) * 2 > len(_HIGH_RUN.findall(latin))
    for encoding, languages in _LETTERS:
        if is_latin and encoding in _NOT_LATIN:
            continue
        text = _strict(sample, encoding)
        high = [c for c in text or "" if c > "\x7f" and c not in _TYPOGRAPHY]
        if encoding == "cp1252" and text and not high and not _MARK_OR_LETTER.search(text):
            return ""  # Marks alone, and where the west has them.
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
    found = sum(char in known or char.lower() in known for char in high)  # "İ" has no small one.
    # Words start in capitals and go on in small letters; a wrong code page turns that around.
    capitals = sum(char.isupper() for char in high)
    turned = 0.2 if capitals > len(high) * 0.6 and len(high) > 20 else 0.0
    return found / len(high) - turned
