"""Statement text to payee: the brand that a bank's line names, and keys to match it by. Pure.

Banks print a shop's name between card numbers, dates, terminals, towns and their own words.
Everything here is bounded (`TEXT_MAX`) and linear: no pattern repeats inside a repetition.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from ledger.payee_phrases import (
    COUNTRIES,
    LEGAL_FORMS,
    PLACES,
    PREFIXES,
    SERVICES,
    SHORT_WORDS,
    SMALL_WORDS,
    STATES,
    phrases,
)

TEXT_MAX = 500
NAME_MAX = 200
WORDS_MAX = 24

I = re.IGNORECASE  # noqa: E741
MONTHS = (
    "jan|feb|mar|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|janv|fev|avr|juin|juil|aout|"
    "ene|abr|ago|dic|gen|mag|giu|lug|set|ott|mrt|mei|maj"
)
# A named field of SEPA and MT940 texts, and the field that holds the other side's name.
NAMED = re.compile(r"(?:/NAME/|\bNAAM: ?|\bNAME: ?|\bABWA\+|\bNAME\+)([^/+:]{2,80})", I)
FIELDS = re.compile(
    r"(?:^|[\s/?])(?:EREF|KREF|MREF|CRED|DEBT|SVWZ|BREF|RREF|PURP|ABWE|IBAN|BIC|REMI|TRTP|CSID|MARF|OMSCHRIJVING"
    r"|KENMERK|MACHTIGING|VERWENDUNGSZWECK|MANDAT|MANDATE|GLAEUBIGER-ID|ICS|RUM|TYT\.|ID IPH)[+:/].*$",
    I | re.DOTALL,
)
# What banks put in brackets is about the card or the day, and may stand before the name.
BRACKETS = re.compile(r"\(\s*(?:card|effec|karte|carte|\d)[^)]{0,30}\)", I)
# A foreign amount and its rate run to the end of the line.
RATE = re.compile(
    r"(?:, ?1 [A-Z]{3} ?= ?|\b(?:kurs|wechselkurs|rate|fx rate|taux)[: ]{1,3}(?=\d)).*$",
    I | re.DOTALL,
)
NOISE = tuple(
    re.compile(pattern, I)
    for pattern in (
        r"\b[A-Z]{2}\d{2}(?: ?[A-Z]{4})?(?: ?\d{2,4}){2,8}(?!\w)",  # IBAN
        r"\b(?:BIC|SWIFT):? ?[A-Z]{6}[A-Z0-9]{2,5}\b",
        r"\b(?:card|karte|kaart|carte|tarjeta|carta|kort|karta|pas)(?: ?(?:no|nr|num|number|n°)\b\.?)? ?:? ?"
        r"[x*•.\d]{1,20}\d\b",
        r"\bcard no\.?(?=\s|$)",
        r"\b\d{4,6}[x*•]{2,}\d{2,4}\b",
        r"[x*•]{2,16}[ -]?\d{2,6}\b",
        r"\b\d{4}-\d{2}-\d{2}(?:[t ]?\d{2}:\d{2}(?::\d{2})?)?\b",
        r"\b\d{1,2}[./-]\d{1,2}(?:[./-](?:\d{4}|\d{2}))?\.?(?=[^\w]|$)",
        rf"(?:\* ?)?\b\d{{1,2}}[ -]?(?:{MONTHS})\b\.?(?:[ -]?(?:\d{{4}}|\d{{2}})\b)?",
        rf"\b(?:{MONTHS})\.? \d{{1,2}}(?:,? \d{{4}})?\b",
        r"\b\d{1,2}[:h.]\d{2}(?::\d{2})?(?: ?uhr| ?[ap]m)?\b",
        r"\b(?:um|a las|om|kl\.?)(?= *$)",
        r"[€$£¥] ?\d[\d.,]*|\b\d[\d.]*,\d{2}\b|\b\d[\d,]*\.\d{2}\b",
        r"\b\d[\d.,]* ?(?:eur|usd|gbp|chf|sek|nok|dkk|pln|czk|zar|cad|aud)\b",
        r"\b(?:eur|usd|gbp|chf|sek|nok|dkk|pln|czk|zar|cad|aud)(?= *(?:\d|$))",
        r"\bcb ?\* ?\d{4}\b|\bech/\d+|\bg\.co/\S*",
        r"\b(?:ref|reference|referenz|kd-?nr|kundennr|re-?nr|rg-?nr|trn|tid|term|terminal|auth|mandat|txn|trace|"
        r"beleg|folgenr|folgenr\.|verfalld|transactie|transaction|aut|id|nr|no|num|store|filiale|fil)"
        r"(?:[.:# ]{1,3}|(?=\d))[a-z]{0,4}[-/]?\d[\w/-]*",
        r"\bterm[: ]*[A-Z0-9]{6,}\b",
        r"#\s?\d+\b|\(\s*\d*\s*\)",
        r"\b(?:at )?k\d\b",
        r"\b[A-Z]{1,4}\d[A-Z0-9]*\d[A-Z0-9]*\b|\b\d+[A-Z]+\d[A-Z0-9]*\b",  # codes: letters and digits
        r"\b\d+(?:-\d+)+\b|\b\d{3,}\b",
    )
)
KEEP = re.compile(r"\b(?:rema|expedia|pier|studio|forever|channel|route)\s\d{1,4}\b", I)
THANKS = re.compile(
    r"\s(?:sagt (?:vielen )?danke?|dankt|sagt|vielen dank|danke|thank you|merci|gracias|dziekuje)\b.*$",
    I,
)
SPLIT = re.compile(r"//|\\|\s{3,}|\t|;|\||\s\*\s|\s>\s")
STAR = re.compile(r"^([^*]{1,24}?)[ _]?\*+[ _]*(.*)$", re.DOTALL)
DOMAIN = re.compile(
    r"\b(?:https?://)?(?:www\.)?([\w-]{2,40})\.(?:com|net|org|de|at|ch|fr|es|it|nl|be|eu|io|co\.uk|co\.za|com\.au|"
    r"com\.br|se|no|dk|fi|pl|cz|tv|app|shop)(?:/\S*|\b)",
    I,
)
EDGES = " \t\n.,:;-_/*+#|&'\"()[]<>=~@?!"


def _table(text: str) -> str:
    return "|".join(re.escape(phrase).replace(r"\ ", r"[ .,]+") for phrase in phrases(text))


PREFIX = re.compile(rf"^(?:{_table(PREFIXES)})(?=[\s:.,*(/]|$)[\s:.,*/]*(?:\(\)[\s:]*)?", I)
LEGAL = frozenset(phrases(LEGAL_FORMS))
# These are never part of a brand: what follows them is a town or a branch.
LEGAL_INSIDE = re.compile(
    r"[\s,](?:GmbH(?: & Co\.? KG)?|\(?pty\)? ?ltd|s\.r\.l\.|s\.r\.o\.|sp\. ?z ?o\.?o\.)(?=\s).*$",
    I | re.DOTALL,
)
PLACE = frozenset(phrases(PLACES))
PHRASE_WORDS_MAX = 6
FEE = re.compile(r"\b(?:fees?|charges?|commission|gebuehr|gebühr|frais|comision|kosten)\W*$", I)
SERVICE = frozenset(phrases(SERVICES))
COUNTRY = frozenset(COUNTRIES.split())
SMALL = frozenset(SMALL_WORDS.split())
SHORT = frozenset(SHORT_WORDS.split())
STATE = frozenset(STATES.split())
CODES = COUNTRY | STATE
VOWELS = frozenset("aeiouyäöüåæøáéíóúąęàèùô")
PARTS = re.compile(r"([-/(]+)")
SCRUB = re.compile(r"[!\"#$%*,:;<=>?\[\]^_`{|}~()\\]+")


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """The payee as a person would write it: "REWE SAGT DANKE. 12345//KOELN/DE" is "REWE".

    Never empty where the text has a letter or a digit; at most NAME_MAX characters; cleaning what
    is clean changes nothing.
    """
    plain = tidy(text)
    name = plain
    for _ in range(TEXT_MAX):  # every round takes something off, so it ends long before
        shorter = _round(name)
        if shorter == name:
            break
        name = shorter
    return _cased(name)[:NAME_MAX].strip() or plain[:NAME_MAX].strip()


@lru_cache(maxsize=8192)
def key(text: str) -> str:
    """What makes two lines the same payee: the clean name, folded, without marks and numbers."""
    tokens = fold(clean(text)).split()
    named = [token for token in tokens if not token.isdecimal()]
    return " ".join(named or tokens)


def words(text: str) -> list[str]:
    """The words of a raw line, folded, the bank's own included ("fee" and "atm" tell a lot)."""
    found = [word for word in fold(tidy(text)).split() if not _is_code(word)]
    return list(dict.fromkeys(found))[:WORDS_MAX]


def tidy(text: str) -> str:
    """Composed, bounded, without control characters; runs of blanks stay, banks align by them."""
    composed = unicodedata.normalize("NFC", text[:TEXT_MAX])
    return "".join(c if c.isprintable() else " " for c in composed).strip()


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Letters and digits only, without case and accents, words apart by one blank."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if _is_sound(c) else " " for c in bare if not unicodedata.combining(c))
    return " ".join(kept.split())


@lru_cache(maxsize=4096)
def _is_sound(sign: str) -> bool:
    """A letter, a digit, or a vowel sign of a script that writes those as marks (Hindi, Thai)."""
    return sign.isalnum() or unicodedata.category(sign) in {"Mc", "Mn"}


def _is_code(word: str) -> bool:
    digits = sum(c.isdigit() for c in word)
    return digits == len(word) or digits >= 3 or (digits > 0 and len(word) > 6)


def _round(name: str) -> str:
    """One layer less; the same name when there is none left."""
    for step in (_field, _piece, _prefix, _service, _noise, _tail):
        shorter = _taken(step, name)
        if step in (_prefix, _service, _tail):  # the same again at once: "GmbH & Co. KG, DE"
            while (again := _taken(step, shorter)) != shorter:
                shorter = again
        if shorter != name:
            return shorter
    return name


def _taken(step: Callable[[str], str], name: str) -> str:
    """The name after a step, unless nothing that speaks would be left."""
    shorter = step(name).strip(EDGES)
    return shorter if _says_something(shorter) else name


def _says_something(name: str) -> bool:
    return sum(c.isalpha() for c in name) >= 2


def _field(name: str) -> str:
    """The name in a text of named fields, else what stands before the fields."""
    if named := NAMED.search(name):
        return named[1]
    return BRACKETS.sub(" ", RATE.sub("", FIELDS.sub("", name)))


def _piece(name: str) -> str:
    """The first column that still says something: towns and terminals stand in those behind."""
    pieces = SPLIT.split(name)
    if len(pieces) == 1:
        return name
    return next((p for p in pieces if _says_something(_bare(p))), name)


def _bare(piece: str) -> str:
    bare = _noise(piece).strip(EDGES)
    for _ in range(3):
        bare = PREFIX.sub("", _ascii(bare)).strip(EDGES)
    return "" if bare.casefold() in CODES else bare


def _ascii(text: str) -> str:
    """Without accents, of the same length, so that a match tells where the original splits."""
    return "".join(_base(c) for c in text)


@lru_cache(maxsize=2048)
def _base(sign: str) -> str:
    base = unicodedata.normalize("NFKD", sign)[0]
    return {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i"}.get(base, base)


def _prefix(name: str) -> str:
    """Without the bank's words in front, unless they are what it is about: "Debit Order Fee"."""
    found = PREFIX.match(_ascii(name))
    if not found or FEE.search(name):
        return name
    return name[found.end() :]


def _service(name: str) -> str:
    """What stands behind a payment service's star; before any other star, the shop itself."""
    found = STAR.match(name)
    if not found:
        return name
    before, behind = found[1].strip(EDGES), found[2].strip(EDGES)
    is_service = fold(before).rstrip("0123456789 ") in SERVICE
    if is_service and _says_something(_noise(behind)):
        return behind
    if not _says_something(before):
        return behind
    rest = _noise(behind)
    echo = fold(rest).split()[:1] == fold(before).split()[:1]
    return before if echo or not _says_something(rest) else f"{before} {behind}"


def _noise(name: str) -> str:
    """Without numbers, dates, codes and words of politeness."""
    name = THANKS.sub("", name)
    kept = KEEP.search(name)
    for pattern in NOISE:
        name = pattern.sub(" ", name)
    if kept and kept[0] not in name:
        name = f"{kept[0]} {name.replace(kept[0].split()[0], ' ', 1)}"
    name = DOMAIN.sub(r"\1", name)
    return " ".join(SCRUB.sub(" ", name).split())


def _tail(name: str) -> str:
    """Without the last country, state, town or legal form."""
    shouting = name.upper() == name
    if shorter := _without_last(name, LEGAL):
        return shorter
    if found := LEGAL_INSIDE.search(name):
        return name[: found.start()]
    head, _, last = name.rpartition(" ")
    if "/" in last and shouting:  # KOELN/DE
        front, _, code = last.rpartition("/")
        if code.casefold() in CODES and (head or front):
            return f"{head} {front}".strip()
    if head and last.casefold() in CODES and last.isupper() and (shouting or len(head.split()) > 1):
        return _without_town(head)
    return _without_town(name) if shouting or "," in name else name


def _without_town(name: str) -> str:
    """Without the town at the end, unless the name leans on it: "City of Seattle"."""
    bare = re.sub(r" \d{1,2}$", "", name)  # Paris 75
    before = _without_last(bare, PLACE)
    if not before or before.rpartition(" ")[2].casefold() in SMALL:
        return name
    return before


def _without_last(name: str, known: frozenset[str]) -> str:
    """The name without the longest known phrase at its end; "" where there is none or nothing else."""
    tokens = name.split()
    for count in range(min(PHRASE_WORDS_MAX, len(tokens) - 1), 0, -1):
        if fold.__wrapped__(_ascii(" ".join(tokens[-count:]))) in known:
            return " ".join(tokens[:-count]).strip(EDGES)
    return ""


def _cased(name: str) -> str:
    """Shouting set as a headline; initials (KFC) and a short brand alone (REWE) stay large."""
    tokens = name.split()
    long = [token for token in tokens if _is_loud(token) and len(token) > 3]
    shouts = name.upper() == name and (len(tokens) > 1 or len(name) > 4)
    if len(long) < 2 and not (long and shouts):
        return name
    return " ".join(
        _word(token, first=i == 0) if _is_loud(token) else token for i, token in enumerate(tokens)
    )


def _is_loud(word: str) -> bool:
    return word.upper() == word and word.lower() != word


def _word(word: str, *, first: bool) -> str:
    """A shouted word as a headline has it, each side of a hyphen or slash for itself."""
    parts = PARTS.split(word)
    return "".join(
        part if PARTS.fullmatch(part) else _part(part, first=first and i == 0)
        for i, part in enumerate(parts)
    )


def _part(word: str, *, first: bool) -> str:
    low = word.lower()
    if len(low) != len(word):  # a letter that has no small form of its own (Turkish İ)
        return word
    if low in SMALL:
        return low.capitalize() if first else low
    letters = "".join(c for c in low if c.isalpha())
    vowels = [c in VOWELS for c in letters]
    # Bus and Tim are said, ICA and EDF are spelled; behind the first word only BP and KFC are.
    said = vowels == [False, True, False] if first else any(vowels)
    initials = len(letters) <= 3 and not said
    if (initials or "&" in word) and low not in SHORT and len(word) <= 5:
        return word
    return low[:1].upper() + low[1:]
