"""Names that people type: one visible spelling, one key to find it by. Pure."""

import unicodedata

from accounts.errors import Refusal
from ledger.errors import Reason


def tidy(name: str) -> str:
    """The name as shown: composed Unicode, single blanks, none around it."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def key(name: str) -> str:
    """What makes two names the same: compatibility form, case-folded ("REWE " is "rewe")."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def checked(name: str, *, pointer: str = "") -> str:
    """The tidy name, or a refusal when nothing of it can be seen."""
    shown = tidy(name)
    if not shown:
        raise Refusal(Reason.NAME_REQUIRED, pointer=pointer)
    return shown
