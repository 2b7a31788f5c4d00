"""Staff who open another person's page: told to the watch above, which counts how many."""

from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


def staff_opened(staff_id: UUID | None, person_id: UUID | None) -> None:
    """Somebody of the staff sees what is this person's. One's own is nobody else's business."""
    if settings.STAFF_WATCH and staff_id and person_id and person_id != staff_id:
        import_string(settings.STAFF_WATCH)(staff_id, person_id)
