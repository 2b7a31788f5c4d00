"""What the category learner sees of a row: its payee, its words, its size, its account. Pure."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ledger.payee_text import fold, key, words

GRAM = 4  # letters: long enough to mean something, short enough to survive a bank's cutting
GRAMS_MAX = 40


@dataclass(frozen=True, slots=True)
class Example:
    """A row as it is learned from and judged. Equal rows teach the same."""

    payee: str  # as the owner sees it; "" where there is none
    text: str  # the bank's line; "" where the row was typed
    amount_minor: int
    account: Hashable
    posted_on: date


Token = tuple[str, Hashable]  # (kind, value)


@dataclass(frozen=True, slots=True)
class Words:
    """What a payee and a line say, whatever the amount."""

    who: str  # the payee's key
    said: tuple[str, ...]
    tokens: tuple[Token, ...]


@lru_cache(maxsize=8192)
def words_of(payee: str, text: str) -> Words:
    """kinds: who (the whole name), first (its first word), start (how the line begins), word, gram."""
    who = key(payee or text)
    said = tuple(words(f"{payee} {text}"))
    name = who.split()
    tokens: list[Token] = [("word", word) for word in said]
    if name:
        tokens += [("who", who), ("first", name[0])]
    if said:
        tokens.append(("start", said[:2]))
    grams = {word[i : i + GRAM] for word in name for i in range(len(word) - GRAM + 1)}
    tokens += [("gram", gram) for gram in sorted(grams)[:GRAMS_MAX]]
    return Words(who, said, tuple(tokens))


def tokens_of(row: Example) -> list[Token]:
    """Every token of a row."""
    size = abs(row.amount_minor).bit_length() * (1 if row.amount_minor > 0 else -1)
    return [*words_of(row.payee, row.text).tokens, ("size", size), ("account", row.account)]


def contexts_of(row: Example) -> list[Token]:
    """What a row may have in common with earlier ones as a whole, from the loosest to the closest."""
    seen = words_of(row.payee, row.text)
    if not seen.who:
        return []
    inflow = row.amount_minor > 0
    return [
        ("payee", (seen.who, inflow)),
        ("line", (seen.who, seen.said, inflow)),
        ("amount", (seen.who, seen.said, row.amount_minor)),
    ]


@lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """The words of a category's name or of a line, plurals cut: "Fees" meets "fee"."""
    return frozenset(word.rstrip("s") for word in fold(text).split() if len(word) > 2)
