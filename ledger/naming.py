"""Names that people type: one visible spelling, one key to find it by. Pure."""

import unicodedata
from functools import lru_cache

from accounts.errors import Refusal
from ledger.errors import Reason


def tidy(name: str) -> str:
    """The name as shown: composed Unicode, single blanks, none around it."""
    return " ".join(unicodedata.normalize("NFC", name).split())


@lru_cache(maxsize=20_000)  # A bank file says each name many times.
def key(name: str) -> str:
    """What makes two names the same: compatibility form, case-folded ("REWE " is "rewe")."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def checked(name: str, *, pointer: str = "", longest: int = 100) -> str:
    """The tidy name, or a refusal when nothing of it can be seen or it does not fit its column.

    The key counts too: folding can make a name longer ("ß" is "ss").
    """
    shown = tidy(name)
    if not any(unicodedata.category(sign)[0] not in "CZ" for sign in shown):
        raise Refusal(Reason.NAME_REQUIRED, pointer=pointer)
    if len(shown) > longest or len(key(name)) > longest:
        raise Refusal(
            Reason.NAME_TOO_LONG, detail=f"At most {longest} characters.", pointer=pointer
        )
    return shown
