"""The grammar of `q`: words, "quoted phrases" and field:value terms, all of which must match. Pure.

`coffee memo:"with Ann" amount:>10 -tag:work` finds rows named coffee, whose memo holds the phrase,
that move more than 10, and that are not tagged work. Saved views and rules speak it too.
"""

import re
from dataclasses import dataclass

TERMS_MAX = 20
LENGTH_MAX = 300
FIELDS = frozenset(
    {"payee", "memo", "text", "category", "account", "tag", "amount", "date", "type", "status"}
)
TERM = re.compile(r'(?P<not>-)?(?:(?P<field>[a-z]{3,10}):)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')
COMPARISON = re.compile(r"(?P<sign>>=|<=|>|<|=)?(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must hold (or, negated, must not). `field` is "" for a plain word."""

    field: str
    sign: str  # "" for text, else one of = < > <= >=
    value: str
    negated: bool = False


def parse(query: str) -> list[Term]:
    """The terms of a search. What is no known field is a word: `12:30` searches for itself."""
    terms = []
    for match in TERM.finditer(query[:LENGTH_MAX]):
        field, text = (
            match["field"] or "",
            match["phrase"] if match["word"] is None else match["word"],
        )
        if field and field not in FIELDS:
            field, text = "", f"{field}:{text}"
        if not text:
            continue
        sign = ""
        if field in {"amount", "date"}:
            found = COMPARISON.fullmatch(text)
            assert found is not None
            sign, text = found["sign"] or "=", found["value"]
        terms.append(Term(field, sign, text, bool(match["not"])))
        if len(terms) == TERMS_MAX:
            break
    return terms
