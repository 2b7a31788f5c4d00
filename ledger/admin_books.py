"""The books in the staff console: to look at, one owner at a time. Nothing is changed here."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.admin_base import ReadOnlyAdmin, ReadOnlyInline
from accounts.models import User, normalise_email
from ledger.models import (
    Account,
    Category,
    DailyTotal,
    DeletedTransaction,
    ExchangeRate,
    MonthlyTotal,
    Payee,
    PayeeAlias,
    Reconciliation,
    Split,
    Tag,
    Transaction,
    TransactionTag,
    Transfer,
)
from ledger.money import format_minor

COUNTED_MAX = 10_000
OWNER_PARAMETERS = ("user", "user__exact", "user__id__exact")


def money(column: str, label: str) -> Any:
    """A column of minor units with its currency, which is the row's own or its account's."""

    @admin.display(description=label)
    def shown(_: Any, row: Any) -> str:
        minor = getattr(row, column)
        if minor is None:
            return "-"
        currency = _currency_of(row)
        return f"{format_minor(minor, currency)} {currency}"

    return shown


def _currency_of(row: Any) -> str:
    for holder in (row, getattr(row, "transaction", None), getattr(row, "account", None)):
        currency = getattr(holder, "currency", None)
        if currency is not None:
            return str(currency)
    raise AttributeError("no currency")


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than COUNTED_MAX: whoever wants older rows narrows the list."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return int(rows.order_by().values("pk")[:COUNTED_MAX].count())


class BooksAdmin(ReadOnlyAdmin):
    """Rows of owners. Search begins with one owner's whole e-mail, then words within their rows.

    Nobody needs everybody's memos, and every index begins with the owner: without one a search
    finds nothing and says why.
    """

    paginator = BoundedPaginator
    sortable_by = ()  # Any other order than the index's would sort the whole table.
    ordering = ("-id",)
    list_select_related: ClassVar[Any] = ("user",)
    link_lookups: tuple[str, ...] = ("user",)
    search_fields: ClassVar[Any] = ("id",)  # Shows the box; the method below does the search.
    search_help_text = "an owner's whole e-mail, then words to find in their rows"
    words_in: tuple[str, ...] = ("name",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        terms = search_term.split()
        if not terms:
            return queryset, False
        emails = [term for term in terms if "@" in term]
        if emails:
            owners = User.objects.filter(email=normalise_email(emails[0]))
            queryset = queryset.filter(user_id__in=list(owners.values_list("id", flat=True)))
        elif not one_owner(request):
            self.message_user(request, "Begin with the owner's e-mail.", messages.WARNING)
            return queryset.none(), False
        for term in terms:
            if term not in emails:
                conditions = Q()
                for column in self.words_in:
                    conditions |= Q(**{f"{column}__icontains": term})
                queryset = queryset.filter(conditions)
        return queryset, False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list; its days to choose from only for one owner, whose index has them at hand."""
        changelist = super().get_changelist_instance(request)
        if not one_owner(request):
            changelist.date_hierarchy = None
        return changelist


def one_owner(request: HttpRequest) -> bool:
    """Whether the address bar already says whose rows these are."""
    return "@" in request.GET.get("q", "") or any(n in request.GET for n in OWNER_PARAMETERS)


@admin.register(Account)
class AccountAdmin(BooksAdmin):
    list_display = ("name", "type", "balance", "cleared", "available", "closed", "reconciled_on",
                    "user")  # fmt: skip
    list_filter = ("type", "closed")
    fields = ("id", "user", "name", "type", "currency", "opening", "balance", "cleared",
              "available", "limit", "closed", "bank_number", "reconciled_on", "created_at",
              "updated_at", "seq")  # fmt: skip
    opening = money("opening_minor", "opening balance")
    balance = money("balance_minor", "balance")
    cleared = money("cleared_minor", "cleared")
    available = money("available_minor", "available")
    limit = money("credit_limit_minor", "credit limit")

    @admin.display(description="bank number")
    def bank_number(self, account: Account) -> str:
        """Its last four signs: enough to tell accounts apart, too little to pay from one."""
        return f"…{account.bank_id[-4:]}" if account.bank_id else "-"


@admin.register(Category)
class CategoryAdmin(BooksAdmin):
    list_display = ("name", "kind", "parent", "archived", "user")
    list_filter = ("kind", "archived")
    list_select_related = ("user", "parent")
    fields = ("id", "user", "name", "kind", "parent", "archived", "seq")


class AliasInline(ReadOnlyInline):
    model = PayeeAlias
    fields = ("name_key",)


@admin.register(Payee)
class PayeeAdmin(BooksAdmin):
    list_display = ("name", "user")
    fields = ("id", "user", "name", "name_key", "seq")
    inlines = (AliasInline,)


@admin.register(Tag)
class TagAdmin(BooksAdmin):
    list_display = ("name", "user")
    fields = ("id", "user", "name", "name_key", "seq")


class SplitInline(ReadOnlyInline):
    model = Split
    fields = ("position", "amount", "category", "memo")
    readonly_fields = ("amount",)
    amount = money("amount_minor", "amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("category", "transaction")


class TagInline(ReadOnlyInline):
    model = TransactionTag
    fields = ("tag",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("tag")


@admin.register(Transaction)
class TransactionAdmin(BooksAdmin):
    list_display = ("posted_on", "amount", "payee", "category", "account", "status", "flagged",
                    "risk_score", "user")  # fmt: skip
    list_filter = ("status", "flagged", "verdict")
    list_select_related = ("user", "account", "payee", "category")
    link_lookups = ("user", "account", "payee", "category", "transfer", "import_batch")
    date_hierarchy = "posted_on"
    words_in = ("payee__name", "memo", "statement_text")
    search_help_text = "an owner's whole e-mail, then words of payee, memo or statement"
    inlines = (SplitInline, TagInline)
    fieldsets = (
        (None, {"fields": ("id", "user", "account", "posted_on", "occurred_at", "amount", "payee",
                           "category", "status", "memo", "statement_text")}),
        ("Watch", {"fields": ("risk_score", "risk_level", "risk_action", "risk_reasons",
                              "risk_shadow", "flagged", "verdict",
                              "verdict_by_id", "verdict_at", "verdict_note")}),
        ("Links", {"fields": ("transfer", "import_batch", "reconciliation", "external_id",
                              "created_at", "updated_at", "seq")}),
    )  # fmt: skip
    amount = money("amount_minor", "amount")


class LegInline(ReadOnlyInline):
    model = Transaction
    fields = ("posted_on", "account", "amount", "status")
    readonly_fields = ("amount",)
    amount = money("amount_minor", "amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("account").order_by("amount_minor")


@admin.register(Transfer)
class TransferAdmin(BooksAdmin):
    list_display = ("created_at", "memo", "user")
    fields = ("id", "user", "memo", "created_at", "seq")
    words_in = ("memo",)
    inlines = (LegInline,)


@admin.register(Reconciliation)
class ReconciliationAdmin(BooksAdmin):
    list_display = ("statement_on", "account", "balance", "created_at", "user")
    list_select_related = ("user", "account")
    link_lookups = ("user", "account")
    fields = ("id", "user", "account", "statement_on", "balance", "created_at", "seq")
    words_in = ("account__name",)
    balance = money("statement_balance_minor", "statement balance")


@admin.register(DeletedTransaction)
class DeletedTransactionAdmin(BooksAdmin):
    list_display = ("posted_on", "amount", "account", "deleted_at", "user")
    list_select_related = ("user", "account")
    link_lookups = ("user", "account")
    fields = ("id", "user", "account", "posted_on", "amount", "external_id", "snapshot",
              "deleted_at", "seq")  # fmt: skip
    words_in = ("account__name", "external_id")
    amount = money("amount_minor", "amount")


class TotalAdmin(BooksAdmin):
    """Sums that the write path keeps; `manage.py verify_ledger` compares them with the rows."""

    list_filter = ("is_transfer", "is_pending")
    list_select_related = ("user", "account")
    link_lookups = ("user", "account")
    words_in = ("account__name",)
    inflow = money("inflow_minor", "inflow")
    outflow = money("outflow_minor", "outflow")


@admin.register(MonthlyTotal)
class MonthlyTotalAdmin(TotalAdmin):
    list_display = ("month", "account", "category_id", "inflow", "outflow", "count", "is_transfer",
                    "is_pending", "user")  # fmt: skip
    date_hierarchy = "month"
    fields = ("user", "account", "category_id", "month", "inflow", "outflow", "count",
              "is_transfer", "is_pending")  # fmt: skip


@admin.register(DailyTotal)
class DailyTotalAdmin(TotalAdmin):
    list_display = ("day", "account", "inflow", "outflow", "count", "is_transfer", "is_pending",
                    "user")  # fmt: skip
    date_hierarchy = "day"
    fields = ("user", "account", "day", "inflow", "outflow", "count", "is_transfer",
              "is_pending")  # fmt: skip


class CommonFilter(admin.SimpleListFilter):
    title = "whose"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("common", "common"), ("own", "owners'")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(user__isnull=chosen == "common") if chosen else queryset


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ReadOnlyAdmin):
    """Common rates and owners' own. Common ones come by `manage.py load_ecb_rates`."""

    paginator = BoundedPaginator
    list_display = ("day", "base", "quote", "rate", "source", "user")
    list_filter = (CommonFilter,)
    list_select_related = ("user",)
    link_lookups = ("user", "base", "quote")
    search_fields = ("=base", "=quote")
    search_help_text = "a currency code"
    sortable_by = ()
    ordering = ("base", "quote", "-day")
    fields = ("id", "user", "base", "quote", "day", "rate", "source", "seq")
