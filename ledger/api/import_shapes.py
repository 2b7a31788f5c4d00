"""Shapes of imports on the wire."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.lists import ListQuery
from accounts.api.parsing import parse_json
from accounts.api.serializers import ReferenceField, StrictSerializer
from ledger.matching import By, Kind
from ledger.models import ImportBatch, ImportStatus
from ledger.services.import_progress import progress_of
from ledger.statements.rivals import NAMES as RIVALS

FORMATS = ("ofx", "qif", "camt", "mt940", "csv", *RIVALS)
SKIP_MAX = 10_000
INSIDE = ("letters", "targets", "openings")  # what only the services need of a report


@extend_schema_field(
    {
        "type": "object",
        "description": "how to read the file; as JSON text in a form",
        "additionalProperties": True,
        "examples": [{"columns": {"posted_on": "Date", "amount": "Amount", "payee": "Who"}}],
    }
)
class MappingField(serializers.Field[Any, Any, Any, Any]):
    """A column mapping: an object, or its JSON as text where a form carries it."""

    def to_internal_value(self, data: Any) -> dict[str, Any] | None:
        if isinstance(data, str):
            data = parse_json(data.encode("utf-8", "surrogatepass")) if data.strip() else None
        if data is None:
            return None
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("Send the mapping as a JSON object.", code="invalid")
        plain: dict[str, Any] = _plain(data)
        return plain

    def to_representation(self, value: Any) -> Any:
        return value


def _plain(value: Any) -> Any:
    """JSON that a column keeps: the parser's exact numbers, such as a confidence, as plain ones."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


@extend_schema_field({"type": "string", "format": "binary"})
class UploadField(serializers.FileField):
    pass


class FormatField(serializers.CharField):
    """A format, in our words or the bank's ("camt.053", "qfx"): the reader knows them all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=30, allow_blank=True, required=False, **kwargs)


class ImportUpload(StrictSerializer):
    """A bank file, and what the sender knows of it. Everything but the file may be left out."""

    file = UploadField(allow_empty_file=True, max_length=None)
    account = ReferenceField(required=False, help_text="id or name of the account it goes into")
    format = FormatField(help_text=f"one of {', '.join(FORMATS)}; guessed from content")
    mapping = MappingField(required=False)


class ImportPatch(StrictSerializer):
    account = ReferenceField(required=False, allow_null=True)
    format = FormatField(allow_null=True)
    mapping = MappingField(required=False, allow_null=True)


class LinesField(serializers.ListField):
    """Rows of the file, by the lines on which they start."""

    def __init__(self, **kwargs: Any) -> None:
        lines = serializers.IntegerField(min_value=1)
        super().__init__(child=lines, default=list, max_length=SKIP_MAX, **kwargs)


class CommitInput(StrictSerializer):
    skip_lines = LinesField(help_text="lines of rows that are not wanted")
    accept_matches = LinesField(help_text="lines of doubtful matches that are right")
    refuse_matches = LinesField(
        help_text="lines of doubtful matches that are other bookings: new rows"
    )


class ImportQuery(ListQuery):
    status = serializers.ChoiceField(ImportStatus.choices, required=False)


class ImportRowsQuery(ListQuery):
    decision = serializers.ChoiceField([kind.value for kind in Kind], required=False)


class ImportSuggestion(serializers.Serializer[Any]):
    """The category that the owner's history suggests for a new row that has none."""

    category = serializers.UUIDField()
    category_name = serializers.CharField()
    confidence = serializers.FloatField(help_text="0 to 1")
    reason = serializers.CharField()
    applied = serializers.BooleanField(
        help_text="sure enough for `auto_categorise_above`: a commit puts it on the row"
    )


class ImportRow(serializers.Serializer[Any]):
    """One row of the file and what becomes of it."""

    line = serializers.IntegerField()
    decision = serializers.ChoiceField([kind.value for kind in Kind])
    by = serializers.ChoiceField([by.value for by in By], help_text="what the decision rests on")
    posted_on = serializers.DateField(allow_null=True)
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    payee = serializers.CharField()
    memo = serializers.CharField()
    category = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    status = serializers.CharField(allow_null=True)
    account = serializers.CharField(allow_null=True)
    transfer = serializers.BooleanField(help_text="a leg of a transfer that the file tells whole")
    splits = serializers.IntegerField()
    transaction = serializers.UUIDField(
        allow_null=True, help_text="the row of the books that it is; a deleted one can be restored"
    )
    changes = serializers.ListField(child=serializers.CharField(), help_text="what is updated")
    code = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True)
    rules = serializers.ListField(
        child=serializers.CharField(), help_text="names of the rules that changed a new row"
    )
    suggestion = ImportSuggestion(allow_null=True)
    doubtful = serializers.BooleanField(
        help_text="matched by amount and week alone: accept or refuse it"
    )


class ImportRows(serializers.Serializer[Any]):
    results = ImportRow(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False)


class ImportAccount(serializers.Serializer[Any]):
    name = serializers.CharField()
    account = serializers.UUIDField(allow_null=True)
    will_be_created = serializers.BooleanField()
    type = serializers.CharField()
    currency = serializers.CharField()
    opening_balance = serializers.CharField(
        allow_null=True, help_text="what the import sets, as the file says it; null: nothing"
    )


class ImportBadRow(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()
    text = serializers.CharField()


class ImportBalance(serializers.Serializer[Any]):
    """The statement's closing balance beside what the books say that day after this import."""

    account = serializers.CharField()
    on = serializers.DateField()
    currency = serializers.CharField()
    opening = serializers.CharField(allow_null=True)
    closing = serializers.CharField()
    books = serializers.CharField()
    difference = serializers.CharField()


class ImportProgress(serializers.Serializer[Any]):
    """Rows of the file that are dealt with, and all of them."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class ImportShort(serializers.Serializer[Any]):
    """An import as lists show it."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(ImportStatus.choices)
    format = serializers.CharField()
    filename = serializers.CharField()
    account = serializers.UUIDField(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    seq = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    committed_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


class ImportOutput(ImportShort):
    accounts = ImportAccount(many=True)
    transfers = serializers.IntegerField()
    categorised = serializers.IntegerField(
        help_text="rows on which the commit put a suggested category"
    )
    new_categories = serializers.IntegerField(
        help_text="of the tree that another program's file brings"
    )
    preview = ImportRow(many=True, help_text="the first 100 rows")
    bad_rows = ImportBadRow(many=True, help_text="the first 1,000")
    warnings = serializers.ListField(child=serializers.CharField())
    mapping = MappingField()
    encoding = serializers.CharField()
    balances = ImportBalance(many=True)
    progress = ImportProgress(
        allow_null=True, help_text="while it is committing: how far; null until a worker took it"
    )


class ImportPage(serializers.Serializer[Any]):
    results = ImportShort(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False)


def short(batch: ImportBatch, counts: Any) -> dict[str, Any]:
    return {
        "id": batch.id,
        "status": batch.status,
        "format": batch.format,
        "filename": batch.filename,
        "account": batch.account_id,
        "counts": counts,
        "seq": batch.seq,
        "created_at": batch.created_at,
        "committed_at": batch.committed_at,
        "undone_at": batch.undone_at,
    }


def shown(batch: ImportBatch) -> dict[str, Any]:
    """An import in full, as its report has it. What only the services need stays inside."""
    report = {k: v for k, v in batch.report.items() if k not in INSIDE}
    progress = progress_of(batch.id) if batch.status == ImportStatus.COMMITTING else None
    return {
        **short(batch, report["counts"]),
        "categorised": 0,
        "new_categories": 0,
        **report,
        "progress": progress,
    }
