"""Verbs on rules and saved views: make, change, remove, put in order."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.db.transaction import atomic

from accounts.announce import bury, push
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Refusal
from ledger import naming
from ledger.errors import Reason
from ledger.models import Rule, SavedView
from ledger.search import terms_of
from ledger.search_parser import QueryError
from ledger.search_values import id_of
from ledger.selectors.names import names_of
from ledger.services.owned import hold, refuse_taken, trace
from ledger.services.references import (
    Wanted,
    accounts_of,
    categories_of,
    look_up,
    payees_of,
    tags_of,
)
from ledger.services.rule_book import TARGETS, node_of

RULES_MAX = 500  # each is asked of every row that comes
NOT_FOUND = {
    "account": Reason.ACCOUNT_NOT_FOUND,
    "payee": Reason.PAYEE_NOT_FOUND,
    "category": Reason.CATEGORY_NOT_FOUND,
    "tag": Reason.TAG_NOT_FOUND,
    "import": Reason.IMPORT_NOT_FOUND,
}


def check_query(user_id: UUID, query: str, pointer: str = "/query") -> None:
    """Refuse a query that is not meant as written, or names by id what is not the owner's."""
    try:
        node = node_of(query)
    except QueryError as error:
        raise Refusal(
            Reason.INVALID_QUERY,
            detail=str(error),
            pointer=pointer,
            extra={"position": error.position},
        ) from None
    named = [
        (term.field, row_id)
        for term in terms_of(node)
        if term.field in NOT_FOUND and (row_id := id_of(term.value))
    ]
    names = names_of(user_id, named)
    for kind, row_id in named:
        if names.get(kind, row_id) is None:
            raise Refusal(NOT_FOUND[kind], pointer=pointer)


def check_draft(user_id: UUID, query: str, actions: Sequence[dict[str, Any]]) -> None:
    """Refuse a rule that could not be stored, without storing it: names may be new, ids may not."""
    check_query(user_id, query)
    said = [
        (kind, value, f"/actions/{position}/{kind}")
        for position, action in enumerate(actions)
        if (kind := TARGETS.get(action["type"])) and isinstance(value := action[kind], UUID)
    ] + [
        ("category", value, f"/actions/{position}/parts/{n}/category")
        for position, action in enumerate(actions)
        for n, part in enumerate(action.get("parts", ()))
        if isinstance(value := part.get("category"), UUID)
    ]
    names = names_of(user_id, [(kind, row_id) for kind, row_id, _ in said])
    for kind, row_id, pointer in said:
        if names.get(kind, row_id) is None:
            raise Refusal(NOT_FOUND[kind], pointer=pointer)


def resolve(user_id: UUID, seq: int, actions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The actions with ids in place of names, as they are stored; new names are made.

    Four statements at most, and those that make what is new. Refuses a stranger's ids.
    """
    wanted: dict[str, list[Wanted]] = {"category": [], "payee": [], "tag": []}
    accounts: dict[UUID, str] = {}
    for position, action in enumerate(actions):
        pointer = f"/actions/{position}"
        kind = TARGETS.get(action["type"])
        if kind == "account":
            accounts[action["account"]] = pointer
        elif kind:
            wanted[kind].append(Wanted(action[kind], f"{pointer}/{kind}"))
        for n, part in enumerate(action.get("parts", ())):
            if part.get("category"):
                wanted["category"].append(Wanted(part["category"], f"{pointer}/parts/{n}/category"))
    if accounts:
        accounts_of(user_id, accounts)
    found: dict[str, dict[Any, UUID]] = {
        "category": categories_of(user_id, seq, wanted["category"]),
        "payee": payees_of(user_id, seq, wanted["payee"]),
        "tag": tags_of(user_id, seq, wanted["tag"]),
    }
    return [_resolved(action, found) for action in actions]


def _resolved(action: dict[str, Any], found: dict[str, dict[Any, UUID]]) -> dict[str, Any]:
    stored = dict(action)
    kind = TARGETS.get(action["type"])
    if kind:
        stored[kind] = str(
            action[kind] if kind == "account" else look_up(found[kind], action[kind])
        )
    if "parts" in action:
        stored["parts"] = [
            {
                "percent": str(part["percent"]),
                "category": str(look_up(found["category"], part["category"]))
                if part.get("category")
                else None,
                "memo": part.get("memo", ""),
            }
            for part in action["parts"]
        ]
    return stored


@atomic
def create_rule(*, user_id: UUID, fields: dict[str, Any]) -> Rule:
    """A new rule, behind the others. fields: name, query, actions, stop, enabled, applies_to."""
    seq = tick(user_id)
    rows = Rule.objects.for_user(user_id)
    if rows.count() >= RULES_MAX:
        raise Refusal(Reason.TOO_MANY_RULES, status=409)
    rule = Rule(user_id=user_id)
    last = rows.aggregate(last=Max("position"))["last"]
    rule.position = 0 if last is None else last + 1
    _fill(rule, seq, fields)
    rule.save(force_insert=True)
    trace(user_id, seq, "rule", "created", rule.id)
    return rule


@atomic
def change_rule(
    *, user_id: UUID, rule_id: UUID, fields: dict[str, Any], expected_seq: int | None = None
) -> Rule:
    seq = tick(user_id)
    rule: Rule = hold(Rule.objects.for_user(user_id), rule_id, Reason.RULE_NOT_FOUND, expected_seq)
    _fill(rule, seq, fields)
    rule.save()
    trace(user_id, seq, "rule", "updated", rule_id, fields=sorted(fields))
    return rule


def _fill(rule: Rule, seq: int, fields: dict[str, Any]) -> None:
    rule.seq = seq
    if "name" in fields:
        rule.name = naming.checked(fields["name"], pointer="/name")
    if "query" in fields:
        check_query(rule.user_id, fields["query"])
        rule.query = fields["query"]
    if "actions" in fields:
        rule.actions = resolve(rule.user_id, seq, fields["actions"])
    for name in ("stop", "enabled", "applies_to"):
        setattr(rule, name, fields.get(name, getattr(rule, name)))


@atomic
def remove_rule(*, user_id: UUID, rule_id: UUID, expected_seq: int | None = None) -> None:
    seq = tick(user_id)
    rule: Rule = hold(Rule.objects.for_user(user_id), rule_id, Reason.RULE_NOT_FOUND, expected_seq)
    rule.delete()
    bury(user_id, seq, "rule", [rule_id])
    trace(user_id, seq, "rule", "deleted", rule_id)


@atomic
def reorder_rules(*, user_id: UUID, ids: Sequence[UUID]) -> None:
    """Run the rules in this order from now on. Names every rule once, or is refused: a client that
    does not know of a rule cannot know where it belongs."""
    seq = tick(user_id)
    rules = {rule.id: rule for rule in Rule.objects.for_user(user_id)}
    if len(ids) != len(rules) or set(ids) != rules.keys():
        raise Refusal(Reason.ORDER_NAMES_EVERY_RULE, status=409, pointer="/rules")
    moved = []
    for position, rule_id in enumerate(ids):
        rule = rules[rule_id]
        if rule.position != position:
            rule.position, rule.seq = position, seq
            moved.append(rule)
    Rule.objects.bulk_update(moved, ["position", "seq"])
    audit("rule.ordered", user_id=user_id, target="rule", data={"moved": len(moved)})
    push(user_id, seq, "rule.updated", [{"id": str(rule.id)} for rule in moved])


@atomic
def create_view(*, user_id: UUID, fields: dict[str, Any]) -> SavedView:
    """Keep a search under a name. fields: name, query, sort."""
    seq = tick(user_id)
    view = SavedView(user_id=user_id)
    _fill_view(view, seq, fields)
    view.save(force_insert=True)
    trace(user_id, seq, "view", "created", view.id)
    return view


@atomic
def change_view(
    *, user_id: UUID, view_id: UUID, fields: dict[str, Any], expected_seq: int | None = None
) -> SavedView:
    seq = tick(user_id)
    view: SavedView = hold(
        SavedView.objects.for_user(user_id), view_id, Reason.VIEW_NOT_FOUND, expected_seq
    )
    _fill_view(view, seq, fields)
    view.save()
    trace(user_id, seq, "view", "updated", view_id)
    return view


def _fill_view(view: SavedView, seq: int, fields: dict[str, Any]) -> None:
    view.seq = seq
    if "name" in fields:
        view.name = naming.checked(fields["name"], pointer="/name")
        view.name_key = naming.key(fields["name"])
        same = SavedView.objects.for_user(view.user_id).filter(name_key=view.name_key)
        refuse_taken(same, view.id)
    if "query" in fields:
        check_query(view.user_id, fields["query"])
        view.query = fields["query"]
    view.sort = fields.get("sort", view.sort)


@atomic
def remove_view(*, user_id: UUID, view_id: UUID, expected_seq: int | None = None) -> None:
    seq = tick(user_id)
    view: SavedView = hold(
        SavedView.objects.for_user(user_id), view_id, Reason.VIEW_NOT_FOUND, expected_seq
    )
    view.delete()
    bury(user_id, seq, "view", [view_id])
    trace(user_id, seq, "view", "deleted", view_id)


__all__ = [
    "change_rule",
    "change_view",
    "check_query",
    "create_rule",
    "create_view",
    "remove_rule",
    "remove_view",
    "reorder_rules",
    "resolve",
]
