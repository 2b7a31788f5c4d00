"""The review queue: cases with their reasons and the owner's usual amounts, decided by keys or in bulk."""

from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import URLPattern, path, reverse

from accounts.admin_base import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import User
from security_monitor.models import Case, CaseNote, CaseState, VerdictRecord
from security_monitor.services import desk
from security_monitor.services.case_page import page_of

VERBS = (
    ("legitimate", "Legitimate", "l"),
    ("fraud", "Fraud", "f"),
    ("take", "Take it", "t"),
    ("release", "Back to the queue", "b"),
    ("wait", "Wait for the owner", "w"),
)


def staff_of(request: HttpRequest) -> User:
    """Who is acting, as a person and not as the request's lazy stand-in."""
    return User.objects.get(pk=str(request.user.pk))


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    change_form_template = "admin/security_monitor/case/change_form.html"
    list_display = ("opened_at", "score", "level", "shown", "loss", "state", "due", "user", "kind",
                    "codes", "outcome")  # fmt: skip
    list_filter = ("state", "level", "outcome", "kind", "opened_at")
    list_select_related = ("user",)
    link_lookups = ("user", "assignee_id")
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)
    fields = ("user", "state", "level", "score", "opened_at", "due", "assignee_id", "outcome",
              "closed_at", "closed_by_id")  # fmt: skip
    actions = ("say_legitimate", "say_fraud", "take")

    class Media:
        js = ("security_monitor/desk.js",)

    @admin.display(description="due", ordering="due_at")
    def due(self, case: Case) -> str:
        return f"{case.due_at:%Y-%m-%d %H:%M}{' (late)' if desk.is_late(case) else ''}"

    @admin.display(description="amount")
    def shown(self, case: Case) -> str:
        return f"{case.evidence.get('amount', '')} {case.evidence.get('currency', '')}".strip()

    @admin.display(description="at stake, about €", ordering="expected_loss")
    def loss(self, case: Case) -> str:
        return f"{Decimal(case.expected_loss) / 100:.2f}" if case.expected_loss else "–"

    @admin.display(description="rules")
    def codes(self, case: Case) -> str:
        return ", ".join(reason["code"] for reason in case.evidence.get("reasons", ()))

    @admin.action(description="Verdict: legitimate", permissions=["act"])
    def say_legitimate(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        self._decide(request, queryset, "legitimate")

    @admin.action(description="Verdict: fraud", permissions=["act"])
    def say_fraud(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        self._decide(request, queryset, "fraud")

    @admin.action(description="Take these cases", permissions=["act"])
    def take(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        staff = staff_of(request)
        said: Counter[str] = Counter()
        for case_id in queryset.values_list("id", flat=True):
            try:
                desk.assign(case_id, staff, staff.pk)
                said["taken"] += 1
            except Refusal as refusal:
                said[refusal.message] += 1
        self._say(request, said)

    def _decide(self, request: HttpRequest, queryset: QuerySet[Case], verdict: str) -> None:
        ids = list(queryset.values_list("id", flat=True))
        self._say(request, Counter(desk.decide_many(ids, staff_of(request), verdict).values()))

    def _say(self, request: HttpRequest, said: Counter[str]) -> None:
        text = ", ".join(f"{count} × {words}" for words, count in said.items())
        self.message_user(request, text or "Nothing to do.", messages.INFO)

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act_view)
        own = [path("<uuid:case_id>/act/<slug:verb>/", act, name="security_monitor_case_act")]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        case = self.get_object(request, object_id)
        context = extra_context or {}
        if case is not None:
            is_own = str(case.user_id) == str(request.user.pk)
            context |= {
                "title": f"Case: {case.score}, {case.level}",
                "subtitle": None,
                "case": case,
                "page": page_of(case),
                "verbs": VERBS if case.state != CaseState.CLOSED else VERBS[:2],
                "is_own": is_own,
                "may_act": self.has_act_permission(request) and not is_own,
            }
        return super().change_view(request, object_id, form_url, context)

    def act_view(self, request: HttpRequest, case_id: UUID, verb: str) -> HttpResponse:
        """One verb on one case; what the desk refuses is said on the page."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        staff = staff_of(request)
        try:
            if verb in ("legitimate", "fraud"):
                desk.decide(case_id, staff, verb)
            elif verb in ("take", "release"):
                desk.assign(case_id, staff, staff.pk if verb == "take" else None)
            elif verb == "wait":
                desk.wait(case_id, staff)
            elif verb == "note":
                text = request.POST.get("text", "").replace("\x00", "").strip()[:2000]
                if text:
                    desk.add_note(case_id, staff, text)
            else:
                raise Http404
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse("admin:security_monitor_case_change", args=[case_id]))


@admin.register(CaseNote)
class CaseNoteAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "author_id")
    list_select_related = ("user",)
    link_lookups = ("user", "case")
    ordering = ("-id",)


@admin.register(VerdictRecord)
class VerdictRecordAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "verdict", "is_owner", "score")
    list_filter = ("verdict", "is_owner", "at")
    list_select_related = ("user",)
    link_lookups = ("user", "transaction_id")
    ordering = ("-id",)
