"""What every change of a way in brings with it."""

from typing import Any

from accounts.announce import push
from accounts.audit import audit
from accounts.context import origin
from accounts.models import Purpose, User
from accounts.services.letters import notify, void_secrets


def trace(action: str, user: User, **data: Any) -> None:
    """An entry about a person; where nobody is logged in yet, the person is who acts."""
    actor_id = origin.get().actor_id or user.pk
    audit(action, user_id=user.pk, actor_id=actor_id, target="user", target_id=user.pk, data=data)


def credentials_changed(user: User, seq: int, code: str, **data: Any) -> None:
    """Codes that were mailed are void, the owner hears of it, and it is on the trail."""
    void_secrets(user.pk, Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL)
    trace(f"user.{code}", user, **data)
    push(user.pk, seq, "security.alert", [{"code": code}])
    notify(user, code)
