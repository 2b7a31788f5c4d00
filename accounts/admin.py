"""People and sessions for staff: to look at, and to end. Passwords can be neither read nor set."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import HouseAdmin, ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import (
    Attempts,
    AuditEntry,
    Challenge,
    Event,
    IdempotencyRecord,
    Letter,
    Notification,
    NotificationPreferences,
    Passkey,
    PersonalToken,
    RecoveryCode,
    Session,
    Tombstone,
    Totp,
    User,
    Webhook,
    WebhookDelivery,
)
from accounts.services.erasing import ask_for_erasure, keep
from accounts.services.people import change_access
from accounts.services.personal_tokens import revoke_token
from accounts.services.sessions import end_session, revoke_all
from accounts.staff_login import StaffLoginForm

admin.site.login_form = StaffLoginForm
admin.site.login_template = StaffLoginForm.template

ACCESS = ("is_active", "is_staff", "is_superuser")


@admin.register(User)
class UserAdmin(HouseAdmin):
    """Who may come in. People register themselves: nobody here chooses a password for another."""

    list_display = ("email", "name", "role", "is_active", "currency", "created_at", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "currency", "created_at", "erase_at")
    search_fields = ("email", "name")
    ordering = ("-id",)
    fields = (
        "id",
        "email",
        "name",
        ("is_active", "is_staff", "is_superuser"),
        ("groups", "user_permissions"),
        ("currency", "timezone", "locale"),
        ("created_at", "last_login", "password_changed_at", "erase_at"),
    )
    filter_horizontal = ("groups", "user_permissions")
    actions = ("end_all_sessions", "deactivate", "activate", "erase", "keep")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only who may do what can change, and only a superuser gives or takes rank."""
        open_fields = {"is_active"}
        if request.user.is_superuser:
            open_fields |= {"is_staff", "is_superuser", "groups", "user_permissions"}
        names = [n for item in self.fields for n in ((item,) if isinstance(item, str) else item)]
        return [name for name in names if name not in open_fields]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """By the verb, so that the change is on the trail and acts at once on every session."""
        flags = {name: getattr(obj, name) for name in form.changed_data if name in ACCESS}
        if flags:
            change_access(user_id=obj.pk, **flags)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if {"groups", "user_permissions"} & set(form.changed_data):
            revoke_all(form.instance.pk, reason="access_changed")

    @admin.action(description="End all sessions", permissions=["act"])
    def end_all_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        ended = sum(revoke_all(user.pk, reason="ended_by_staff") for user in queryset)
        self.message_user(request, f"{ended} sessions ended.", messages.SUCCESS)

    @admin.action(description="Deactivate: no login, all sessions end", permissions=["act"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.exclude(pk=str(request.user.pk)):
            change_access(user_id=user.pk, is_active=False)
        self.message_user(request, "Deactivated. Yourself you cannot lock out.", messages.SUCCESS)

    @admin.action(description="Activate", permissions=["act"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            change_access(user_id=user.pk, is_active=True)
        self.message_user(request, "Activated.", messages.SUCCESS)

    @admin.action(description="Erase, after the days to take it back", permissions=["act"])
    def erase(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """By the verb of the owner. Only a superuser erases staff."""
        for user in queryset:
            if user.is_staff and not request.user.is_superuser:
                said, level = "Only a superuser erases staff.", messages.ERROR
            else:
                said, level = self._told(ask_for_erasure, user, "will be erased")
            self.message_user(request, said, level)

    @admin.action(description="Keep: take an erasure back", permissions=["act"])
    def keep(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.message_user(request, *self._told(keep, user, "stays"))

    def _told(self, verb: Callable[[Any], Any], user: User, outcome: str) -> tuple[str, int]:
        try:
            verb(user.pk)
        except Refusal as refusal:
            return f"{user}: {refusal.message}", messages.ERROR
        return f"{user} {outcome}.", messages.SUCCESS


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("user", "device", "ip", "created_at", "last_seen_at", "revoked_at")
    list_filter = ("revoke_reason", "created_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("-id",)
    exclude = ("refresh_hash", "previous_hash")
    actions = ("revoke",)

    @admin.action(description="End these sessions", permissions=["act"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        live = queryset.filter(revoked_at=None)
        for session in live:
            end_session(session.user_id, session.pk, reason="ended_by_staff")
        self.message_user(request, "The sessions have ended.", messages.SUCCESS)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "action", "target", "target_id", "user_id", "actor_id", "ip")
    list_filter = ("action", "at")
    link_lookups = ("user_id", "target_id")
    search_fields = ("=request_id",)
    exclude = ("ip_salt", "data_salt")
    ordering = ("-id",)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "seq", "user")
    list_filter = ("kind", "at")
    list_select_related = ("user",)
    ordering = ("-id",)


@admin.register(Tombstone)
class TombstoneAdmin(ReadOnlyAdmin):
    list_display = ("kind", "row_id", "seq", "user")
    list_filter = ("kind",)
    list_select_related = ("user",)
    ordering = ("-id",)


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin):
    """Which keys were used. The answers hold their owners' figures and are not shown."""

    list_display = ("created_at", "user", "key", "status")
    list_filter = ("status", "created_at")
    list_select_related = ("user",)
    fields = ("user", "key", "status", "content_type", "created_at")
    ordering = ("-id",)


@admin.register(Attempts)
class AttemptsAdmin(ReadOnlyAdmin):
    """Who is being guessed at is not told here: the keys are HMACs. How much is."""

    list_display = ("key", "failures", "pending", "blocked_until", "forget_at")
    ordering = ("-failures",)


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "purpose", "user", "sent_at", "tries", "used_at")
    list_filter = ("purpose", "created_at", "sent_at")
    list_select_related = ("user",)
    exclude = ("secret_hash",)
    ordering = ("-id",)


@admin.register(Totp)
class TotpAdmin(ReadOnlyAdmin):
    """Who has an app. Its seed is not shown, encrypted or not."""

    list_display = ("user", "created_at", "confirmed_at")
    list_select_related = ("user",)
    fields = ("user", "created_at", "confirmed_at")
    ordering = ("-created_at",)


@admin.register(RecoveryCode)
class RecoveryCodeAdmin(ReadOnlyAdmin):
    list_display = ("user", "used_at")
    list_select_related = ("user",)
    fields = ("user", "used_at")
    ordering = ("-id",)


@admin.register(Passkey)
class PasskeyAdmin(ReadOnlyAdmin):
    list_display = ("user", "name", "created_at", "last_used_at")
    list_select_related = ("user",)
    fields = ("user", "name", "sign_count", "created_at", "last_used_at")
    ordering = ("-id",)


@admin.register(Challenge)
class ChallengeAdmin(ReadOnlyAdmin):
    list_display = ("user", "purpose", "expires_at")
    list_filter = ("purpose",)
    list_select_related = ("user",)
    fields = ("user", "purpose", "expires_at")
    ordering = ("-expires_at",)


@admin.register(PersonalToken)
class PersonalTokenAdmin(ReadOnlyAdmin):
    list_display = (
        "user",
        "name",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    exclude = ("hash",)
    ordering = ("-id",)
    actions = ("revoke",)

    @admin.action(description="Revoke these tokens", permissions=["act"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[PersonalToken]) -> None:
        for token in queryset.filter(revoked_at=None):
            revoke_token(token.user_id, token.pk)
        self.message_user(request, "The tokens count no more.", messages.SUCCESS)


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """That somebody was told, and when. What it says is its owner's and is not shown."""

    list_display = ("created_at", "user", "kind", "read_at", "mail", "mail_due_at")
    list_filter = ("kind", "created_at")
    list_select_related = ("user",)
    exclude = ("data", "key")
    ordering = ("-id",)


@admin.register(NotificationPreferences)
class NotificationPreferencesAdmin(ReadOnlyAdmin):
    list_display = ("user", "quiet_from", "quiet_to", "digest_hour")
    list_select_related = ("user",)
    ordering = ("-id",)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ("user", "url", "enabled", "disabled_reason", "failures", "next_attempt_at")
    list_filter = ("enabled", "disabled_reason")
    list_select_related = ("user",)
    exclude = ("secret_sealed", "previous_sealed")
    ordering = ("-id",)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """How sending goes. What is sent are its owner's figures and is not shown."""

    list_display = ("created_at", "user", "kind", "state", "attempts", "status_code", "error")
    list_filter = ("state", "created_at")
    list_select_related = ("user",)
    exclude = ("body", "response")
    ordering = ("-id",)
