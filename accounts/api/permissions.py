"""What a caller may do by the key that was shown. Whose rows they are, `for_user` decides."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

from accounts.errors import Reason, Refusal

# A wider scope includes the narrower ones.
INCLUDED = {"read": {"read"}, "write": {"read", "write"}, "admin": {"read", "write", "admin"}}


class WithinScope(IsAuthenticated):
    """Sessions may do all that their person may; a personal token only what its scopes say.

    A view says `scope = "admin"` where staff's work begins, and `needs_session = True` where a
    stolen token could give itself more power than it had.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        caller: Any = request.auth
        if caller.scopes is None:
            return True
        if getattr(view, "needs_session", False):
            raise Refusal(Reason.SESSION_NEEDED, status=403)
        usual = "read" if request.method in SAFE_METHODS else "write"
        needed = getattr(view, "scope", None) or usual
        held = set().union(*(INCLUDED[scope] for scope in caller.scopes))
        if needed not in held:
            raise Refusal(Reason.SCOPE_MISSING, status=403, extra={"scope": needed})
        return True
