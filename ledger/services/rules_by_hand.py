"""Posting what a person typed in, with the rules filling what was not said."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.db.transaction import atomic

from accounts.clock import tick
from accounts.errors import Refusal
from ledger import money
from ledger import rules as engine
from ledger.predicates import Named, Subject
from ledger.selectors.names import Names
from ledger.services.books import Row
from ledger.services.drafts import Draft
from ledger.services.posting import minor_of, post
from ledger.services.rule_book import compiled, count_hits, edits_of, rules_at
from ledger.services.transfer_marks import mark

FILLED = {"payee", "category", "tags"}


def post_by_hand(user_id: UUID, draft: Draft, said: Collection[str]) -> list[Row]:
    """Post one row; rules for rows typed in fill what was not `said`. As `post` otherwise.

    One statement more than `post`, none where payee, category and tags were all said.
    """
    words = set(said) | ({"category"} if "splits" in said else set())
    rules = [] if words >= FILLED else rules_at(user_id, "manual")
    if not rules:
        return post(user_id, [draft])
    ready, names = compiled(user_id, rules, _mentioned(draft))
    subject = _subject(draft, names)
    if subject is None:
        return post(user_id, [draft])  # which refuses it, by its own words
    changes = engine.apply(ready, subject, said=_protected(words))
    if not changes.reasons:
        return post(user_id, [draft])
    return _post_changed(user_id, draft, changes, subject.currency)


def _protected(words: set[str]) -> set[str]:
    return words | {"splits"} if "category" in words else words


def _mentioned(draft: Draft) -> list[tuple[str, UUID | None]]:
    return [
        ("account", draft.account_id),
        ("payee", draft.payee if isinstance(draft.payee, UUID) else None),
        ("category", draft.category if isinstance(draft.category, UUID) else None),
        *(("tag", tag) for tag in draft.tags if isinstance(tag, UUID)),
    ]


def _subject(draft: Draft, names: Names) -> Subject | None:
    """The row as rules see it; None where its account or amount is wrong."""
    account = names.get("account", draft.account_id)
    if account is None:
        return None
    try:
        minor = minor_of(draft.amount, account.detail, "")
    except Refusal:
        return None
    category = draft.category if isinstance(draft.category, UUID) else None
    kind = names.get("category", category)
    tags = (_named("tag", tag, names) for tag in draft.tags)
    return Subject(
        posted_on=draft.posted_on,
        amount_minor=minor,
        currency=account.detail,
        account=account.named,
        payee=_named("payee", draft.payee, names),
        category=_named("category", draft.category, names),
        category_kind=kind.detail if kind else "",
        split_count=len(draft.splits),
        tags=tuple(tag for tag in tags if tag),
        memo=draft.memo,
        text=draft.statement_text,
        status=draft.status,
    )


def _named(kind: str, reference: Any, names: Names) -> Named | None:
    if isinstance(reference, UUID):
        return names.named(kind, reference)
    return Named(reference) if reference else None


@atomic
def _post_changed(
    user_id: UUID, draft: Draft, changes: engine.RowChanges, currency: str
) -> list[Row]:
    seq = tick(user_id)
    changed = replace(draft, **edits_of(changes, partial(money.from_minor, currency=currency)))
    rows = post(user_id, [changed], seq=seq)
    if to := changes.fields.get("transfer_to"):
        mark(user_id, seq, [(rows[0], UUID(to.id))], source="api")
    count_hits(user_id, seq, [(rows[0].transaction.id, changes.reasons)])
    return rows
