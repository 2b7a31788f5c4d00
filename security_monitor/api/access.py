"""Who may come in: owners to their own, staff to the desk."""

from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework.request import Request

from accounts.api.views import ApiView


class StaffView(ApiView):
    """403 for everybody but staff, before anything is read."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.owner.is_staff:
            raise PermissionDenied
