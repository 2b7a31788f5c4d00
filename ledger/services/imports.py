"""Verbs on imports: upload, revise, commit, undo, discard. API, command line and admin call them.

Files are read before the owner's clock is taken: reading is the slow part, and the clock holds up
every other write of the owner's (on SQLite: of everybody).
"""

from itertools import islice
from typing import Any
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.audit import audit
from accounts.clock import tick
from accounts.days import zone
from accounts.errors import Refusal
from accounts.garbage import collector_at_rest
from accounts.ids import new_id
from accounts.models import User
from ledger.errors import Reason
from ledger.matching import Kind
from ledger.models import Account, ImportBatch, ImportStatus, Transaction
from ledger.predicates import Named
from ledger.selectors.suggestions import preferences_of
from ledger.services import import_files, import_suggesting, recurring_match
from ledger.services.import_accounts import create_missing, remember
from ledger.services.import_booking import SOURCE, book, take_back
from ledger.services.import_categories import make_categories
from ledger.services.import_matches import forget_matches, keep_matches
from ledger.services.import_openings import set_openings, take_openings_back
from ledger.services.import_plan import Plan, plan, without_lines
from ledger.services.import_progress import Teller, untold
from ledger.services.import_report import (
    PREVIEW_MAX,
    as_decided,
    entries_of,
    good,
    kind_of,
    letters_of,
    lines_of,
    report_of,
)
from ledger.services.import_suggesting import Chosen
from ledger.services.import_undo import refuse_locked, take_out
from ledger.services.import_wishes import NO_WISHES, Wishes
from ledger.services.owned import hold

TARGETS = (Kind.UPDATED, Kind.MATCHED, Kind.SKIPPED_DELETED)


@collector_at_rest()
def upload(
    user_id: UUID,
    *,
    data: bytes,
    filename: str = "",
    account_id: UUID | None = None,
    format: str | None = None,
    mapping: dict[str, Any] | None = None,
) -> ImportBatch:
    """Read a bank file and store it with a preview. Books nothing.

    Refuses what cannot be read (400, the reader's code), a foreign account, a file too large (413),
    and a file that names no account when none is given (400 account_required).
    """
    import_files.check_size(len(data))
    name = import_files.shown_name(filename)
    batch = ImportBatch(
        id=new_id(),
        user_id=user_id,
        filename=name,
        sha256=import_files.digest(data),
        content=import_files.packed(data),
        account_id=account_id,
        options={"format": format or "", "mapping": mapping or None},
    )
    _preview(user_id, batch, data)
    return _store(user_id, batch)


def _preview(user_id: UUID, batch: ImportBatch, data: bytes) -> None:
    """Fill the batch with what the file would do now."""
    made = _planned(user_id, batch, data)
    import_suggesting.show(user_id, made, good(islice(entries_of(made), PREVIEW_MAX)))
    report = report_of(user_id, made)
    earlier = ImportBatch.objects.for_user(user_id).filter(
        sha256=batch.sha256, status=ImportStatus.COMMITTED
    )
    if earlier.exists():
        report["warnings"].insert(0, "This very file was imported before.")
    batch.format, batch.report = made.parsed.format, report
    batch.options = {**batch.options, "effective_mapping": made.mapping}


def _planned(user_id: UUID, batch: ImportBatch, data: bytes) -> Plan:
    account = _chosen(user_id, batch.account_id)
    parsed, mapping = import_files.read_for(
        account,
        data,
        filename=batch.filename,
        format=batch.options.get("format"),
        mapping=batch.options.get("mapping"),
    )
    return plan(user_id, _home(user_id), parsed, account, mapping, _source(batch))


def _source(batch: ImportBatch) -> Named:
    """The import as rules know it."""
    return Named(batch.filename, str(batch.id))


def _chosen(user_id: UUID, account_id: UUID | None) -> Account | None:
    if account_id is None:
        return None
    account: Account | None = Account.objects.for_user(user_id).filter(id=account_id).first()
    if account is None:
        raise Refusal(Reason.ACCOUNT_NOT_FOUND, pointer="/account")
    return account


def _home(user_id: UUID) -> str:
    home = User.objects.filter(id=user_id).values_list("currency", flat=True).first()
    return home or "EUR"


@atomic
def _store(user_id: UUID, batch: ImportBatch) -> ImportBatch:
    batch.seq = tick(user_id)
    _chosen(user_id, batch.account_id)  # It may have gone while the file was read.
    batch.save(force_insert=True)
    tell(batch, "uploaded", format=batch.format)
    return batch


@collector_at_rest()
def revise(
    user_id: UUID, batch_id: UUID, *, fields: dict[str, Any], expected_seq: int | None = None
) -> ImportBatch:
    """Preview again: into another account, or read another way. fields: account, format, mapping.

    What is not named stays. Only while in preview (409).
    """
    batch = _batch(user_id, batch_id)
    must_be(batch, ImportStatus.PREVIEW, Reason.IMPORT_NOT_IN_PREVIEW)
    data = import_files.content_of(batch)
    if "account" in fields:
        batch.account_id = fields["account"]
    options = {name: fields[name] for name in ("format", "mapping") if name in fields}
    batch.options = {**batch.options, **options}
    _preview(user_id, batch, data)
    return _restore_preview(user_id, batch, expected_seq)


@atomic
def _restore_preview(user_id: UUID, batch: ImportBatch, expected_seq: int | None) -> ImportBatch:
    seq = tick(user_id)
    stored = _held(user_id, batch.id, expected_seq)
    must_be(stored, ImportStatus.PREVIEW, Reason.IMPORT_NOT_IN_PREVIEW)
    _chosen(user_id, batch.account_id)
    batch.seq = seq
    batch.save(update_fields=["seq", "account", "options", "format", "report"])
    tell(batch, "revised", format=batch.format)
    return batch


@collector_at_rest()
def commit(
    user_id: UUID,
    batch_id: UUID,
    *,
    wishes: Wishes = NO_WISHES,
    expected_seq: int | None = None,
    was: ImportStatus = ImportStatus.PREVIEW,
    progress: Teller | None = None,
) -> ImportBatch:
    """Book the file against the books as they are now, all of it or nothing. Once (409 after that).

    wishes: what the owner says of single rows. Two commits at once book every row once.
    was: the status it must have; `import_queue` commits what it promised. progress: is called with
    (rows dealt with, rows of the file) as it goes.
    """
    batch = _batch(user_id, batch_id)
    must_be(batch, was, Reason.IMPORT_NOT_IN_PREVIEW)
    progress = progress or untold
    progress(0, sum(batch.report["counts"].values()))
    parsed = _read_again(batch)
    wishes.must_fit(parsed)
    chosen = _suggested(user_id, batch, parsed, wishes)
    return _commit(user_id, batch, parsed, chosen, wishes, expected_seq, progress)


def _suggested(
    user_id: UUID, batch: ImportBatch, parsed: Any, wishes: Wishes, seq: int | None = None
) -> Chosen:
    """Categories for rows without one, where the owner lets suggestions act. Slow: outside the
    clock where that can be, so that what was learned is kept."""
    if preferences_of(user_id).auto_categorise_above is None:
        return {}
    account = _chosen(user_id, batch.account_id)
    made = plan(
        user_id, _home(user_id), parsed, account, source=_source(batch), refused=wishes.refused
    )
    return import_suggesting.choose(user_id, made, seq)


def _read_again(batch: ImportBatch) -> Any:
    """The file, read as the owner saw it in the preview."""
    return import_files.read(
        import_files.content_of(batch),
        filename=batch.filename,
        format=batch.options.get("format"),
        mapping=batch.options.get("effective_mapping"),
    )


@atomic
def _commit(
    user_id: UUID,
    seen: ImportBatch,
    parsed: Any,
    chosen: Chosen,
    wishes: Wishes,
    expected_seq: int | None,
    progress: Teller,
) -> ImportBatch:
    seq = tick(user_id)
    batch = _held(user_id, seen.id, expected_seq)
    must_be(batch, ImportStatus(seen.status), Reason.IMPORT_NOT_IN_PREVIEW)
    if batch.seq != seen.seq:
        parsed = _read_again(batch)  # It was previewed anew while we were reading.
        wishes.must_fit(parsed)
        chosen = _suggested(user_id, batch, parsed, wishes, seq)
    user = User.objects.only("currency", "timezone").get(id=user_id)
    account = _chosen(user_id, batch.account_id)
    planned = plan(
        user_id, user.currency, parsed, account, source=_source(batch), refused=wishes.refused
    )
    made = without_lines(planned, wishes.skipped)
    categorised = import_suggesting.follow(user_id, made, chosen)
    openings = made.openings
    needed = {c.destination.key for c, _ in made.of_kind(Kind.NEW)} | openings.keys()
    create_missing(user_id, seq, [d for d in made.routes.destinations if d.key in needed])
    report = report_of(user_id, made)
    set_openings(user_id, seq, openings)
    make_categories(user_id, seq, parsed)
    batch.reversal = book(user_id, seq, made, batch.id, zone(user.timezone), progress)
    keep_matches(user_id, seq, made, batch.id, set(wishes.accepted))
    mapping = parsed.mapping if parsed.format == "csv" else None
    remember(user_id, seq, made.routes, mapping, accounts=made.routes.destinations)
    if len(made.routes.destinations) == 1:
        batch.account = made.routes.destinations[0].account
    batch.report = {
        **report,
        "categorised": categorised,
        "openings": openings,
        "letters": letters_of(made),
        "targets": _targets(made),
    }
    batch.status, batch.committed_at, batch.seq = ImportStatus.COMMITTED, timezone.now(), seq
    batch.save(update_fields=["status", "committed_at", "seq", "account", "report", "reversal"])
    tell(batch, "committed", **report["counts"])
    return batch


def _targets(made: Plan) -> dict[str, str]:
    """Row ids by position, for the kinds of which there are few and that the owner acts on."""
    return {str(c.position): str(d.id) for c, d in made.of_kind(*TARGETS)}


@atomic
def undo(user_id: UUID, batch_id: UUID, *, expected_seq: int | None = None) -> ImportBatch:
    """Take a committed import back as a whole: its rows go, rows that it updated are as before.

    Refuses with 409 when rows are reconciled, or became legs of a transfer with rows of elsewhere.
    A later upload of the file imports again.
    """
    seq = tick(user_id)
    batch = _held(user_id, batch_id, expected_seq)
    must_be(batch, ImportStatus.COMMITTED, Reason.IMPORT_NOT_COMMITTED)
    rows = Transaction.objects.for_user(user_id).filter(import_batch_id=batch.id)
    found = list(rows.values_list("id", "status", "transfer_id"))
    refuse_locked(user_id, batch, found)
    recurring_match.release(user_id, seq, batch.id)  # while the rows still say whose they are
    take_out(user_id, seq, batch.id, found)
    take_back(user_id, seq, batch.reversal)
    forget_matches(user_id, seq, batch.id)
    take_openings_back(user_id, seq, batch.report.get("openings", {}))
    batch.status, batch.undone_at, batch.seq = ImportStatus.UNDONE, timezone.now(), seq
    batch.content, batch.reversal = b"", []
    batch.save(update_fields=["status", "undone_at", "seq", "content", "reversal"])
    tell(batch, "undone", rows=len(found))
    return batch


@atomic
def discard(user_id: UUID, batch_id: UUID, *, expected_seq: int | None = None) -> None:
    """Throw an upload away that is not in the books: never committed, or undone."""
    seq = tick(user_id)
    batch = _held(user_id, batch_id, expected_seq)
    if batch.status in (ImportStatus.COMMITTING, ImportStatus.COMMITTED):
        raise Refusal(Reason.IMPORT_NOT_IN_PREVIEW, status=409)
    batch.delete()
    bury(user_id, seq, "import", [batch_id])
    audit("import.discarded", user_id=user_id, target="import", target_id=batch_id)
    push(user_id, seq, "import.progress", [{"id": str(batch_id), "status": "discarded"}])


@collector_at_rest()
def rows_of(
    user_id: UUID, batch: ImportBatch, *, decision: str = "", start: int = 0, end: int | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Rows of the file from start to end with their decisions, and how many there are in all.

    As it would be now, or as it was at commit. Of an undone import only the preview is left.
    """
    if batch.status == ImportStatus.UNDONE:
        kept = [row for row in batch.report["preview"] if decision in ("", row["decision"])]
        return kept[start:end], len(kept)
    parsed = _read_again(batch)
    account = _chosen(user_id, batch.account_id)
    made = plan(user_id, _home(user_id), parsed, account, source=_source(batch))
    if batch.status == ImportStatus.COMMITTED:
        made = as_decided(made, batch.report)
    found = [entry for entry in entries_of(made) if decision in ("", kind_of(entry))]
    if batch.status == ImportStatus.PREVIEW:
        import_suggesting.show(user_id, made, good(found[start:end]))
    return lines_of(made, found[start:end]), len(found)


def _batch(user_id: UUID, batch_id: UUID) -> ImportBatch:
    return hold(ImportBatch.objects.for_user(user_id), batch_id, Reason.IMPORT_NOT_FOUND)  # type: ignore[no-any-return]


def _held(user_id: UUID, batch_id: UUID, expected_seq: int | None) -> ImportBatch:
    rows = ImportBatch.objects.for_user(user_id)
    return hold(rows, batch_id, Reason.IMPORT_NOT_FOUND, expected_seq)  # type: ignore[no-any-return]


def must_be(batch: ImportBatch, status: ImportStatus, reason: Reason) -> None:
    if batch.status != status:
        raise Refusal(reason, status=409)


def tell(batch: ImportBatch, what: str, **data: Any) -> None:
    """The trail and the event of a step, in its commit: ids and figures, no words of the file."""
    audit(f"import.{what}", user_id=batch.user_id, target="import", target_id=batch.id, data=data)
    progress = {"id": str(batch.id), "status": batch.status, "counts": batch.report["counts"]}
    push(batch.user_id, batch.seq, "import.progress", [progress])


__all__ = ["SOURCE", "commit", "discard", "revise", "rows_of", "undo", "upload"]
