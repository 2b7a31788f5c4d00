"""The security log in the staff console: to look at."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from security_monitor.models import (
    AlertRule,
    AuditHead,
    AuditRoot,
    AuditSeal,
    CommonTrait,
    Device,
    LoginPlace,
    LoginRhythm,
    RootsOut,
    SecurityEvent,
)

BY_MAIL = "the owner's whole e-mail"


class OwnersRowAdmin(ReadOnlyAdmin):
    list_select_related = ("user",)
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    search_help_text = BY_MAIL


@admin.register(SecurityEvent)
class SecurityEventAdmin(OwnersRowAdmin):
    list_display = ("at", "kind", "severity", "risk_score", "user", "network", "place", "device")
    list_filter = ("severity", "kind")
    ordering = ("-id",)


@admin.register(Device)
class DeviceAdmin(OwnersRowAdmin):
    list_display = ("user", "name", "logins", "trusted", "first_seen_at", "last_seen_at")
    list_filter = ("trusted",)
    ordering = ("-id",)


@admin.register(LoginPlace)
class LoginPlaceAdmin(OwnersRowAdmin):
    list_display = ("user", "network", "place", "logins", "first_seen_at", "last_seen_at")
    ordering = ("-id",)


@admin.register(LoginRhythm)
class LoginRhythmAdmin(OwnersRowAdmin):
    list_display = ("user", "logins", "last_at")
    ordering = ("-user",)


@admin.register(AlertRule)
class AlertRuleAdmin(OwnersRowAdmin):
    list_display = ("user", "kind", "channel", "threshold", "enabled")
    list_filter = ("channel", "enabled")
    ordering = ("-id",)


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin):
    list_display = ("seq", "entry_id", "digest")
    ordering = ("-seq",)


@admin.register(AuditRoot)
class AuditRootAdmin(ReadOnlyAdmin):
    list_display = ("last_seq", "first_seq", "merkle_root", "signed_at")
    ordering = ("-last_seq",)


@admin.register(AuditHead)
class AuditHeadAdmin(ReadOnlyAdmin):
    list_display = ("seq", "hash")


@admin.register(RootsOut)
class RootsOutAdmin(ReadOnlyAdmin):
    """Which signed roots have left the house, and how the last try went."""

    list_display = tuple(field.name for field in RootsOut._meta.concrete_fields)


@admin.register(CommonTrait)
class CommonTraitAdmin(ReadOnlyAdmin):
    """How many logins of everybody had a trait: what the likelihood of a login is made of."""

    list_display = ("trait", "value", "logins")
    list_filter = ("trait",)
