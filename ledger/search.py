"""The one grammar of `q`, saved views and rules: words, field:value terms, groups. Pure.

`coffee (memo:"with Ann" OR tag:work) amount:>10 -payee:="Cafe Roma"` finds rows named coffee that
move more than 10, whose memo holds the phrase or that are tagged work, and not of that very payee.
`docs/rules.md` describes it in full.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TERMS_MAX = 20
LENGTH_MAX = 300
# Rules and views may list more than a person types into a search box.
STRICT_TERMS_MAX = 60
STRICT_LENGTH_MAX = 1000
DEPTH_MAX = 8
WILDCARDS_MAX = 8

ANY_FIELD = "any"  # how texts and JSON name a plain word's field
NAMED = frozenset({"payee", "category", "account", "tag"})  # take the id of an owned row, too
TEXTS = frozenset({"", "memo", "text", "import"}) | NAMED
COMPARED = frozenset({"amount", "date"})
WORDS = {
    "type": ("income", "expense", "refund", "transfer"),
    "status": ("pending", "cleared", "reconciled"),
    "has": ("splits", "tags", "category", "payee", "memo", "attachments"),
}
FIELDS = TEXTS | COMPARED | WORDS.keys()
TEXT_OPS = ("contains", "is", "like")
COMPARISONS = (">=", "<=", ">", "<", "=")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must hold. `field` is "" for a plain word, which any text may hold.

    op: contains, is or like (wildcards) for texts; is for words; = < > <= >= for amounts and days.
    """

    field: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts: every row."""

    parts: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; without parts: no row."""

    parts: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


Node = Term | All | Any | Not


def all_of(parts: Iterable[Node]) -> Node:
    """The parts joined, flat; one part alone is itself."""
    flat = [p for part in parts for p in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def any_of(parts: Iterable[Node]) -> Node:
    flat = [p for part in parts for p in (part.parts if isinstance(part, Any) else (part,))]
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def negation(part: Node) -> Node:
    return part.part if isinstance(part, Not) else Not(part)


def terms_of(node: Node) -> Iterator[Term]:
    """Every term of a query, from left to right."""
    if isinstance(node, Term):
        yield node
    else:
        for part in (node.part,) if isinstance(node, Not) else node.parts:
            yield from terms_of(part)


def parse(query: str) -> Node:
    """What a search means. Takes any text: what is no known field, group or operator is a word.

    `12:30` searches for itself. Bounded: what comes after TERMS_MAX terms is not read.
    """
    from ledger.search_parser import Parser

    return Parser(query[:LENGTH_MAX], strict=False).parse()


def parse_strictly(query: str) -> Node:
    """What a rule or view means; raises QueryError where `parse` would take a mistake for a word."""
    from ledger.search_parser import Parser, QueryError

    if len(query) > STRICT_LENGTH_MAX:
        raise QueryError(f"A query has at most {STRICT_LENGTH_MAX} characters.", STRICT_LENGTH_MAX)
    return Parser(query, strict=True).parse()


def to_text(node: Node) -> str:
    """The query that parses into this; "" for every row."""
    if isinstance(node, All):
        return " ".join(_inner(part) for part in node.parts)
    if isinstance(node, Any):
        return " OR ".join(_inner(part) for part in node.parts)
    return _inner(node)


def _inner(node: Node) -> str:
    """A node as part of another."""
    if isinstance(node, Term):
        return _term_text(node)
    if isinstance(node, Not):
        return f"-{_inner(node.part)}"
    return f"({to_text(node)})"


def _term_text(term: Term) -> str:
    if term.field in COMPARED:
        return f"{term.field}:{'' if term.op == '=' else term.op}{term.value}"
    if term.field in WORDS:
        return f"{term.field}:{term.value}"
    mark = {"contains": "", "is": "=", "like": "~"}[term.op]
    field = term.field or (ANY_FIELD if mark else "")
    phrase = '"' + term.value.replace('"', '""') + '"'
    is_plain = not mark and term.value.replace(".", "").replace("-", "").isalnum()
    is_word = is_plain and not term.value.startswith("-") and term.value != "OR"
    return f"{field}:{mark}{term.value if is_word else phrase}" if field else (
        term.value if is_word else phrase
    )  # fmt: skip


__all__ = [
    "FIELDS",
    "LENGTH_MAX",
    "STRICT_LENGTH_MAX",
    "STRICT_TERMS_MAX",
    "TERMS_MAX",
    "All",
    "Any",
    "Node",
    "Not",
    "Term",
    "all_of",
    "any_of",
    "negation",
    "parse",
    "parse_strictly",
    "terms_of",
    "to_text",
]
