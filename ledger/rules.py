"""Rules on one row: which of them it meets, in order, and what follows. Pure.

`apply` never touches what the owner said (`said`), unless an action is told to `overwrite`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger import naming
from ledger.money import split_evenly
from ledger.predicates import Named, Predicate, Subject

MEMO_MAX = 500
TAGS_MAX = 50
KINDS = (
    "set_category", "set_payee", "add_tag", "remove_tag", "set_memo", "append_memo", "split",
    "mark_transfer_to", "set_status", "ignore", "notify",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """The owned row that an action names. detail: a category's kind, an account's currency."""

    named: Named
    detail: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    percent: Decimal
    category: Target | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. A target that is gone from the books is None: the action does nothing."""

    kind: str
    target: Target | None = None
    text: str = ""  # memo, status or message
    parts: tuple[Part, ...] = ()
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    id: UUID
    name: str
    meets: Predicate
    actions: tuple[Action, ...]
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a split row, exact: the shares sum to the row."""

    amount_minor: int
    category: Named | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that the row met, and the fields that it set."""

    rule_id: UUID
    name: str
    fields: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()  # to tell the owner


@dataclass(frozen=True, slots=True)
class RowChanges:
    """What becomes of a row. `fields` differ from the row as it was; empty where nothing does.

    payee, category: Named; tags: tuple of Named; splits: tuple of Share; memo, status: text;
    transfer_to: Named account.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    ignored: bool = False


UNTOUCHED = RowChanges()


def apply(
    rules: Sequence[Rule], row: Subject, *, said: Collection[str] = (), on_import: bool = False
) -> RowChanges:
    """Run the rules over one row, in order, until one that it meets says stop.

    A later rule sees the row as the earlier ones left it, and may set again what they set.
    said: fields that are the owner's word (payee, category, splits, memo, tags, status).
    """
    run = _Run(row, frozenset(said), on_import)
    for rule in rules:
        if not rule.meets(run.row):
            continue
        run.follow(rule)
        if rule.stop or run.ignored:
            break
    return run.result()


class _Run:
    """One row on its way through the rules."""

    def __init__(self, row: Subject, said: frozenset[str], on_import: bool) -> None:
        self.before = self.row = row
        self.said, self.on_import = said, on_import
        self.fields: dict[str, Any] = {}
        self.reasons: list[Reason] = []
        self.ignored = False

    def follow(self, rule: Rule) -> None:
        names: list[str] = []
        messages: list[str] = []
        for action in rule.actions:
            if action.kind == "notify":
                messages.append(action.text)
            elif action.kind == "ignore":
                self.ignored = self.ignored or self.on_import
            else:
                names += self._act(action)
        self.reasons.append(
            Reason(rule.id, rule.name, tuple(dict.fromkeys(names)), tuple(messages))
        )

    def result(self) -> RowChanges:
        if not self.reasons:
            return UNTOUCHED
        kept = {name: v for name, v in self.fields.items() if not self._is_as_before(name, v)}
        return RowChanges(kept, tuple(self.reasons), self.ignored)

    def _is_as_before(self, name: str, value: Any) -> bool:
        if name == "payee":
            return same(self.before.payee, value)
        if name == "category":
            return same(self.before.category, value) and not self.before.split_count
        if name == "tags":
            return [_key(tag) for tag in self.before.tags] == [_key(tag) for tag in value]
        return bool(name in {"memo", "status"} and getattr(self.before, name) == value)

    def _act(self, action: Action) -> Sequence[str]:
        """Do one thing; the names of the fields it set, none where it may not or need not."""
        act = getattr(self, f"_{action.kind}")
        done: Sequence[str] = act(action)
        return done

    def _may(self, action: Action, *fields: str) -> bool:
        return action.overwrite or not self.said.intersection(fields)

    def _set_category(self, action: Action) -> Sequence[str]:
        target = action.target
        if target is None or self.row.is_transfer or not self._may(action, "category", "splits"):
            return ()
        if same(self.row.category, target.named) and not self.row.split_count:
            return ()
        self.row = replace(
            self.row, category=target.named, category_kind=target.detail, parts=(), split_count=0
        )
        self.fields.pop("splits", None)
        self.fields["category"] = target.named
        return ("category",)

    def _set_payee(self, action: Action) -> Sequence[str]:
        target = action.target
        if target is None or not self._may(action, "payee") or same(self.row.payee, target.named):
            return ()
        self.row = replace(self.row, payee=target.named)
        self.fields["payee"] = target.named
        return ("payee",)

    def _add_tag(self, action: Action) -> Sequence[str]:
        target = action.target
        if target is None or not self._may(action, "tags") or len(self.row.tags) >= TAGS_MAX:
            return ()
        if any(same(tag, target.named) for tag in self.row.tags):
            return ()
        return self._tag((*self.row.tags, target.named))

    def _remove_tag(self, action: Action) -> Sequence[str]:
        target = action.target
        if target is None or not self._may(action, "tags"):
            return ()
        left = tuple(tag for tag in self.row.tags if not same(tag, target.named))
        return self._tag(left) if len(left) < len(self.row.tags) else ()

    def _tag(self, tags: tuple[Named, ...]) -> Sequence[str]:
        self.row = replace(self.row, tags=tags)
        self.fields["tags"] = tags
        return ("tags",)

    def _set_memo(self, action: Action) -> Sequence[str]:
        if not self._may(action, "memo") or self.row.memo == action.text:
            return ()
        return self._note(action.text)

    def _append_memo(self, action: Action) -> Sequence[str]:
        """Words behind the owner's own are no overwriting; but once is enough."""
        memo = f"{self.row.memo} {action.text}".strip()
        if action.text in self.row.memo or len(memo) > MEMO_MAX:
            return ()
        return self._note(memo)

    def _note(self, memo: str) -> Sequence[str]:
        self.row = replace(self.row, memo=memo)
        self.fields["memo"] = memo
        return ("memo",)

    def _split(self, action: Action) -> Sequence[str]:
        if self.row.is_transfer or not self._may(action, "category", "splits"):
            return ()
        shares = shares_of(self.row.amount_minor, action.parts)
        categories = tuple(share.category for share in shares if share.category)
        self.row = replace(
            self.row, category=None, category_kind="", parts=categories, split_count=len(shares)
        )
        self.fields.pop("category", None)
        self.fields["splits"] = shares
        return ("splits",)

    def _mark_transfer_to(self, action: Action) -> Sequence[str]:
        """Only between open accounts of one currency: across two, nobody knows the other amount."""
        target = action.target
        if target is None or target.closed or target.detail != self.row.currency:
            return ()
        if (
            self.row.is_transfer
            or not self.row.amount_minor
            or same(self.row.account, target.named)
        ):
            return ()
        if not self._may(action, "category", "splits"):
            return ()
        self.row = replace(
            self.row, is_transfer=True, category=None, category_kind="", parts=(), split_count=0
        )
        self.fields.pop("category", None)
        self.fields.pop("splits", None)
        self.fields["transfer_to"] = target.named
        return ("transfer_to",)

    def _set_status(self, action: Action) -> Sequence[str]:
        status = self.row.status
        if status in {"reconciled", action.text} or not self._may(action, "status"):
            return ()
        self.row = replace(self.row, status=action.text)
        self.fields["status"] = action.text
        return ("status",)


def shares_of(amount_minor: int, parts: Sequence[Part]) -> tuple[Share, ...]:
    """The amount by percent, by largest remainder: the shares sum to it, to the last unit."""
    amounts = split_evenly(amount_minor, [int(part.percent * 100) for part in parts])
    return tuple(
        Share(amount, part.category.named if part.category else None, part.memo)
        for amount, part in zip(amounts, parts, strict=True)
    )


def same(one: Named | None, other: Named | None) -> bool:
    """Whether two names mean one row: by id where both have one, else by key."""
    if one is None or other is None:
        return one is other
    if one.id and other.id:
        return one.id == other.id
    return _key(one) == _key(other)


def _key(named: Named) -> str:
    return naming.key(named.name)
