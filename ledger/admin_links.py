"""Receipts and rejected pairs in the staff console: that they are there, never what they show."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from ledger.admin_books import BooksAdmin
from ledger.models import Attachment, RejectedTransfer


@admin.register(Attachment)
class AttachmentAdmin(BooksAdmin):
    """Facts about files. The bytes are the owner's: no page here opens them."""

    list_display = ("created_at", "filename", "content_type", "shown_size", "user")
    list_filter = ("content_type",)
    link_lookups = ("user", "transaction")
    words_in = ("filename",)
    fields = ("id", "user", "transaction_id", "filename", "content_type", "shown_size", "sha256",
              "stored_as", "created_at", "seq")  # fmt: skip
    readonly_fields = ("transaction_id",)

    @admin.display(description="size")
    def shown_size(self, attachment: Attachment) -> str:
        return filesizeformat(attachment.size)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        # Its transaction may be deleted, and is named by its id alone.
        rows: QuerySet[Attachment] = super().get_queryset(request).select_related("user")
        return rows


@admin.register(RejectedTransfer)
class RejectedTransferAdmin(BooksAdmin):
    list_display = ("created_at", "out_id", "in_id", "user")
    words_in = ("out_id", "in_id")
    fields = ("id", "user", "out_id", "in_id", "created_at", "seq")
