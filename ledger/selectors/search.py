"""A query as a condition on transactions: what lists, views and rules ask of the books.

Names are looked up by subqueries, never joined, so that each list keeps its index. The in-memory
twin is `ledger.predicates`; a property test holds the two together.

Letters are folded by the database. On SQLite a value in plain ASCII is compared by its own LIKE, in
C, to which the dotless ı and the long ſ are no i and s; any other value by `fold_text` of ours.
"""

from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING
from typing import Any as Anything
from uuid import UUID

from django.db.models import F, Lookup, Q, Value

from accounts.errors import Reason as Common
from accounts.errors import Refusal
from ledger import naming
from ledger.folding import fold, like_pattern
from ledger.models import (
    Account,
    Category,
    ImportBatch,
    Payee,
    Split,
    Status,
    Tag,
    TransactionTag,
)
from ledger.money import exponent
from ledger.search import All, Any, Node, Not, Term
from ledger.search_values import SIZE_MAX, id_of, size_of, span_of

TYPES = ("income", "expense", "refund", "transfer")
NOTHING = Q(pk__in=[])


if TYPE_CHECKING:
    AnyLookup = Lookup[Anything]
else:
    AnyLookup = Lookup


class Likes(AnyLookup):
    """Column LIKE pattern, for keys that are folded already."""

    lookup_name = "likes"

    @property
    def pattern(self) -> str:
        """The pattern as text: Django wraps it where the lookup stands as an expression."""
        return str(self.rhs.value if isinstance(self.rhs, Value) else self.rhs)

    def as_sql(self, compiler: Anything, connection: Anything) -> Anything:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s ESCAPE '\\'", [*params, self.pattern]


class Folds(Likes):
    """Column LIKE pattern whatever the case of letters."""

    lookup_name = "folds"

    def as_postgresql(self, compiler: Anything, connection: Anything) -> Anything:
        column, params = self.process_lhs(compiler, connection)
        return f"UPPER({column}) LIKE UPPER(%s) ESCAPE '\\'", [*params, self.pattern]

    def as_sqlite(self, compiler: Anything, connection: Anything) -> Anything:
        column, params = self.process_lhs(compiler, connection)
        if self.pattern.isascii():  # SQLite's own LIKE folds these
            return f"{column} LIKE %s ESCAPE '\\'", [*params, self.pattern]
        return f"fold_text({column}) LIKE %s ESCAPE '\\'", [*params, fold(self.pattern)]


def likes(column: str, term: Term) -> Q:
    return Q(Likes(F(column), like_pattern(term.op, naming.key(term.value))))


def folds(column: str, term: Term) -> Q:
    return Q(Folds(F(column), like_pattern(term.op, term.value)))


def condition(user_id: UUID, node: Node, pointer: str = "?q") -> Q:
    """The rows of this owner for which the query holds. pointer: where it stood, for refusals.

    Costs one statement per amount and per category term, to read the owner's currencies and whether
    splits are concerned; the rest is part of the list's own statement.
    """
    if isinstance(node, Term):
        return _term(user_id, node, pointer)
    if isinstance(node, Not):
        return ~condition(user_id, node.part, pointer)
    parts = [condition(user_id, part, pointer) for part in node.parts]
    if isinstance(node, All):
        return reduce(and_, parts) if parts else ~NOTHING
    assert isinstance(node, Any)
    return reduce(or_, parts) if parts else NOTHING


def _term(user_id: UUID, term: Term, pointer: str) -> Q:
    field = term.field
    if field == "type":
        return of_type(term.value) if term.value in TYPES else NOTHING
    if field == "status":
        return Q(status=term.value) if term.value in Status.values else NOTHING
    if field == "has":
        return _has(term.value)
    if field == "amount":
        return _amount(user_id, term, pointer)
    if field == "date":
        return _date(term)
    if field in {"memo", "text"}:
        return folds("memo" if field == "memo" else "statement_text", term)
    if field == "account":
        return Q(account__in=_named(user_id, Account, term, folds("name", term)))
    if field == "import":
        return Q(import_batch__in=_named(user_id, ImportBatch, term, folds("filename", term)))
    if field == "tag":
        links = TransactionTag.objects.for_user(user_id)
        tags = _named(user_id, Tag, term, likes("name_key", term))
        return Q(pk__in=links.filter(tag__in=tags).values("transaction_id"))
    if field == "category":
        return _category(user_id, term)
    if field == "payee":
        return Q(payee__in=_named(user_id, Payee, term, likes("name_key", term)))
    payees = Payee.objects.for_user(user_id).filter(likes("name_key", term))
    return Q(payee__in=payees) | folds("memo", term) | folds("statement_text", term)


def _named(user_id: UUID, model: Anything, term: Term, by_name: Q) -> Anything:
    """The owner's rows that a term names, by id or by name."""
    wanted = id_of(term.value)
    rows = model.objects.for_user(user_id)
    return rows.filter(Q(id=wanted) if wanted is not None else by_name).values("id")


def _category(user_id: UUID, term: Term) -> Q:
    """The row's own category or that of one of its splits."""
    found = _named(user_id, Category, term, likes("name_key", term))
    parts = Split.objects.for_user(user_id).filter(category__in=found)
    own = Q(category__in=found)
    # Only where such splits exist: an OR would cost every other list its index.
    if not parts.exists():
        return own
    return own | Q(split_count__gt=0, pk__in=parts.values("transaction_id"))


def _has(what: str) -> Q:
    conditions = {
        "splits": Q(split_count__gt=0),
        "tags": Q(tag_count__gt=0),
        "category": Q(category__isnull=False) | Q(split_count__gt=0),
        "payee": Q(payee__isnull=False),
        "memo": ~Q(memo=""),
        "attachments": Q(attachment_count__gt=0),
    }
    return conditions.get(what, NOTHING)


def of_type(name: str) -> Q:
    """The rows that `ledger.api.rows.type_of` calls by this name."""
    transfer = Q(transfer__isnull=False)
    if name == "transfer":
        return transfer
    if name == "expense":
        return ~transfer & Q(amount_minor__lte=0)
    refund = Q(amount_minor__gt=0, category__kind="expense")
    if name == "refund":
        return ~transfer & refund
    return (
        ~transfer
        & Q(amount_minor__gt=0)
        & (Q(category__isnull=True) | ~Q(category__kind="expense"))
    )


LOOKUPS = {"=": "exact", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}


def amount_is(user_id: UUID, lookup: str, amount: Decimal, pointer: str) -> Q:
    """A comparison of signed amounts, each account in its own currency's minor units.

    lookup: exact, gt, gte, lt or lte.
    """
    if abs(amount) > SIZE_MAX:
        raise Refusal(Common.AMOUNT_TOO_LARGE, pointer=pointer)
    found = NOTHING
    currencies = Account.objects.for_user(user_id).values_list("currency", flat=True).distinct()
    for currency in currencies:
        found |= Q(currency=currency) & _compared(lookup, amount.scaleb(exponent(currency)))
    return found


def _compared(lookup: str, scaled: Decimal) -> Q:
    """12.345 of a currency with two decimals lies between two amounts: no row has it."""
    floor = int(scaled // 1) - (scaled < 0 and scaled % 1 != 0)
    if floor == scaled:
        return Q(**{f"amount_minor__{lookup}": floor})
    if lookup == "exact":
        return NOTHING
    return Q(amount_minor__gt=floor) if lookup in {"gt", "gte"} else Q(amount_minor__lte=floor)


def _amount(user_id: UUID, term: Term, pointer: str) -> Q:
    """`amount:12.30` finds that size in either direction; comparisons are about the size too."""
    size = size_of(term.value)
    if size is None:
        return NOTHING
    if size > SIZE_MAX:
        raise Refusal(Common.AMOUNT_TOO_LARGE, pointer=pointer)
    found = NOTHING
    currencies = Account.objects.for_user(user_id).values_list("currency", flat=True).distinct()
    for currency in currencies:
        scaled = size.scaleb(exponent(currency))
        up, down = _compared(LOOKUPS[term.op], scaled), _compared(MIRRORED[term.op], -scaled)
        # Two sides of zero for "=" and what is larger, the span between them for what is smaller.
        both = up & down if term.op in {"<", "<="} else up | down
        found |= Q(currency=currency) & both
    return found


MIRRORED = {"=": "exact", ">": "lt", ">=": "lte", "<": "gt", "<=": "gte"}


def _date(term: Term) -> Q:
    """`date:2026-03` is a month, `date:>=2026-03-15` compares days."""
    span = span_of(term.value)
    if span is None:
        return NOTHING
    first, last = span
    return {
        "=": Q(posted_on__range=(first, last)),
        ">": Q(posted_on__gt=last),
        ">=": Q(posted_on__gte=first),
        "<": Q(posted_on__lt=first),
        "<=": Q(posted_on__lte=last),
    }[term.op]


__all__ = ["TYPES", "amount_is", "condition", "of_type"]
