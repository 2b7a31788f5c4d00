"""Erasing a person: everything that is theirs goes, and the trail keeps only what it must, nameless.

Many short commits, so that nobody waits, and none depends on what a run remembers: one that was
killed is taken up by the next, and two at once do no harm. Order matters twice. The licence to forget
goes on the trail first, so that a check of the trail in between finds nothing odd. And the owner's
clock goes first: without it no verb of any floor can write for this owner any more.
"""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as AdminSession
from django.db.models import Model
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.audit import audit
from accounts.clock import tick
from accounts.erasure_plan import Table, tables
from accounts.errors import Refusal
from accounts.ids import first_id_at
from accounts.models import AuditEntry, Clock, Letter, User
from accounts.services.sessions import revoke_all
from accounts.services.trail import ERASURE_BEGUN, forget

CHUNK = 500  # rows per commit, all in one statement
ERASED = "user.erased"
NAMELESS = "erased"
STRAYS_SOUGHT = timedelta(hours=1)  # no request lives so long
log = structlog.get_logger("accounts")


def erase(user_id: UUID) -> bool:
    """Erase a person whose time has come; whether there was one and nothing is left of them."""
    if not _begin(user_id):
        return False
    for path in settings.ERASERS:
        import_string(path)(user_id)
    for table in tables():
        while _erase_some(table, user_id):
            pass
    email = User.objects.filter(pk=user_id).values_list("email", flat=True).first()
    Letter.objects.filter(email=email, user=None).delete()
    _end_admin_sessions(user_id)
    forget_trail(user_id)
    return _end(user_id)


@atomic
def _begin(user_id: UUID) -> bool:
    """From here on there is no way back: nobody logs in, and no verb writes for this owner."""
    rows = User.objects.select_for_update().filter(pk=user_id, erase_at__lte=timezone.now())
    if not rows.exists():
        return False
    with suppress(Refusal):  # begun before: the clock is gone, and the licence written
        tick(user_id)
        rows.update(is_active=False)
        revoke_all(user_id, reason="erased")
        audit(ERASURE_BEGUN, user_id=None, target="user", target_id=user_id)
        Clock.objects.filter(user_id=user_id)._raw_delete("default")
    return True


@atomic
def _erase_some(table: Table, user_id: UUID) -> int:
    """Delete so many rows of one table, and take their owner from so many that stay; how many."""
    manager = table.model._base_manager
    ids = list(table.rows(user_id).values_list("pk", flat=True)[:CHUNK])
    if ids:
        _unname(table.model, ids)
        manager.filter(pk__in=ids)._raw_delete("default")
    count = len(ids)
    for name in table.kept:
        ids = list(manager.filter(**{name: user_id}).values_list("pk", flat=True)[:CHUNK])
        if ids:
            count += manager.filter(pk__in=ids).update(**{name: None})
    return count


def _unname(model: type[Model], ids: list[object]) -> None:
    """The admin's own log names rows by what they show: a payee, an address."""
    kind = ContentType.objects.get_for_model(model)
    named = LogEntry.objects.filter(
        content_type=kind, object_id__in=[str(row_id) for row_id in ids]
    )
    named.update(object_repr=NAMELESS, change_message="")


def _end_admin_sessions(user_id: UUID) -> None:
    for session in AdminSession.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user_id):
            session.delete()


def forget_trail(user_id: UUID) -> int:
    """Forget the personal side of what was done to and by a person; how many entries had one."""
    return forget(AuditEntry.objects.filter(user_id=user_id)) + forget(
        AuditEntry.objects.filter(actor_id=user_id).exclude(user_id=user_id), only_address=True
    )


@atomic
def _end(user_id: UUID) -> bool:
    """The person goes last. What a request wrote meanwhile is left to the next run."""
    rows = User.objects.select_for_update().filter(pk=user_id)
    if not rows.exists() or any(table.is_there(user_id) for table in tables()):
        return False
    _unname(User, [user_id])
    rows._raw_delete("default")
    audit(ERASED, user_id=None, target="user", target_id=user_id)
    log.info("person erased", user_id=str(user_id))
    return True


def forget_strays() -> int:
    """Once more for those who were erased lately: a refused login may have been under way; how many."""
    since = timezone.now() - STRAYS_SOUGHT
    erased = AuditEntry.objects.filter(action=ERASED, id__gte=first_id_at(since))
    count = 0
    for user_id in [entry.target_id for entry in erased if entry.target_id]:
        count += forget_trail(user_id)
        for table in tables():
            while some := _erase_some(table, user_id):
                count += some
    return count
