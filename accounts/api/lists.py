"""Keyset lists: any page costs what the first costs, and no list counts unless it is asked to."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from rest_framework import serializers

from accounts.api.serializers import StrictSerializer
from accounts.errors import Reason, Refusal

LIMIT_DEFAULT = 50
LIMIT_MAX = 500


class ListQuery(StrictSerializer):
    """Parameters every list has."""

    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX, default=LIMIT_DEFAULT)
    cursor = serializers.CharField(required=False, max_length=600)
    count = serializers.BooleanField(default=False)


@dataclass(frozen=True, slots=True)
class Order:
    """A sort: the columns of the keyset, the last of which is unique, all in one direction."""

    name: str  # as in ?sort=
    columns: tuple[str, ...]
    descending: bool

    @property
    def order_by(self) -> list[str]:
        return [("-" if self.descending else "") + column for column in self.columns]

    def reverse(self) -> "Order":
        return Order(self.name, self.columns, not self.descending)


def encode_cursor(order: Order, keys: Sequence[Any], backwards: bool) -> str:
    payload = orjson.dumps([order.name, backwards, [_plain(k) for k in keys]])
    return base64.urlsafe_b64encode(payload).decode().rstrip("=")


def decode_cursor(
    text: str, order: Order, parsers: Sequence[Callable[[Any], Any]]
) -> tuple[list[Any], bool]:
    """The keys of a cursor of this very list and sort; refuses anything else by name."""
    try:
        name, backwards, keys = orjson.loads(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        )
        if name != order.name or not isinstance(backwards, bool) or len(keys) != len(parsers):
            raise ValueError("another list's cursor")
        return [parse(key) for parse, key in zip(parsers, keys, strict=True)], backwards
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise Refusal(Reason.INVALID_CURSOR, pointer="?cursor") from None


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


@dataclass(frozen=True, slots=True)
class Window:
    """One page of a keyset list: what to fetch, and how to make the answer of what came."""

    order: Order
    limit: int
    keys: list[Any] | None
    backwards: bool

    @classmethod
    def of(
        cls, parameters: dict[str, Any], order: Order, parsers: Sequence[Callable[[Any], Any]]
    ) -> "Window":
        keys, backwards = None, False
        if parameters.get("cursor"):
            keys, backwards = decode_cursor(parameters["cursor"], order, parsers)
        return cls(order, parameters["limit"], keys, backwards)

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The queryset in order, after the cursor, one row more than the page to see if there is one."""
        order = self.order.reverse() if self.backwards else self.order
        if self.keys is not None:
            lookup = TupleLessThan if order.descending else TupleGreaterThan
            fields = order.columns
            rows = rows.filter(lookup(_columns(fields), self.keys))
        return rows.order_by(*order.order_by)[: self.limit + 1]

    def page(self, rows: list[Any], key_of: Callable[[Any], Sequence[Any]]) -> dict[str, Any]:
        """`{"results", "next", "previous"}` of the rows that `apply` gave."""
        more = len(rows) > self.limit
        rows = rows[: self.limit]
        if self.backwards:
            rows.reverse()
        has_next = more if not self.backwards else True
        has_previous = (self.keys is not None) if not self.backwards else more
        return {
            "results": rows,
            "next": encode_cursor(self.order, key_of(rows[-1]), False)
            if rows and has_next
            else None,
            "previous": encode_cursor(self.order, key_of(rows[0]), True)
            if rows and has_previous
            else None,
        }


def _columns(names: Sequence[str]) -> Any:
    return Tuple(*(F(name) for name in names))


def simple_page(
    rows: QuerySet[Any],
    parameters: dict[str, Any],
    represent: Callable[[Any], dict[str, Any]],
    *,
    by: str = "id",
    parse: Callable[[Any], Any] = UUID,
    descending: bool = False,
) -> dict[str, Any]:
    """A keyset page of model instances ordered by one unique column (and by `id` behind another)."""
    columns = (by,) if by == "id" else (by, "id")
    parsers = (UUID,) if by == "id" else (parse, UUID)
    window = Window.of(parameters, Order(by, columns, descending), parsers)
    page = window.page(
        list(window.apply(rows)), lambda row: [getattr(row, column) for column in columns]
    )
    page["results"] = [represent(row) for row in page["results"]]
    if parameters.get("count"):
        page["count"] = rows.count()
    return page


__all__ = ["LIMIT_MAX", "ListQuery", "Order", "Window", "simple_page"]
