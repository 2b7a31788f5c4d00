"""What the owner reads of an import: counts, rows with their decisions, bad rows, balances."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, Sum

from ledger import money
from ledger.matching import Decision, Kind
from ledger.models import DailyTotal
from ledger.services.import_accounts import Destination
from ledger.services.import_categories import missing_categories
from ledger.services.import_plan import Plan
from ledger.services.import_rows import Candidate
from ledger.statements.model import BadRow, Statement

PREVIEW_MAX = 100
BAD_ROWS_MAX = 1000  # in the item; GET /rows?decision=invalid has them all
TEXT_MAX = 200
COUNTED = [kind.value for kind in Kind]
# One letter per row, in file order: what was decided at commit, for a file of any length.
LETTERS = {
    Kind.NEW: "n", Kind.DUPLICATE: "d", Kind.UPDATED: "u", Kind.MATCHED: "m",
    Kind.SKIPPED_DELETED: "x", Kind.INVALID: "i", Kind.SKIPPED: "s", Kind.OPENING: "o",
}  # fmt: skip
Entry = tuple[Candidate, Decision] | BadRow
KINDS = {letter: kind for kind, letter in LETTERS.items()}


def report_of(user_id: UUID, plan: Plan) -> dict[str, Any]:
    """The report as it is stored with the import, plain JSON."""
    parsed = plan.parsed
    return {
        "counts": counts_of(plan),
        "transfers": len(plan.transfers),
        "categorised": 0,
        "new_categories": len(missing_categories(user_id, parsed)),
        "preview": lines_of(plan, islice(entries_of(plan), PREVIEW_MAX)),
        "bad_rows": bad_lines_of(plan)[:BAD_ROWS_MAX],
        "warnings": warnings_of(plan),
        "mapping": parsed.mapping,
        "encoding": parsed.encoding,
        "accounts": [
            {
                "name": destination.name or destination.shown,
                "account": str(destination.account.id) if destination.account else None,
                "will_be_created": destination.account is None,
                "type": destination.type,
                "currency": destination.currency,
                "opening_balance": opening_of(plan, destination),
            }
            for destination in plan.routes.destinations
        ],
        "balances": balances_of(user_id, plan),
    }


def opening_of(plan: Plan, destination: Destination) -> str | None:
    """The opening balance that the import gives the account."""
    amount = plan.openings.get(destination.key)
    return None if amount is None else money.format_minor(amount, destination.currency)


def counts_of(plan: Plan) -> dict[str, int]:
    """How many rows of each kind; every row of the file is in exactly one."""
    counted = Counter(decision.kind.value for decision in plan.decisions)
    counts = {kind: counted.get(kind, 0) for kind in COUNTED}
    counts[Kind.INVALID] += len(plan.parsed.bad_rows)
    return counts


def warnings_of(plan: Plan) -> list[str]:
    said = [*plan.parsed.warnings, *plan.routes.warnings]
    for statement in plan.parsed.statements:
        said += statement.warnings
    doubtful = sum(1 for decision in plan.decisions if decision.is_doubtful)
    if doubtful:
        said.append(f"{doubtful} rows were matched by amount and date alone: look at them.")
    return list(dict.fromkeys(said))


def entries_of(plan: Plan) -> Iterator[Entry]:
    """Every row of the file, good and bad, statement by statement, by line. Made as it is read."""
    rows = iter(zip(plan.candidates, plan.decisions, strict=True))
    for statement in plan.parsed.statements:
        good = list(islice(rows, len(statement.rows)))
        found: list[tuple[int, Entry]] = [(pair[0].row.line, pair) for pair in good]
        if statement.bad_rows:
            found += [(bad.line, bad) for bad in statement.bad_rows]
            found.sort(key=lambda item: item[0])
        yield from (entry for _, entry in found)


def lines_of(plan: Plan, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Rows as the preview shows them."""
    in_transfer = plan.in_transfers
    return [
        bad_line(entry)
        if isinstance(entry, BadRow)
        else line_of(*entry, entry[0].position in in_transfer)
        for entry in entries
    ]


def good(entries: Iterable[Entry]) -> list[tuple[Candidate, Decision]]:
    """Those of the rows that a reader could make out."""
    return [entry for entry in entries if not isinstance(entry, BadRow)]


def kind_of(entry: Entry) -> Kind:
    return Kind.INVALID if isinstance(entry, BadRow) else entry[1].kind


def bad_lines_of(plan: Plan) -> list[dict[str, Any]]:
    """The rows that are not booked because something is wrong with them, by line."""
    bad = [(bad.line, bad.code, bad.message, bad.text) for bad in plan.parsed.bad_rows]
    for candidate, _ in plan.of_kind(Kind.INVALID):
        text = (candidate.statement_text or candidate.payee)[:TEXT_MAX]
        bad.append((candidate.row.line, candidate.code, candidate.message, text))
    names = ("line", "code", "message", "text")
    return [dict(zip(names, row, strict=True)) for row in sorted(bad)]


def line_of(candidate: Candidate, decision: Decision, in_transfer: bool = False) -> dict[str, Any]:
    """One row as the preview shows it."""
    row, currency = candidate.row, candidate.destination.currency
    readable = decision.kind != Kind.INVALID
    return {
        "line": row.line,
        "decision": decision.kind.value,
        "by": decision.by.value,
        "posted_on": row.posted_on.isoformat(),
        "amount": money.format_minor(candidate.amount_minor, currency)
        if readable
        else format(row.amount, "f"),
        "currency": currency if readable else (row.currency or currency),
        "payee": candidate.payee,
        "memo": candidate.memo,
        "category": candidate.category,
        "tags": list(candidate.tags),
        "status": candidate.status,
        "account": candidate.destination.shown,
        "transfer": in_transfer,
        "splits": len(candidate.splits),
        "transaction": str(decision.id) if decision.id else None,
        "changes": list(decision.fields),
        "code": decision.code or None,
        "message": candidate.message or None,
        "rules": [reason.name for reason in candidate.reasons],
        "suggestion": suggestion_of(candidate),
        "doubtful": decision.is_doubtful,
    }


def suggestion_of(candidate: Candidate) -> dict[str, Any] | None:
    """The category that the owner's history says, and whether the commit puts it on."""
    said = candidate.suggestion
    if said is None:
        return None
    return {
        "category": str(said.category),
        "category_name": said.category_name,
        "confidence": said.confidence,
        "reason": said.reason,
        "applied": candidate.takes_suggestion,
    }


def bad_line(bad: BadRow) -> dict[str, Any]:
    """A row that no reader could make out, in the same shape."""
    return {
        "line": bad.line, "decision": Kind.INVALID.value, "by": "", "posted_on": None,
        "amount": None, "currency": None, "payee": "", "memo": bad.text, "category": "",
        "tags": [], "status": None, "account": None, "transfer": False, "splits": 0,
        "transaction": None, "changes": [], "code": bad.code, "message": bad.message,
        "rules": [], "suggestion": None, "doubtful": False,
    }  # fmt: skip


def letters_of(plan: Plan) -> str:
    return "".join(LETTERS[decision.kind] for decision in plan.decisions)


def as_decided(plan: Plan, report: dict[str, Any]) -> Plan:
    """The plan with the decisions that were taken at commit, in place of those of today."""
    targets = report["targets"]
    decisions = [
        Decision(KINDS[letter], _uuid(targets.get(str(position))), code=candidate.code)
        for position, (letter, candidate) in enumerate(
            zip(report["letters"], plan.candidates, strict=True)
        )
    ]
    return replace(plan, decisions=decisions, transfers=[])


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def balances_of(user_id: UUID, plan: Plan) -> list[dict[str, Any]]:
    """The closing balance of each statement beside what the books would say after this import."""
    found = []
    for statement in plan.parsed.statements:
        closing = statement.closing
        if closing is None or not (statement.rows or len(plan.parsed.statements) == 1):
            continue
        key = plan.routes.of(statement.rows[0], statement) if statement.rows else None
        if key is None or (closing.currency and closing.currency != key.currency):
            continue
        try:
            said = money.to_minor(closing.amount, key.currency)
        except (ValueError, ArithmeticError):
            continue
        books = _books_on(user_id, plan, key.key, closing.on)
        found.append(
            {
                "account": key.shown,
                "on": closing.on.isoformat(),
                "currency": key.currency,
                "opening": _opening(statement),
                "closing": money.format_minor(said, key.currency),
                "books": money.format_minor(books, key.currency),
                "difference": money.format_minor(said - books, key.currency),
            }
        )
    return found


def _opening(statement: Statement) -> str | None:
    return format(statement.opening.amount, "f") if statement.opening else None


def _books_on(user_id: UUID, plan: Plan, key: str, day: Any) -> int:
    """The booked balance at the end of a day as it will be: what is there, and what is new."""
    destination = next(d for d in plan.routes.destinations if d.key == key)
    total = plan.openings.get(key, 0)
    if destination.account is not None:
        sums = (
            DailyTotal.objects.for_user(user_id)
            .filter(account_id=destination.account.id, day__lte=day, is_pending=False)
            .aggregate(moved=Sum(F("inflow_minor") - F("outflow_minor")))
        )
        total += destination.account.opening_minor + (sums["moved"] or 0)
    for candidate, decision in plan.of_kind(Kind.NEW, Kind.UPDATED, Kind.MATCHED):
        is_here = candidate.destination.key == key and candidate.row.posted_on <= day
        settles = decision.kind == Kind.NEW or "status" in decision.fields
        if is_here and settles and candidate.status != "pending":
            total += candidate.amount_minor
    return total
