"""Words of a bank file as the books can keep them: storable, cut to the column, still unique."""

import hashlib
import unicodedata
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ledger import naming

EXTERNAL_ID_MAX = 120


@lru_cache(maxsize=20_000)  # A file says each name many times: one object for all.
def name_of(text: str, longest: int) -> str:
    """The text as a name that the books take: tidy, cut to its column, "" where nothing is seen."""
    shown = naming.tidy(storable(text))[:longest].rstrip()
    if shown.isascii() and shown.isprintable():
        return shown
    while len(naming.key(shown)) > longest:  # Folding makes some letters two.
        shown = shown[:-1].rstrip()
    is_seen = any(unicodedata.category(sign)[0] not in "CZ" for sign in shown)
    return shown if is_seen else ""


def storable(text: str) -> str:
    """The text without what no database can keep: NUL and lone surrogates."""
    if text.isascii() and "\x00" not in text:
        return text
    return "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")


def short_id(external_id: str) -> str:
    """The bank's id, as far as the column holds it; a longer one stays unique."""
    if len(external_id) <= EXTERNAL_ID_MAX:
        return external_id
    mark = hashlib.sha256(external_id.encode()).hexdigest()[:32]
    return f"{external_id[: EXTERNAL_ID_MAX - 33]}~{mark}"


def instant(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    """When it happened; a time without a zone is the owner's local time."""
    if moment is None or not 1900 <= moment.year <= 9000:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
