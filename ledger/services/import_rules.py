"""Rules on the rows of a bank file: asked before identification, followed where a row is new.

The fingerprint knows nothing of rules: a changed rule must not make a known row new. What a rule
calls the payee only helps to find rows that the owner typed in under that name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from ledger import money, naming
from ledger import rules as engine
from ledger.matching import By, Decision, Kind
from ledger.models import Category
from ledger.predicates import Named, Subject
from ledger.services.import_rows import Candidate
from ledger.services.rule_book import compiled, edits_of, rules_at

Ruled = dict[int, engine.RowChanges]  # by position; rows that no rule met are absent


def consult(
    user_id: UUID,
    candidates: Sequence[Candidate],
    aliases: Mapping[str, str],
    source: Named,
) -> Ruled:
    """What the owner's rules say of each row: one statement without rules, three with them.

    source: file name and id of the import.
    """
    written = rules_at(user_id, "import")
    if not written:
        return {}
    rules, _ = compiled(user_id, written)
    kinds = _kinds(user_id, candidates)
    ruled: Ruled = {}
    for candidate in candidates:
        if candidate.code:
            continue
        subject = _subject(candidate, aliases, kinds, source)
        changes = engine.apply(rules, subject, on_import=True)
        if changes.reasons:
            ruled[candidate.position] = changes
    return ruled


def _kinds(user_id: UUID, candidates: Sequence[Candidate]) -> dict[str, str]:
    """The kinds of the categories that the file names, by name key."""
    if not any(candidate.category for candidate in candidates):
        return {}
    return dict(Category.objects.for_user(user_id).values_list("name_key", "kind"))


def _subject(
    candidate: Candidate, aliases: Mapping[str, str], kinds: Mapping[str, str], source: Named
) -> Subject:
    """The row as it will stand in the books, if no rule changes it."""
    known_as = aliases.get(naming.key(candidate.payee)) if aliases else None
    payee = known_as or candidate.payee
    kind = ""
    if candidate.category:
        made = "income" if candidate.amount_minor > 0 else "expense"
        kind = kinds.get(naming.key(candidate.category), made)
    parts = [Named(str(split.category)) for split in candidate.splits if split.category]
    return Subject(
        posted_on=candidate.row.posted_on,
        amount_minor=candidate.amount_minor,
        currency=candidate.destination.currency,
        account=Named(candidate.destination.shown, candidate.destination.key),
        payee=Named(payee) if payee else None,
        category=Named(candidate.category) if candidate.category else None,
        category_kind=kind,
        parts=tuple(parts),
        split_count=len(candidate.splits),
        tags=tuple(Named(tag) for tag in candidate.tags),
        memo=candidate.memo,
        text=candidate.statement_text,
        status=candidate.status,
        imported_from=source,
    )


def renamed(ruled: Ruled) -> dict[int, str]:
    """The payee that rules give to rows, by position."""
    return {
        position: changes.fields["payee"].name
        for position, changes in ruled.items()
        if "payee" in changes.fields
    }


def follow(
    ruled: Ruled, candidates: Sequence[Candidate], decisions: Sequence[Decision]
) -> list[Decision]:
    """Change the new rows as the rules say; those to ignore become skipped. The decisions then."""
    if not ruled:
        return list(decisions)
    followed = list(decisions)
    for position, changes in ruled.items():
        if decisions[position].kind != Kind.NEW:
            continue
        candidate = candidates[position]
        candidate.reasons = changes.reasons
        if changes.ignored:
            followed[position] = replace(decisions[position], kind=Kind.SKIPPED, by=By.RULE)
        else:
            _change(candidate, changes)
    return followed


def _change(candidate: Candidate, changes: engine.RowChanges) -> None:
    currency = candidate.destination.currency
    fields: dict[str, Any] = edits_of(changes, partial(money.from_minor, currency=currency))
    if "payee" in fields:
        candidate.payee = changes.fields["payee"].name
    if "category" in fields:
        candidate.category, candidate.splits = changes.fields["category"].name, ()
    if "tags" in fields:
        candidate.tags = tuple(tag.name for tag in changes.fields["tags"])
    if "splits" in fields:
        candidate.splits, candidate.category = fields["splits"], ""
    candidate.memo = fields.get("memo", candidate.memo)
    candidate.ruled_status = fields.get("status", "")
    if to := changes.fields.get("transfer_to"):
        candidate.other_account = candidate.transfer_to = to.id
        candidate.category, candidate.splits = "", ()


def met(
    rows: Sequence[tuple[Candidate, Decision]], booked: Mapping[int, UUID]
) -> Iterator[tuple[UUID | None, Sequence[engine.Reason]]]:
    """The rules that the rows of an import met, as `count_hits` takes them."""
    for candidate, _ in rows:
        if candidate.reasons:
            yield booked.get(candidate.position), candidate.reasons
