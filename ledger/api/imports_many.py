"""/api/imports/many: several bank files at once, each an import of its own."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problems import problem
from accounts.api.serializers import ReferenceField, StrictSerializer
from accounts.api.views import ApiView
from accounts.errors import Refusal
from ledger.api.import_shapes import (
    FORMATS,
    FormatField,
    ImportOutput,
    MappingField,
    UploadField,
    shown,
)
from ledger.errors import Reason
from ledger.services import imports
from ledger.services.import_accounts import account_id_of
from ledger.services.import_files import check_size, shown_name

FILES_MAX = 20


class MultiPartOfFiles(MultiPartParser):
    """A form in which `file`, and nothing else, may come many times."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        parsed = super().parse(*args, **kwargs)
        for name, values in [*parsed.data.lists(), *parsed.files.lists()]:
            if len(values) > 1 and not (name == "file" and name in parsed.files):
                raise Refusal(Reason.FIELD_TWICE, pointer=f"/{name}")
        return parsed


class ManyUpload(StrictSerializer):
    """Up to 20 bank files, and what holds for all of them."""

    file = serializers.ListField(
        child=UploadField(allow_empty_file=True, max_length=None),
        min_length=1,
        max_length=FILES_MAX,
    )
    account = ReferenceField(required=False, help_text="id or name, where the files name none")
    format = FormatField(help_text=f"one of {', '.join(FORMATS)}; guessed from content")
    mapping = MappingField(required=False)


class ManyProblem(serializers.Serializer[Any]):
    """As the single upload would have answered (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]
    line = serializers.IntegerField(required=False)


class ManyResult(serializers.Serializer[Any]):
    """One file: `import` or `problem`, the other is null."""

    filename = serializers.CharField()
    status = serializers.IntegerField(help_text="as of a single upload: 201, 400, 413")
    problem = ManyProblem(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "import": ImportOutput(allow_null=True)}


class ManyOutput(serializers.Serializer[Any]):
    results = ManyResult(many=True, help_text="in the order of the files")
    read = serializers.IntegerField()
    refused = serializers.IntegerField()


class ImportMany(ApiView):
    parser_classes = [MultiPartOfFiles]

    @extend_schema(
        request={"multipart/form-data": ManyUpload}, responses=ManyOutput, tags=["imports"]
    )
    def post(self, request: Request) -> Response:
        """Upload up to 20 bank files: each is previewed on its own, a broken one stops none.

        Nothing is booked: each import is committed, or discarded, like any other.
        """
        files = request.FILES.getlist("file")
        if not files:
            raise Refusal(Reason.FILE_REQUIRED, pointer="/file")
        if len(files) > FILES_MAX:
            raise Refusal(Reason.TOO_MANY_FILES, pointer="/file")
        form: Any = request.data
        fields = ManyUpload().run_validation({**form.dict(), "file": files})
        account_id = account_id_of(self.owner.pk, fields.get("account"))
        results = [self._one(file, account_id, fields) for file in fields["file"]]
        read = sum(result["import"] is not None for result in results)
        return Response({"results": results, "read": read, "refused": len(results) - read})

    def _one(self, file: Any, account_id: UUID | None, fields: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "filename": shown_name(file.name or ""), "status": 201, "import": None, "problem": None
        }  # fmt: skip
        try:
            check_size(file.size)
            batch = imports.upload(
                self.owner.pk,
                data=file.read(),
                filename=file.name or "",
                account_id=account_id,
                format=fields.get("format"),
                mapping=fields.get("mapping"),
            )
            return {**answer, "import": shown(batch)}
        except Refusal as refusal:
            said = problem(
                refusal.status, refusal.code, refusal.message, refusal.errors, refusal.extra
            )
            return {**answer, "status": refusal.status, "problem": said}
