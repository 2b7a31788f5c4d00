"""A query as a function of one row in memory: what rules ask before a row is in the books. Pure.

`ledger.selectors.search` says the same as SQL; a property test holds the two together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger import naming
from ledger.folding import fits, fold
from ledger.money import from_minor
from ledger.search import All, Any, Node, Not, Term
from ledger.search_values import id_of, size_of, span_of


@dataclass(frozen=True, slots=True)
class Named:
    """An owned row that a transaction names. `id` is its text, "" while it has none."""

    name: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A transaction as queries see it."""

    posted_on: date
    amount_minor: int
    currency: str
    account: Named
    payee: Named | None = None
    category: Named | None = None
    category_kind: str = ""  # income, expense, "" without a category
    parts: tuple[Named, ...] = ()  # categories of the splits
    split_count: int = 0
    tags: tuple[Named, ...] = ()
    memo: str = ""
    text: str = ""
    status: str = "cleared"
    is_transfer: bool = False
    imported_from: Named | None = None  # file name and id of the import

    @property
    def type(self) -> str:
        """As `ledger.api.rows.type_of` has it."""
        if self.is_transfer:
            return "transfer"
        if self.amount_minor <= 0:
            return "expense"
        return "refund" if self.category_kind == "expense" else "income"


Predicate = Callable[[Subject], bool]


def predicate(node: Node) -> Predicate:
    """The query, ready to be asked of many rows: its values are folded once."""
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Not):
        part = predicate(node.part)
        return lambda row: not part(row)
    parts = [predicate(part) for part in node.parts]
    if isinstance(node, All):
        return lambda row: all(part(row) for part in parts)
    assert isinstance(node, Any)
    return lambda row: any(part(row) for part in parts)


def _term(term: Term) -> Predicate:
    make = MAKERS.get(term.field)
    return make(term) if make else _never


def _never(row: Subject) -> bool:
    return False


def _matcher(op: str, value: str) -> Callable[[str], bool]:
    if op == "contains":
        return lambda text: value in text
    if op == "like":
        return lambda text: fits(value, text)
    return lambda text: text == value


def _by_key(term: Term) -> Callable[[Named], bool]:
    """For what is kept under a name key: payees, categories, tags."""
    wanted = id_of(term.value)
    if wanted is not None:
        said = str(wanted)
        return lambda named: named.id == said
    match = _matcher(term.op, naming.key(term.value))
    return lambda named: match(naming.key(named.name))


def _by_fold(term: Term) -> Callable[[str], bool]:
    match = _matcher(term.op, fold(term.value))
    return lambda text: match(fold(text))


def _word(term: Term) -> Predicate:
    by_key = _matcher(term.op, naming.key(term.value))
    by_fold = _by_fold(term)
    return lambda row: (
        (row.payee is not None and by_key(naming.key(row.payee.name)))
        or by_fold(row.memo)
        or by_fold(row.text)
    )


def _memo(term: Term) -> Predicate:
    match = _by_fold(term)
    return lambda row: match(row.memo)


def _text(term: Term) -> Predicate:
    match = _by_fold(term)
    return lambda row: match(row.text)


def _payee(term: Term) -> Predicate:
    match = _by_key(term)
    return lambda row: row.payee is not None and match(row.payee)


def _category(term: Term) -> Predicate:
    """The row's own category or that of one of its splits."""
    match = _by_key(term)
    return lambda row: (
        (row.category is not None and match(row.category)) or any(match(p) for p in row.parts)
    )


def _tag(term: Term) -> Predicate:
    match = _by_key(term)
    return lambda row: any(match(tag) for tag in row.tags)


def _account(term: Term) -> Predicate:
    wanted = id_of(term.value)
    if wanted is not None:
        said = str(wanted)
        return lambda row: row.account.id == said
    match = _by_fold(term)
    return lambda row: match(row.account.name)


def _import(term: Term) -> Predicate:
    wanted = id_of(term.value)
    if wanted is not None:
        said = str(wanted)
        return lambda row: row.imported_from is not None and row.imported_from.id == said
    match = _by_fold(term)
    return lambda row: row.imported_from is not None and match(row.imported_from.name)


def _type(term: Term) -> Predicate:
    return lambda row: row.type == term.value


def _status(term: Term) -> Predicate:
    return lambda row: row.status == term.value


HAS: dict[str, Predicate] = {
    "splits": lambda row: row.split_count > 0,
    "tags": lambda row: bool(row.tags),
    "category": lambda row: row.category is not None or row.split_count > 0,
    "payee": lambda row: row.payee is not None,
    "memo": lambda row: row.memo != "",
}


def _has(term: Term) -> Predicate:
    return HAS.get(term.value, _never)


def _amount(term: Term) -> Predicate:
    """`amount:12.30` is that size in either direction; comparisons are about the size too."""
    size = size_of(term.value)
    if size is None:
        return _never
    compare = COMPARE[term.op]
    return lambda row: compare(abs(from_minor(row.amount_minor, row.currency)), size)


COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "=": lambda a, b: a == b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


def _date(term: Term) -> Predicate:
    """A month or a year stands for all of its days: `>` is after the last, `>=` from the first."""
    span = span_of(term.value)
    if span is None:
        return _never
    first, last = span
    return {
        "=": lambda row: first <= row.posted_on <= last,
        ">": lambda row: row.posted_on > last,
        ">=": lambda row: row.posted_on >= first,
        "<": lambda row: row.posted_on < first,
        "<=": lambda row: row.posted_on <= last,
    }[term.op]


MAKERS: dict[str, Callable[[Term], Predicate]] = {
    "": _word, "memo": _memo, "text": _text, "payee": _payee, "category": _category,
    "tag": _tag, "account": _account, "import": _import, "type": _type, "status": _status,
    "has": _has, "amount": _amount, "date": _date,
}  # fmt: skip
