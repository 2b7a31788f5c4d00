"""Which transactions a list is about: query parameters and `q` terms as conditions of one query."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework import serializers

from accounts.api.lists import ListQuery
from accounts.api.serializers import MoneyField, ReferenceField, TextField
from accounts.errors import Refusal
from ledger import naming, search
from ledger.errors import Reason
from ledger.models import (
    Account,
    Category,
    Payee,
    SavedView,
    Split,
    Status,
    Tag,
    Transaction,
    TransactionTag,
)
from ledger.selectors.search import TYPES, amount_is, condition, of_type

SORTS = ("-posted_on", "posted_on", "-amount", "amount")


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
    view = serializers.UUIDField(required=False, help_text="id of a saved view")
    sort = serializers.ChoiceField(SORTS, required=False, help_text="-posted_on, or the view's")


def filtered(user_id: UUID, parameters: dict[str, Any]) -> QuerySet[Any]:
    """The owner's rows that meet every filter. `view` is the saved view itself."""
    rows: QuerySet[Any] = Transaction.objects.for_user(user_id)
    if "date_from" in parameters:
        rows = rows.filter(posted_on__gte=parameters["date_from"])
    if "date_to" in parameters:
        rows = rows.filter(posted_on__lte=parameters["date_to"])
    if "account" in parameters:
        rows = rows.filter(account_id=account_id(user_id, parameters["account"]))
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
    if parameters.get("q"):
        rows = rows.filter(condition(user_id, search.parse(parameters["q"])))
    if "view" in parameters:
        node = search.parse_strictly(parameters["view"].query)
        rows = rows.filter(condition(user_id, node, "?view"))
    return rows


def view_of(user_id: UUID, view_id: UUID) -> SavedView:
    """A saved view of the owner's; refuses what is not there, as it would a stranger's."""
    view: SavedView | None = SavedView.objects.for_user(user_id).filter(id=view_id).first()
    if view is None:
        raise Refusal(Reason.VIEW_NOT_FOUND, pointer="?view")
    return view


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


def account_id(user_id: UUID, reference: UUID | str) -> UUID:
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
    condition: Any = Q(category_id=ids[0]) if len(ids) == 1 else Q(category_id__in=ids)
    parts = Split.objects.for_user(user_id).filter(category_id__in=ids)
    # Only where such splits exist: an OR would cost every other list its index.
    if parts.exists():
        condition |= Q(split_count__gt=0) & Exists(parts.filter(transaction_id=OuterRef("pk")))
    found: Q = condition
    return found


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
    links = TransactionTag.objects.filter(tag_id=tag_id, user_id=OuterRef("user_id"))
    return Exists(links.filter(transaction_id=OuterRef("pk")))
