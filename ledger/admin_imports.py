"""Bank files in the staff console: what came in, and importing on a user's behalf.

Staff do what the owner could do, by the same verbs, and the trail says that they did.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.admin_base import ReadOnlyAdmin
from accounts.context import origin
from accounts.errors import Refusal
from accounts.models import User, normalise_email
from ledger.api.import_shapes import FORMATS
from ledger.matching import Kind
from ledger.models import DoubtfulMatch, ImportBatch, ImportStatus
from ledger.services import imports
from ledger.services.import_accounts import account_id_of
from ledger.services.import_files import check_size

MAPPING_ROWS = 3
MAPPING_MAX = 20_000
COUNTED = (Kind.NEW, Kind.DUPLICATE, Kind.UPDATED, Kind.MATCHED, Kind.SKIPPED_DELETED, Kind.INVALID)


class UploadForm(forms.Form):
    """A bank file and whose books it belongs to."""

    owner = forms.EmailField(label="Owner's e-mail", help_text="whose books these are")
    account = forms.CharField(
        required=False, max_length=100, help_text="name or id; needed where the file names none"
    )
    file = forms.FileField(allow_empty_file=True)
    format = forms.ChoiceField(
        required=False, choices=[("", "guess from the content"), *((f, f) for f in FORMATS)]
    )
    mapping = forms.CharField(
        required=False,
        max_length=MAPPING_MAX,
        widget=forms.Textarea(attrs={"rows": MAPPING_ROWS, "cols": 60}),
        help_text='how to read a table, for example {"columns": {"amount": "Betrag"}}',
    )

    def clean_owner(self) -> User:
        user = User.objects.filter(email=normalise_email(self.cleaned_data["owner"])).first()
        if user is None:
            raise forms.ValidationError("There is no user with this e-mail.")
        return user

    def clean_mapping(self) -> dict[str, Any] | None:
        text = self.cleaned_data["mapping"].strip()
        try:
            mapping = json.loads(text) if text else None
        except (ValueError, RecursionError):
            mapping = text
        if mapping is not None and not isinstance(mapping, dict):
            raise forms.ValidationError("Write a JSON object.")
        return mapping

    def upload(self) -> ImportBatch:
        """The import in preview; Refusals are the service's."""
        given, owner = self.cleaned_data, self.cleaned_data["owner"]
        check_size(given["file"].size)
        return imports.upload(
            owner.pk,
            data=given["file"].read(),
            filename=given["file"].name or "",
            account_id=account_id_of(owner.pk, _reference(given["account"])),
            format=given["format"] or None,
            mapping=given["mapping"],
        )


@contextmanager
def acting(request: HttpRequest) -> Iterator[None]:
    """The staff member is the actor of every audit entry written within."""
    token = origin.set(replace(origin.get(), actor_id=request.user.pk))
    try:
        yield
    finally:
        origin.reset(token)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Read-only list and detail; upload, commit, undo and discard call the services."""

    change_list_template = "admin/ledger/importbatch/change_list.html"
    change_form_template = "admin/ledger/importbatch/change_form.html"
    list_display = ("shown_name", "user", "account", "format", "status", "new", "repeated",
                    "invalid", "created_at")  # fmt: skip
    list_filter = ("status", "format")
    list_select_related = ("user", "account")
    link_lookups = ("user", "account")
    search_fields = ("filename", "=user__email")
    search_help_text = "a part of the file's name, or the owner's whole e-mail"
    ordering = ("-id",)
    fields = ("user", "account", "format", "status", "created_at", "committed_at", "undone_at",
              "mapping")  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportBatch]:
        rows: QuerySet[ImportBatch] = super().get_queryset(request)
        rows = rows.defer("content", "options", "report", "reversal")
        return rows.annotate(counts=KeyTransform("counts", "report"))

    @admin.display(description="file", ordering="filename")
    def shown_name(self, batch: ImportBatch) -> str:
        return batch.filename or "(no name)"

    @admin.display(description="new")
    def new(self, batch: Any) -> int:
        return int(batch.counts[Kind.NEW])

    @admin.display(description="known")
    def repeated(self, batch: Any) -> int:
        known = (Kind.DUPLICATE, Kind.UPDATED, Kind.MATCHED, Kind.SKIPPED_DELETED)
        return sum(batch.counts[kind] for kind in known)

    @admin.display(description="invalid")
    def invalid(self, batch: Any) -> int:
        return int(batch.counts[Kind.INVALID])

    @admin.display(description="read as")
    def mapping(self, batch: ImportBatch) -> str:
        used = batch.report["mapping"]
        return json.dumps(used, ensure_ascii=False) if used else "-"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("upload/", view(self.upload_view), name="ledger_importbatch_upload"),
            *(
                path(
                    f"<uuid:batch_id>/{verb}/",
                    view(getattr(self, f"{verb}_view")),
                    name=f"ledger_importbatch_{verb}",
                )
                for verb in ("commit", "undo", "discard")
            ),
        ]
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        context = {
            "title": "Bank files",
            "may_act": self.has_act_permission(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)  # type: ignore[return-value]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        batch = self.get_object(request, object_id)
        context = extra_context or {}
        if batch is not None:
            report = batch.report
            context |= {
                "title": batch.filename or "Import",
                "subtitle": None,
                "batch": batch,
                "report": report,
                "counts": [(k.value.replace("_", " "), report["counts"][k]) for k in COUNTED],
                "may_act": self.has_act_permission(request),
                "is_preview": batch.status == ImportStatus.PREVIEW,
                "is_committed": batch.status == ImportStatus.COMMITTED,
            }
        return super().change_view(request, object_id, form_url, context)

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """A form for a file; the preview follows, and nothing is booked before its button."""
        self._must_act(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                with acting(request):
                    batch = form.upload()
                return self._to(batch.id)
            except Refusal as refusal:
                form.add_error(None, refusal.message)
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a bank file",
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/ledger/importbatch/upload.html", context)

    def commit_view(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        return self._act(request, batch_id, imports.commit, "The file is booked.")

    def undo_view(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        return self._act(request, batch_id, imports.undo, "The import is taken back.")

    def discard_view(self, request: HttpRequest, batch_id: UUID) -> HttpResponse:
        return self._act(request, batch_id, imports.discard, "The upload is thrown away.")

    def _act(self, request: HttpRequest, batch_id: UUID, verb: Any, done: str) -> HttpResponse:
        """Carry out one verb, as it was seen: the version of the page goes along."""
        self._must_act(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        batch = get_object_or_404(ImportBatch.objects.only("user_id"), id=batch_id)
        seen = request.POST.get("seq", "")
        try:
            with acting(request):
                verb(batch.user_id, batch_id, expected_seq=int(seen) if seen.isdecimal() else None)
            messages.success(request, done)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return self._to(batch_id)

    def _must_act(self, request: HttpRequest) -> None:
        if not self.has_act_permission(request):
            raise PermissionDenied

    def _to(self, batch_id: UUID) -> HttpResponseRedirect:
        """The page of the import, or the list when it is gone."""
        if ImportBatch.objects.filter(id=batch_id).exists():
            return HttpResponseRedirect(reverse("admin:ledger_importbatch_change", args=[batch_id]))
        return HttpResponseRedirect(reverse("admin:ledger_importbatch_changelist"))


@admin.register(DoubtfulMatch)
class DoubtfulMatchAdmin(ReadOnlyAdmin):
    """What waits for its owner's word."""

    list_display = ("user", "import_batch", "transaction_id", "verdict", "created_at")
    list_filter = ("verdict",)
    list_select_related = ("user", "import_batch")
    link_lookups = ("user", "import_batch", "account")
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)


def _reference(text: str) -> UUID | str | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return text
