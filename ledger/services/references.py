"""Turning references of drafts into owned rows: one query per kind, whatever the batch.

An id that is not the owner's is refused as if it did not exist. A name is found by its key; a
payee, category or tag that has no such name yet is made, as a person typing it expects.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.errors import Refusal
from accounts.ids import new_id
from accounts.sql import as_id, fetch
from ledger import naming
from ledger.errors import Reason
from ledger.models import Category, Payee, PayeeAlias, Tag
from ledger.services.drafts import Reference


@dataclass(slots=True)
class Wanted:
    """A reference and the place in the request it came from; `inflow` guides a new category's kind."""

    reference: Reference
    pointer: str
    inflow: bool = False


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What booking needs to know of an account."""

    id: UUID
    currency: str
    closed: bool


def accounts_of(user_id: UUID, wanted: dict[UUID, str]) -> dict[UUID, OwnAccount]:
    """The owner's accounts by id; refuses the first that is not there. `wanted`: id → pointer."""
    found = {
        row_id: OwnAccount(row_id, currency, bool(closed))
        for row_id, currency, closed in owned_rows(
            "ledger_account", ("currency", "closed"), user_id, {"id": list(wanted)}
        )
    }
    for account_id, pointer in wanted.items():
        if account_id not in found:
            raise Refusal(Reason.ACCOUNT_NOT_FOUND, pointer=f"{pointer}/account")
    return found


def owned_rows(
    table: str, columns: Sequence[str], user_id: UUID, having: dict[str, list[Any]]
) -> Iterator[tuple[Any, ...]]:
    """(id, columns…) of one owner's rows where any of the `having` columns has one of its values.

    Written out, because these small reads run in every post and compiling them cost more than them.
    """
    wanted = {name: values for name, values in having.items() if values}
    conditions = " OR ".join(
        f"{name} IN ({', '.join(['%s'] * len(values))})" for name, values in wanted.items()
    )
    sql = f"SELECT id, {', '.join(columns)} FROM {table} WHERE user_id = %s AND ({conditions})"  # noqa: S608
    for row_id, *values in fetch(sql, [user_id, *(v for group in wanted.values() for v in group)]):
        yield as_id(row_id), *values


def _split(wanted: Iterable[Wanted]) -> tuple[dict[UUID, Wanted], dict[str, Wanted]]:
    by_id: dict[UUID, Wanted] = {}
    by_key: dict[str, Wanted] = {}
    for item in wanted:
        if isinstance(item.reference, UUID):
            by_id.setdefault(item.reference, item)
        else:
            by_key.setdefault(naming.key(item.reference), item)
    return by_id, by_key


def _found(
    table: str, user_id: UUID, by_id: dict[UUID, Wanted], by_key: dict[str, Wanted], reason: Reason
) -> dict[Reference, UUID]:
    """Ids by reference (id or key) in one query; refuses an id that is not there."""
    if not by_id and not by_key:
        return {}
    result: dict[Reference, UUID] = {}
    having: dict[str, list[Any]] = {"id": list(by_id), "name_key": list(by_key)}
    for row_id, name_key in owned_rows(table, ("name_key",), user_id, having):
        result[row_id] = result[name_key] = row_id
    for row_id, item in by_id.items():
        if row_id not in result:
            raise Refusal(reason, pointer=item.pointer)
    return result


def _make(
    model: Any, user_id: UUID, seq: int, missing: dict[str, Wanted], **extra: Any
) -> dict[Reference, UUID]:
    longest: int = model._meta.get_field("name_key").max_length
    rows = [
        model(
            id=new_id(),
            user_id=user_id,
            seq=seq,
            name=naming.checked(str(item.reference), pointer=item.pointer, longest=longest),
            name_key=name_key,
            **{name: make(item) for name, make in extra.items()},
        )
        for name_key, item in missing.items()
    ]
    model.objects.bulk_create(rows, batch_size=500)
    return {row.name_key: row.id for row in rows}


def categories_of(user_id: UUID, seq: int, wanted: Iterable[Wanted]) -> dict[Reference, UUID]:
    """Category ids by id or name key. A new name becomes a category of the kind its sign suggests."""
    by_id, by_key = _split(wanted)
    found = _found("ledger_category", user_id, by_id, by_key, Reason.CATEGORY_NOT_FOUND)
    missing = {k: item for k, item in by_key.items() if k not in found}
    if missing:
        found |= _make(
            Category,
            user_id,
            seq,
            missing,
            kind=lambda item: "income" if item.inflow else "expense",
        )
    return found


def payees_of(user_id: UUID, seq: int, wanted: Iterable[Wanted]) -> dict[Reference, UUID]:
    """Payee ids by id or name key; a name that was merged away leads to the payee it became."""
    by_id, by_key = _split(wanted)
    found = _found("ledger_payee", user_id, by_id, by_key, Reason.PAYEE_NOT_FOUND)
    missing = {k: item for k, item in by_key.items() if k not in found}
    if missing:
        aliases = PayeeAlias.objects.for_user(user_id).filter(name_key__in=missing)
        for name_key, payee_id in aliases.values_list("name_key", "payee_id"):
            found[name_key] = payee_id
            del missing[name_key]
    if missing:
        found |= _make(Payee, user_id, seq, missing)
    return found


def tags_of(user_id: UUID, seq: int, wanted: Iterable[Wanted]) -> dict[Reference, UUID]:
    by_id, by_key = _split(wanted)
    found = _found("ledger_tag", user_id, by_id, by_key, Reason.TAG_NOT_FOUND)
    missing = {k: item for k, item in by_key.items() if k not in found}
    if missing:
        found |= _make(Tag, user_id, seq, missing)
    return found


def ids_of(found: dict[Reference, UUID], references: Sequence[Reference]) -> list[UUID]:
    """The ids that `found` has for references, each once, in their order."""
    if not references:
        return []
    ids = (look_up(found, reference) for reference in references)
    return list(dict.fromkeys(row_id for row_id in ids if row_id is not None))


def look_up(found: dict[Reference, UUID], reference: Reference | None) -> UUID | None:
    """The id that `found` has for a reference, by id or by name key."""
    if reference is None:
        return None
    return found[reference if isinstance(reference, UUID) else naming.key(reference)]
