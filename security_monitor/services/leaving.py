"""What stays at the desk when a person is erased: how good the rules are, and nothing about the person."""

from uuid import UUID

from django.db.transaction import atomic

from accounts.ids import new_id
from security_monitor.models import VerdictRecord

CHUNK = 500
NOBODY = UUID(int=0)


def make_nameless(user_id: UUID) -> None:
    """Verdicts lose owner, row, words and figures; verdict, score, time and the rules' codes stay.

    The quality of each rule is counted from them (rule_book.quality). Cases and notes go whole.
    """
    while _make_some_nameless(user_id):
        pass


@atomic
def _make_some_nameless(user_id: UUID) -> int:
    verdicts = list(VerdictRecord.objects.for_user(user_id).order_by("id")[:CHUNK])
    others: dict[UUID, UUID] = {}  # verdicts on one row stay on one row
    for verdict in verdicts:
        verdict.user = None
        verdict.transaction_id = others.setdefault(verdict.transaction_id, new_id())
        verdict.by_id = NOBODY if verdict.is_owner else verdict.by_id
        verdict.note, verdict.row = "", {}
        verdict.reasons = [
            {"code": reason.get("code"), "contribution": reason.get("contribution")}
            for reason in verdict.reasons
        ]
    fields = ["user", "transaction_id", "by_id", "note", "row", "reasons"]
    VerdictRecord.objects.bulk_update(verdicts, fields)
    return len(verdicts)
