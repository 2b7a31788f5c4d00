"""What the owner's rows are called, by id: everything that a set of rows or rules names, at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.sql import as_id, fetch
from ledger.predicates import Named, Subject
from ledger.services.books import Row

EMPTY = "''"
# kind → (table, what else there is to know of its rows: two columns of text)
SOURCES = {
    "account": ("ledger_account", ("currency", "CASE WHEN closed THEN 'closed' ELSE '' END")),
    "payee": ("ledger_payee", (EMPTY, EMPTY)),
    "category": ("ledger_category", ("kind", EMPTY)),
    "tag": ("ledger_tag", (EMPTY, EMPTY)),
    "import": ("ledger_importbatch", (EMPTY, EMPTY)),
}
# A payee that was merged away lives on as an alias under its id.
MERGED = (
    "SELECT 'payee', a.id, p.name, p.id, '', '' FROM ledger_payeealias a"
    " JOIN ledger_payee p ON p.id = a.payee_id WHERE a.user_id = %s AND a.id IN ({marks})"
)


@dataclass(frozen=True, slots=True)
class Known:
    """An owned row: its name, and of an account the currency and whether it is closed, of a
    category its kind. `id` is the row's that stands for it now, where a payee was merged."""

    id: UUID
    name: str
    detail: str = ""
    closed: bool = False

    @property
    def named(self) -> Named:
        return Named(self.name, str(self.id))


@dataclass(slots=True)
class Names:
    """Owned rows by kind and id; what is gone, or a stranger's, is simply absent."""

    known: dict[tuple[str, UUID], Known] = field(default_factory=dict)

    def get(self, kind: str, row_id: UUID | None) -> Known | None:
        return self.known.get((kind, row_id)) if row_id is not None else None

    def named(self, kind: str, row_id: UUID | None) -> Named | None:
        found = self.get(kind, row_id)
        return found.named if found else None


def names_of(user_id: UUID, wanted: Iterable[tuple[str, UUID | None]]) -> Names:
    """The names of (kind, id) pairs: one statement, none where nothing is asked."""
    by_kind: dict[str, set[UUID]] = {}
    for kind, row_id in wanted:
        if row_id is not None:
            by_kind.setdefault(kind, set()).add(row_id)
    parts: list[str] = []
    values: list[Any] = []
    for kind, ids in by_kind.items():
        marks = ", ".join(["%s"] * len(ids))
        table, (detail, state) = SOURCES[kind]
        name = "filename" if kind == "import" else "name"
        parts.append(
            f"SELECT '{kind}', id, {name}, id, {detail}, {state} FROM {table}"  # noqa: S608
            f" WHERE user_id = %s AND id IN ({marks})"
        )
        values += [user_id, *ids]
        if kind == "payee":
            parts.append(MERGED.format(marks=marks))
            values += [user_id, *ids]
    found = Names()
    if parts:
        for kind, row_id, name, now_id, detail, state in fetch(" UNION ALL ".join(parts), values):
            known = Known(as_id(now_id), name, detail, state == "closed")
            found.known[kind, as_id(row_id)] = known
    return found


def named_by(rows: Sequence[Row]) -> Iterator[tuple[str, UUID | None]]:
    """Everything that rows of the books name."""
    for row in rows:
        one = row.transaction
        yield "account", one.account_id
        yield "payee", one.payee_id
        yield "category", one.category_id
        yield "import", one.import_batch_id
        for split in row.splits:
            yield "category", split.category_id
        for tag_id in row.tag_ids:
            yield "tag", tag_id


def subjects_of(rows: Sequence[Row], names: Names) -> list[Subject]:
    """Rows of the books as queries and rules see them."""
    return [_subject(row, names) for row in rows]


def _subject(row: Row, names: Names) -> Subject:
    one = row.transaction
    category = names.get("category", one.category_id)
    parts = (names.named("category", split.category_id) for split in row.splits)
    tags = (names.named("tag", tag_id) for tag_id in row.tag_ids)
    return Subject(
        posted_on=one.posted_on,
        amount_minor=one.amount_minor,
        currency=one.currency,
        account=names.named("account", one.account_id) or Named(""),
        payee=names.named("payee", one.payee_id),
        category=category.named if category else None,
        category_kind=category.detail if category else "",
        parts=tuple(part for part in parts if part),
        split_count=len(row.splits),
        tags=tuple(tag for tag in tags if tag),
        memo=one.memo,
        text=one.statement_text,
        status=one.status,
        is_transfer=one.transfer_id is not None,
        imported_from=names.named("import", one.import_batch_id),
    )
