"""/api/security/cases: the review queue, for staff."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import StrictSerializer, TextField
from accounts.api.views import expected_seq, item
from accounts.errors import Refusal
from accounts.looking import staff_opened
from ledger.api.serializers import PageOutput, ReviewInput
from ledger.models import Verdict
from security_monitor.api.access import StaffView
from security_monitor.errors import Reason
from security_monitor.models import Case, CaseState, VerdictRecord
from security_monitor.services import desk
from security_monitor.services.related import figures, related_of

BULK_MAX = 200


SORTS = {"newest": "id", "score": "score", "expected_loss": "expected_loss"}
FIGURE_MAX = 2**63 - 1


class CaseQuery(ListQuery):
    sort = serializers.ChoiceField(
        list(SORTS), default="newest", help_text="highest first: the score, or what may be lost"
    )
    state = serializers.ChoiceField(CaseState.choices, required=False)
    level = serializers.ChoiceField(["low", "medium", "high", "critical"], required=False)
    user = serializers.UUIDField(required=False, help_text="the owner of the row")
    assignee = serializers.UUIDField(required=False)


class CasePatch(StrictSerializer):
    """Either `assignee` (null: back to the queue) or `state: waiting`."""

    assignee = serializers.UUIDField(required=False, allow_null=True)
    state = serializers.ChoiceField([("waiting", "waiting for the owner")], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(
                {"assignee": "Send an assignee or a state."}, code="invalid"
            )
        return attrs


class NoteInput(StrictSerializer):
    text = TextField(max_length=2000, allow_blank=False)


class BulkInput(StrictSerializer):
    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=BULK_MAX)
    verdict = serializers.ChoiceField(Verdict.choices)
    note = TextField(required=False, default="")


class NoteOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    author = serializers.UUIDField()
    text = serializers.CharField()
    at = serializers.DateTimeField()


class VerdictOutput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(Verdict.choices)
    by = serializers.UUIDField()
    is_owner = serializers.BooleanField()
    note = serializers.CharField()
    score = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()


class CaseOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    user = serializers.UUIDField()
    transaction = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(CaseState.choices)
    score = serializers.IntegerField()
    level = serializers.CharField()
    expected_loss = serializers.DecimalField(
        max_digits=20, decimal_places=2, help_text="amount × score, in units of about one euro"
    )
    evidence = serializers.DictField()
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    late = serializers.BooleanField()
    assignee = serializers.UUIDField(allow_null=True)
    outcome = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.UUIDField(allow_null=True)
    etag = serializers.CharField()


class BookingOutput(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    by_owner = serializers.BooleanField()
    session = serializers.UUIDField(allow_null=True, help_text="null: a token, a file or a worker")
    network = serializers.CharField(allow_null=True)
    device = serializers.CharField(allow_null=True)
    login_risk = serializers.IntegerField(allow_null=True)
    login_at = serializers.DateTimeField(allow_null=True)


class RelatedRowOutput(serializers.Serializer[Any]):
    """Figures of a row like the evidence of a case: no name, no memo."""

    transaction = serializers.UUIDField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    posted_on = serializers.CharField()
    account = serializers.UUIDField()
    payee = serializers.UUIDField(allow_null=True)
    category = serializers.UUIDField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    flagged = serializers.BooleanField()
    verdict = serializers.CharField(allow_null=True)


class SameHandOutput(RelatedRowOutput):
    link = serializers.ChoiceField(["session", "device", "network"])


class OpenCaseOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    score = serializers.IntegerField()
    level = serializers.CharField()
    state = serializers.ChoiceField(CaseState.choices)
    opened_at = serializers.DateTimeField()


class RelatedOutput(serializers.Serializer[Any]):
    booking = BookingOutput(allow_null=True, help_text="who booked the row last")
    same_payee = RelatedRowOutput(many=True)
    same_hand = SameHandOutput(many=True, help_text="by the same login, device or network in a day")
    open_cases = OpenCaseOutput(many=True, help_text="others of this owner")


class CaseDetail(CaseOutput):
    notes = NoteOutput(many=True)
    verdicts = VerdictOutput(many=True)
    related = RelatedOutput()


class CasePage(PageOutput):
    results = CaseOutput(many=True)


class BulkOutput(serializers.Serializer[Any]):
    results = serializers.DictField(help_text="by case: its outcome, or the code of the refusal")


def figure(given: Any) -> int:
    """A figure out of a cursor; what no column can hold is no cursor of ours."""
    if type(given) is not int or not 0 <= given <= FIGURE_MAX:
        raise ValueError("not a figure of a case")
    return given


def represent(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "kind": case.kind,
        "user": case.user_id,
        "transaction": case.transaction_id,
        "state": case.state,
        "score": case.score,
        "level": case.level,
        "expected_loss": f"{Decimal(case.expected_loss) / 100:.2f}",
        "evidence": case.evidence,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "late": desk.is_late(case),
        "assignee": case.assignee_id,
        "outcome": case.outcome,
        "closed_at": case.closed_at,
        "closed_by": case.closed_by_id,
        "etag": case.etag,
    }


def note_shown(note: Any) -> dict[str, Any]:
    return {"id": note.id, "author": note.author_id, "text": note.text, "at": note.at}


def answer(request: Request, case: Case) -> Response:
    """A case with all around it. What is related changes without the case, so it is in the ETag."""
    staff_opened(request.user.pk, case.user_id)
    related = figures(related_of(case))
    notes = [note_shown(note) for note in case.notes.all()]
    return item(request, lambda: detail(case, notes, related), case.seq, names=[related, notes])


def detail(case: Case, notes: list[Any], related: dict[str, Any]) -> dict[str, Any]:
    verdicts = VerdictRecord.objects.for_user(case.user_id).filter(
        transaction_id=case.transaction_id
    )
    return {
        **represent(case),
        "notes": notes,
        "related": related,
        "verdicts": [
            {"verdict": v.verdict, "by": v.by_id, "is_owner": v.is_owner, "note": v.note,
             "score": v.score, "at": v.at}
            for v in verdicts.order_by("at", "id")
        ],
    }  # fmt: skip


class CaseList(StaffView):
    query = CaseQuery

    @extend_schema(parameters=[CaseQuery], responses=CasePage, tags=["security desk"])
    def get(self, request: Request) -> Response:
        """List cases: newest first, or what matters most first. For staff."""
        parameters = self.parameters()
        rows: QuerySet[Case] = Case.objects.all()
        for name, column in (("state", "state"), ("level", "level"), ("user", "user_id"),
                             ("assignee", "assignee_id")):  # fmt: skip
            if name in parameters:
                rows = rows.filter(**{column: parameters[name]})
        staff_opened(self.owner.pk, parameters.get("user"))
        page = simple_page(
            rows,
            parameters,
            represent,
            by=SORTS[parameters["sort"]],
            parse=figure,
            descending=True,
        )
        return Response(page)


class CaseItem(StaffView):
    @extend_schema(responses=CaseDetail, tags=["security desk"])
    def get(self, request: Request, case_id: UUID) -> Response:
        """Read a case with its notes, verdicts and what is related. For staff."""
        case = Case.objects.filter(id=case_id).first()
        if case is None:
            raise Refusal(Reason.CASE_NOT_FOUND, status=404)
        return answer(request, case)

    @extend_schema(request=CasePatch, responses=CaseDetail, tags=["security desk"])
    def patch(self, request: Request, case_id: UUID) -> Response:
        """Assign a case, give it back to the queue, or let it wait for its owner. For staff."""
        fields = self.body(CasePatch)
        if "state" in fields:
            case = desk.wait(case_id, self.owner, expected_seq(request))
        else:
            case = desk.assign(case_id, self.owner, fields["assignee"], expected_seq(request))
        return answer(request, case)


class CaseNotes(StaffView):
    @extend_schema(request=NoteInput, responses={201: NoteOutput}, tags=["security desk"])
    def post(self, request: Request, case_id: UUID) -> Response:
        """Write a note on a case. For staff."""
        note = desk.add_note(case_id, self.owner, self.body(NoteInput)["text"])
        return Response(note_shown(note), status=201)


class CaseVerdict(StaffView):
    @extend_schema(request=ReviewInput, responses=CaseDetail, tags=["security desk"])
    def post(self, request: Request, case_id: UUID) -> Response:
        """Decide a case: legitimate or fraud. Nobody decides about their own money. For staff."""
        fields = self.body(ReviewInput)
        case = desk.decide(case_id, self.owner, fields["verdict"], fields["note"])
        return answer(request, case)


class CasesVerdict(StaffView):
    @extend_schema(request=BulkInput, responses=BulkOutput, tags=["security desk"])
    def post(self, request: Request) -> Response:
        """Decide several cases at once, each on its own. For staff."""
        fields = self.body(BulkInput)
        said = desk.decide_many(fields["ids"], self.owner, fields["verdict"], fields["note"])
        return Response({"results": {str(case_id): word for case_id, word in said.items()}})
