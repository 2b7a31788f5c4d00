"""What every page of the staff console has in common: nothing leaks, nothing evades services.

Stock ModelAdmin lets a viewer filter by any column in the address bar (`?password__startswith=b`)
and deletes rows in bulk without a verb, an audit entry or a tombstone. These classes do neither.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from accounts.looking import staff_opened
from accounts.models import User

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

# What Django's own filters and date hierarchy put behind a column; no prefix or pattern search.
FILTER_LOOKUPS = {"exact", "isnull", "in", "gte", "gt", "lte", "lt", "year", "month", "day", "id"}

OWNER_LOOKUPS = {"user", "user_id", "user__exact", "user_id__exact", "user__id__exact"}


class HouseAdmin(ModelAdmin):
    """A ModelAdmin whose address bar filters by `list_filter` alone and that never deletes in bulk.

    An action that changes something declares `permissions=["act"]`: it takes the change permission,
    also where the form itself is read-only, and it calls a service.
    """

    list_per_page = 50
    show_full_result_count = False  # a second COUNT over the whole table
    # Columns that links from other pages filter by, without a place in the sidebar.
    link_lookups: tuple[str, ...] = ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only columns named in `list_filter`, `link_lookups`, `date_hierarchy`; no patterns."""
        named = [item if isinstance(item, str) else item[0] for item in _fields(self, request)]
        named += self.link_lookups
        if self.date_hierarchy:
            named.append(self.date_hierarchy)
        for field in named:
            if lookup == field:
                return True
            if lookup.startswith(f"{field}__"):
                rest = lookup[len(field) + 2 :].split("__")
                return all(part in FILTER_LOOKUPS for part in rest)
        return False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The row of a page. Whose it is counts as looked at."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            owner_id = row.pk if isinstance(row, User) else getattr(row, "user_id", None)
            staff_opened(request.user.pk, owner_id)
        return row

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A list. One that a link narrows to a person is a page of that person."""
        for name in OWNER_LOOKUPS & set(request.GET):
            with suppress(ValueError):
                staff_opened(request.user.pk, UUID(request.GET[name]))
        return super().changelist_view(request, extra_context)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_act_permission(self, request: HttpRequest) -> bool:
        options = self.opts
        return bool(request.user.has_perm(f"{options.app_label}.change_{options.model_name}"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(HouseAdmin):
    """Rows to look at: no adding, changing or deleting, whatever a group was permitted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline if not TYPE_CHECKING else admin.TabularInline[Any, Any]):  # type: ignore[misc]
    """Rows below a row, to look at."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _fields(model_admin: HouseAdmin, request: HttpRequest) -> list[Any]:
    """The entries of list_filter that are columns: names, or (name, filter class) pairs."""
    entries = model_admin.get_list_filter(request)
    return [item for item in entries if isinstance(item, str | list | tuple)]
