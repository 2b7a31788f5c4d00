"""Whose log is shown: one's own; to staff also that of another person, or of everybody."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from rest_framework import serializers

from accounts.api.lists import ListQuery
from accounts.looking import staff_opened
from accounts.models import User


class WhoseQuery(ListQuery):
    user = serializers.UUIDField(required=False, help_text="another person's, for staff")


def whose(caller: User, parameters: dict[str, Any]) -> UUID:
    """The person asked for; 403 where somebody who is not staff asks for another."""
    user_id: UUID = parameters.get("user") or caller.pk
    if user_id != caller.pk and not caller.is_staff:
        raise PermissionDenied
    staff_opened(caller.pk, user_id)
    return user_id
