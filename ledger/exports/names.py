"""Account names for journals: every place of ours gets one that the program takes, no two alike."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from ledger.exports.entries import NO_EXPENSE, NO_INCOME, OPENING, TRANSIT, Place
from ledger.exports.model import Book

Tidy = Callable[[str], str]


def place_names(book: Book, tidy: Tidy, joint: str) -> dict[Place, str]:
    """Names by place, as "Assets:Main". `tidy` makes one part between colons lawful.

    Parts that become alike are numbered behind `joint`.
    """
    taken: set[str] = set()
    names: dict[Place, str] = {}

    def give(place: Place, parts: Sequence[str]) -> None:
        wanted = ":".join(parts)
        name, n = wanted, 2
        while name.casefold() in taken:
            name, n = f"{wanted}{joint}{n}", n + 1
        taken.add(name.casefold())
        names[place] = name

    give(OPENING, ("Equity", tidy("Opening Balances")))
    give(TRANSIT, ("Equity", tidy("Transfers")))
    give(NO_INCOME, ("Income", tidy("Uncategorised")))
    give(NO_EXPENSE, ("Expenses", tidy("Uncategorised")))
    for account in book.accounts:
        root = "Liabilities" if account.is_debt else "Assets"
        give(account.id, (root, tidy(account.name)))
    for category in book.categories:
        root = "Income" if category.is_income else "Expenses"
        parts = [tidy(name) for name in category.path]
        if len(parts) > 1 and parts[0] == root:
            parts = parts[1:]  # "Income:Salary", not "Income:Income:Salary"
        give(category.id, (root, *parts))
    return names


def hledger_part(name: str) -> str:
    """Letters, digits and harmless signs; single blanks, since two would end the name."""
    kept = re.sub(r"[^\w &+,.'’/%€$£()-]", "-", unicodedata.normalize("NFC", name))
    return re.sub(r" +", " ", kept).strip(" -.,'/()") or "Unnamed"


def beancount_part(name: str) -> str:
    """Letters, digits and dashes, the first a capital or a digit."""
    letters = unicodedata.normalize("NFC", name)
    kept = "".join(c if _is_plain(c) else "-" for c in letters)
    kept = re.sub(r"-+", "-", kept).strip("-") or "Unnamed"
    if _category(kept[0]) not in ("Lu", "Nd"):
        raised = kept[0].upper()
        capital = len(raised) == 1 and _category(raised) == "Lu"
        kept = raised + kept[1:] if capital else f"X{kept}"
    return kept


def _category(letter: str) -> str:
    return unicodedata.category(letter)


def _is_plain(letter: str) -> bool:
    return _category(letter) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nd")


def one_line(text: str) -> str:
    """Text without line ends and other control signs."""
    shown = ("" if _category(c) == "Cf" else c if _category(c)[0] != "C" else " " for c in text)
    return " ".join("".join(shown).split())


def words(tags: Iterable[str], allowed: str) -> list[str]:
    """Tags as words of `allowed` letters (a class of a regular expression), without repeats."""
    made = (re.sub(rf"[^{allowed}]+", "-", tag).strip("-") for tag in tags)
    return list(dict.fromkeys(word for word in made if word))
