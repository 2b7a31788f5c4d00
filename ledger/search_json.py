"""The tree of a query as JSON, for programs that build queries from controls. Pure.

`{"all": [..]}`, `{"any": [..]}`, `{"not": ..}` and `{"field", "op", "value"}`; the field of a plain
word is `any`.
"""

from collections.abc import Mapping
from typing import Any as Json

from ledger.search import (
    ANY_FIELD,
    COMPARED,
    COMPARISONS,
    FIELDS,
    STRICT_TERMS_MAX,
    TEXT_OPS,
    TEXTS,
    All,
    Any,
    Node,
    Not,
    Term,
    all_of,
    any_of,
    negation,
    parse_strictly,
    to_text,
)
from ledger.search_parser import QueryError


def to_json(node: Node) -> dict[str, Json]:
    """The tree as plain JSON values."""
    if isinstance(node, Term):
        return {"field": node.field or ANY_FIELD, "op": node.op, "value": node.value}
    if isinstance(node, Not):
        return {"not": to_json(node.part)}
    name = "all" if isinstance(node, All) else "any"
    return {name: [to_json(part) for part in node.parts]}


def from_json(value: Json) -> Node:
    """The tree of JSON values; raises QueryError for what no query says.

    Whatever it returns, `parse_strictly(to_text(node)) == node`.
    """
    node = _node(value)
    if parse_strictly(to_text(node)) != node:
        raise QueryError("This condition says nothing that a query could.", 0)
    return node


def _node(value: Json) -> Node:
    if not isinstance(value, Mapping):
        raise QueryError("A condition is an object.", 0)
    if value.keys() == {"not"}:
        return negation(_node(value["not"]))
    for name, join in (("all", all_of), ("any", any_of)):
        if value.keys() == {name}:
            parts = value[name]
            if not isinstance(parts, list) or len(parts) > STRICT_TERMS_MAX:
                raise QueryError(f"{name} takes a list of at most {STRICT_TERMS_MAX}.", 0)
            return join(_node(part) for part in parts)
    return _term(value)


def _term(value: Mapping[str, Json]) -> Term:
    unknown = value.keys() - {"field", "op", "value"}
    if unknown or "value" not in value:
        raise QueryError("A condition is all, any, not, or field, op and value.", 0)
    if not all(isinstance(said, str) for said in value.values()):
        raise QueryError("field, op and value are texts.", 0)
    field: str = value.get("field", ANY_FIELD)
    field = "" if field == ANY_FIELD else field
    if field not in FIELDS:
        raise QueryError(f"There is no field {field}.", 0)
    ops = TEXT_OPS if field in TEXTS else COMPARISONS if field in COMPARED else ("is",)
    default = "contains" if field in TEXTS else "=" if field in COMPARED else "is"
    op: str = value.get("op", default)
    if op not in ops:
        raise QueryError(f"{field or ANY_FIELD} takes {', '.join(ops)}.", 0)
    return Term(field, op, value["value"])


__all__ = ["All", "Any", "from_json", "to_json"]
