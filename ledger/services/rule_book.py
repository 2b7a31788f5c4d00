"""The owner's rules, ready to run: queries compiled, ids turned into rows, hits counted.

Loading costs one statement without rules, two with them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any as Json
from uuid import UUID

import orjson
from django.db.models import Case, F, Value, When
from django.utils import timezone

from accounts.announce import push
from accounts.sql import as_id, fetch
from ledger import rules as engine
from ledger.models import Rule
from ledger.predicates import Named, predicate
from ledger.search import All, Any, Node, Not, Term, parse_strictly, terms_of
from ledger.search_values import id_of
from ledger.selectors.names import Names, names_of
from ledger.services.drafts import Reference, SplitDraft

BY_NAME = ("payee", "category", "tag")  # rows in memory may not have these ids yet
TARGETS = {
    "set_category": "category",
    "set_payee": "payee",
    "add_tag": "tag",
    "remove_tag": "tag",
    "mark_transfer_to": "account",
}
TEXTS = {
    "set_memo": "memo", "append_memo": "memo", "set_status": "status", "notify": "message",
}  # fmt: skip
TOLD_MAX = 20  # rows that one notice names


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as it is stored, or as somebody drafts it. Ids in actions may stand for names."""

    id: UUID
    name: str
    query: str
    actions: Sequence[Mapping[str, Json]]
    stop: bool = False


@lru_cache(maxsize=2000)
def node_of(query: str) -> Node:
    return parse_strictly(query)


def written(row: Rule) -> Written:
    return Written(row.id, row.name, row.query, row.actions, row.stop)


READ = "SELECT id, name, query, actions, stop FROM ledger_rule WHERE user_id = %s{} ORDER BY position, id"
AT_A_MOMENT = READ.format(" AND enabled AND applies_to IN (%s, 'both')")


def rules_at(user_id: UUID, moment: str) -> list[Written]:
    """The enabled rules for `import` or `manual`, in order: one indexed read.

    Every booking asks, and most owners have none: written out, since compiling it cost more than it.
    """
    return _in_order(fetch(AT_A_MOMENT, [user_id, moment]))


def written_rules(user_id: UUID) -> list[Written]:
    """Every rule of the owner's, in order."""
    return _in_order(fetch(READ.format(""), [user_id]))


def _in_order(rows: Iterable[tuple[Json, ...]]) -> list[Written]:
    return [
        Written(as_id(row_id), name, query, orjson.loads(actions), bool(stop))
        for row_id, name, query, actions, stop in rows
    ]


def compiled(
    user_id: UUID,
    rules: Sequence[Written],
    also: Iterable[tuple[str, UUID | None]] = (),
) -> tuple[list[engine.Rule], Names]:
    """Rules that can be applied, and the names of all that they and `also` mention."""
    names = names_of(user_id, [*also, *mentioned(rules)])
    return [_compiled(rule, names) for rule in rules], names


def mentioned(rules: Iterable[Written]) -> Iterator[tuple[str, UUID | None]]:
    """(kind, id) of every owned row that rules name by its id."""
    for rule in rules:
        for term in terms_of(node_of(rule.query)):
            if term.field in (*BY_NAME, "account"):
                yield term.field, id_of(term.value)
        for action in rule.actions:
            if kind := TARGETS.get(action["type"]):
                yield kind, _id(action[kind])
            for part in action.get("parts", ()):
                yield "category", _id(part.get("category"))


def _id(reference: Json) -> UUID | None:
    return reference if isinstance(reference, UUID) else id_of(reference or "")


def _compiled(rule: Written, names: Names) -> engine.Rule:
    node = _by_names(node_of(rule.query), names)
    actions = tuple(_action(action, names) for action in rule.actions)
    return engine.Rule(rule.id, rule.name, predicate(node), actions, rule.stop)


def _by_names(node: Node, names: Names) -> Node:
    """The query with names in place of ids: a row on its way into the books has no ids yet."""
    if isinstance(node, Term):
        row_id = id_of(node.value) if node.field in BY_NAME else None
        if row_id is None:
            return node
        known = names.get(node.field, row_id)
        return Term(node.field, "is", known.name) if known else Any()
    if isinstance(node, Not):
        return Not(_by_names(node.part, names))
    parts = tuple(_by_names(part, names) for part in node.parts)
    return All(parts) if isinstance(node, All) else Any(parts)


def _action(action: Mapping[str, Json], names: Names) -> engine.Action:
    kind = action["type"]
    target = TARGETS.get(kind)
    return engine.Action(
        kind,
        _target(target, action[target], names) if target else None,
        action.get(TEXTS.get(kind, ""), ""),
        tuple(
            engine.Part(
                Decimal(str(part["percent"])),
                _target("category", part.get("category"), names),
                part.get("memo", ""),
            )
            for part in action.get("parts", ())
        ),
        bool(action.get("overwrite")),
    )


def _target(kind: str, reference: Json, names: Names) -> engine.Target | None:
    row_id = _id(reference)
    if row_id is None:  # a draft's new name; or a part without a category
        return engine.Target(Named(reference)) if reference else None
    known = names.get(kind, row_id)
    return engine.Target(known.named, known.detail, known.closed) if known else None


def edits_of(changes: engine.RowChanges, amount_of: Json) -> dict[str, Json]:
    """The fields as `post` and `edit` take them. amount_of: minor units → Decimal."""
    fields: dict[str, Json] = {}
    for name, value in changes.fields.items():
        if name in {"payee", "category"}:
            fields[name] = reference_of(value)
        elif name == "tags":
            fields[name] = tuple(reference_of(tag) for tag in value)
        elif name == "splits":
            fields[name] = tuple(
                SplitDraft(
                    amount=amount_of(share.amount_minor),
                    category=reference_of(share.category) if share.category else None,
                    memo=share.memo,
                )
                for share in value
            )
        elif name != "transfer_to":
            fields[name] = value
    return fields


def reference_of(named: Named) -> Reference:
    return UUID(named.id) if named.id else named.name


def count_hits(
    user_id: UUID, seq: int, met: Iterable[tuple[UUID | None, Sequence[engine.Reason]]]
) -> None:
    """Count the rules that rows met, and tell the owner what rules say. Under the owner's clock.

    met: (id of the row, None for one that is not booked; its reasons). Two statements at most.
    """
    hits: Counter[UUID] = Counter()
    notices: dict[tuple[UUID, str, str], list[str]] = {}
    for row_id, reasons in met:
        for reason in reasons:
            hits[reason.rule_id] += 1
            for message in reason.messages:
                told = notices.setdefault((reason.rule_id, reason.name, message), [])
                told.append(str(row_id) if row_id else "")
    if not hits:
        return
    counts = [When(id=rule_id, then=Value(n)) for rule_id, n in hits.items()]
    Rule.objects.for_user(user_id).filter(id__in=hits).update(
        hit_count=F("hit_count") + Case(*counts, default=Value(0)),
        last_hit_at=timezone.now(),
        seq=seq,
    )
    payloads = [
        {
            "rule": str(rule_id),
            "name": name,
            "message": message,
            "count": len(told),
            "transactions": [row_id for row_id in told if row_id][:TOLD_MAX],
        }
        for (rule_id, name, message), told in notices.items()
    ]
    push(user_id, seq, "rule.notice", payloads)
