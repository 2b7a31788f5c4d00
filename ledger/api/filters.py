"""Which transactions a list is about: query parameters and `q` terms as conditions of one query."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework import serializers

from accounts.api.lists import ListQuery
from accounts.api.serializers import MoneyField, ReferenceField, TextField
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from ledger import naming, search
from ledger.errors import Reason
from ledger.models import (
    Account,
    Category,
    Payee,
    Split,
    Status,
    Tag,
    Transaction,
    TransactionTag,
)

TYPES = ("income", "expense", "refund", "transfer")
SORTS = ("-posted_on", "posted_on", "-amount", "amount")
MONTH = re.compile(r"\d{4}-\d{2}")
ADJUSTED_MAX = 10**17


class TransactionQuery(ListQuery):
    """Filters of the transaction list. `account`, `category`, `payee` and `tag` take an id or a name."""

    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)
    amount_min = MoneyField(
        required=False, help_text="signed: amount_max=-100 finds large payments"
    )
    amount_max = MoneyField(required=False)
    account = ReferenceField(required=False)
    category = ReferenceField(required=False, help_text="`none` finds rows without one")
    payee = ReferenceField(required=False)
    tag = ReferenceField(required=False)
    type = serializers.ChoiceField(TYPES, required=False)
    status = serializers.ChoiceField(Status.choices, required=False)
    flagged = serializers.BooleanField(required=False, default=None, allow_null=True)
    q = TextField(required=False, max_length=search.LENGTH_MAX)
    sort = serializers.ChoiceField(SORTS, default="-posted_on")


def filtered(user_id: UUID, parameters: dict[str, Any]) -> QuerySet[Any]:
    """The owner's rows that meet every filter."""
    rows: QuerySet[Any] = Transaction.objects.for_user(user_id)
    if "date_from" in parameters:
        rows = rows.filter(posted_on__gte=parameters["date_from"])
    if "date_to" in parameters:
        rows = rows.filter(posted_on__lte=parameters["date_to"])
    if "account" in parameters:
        rows = rows.filter(account_id=_account(user_id, parameters["account"]))
    if "category" in parameters:
        rows = rows.filter(in_category(user_id, parameters["category"]))
    if "payee" in parameters:
        rows = rows.filter(
            payee_id=_named(user_id, Payee, parameters["payee"], Reason.PAYEE_NOT_FOUND)
        )
    if "tag" in parameters:
        rows = rows.filter(_tagged(_named(user_id, Tag, parameters["tag"], Reason.TAG_NOT_FOUND)))
    if "type" in parameters:
        rows = rows.filter(of_type(parameters["type"]))
    if "status" in parameters:
        rows = rows.filter(status=parameters["status"])
    if parameters.get("flagged") is not None:
        rows = rows.filter(flagged=parameters["flagged"])
    for name, lookup in (("amount_min", "gte"), ("amount_max", "lte")):
        if name in parameters:
            rows = rows.filter(amount_is(user_id, lookup, parameters[name], f"?{name}"))
    for term in search.parse(parameters.get("q", "")):
        condition = matches(user_id, term)
        rows = rows.filter(~condition if term.negated else condition)
    return rows


def _named(user_id: UUID, model: Any, reference: UUID | str, reason: Reason) -> UUID:
    """The id of an owned row given by id or name; refuses what is not there, as it would a stranger's."""
    lookup = (
        {"id": reference} if isinstance(reference, UUID) else {"name_key": naming.key(reference)}
    )
    found = model.objects.for_user(user_id).filter(**lookup).values_list("id", flat=True).first()
    if found is None:
        raise Refusal(reason, pointer=f"?{model.__name__.lower()}")
    row_id: UUID = found
    return row_id


def _account(user_id: UUID, reference: UUID | str) -> UUID:
    lookup = {"id": reference} if isinstance(reference, UUID) else {"name__iexact": reference}
    found = Account.objects.for_user(user_id).filter(**lookup).values_list("id", flat=True).first()
    if found is None:
        raise Refusal(Reason.ACCOUNT_NOT_FOUND, pointer="?account")
    row_id: UUID = found
    return row_id


def in_category(user_id: UUID, reference: UUID | str) -> Q:
    """Rows of a category or of any below it, also by one of their splits; `none`: without any."""
    if reference == "none":
        return Q(category__isnull=True, split_count=0, transfer__isnull=True)
    return in_categories(user_id, category_ids(user_id, reference))


def category_ids(user_id: UUID, reference: UUID | str) -> list[UUID]:
    """A category, by id or name, and all below it; refuses what is not the owner's."""
    return subtree(user_id, _named(user_id, Category, reference, Reason.CATEGORY_NOT_FOUND))


def in_categories(user_id: UUID, ids: Sequence[UUID]) -> Q:
    condition = Q(category_id=ids[0]) if len(ids) == 1 else Q(category_id__in=ids)
    parts = Split.objects.for_user(user_id).filter(category_id__in=ids)
    # Only where such splits exist: an OR would cost every other list its index.
    if parts.exists():
        condition |= Q(split_count__gt=0) & Exists(parts.filter(transaction_id=OuterRef("pk")))
    return condition


def subtree(user_id: UUID, root: UUID) -> list[UUID]:
    """A category and all below it, in one query whatever the depth."""
    children: dict[UUID | None, list[UUID]] = {}
    for row_id, parent_id in Category.objects.for_user(user_id).values_list("id", "parent_id"):
        children.setdefault(parent_id, []).append(row_id)
    found = [root]
    for row_id in found:
        found.extend(children.get(row_id, ()))
    return found


def _tagged(tag_id: UUID) -> Exists:
    return Exists(TransactionTag.objects.filter(tag_id=tag_id, transaction_id=OuterRef("pk"), user_id=OuterRef("user_id")))  # fmt: skip


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


def amount_is(user_id: UUID, lookup: str, amount: Decimal, pointer: str) -> Q:
    """A comparison of amounts, each account in its own currency's minor units."""
    from ledger.money import exponent

    if abs(amount) > ADJUSTED_MAX:
        raise Refusal(Common.AMOUNT_TOO_LARGE, pointer=pointer)
    condition = Q(pk__in=[])
    currencies = Account.objects.for_user(user_id).values_list("currency", flat=True).distinct()
    for currency in currencies:
        scaled = amount.scaleb(exponent(currency))
        limit = int(scaled)
        if limit != scaled:  # 12.345 of a currency with two decimals lies between two amounts
            if lookup == "exact":
                continue
            limit += (lookup == "gte" and scaled > 0) - (lookup == "lte" and scaled < 0)
        condition |= Q(currency=currency, **{f"amount_minor__{lookup}": limit})
    return condition


def matches(user_id: UUID, term: search.Term) -> Q:
    """One term of `q` as a condition."""
    field, value = term.field, term.value
    if field == "type":
        return of_type(value) if value in TYPES else Q(pk__in=[])
    if field == "status":
        return Q(status=value)
    if field == "amount":
        return _amount_term(user_id, term)
    if field == "date":
        return _date_term(term)
    if field == "memo":
        return Q(memo__icontains=value)
    if field == "text":
        return Q(statement_text__icontains=value)
    if field == "account":
        return Q(account__in=Account.objects.for_user(user_id).filter(name__icontains=value))
    named = {"payee": Payee, "category": Category, "tag": Tag}
    if field in named:
        found = named[field].objects.for_user(user_id).filter(name_key__contains=naming.key(value))
        if field == "tag":
            links = TransactionTag.objects.for_user(user_id).filter(tag__in=found)
            return Q(pk__in=links.values("transaction_id"))
        return Q(**{f"{field}__in": found})
    payees = Payee.objects.for_user(user_id).filter(name_key__contains=naming.key(value))
    return Q(payee__in=payees) | Q(memo__icontains=value) | Q(statement_text__icontains=value)


def _amount_term(user_id: UUID, term: search.Term) -> Q:
    """`amount:12.30` finds that size in either direction; comparisons are about the size too."""
    try:
        amount = Decimal(term.value)
    except InvalidOperation:
        return Q(pk__in=[])
    if not amount.is_finite():
        return Q(pk__in=[])
    size = abs(amount)
    if term.sign == "=":
        return amount_is(user_id, "exact", size, "?q") | amount_is(user_id, "exact", -size, "?q")
    if term.sign in {">", ">="}:
        return amount_is(user_id, "gte", size, "?q") | amount_is(user_id, "lte", -size, "?q")
    return amount_is(user_id, "lte", size, "?q") & amount_is(user_id, "gte", -size, "?q")


def _date_term(term: search.Term) -> Q:
    """`date:2026-03` is a month, `date:>=2026-03-15` compares days."""
    if MONTH.fullmatch(term.value) and term.sign == "=":
        try:
            first = date.fromisoformat(f"{term.value}-01")
        except ValueError:
            return Q(pk__in=[])
        return Q(posted_on__year=first.year, posted_on__month=first.month)
    try:
        day = date.fromisoformat(term.value)
    except ValueError:
        return Q(pk__in=[])
    lookup = {"=": "exact", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}[term.sign]
    return Q(**{f"posted_on__{lookup}": day})
