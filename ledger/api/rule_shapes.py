"""Shapes of rules, saved views and change sets on the wire."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from accounts.api.lists import LIMIT_MAX, ListQuery
from accounts.api.serializers import ReferenceField, StrictSerializer, TextField
from accounts.errors import Reason as Common
from ledger.api.filters import SORTS
from ledger.api.serializers import DayField, PageOutput
from ledger.errors import Reason
from ledger.models import AppliesTo, ChangeSet, Rule, SavedView
from ledger.rules import KINDS
from ledger.search import STRICT_LENGTH_MAX, parse_strictly, to_text
from ledger.search_json import from_json, to_json
from ledger.search_parser import QueryError

ACTIONS_MAX = 20
PARTS_MAX = 20
NEEDED = {
    "set_category": "category", "set_payee": "payee", "add_tag": "tag", "remove_tag": "tag",
    "set_memo": "memo", "append_memo": "memo", "split": "parts", "mark_transfer_to": "account",
    "set_status": "status", "notify": "message",
}  # fmt: skip
OVERWRITING = {
    "set_category", "set_payee", "add_tag", "remove_tag", "set_memo", "split", "set_status",
    "mark_transfer_to",
}  # fmt: skip


@extend_schema_field(
    {
        "type": "object",
        "description": "the query as a tree: all, any, not, or field, op and value",
        "additionalProperties": True,
        "examples": [{"all": [{"field": "payee", "op": "like", "value": "REWE*"}]}],
    }
)
class ConditionField(serializers.Field[Any, Any, Any, Any]):
    """A query as a tree in, its text out of validation."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("Send a condition as an object.", code="invalid")
        try:
            return to_text(from_json(data))
        except QueryError as error:
            raise serializers.ValidationError(str(error), code=Reason.INVALID_QUERY.value) from None

    def to_representation(self, value: Any) -> Any:
        return value


class PartInput(StrictSerializer):
    percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal("0.01"), max_value=Decimal(100)
    )
    category = ReferenceField(required=False, allow_null=True, max_length=100)
    memo = TextField(required=False, default="")


class ActionInput(StrictSerializer):
    """One action. Which fields it takes depends on its type (docs/rules.md)."""

    type = serializers.ChoiceField(KINDS)
    category = ReferenceField(required=False, max_length=100, allow_blank=False)
    payee = ReferenceField(required=False, allow_blank=False)
    tag = ReferenceField(required=False, max_length=60, allow_blank=False)
    memo = TextField(required=False)
    account = serializers.UUIDField(required=False, help_text="the other side of a transfer")
    status = serializers.ChoiceField(("pending", "cleared"), required=False)
    message = TextField(required=False, max_length=200)
    parts = serializers.ListField(
        child=PartInput(), required=False, min_length=2, max_length=PARTS_MAX
    )
    overwrite = serializers.BooleanField(
        required=False, help_text="also replace what the owner said"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind = attrs["type"]
        needed = NEEDED.get(kind)
        if needed and needed not in attrs:
            raise _about(needed, Reason.ACTION_FIELD_REQUIRED)
        allowed = {"type", needed, "overwrite"} if kind in OVERWRITING else {"type", needed}
        for name in attrs:
            if name not in allowed:
                raise _about(name, Common.UNKNOWN_FIELD)
        if kind == "append_memo" and not attrs["memo"].strip():
            raise _about("memo", Reason.ACTION_FIELD_REQUIRED)
        if kind == "split" and sum(part["percent"] for part in attrs["parts"]) != 100:
            raise _about("parts", Reason.PERCENTS_MUST_SUM)
        return attrs


def _about(field: str, reason: Any) -> serializers.ValidationError:
    return serializers.ValidationError({field: [str(reason.label)]}, code=reason.value)


class QueryInput(StrictSerializer):
    """A query, as text or as a tree."""

    query = TextField(required=False, max_length=STRICT_LENGTH_MAX)
    condition = ConditionField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "condition" in attrs:
            if "query" in attrs:
                raise _about("condition", Reason.QUERY_OR_CONDITION)
            attrs["query"] = attrs.pop("condition")
        return attrs


class RuleInput(QueryInput):
    """A rule to make or replace. Without a query it is about every row."""

    name = TextField(max_length=100)
    actions = serializers.ListField(child=ActionInput(), min_length=1, max_length=ACTIONS_MAX)
    stop = serializers.BooleanField(required=False)
    enabled = serializers.BooleanField(required=False)
    applies_to = serializers.ChoiceField(AppliesTo.choices, required=False)


RULE_DEFAULTS: dict[str, Any] = {
    "query": "", "stop": False, "enabled": True, "applies_to": AppliesTo.BOTH.value,
}  # fmt: skip


class RulePatch(RuleInput):
    """The fields to change; the others stay."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return optional(super().get_fields())


def optional(
    fields: dict[str, serializers.Field[Any, Any, Any, Any]],
) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """The fields, none of which must be sent; those inside them must where they must."""
    for field in fields.values():
        field.required, field.default = False, empty
    return fields


class TrialInput(StrictSerializer):
    """Which rows to try a rule on: a page of those that it meets, newest first."""

    date_from = DayField(required=False)
    date_to = DayField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX, default=50)
    cursor = serializers.CharField(required=False, max_length=600)


class DraftInput(QueryInput, TrialInput):
    """A rule that is not stored yet, and the rows to try it on."""

    actions = serializers.ListField(child=ActionInput(), min_length=1, max_length=ACTIONS_MAX)


class ApplyInput(StrictSerializer):
    date_from = DayField(required=False)
    date_to = DayField(required=False)
    dry_run = serializers.BooleanField(default=False)


class OrderInput(StrictSerializer):
    rules = serializers.ListField(child=serializers.UUIDField(), max_length=500)


class RuleQuery(ListQuery):
    enabled = serializers.BooleanField(required=False, default=None, allow_null=True)


class ViewInput(QueryInput):
    name = TextField(max_length=100)
    sort = serializers.ChoiceField(SORTS, required=False)


class ViewPatch(ViewInput):
    """The fields to change; the others stay."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return optional(super().get_fields())


class RuleOutput(serializers.Serializer[Any]):
    """What `shown_rule` gives; a test holds the two together."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    query = serializers.CharField()
    condition = ConditionField()
    actions = serializers.ListField(child=serializers.DictField())
    stop = serializers.BooleanField()
    enabled = serializers.BooleanField()
    applies_to = serializers.ChoiceField(AppliesTo.choices)
    hit_count = serializers.IntegerField(help_text="new rows that met it, and past ones it changed")
    last_hit_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    etag = serializers.CharField()


class RulePage(PageOutput):
    results = RuleOutput(many=True)


class RuleChange(serializers.Serializer[Any]):
    field = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()


class RuleRow(serializers.Serializer[Any]):
    """A row that a rule meets, and what it would change; nothing where all is so already."""

    transaction = serializers.UUIDField()
    posted_on = serializers.DateField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    payee = serializers.CharField(allow_null=True)
    statement_text = serializers.CharField()
    changes = RuleChange(many=True)


class RuleRows(PageOutput):
    results = RuleRow(many=True)


class AppliedOutput(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField()
    matched = serializers.IntegerField()
    changed = serializers.IntegerField()
    change_set = serializers.UUIDField(allow_null=True, help_text="undo it by its id")
    rows = RuleRow(many=True, help_text="the first hundred that change")


class EvidenceOutput(serializers.Serializer[Any]):
    rows = serializers.IntegerField()
    transactions = serializers.ListField(child=serializers.UUIDField())
    category_name = serializers.CharField()
    last_changed_at = serializers.DateTimeField()


class SuggestionOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    query = serializers.CharField()
    actions = serializers.ListField(child=serializers.DictField())
    evidence = EvidenceOutput()


class SuggestionList(serializers.Serializer[Any]):
    results = SuggestionOutput(many=True)


class ViewOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    query = serializers.CharField()
    condition = ConditionField()
    sort = serializers.ChoiceField(SORTS)
    created_at = serializers.DateTimeField()
    etag = serializers.CharField()


class ViewPage(PageOutput):
    results = ViewOutput(many=True)


class ChangeSetOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    count = serializers.IntegerField(help_text="rows that were changed or made")
    created_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)
    etag = serializers.CharField()


class ChangeSetPage(PageOutput):
    results = ChangeSetOutput(many=True)


class LeftOutput(serializers.Serializer[Any]):
    transaction = serializers.UUIDField()
    why = serializers.ChoiceField(("changed_later", "gone"))


class UndoneOutput(ChangeSetOutput):
    reverted = serializers.IntegerField(help_text="rows that are as they were")
    left_count = serializers.IntegerField()
    left = LeftOutput(many=True, help_text="the first 200 that somebody changed since")


def shown_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "position": rule.position,
        "query": rule.query,
        "condition": to_json(parse_strictly(rule.query)),
        "actions": [_shown_action(action) for action in rule.actions],
        "stop": rule.stop,
        "enabled": rule.enabled,
        "applies_to": rule.applies_to,
        "hit_count": rule.hit_count,
        "last_hit_at": rule.last_hit_at,
        "created_at": rule.created_at,
        "etag": rule.etag,
    }


def _shown_action(action: dict[str, Any]) -> dict[str, Any]:
    if "parts" not in action:
        return action
    parts = [{**part, "percent": float(part["percent"])} for part in action["parts"]]
    return {**action, "parts": parts}


def shown_view(view: SavedView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "query": view.query,
        "condition": to_json(parse_strictly(view.query)),
        "sort": view.sort,
        "created_at": view.created_at,
        "etag": view.etag,
    }


def shown_change_set(kept: ChangeSet) -> dict[str, Any]:
    return {
        "id": kept.id,
        "kind": kept.kind,
        "title": kept.title,
        "count": kept.count,
        "created_at": kept.created_at,
        "undone_at": kept.undone_at,
        "etag": kept.etag,
    }


RULE_EXAMPLE = OpenApiExample(
    "supermarkets",
    {
        "name": "Supermarkets",
        "query": "(payee:rewe* OR text:edeka) type:expense",
        "actions": [
            {"type": "set_category", "category": "Groceries"},
            {"type": "add_tag", "tag": "household"},
        ],
    },
    request_only=True,
)
VIEW_EXAMPLE = OpenApiExample(
    "large", {"name": "Large payments", "query": "type:expense amount:>500"}, request_only=True
)
__all__ = ["RULE_DEFAULTS", "shown_change_set", "shown_rule", "shown_view"]
