"""/api/rules: what happens to new rows by itself, tried on and applied to the past."""

from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import Order, Window, simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from accounts.ids import new_id
from ledger.api.rule_shapes import (
    RULE_DEFAULTS,
    RULE_EXAMPLE,
    AppliedOutput,
    ApplyInput,
    DraftInput,
    OrderInput,
    RuleInput,
    RuleOutput,
    RulePage,
    RulePatch,
    RuleQuery,
    RuleRows,
    SuggestionList,
    TrialInput,
    shown_rule,
)
from ledger.errors import Reason
from ledger.models import Rule
from ledger.services.rule_book import Written, written
from ledger.services.rule_runs import apply_to_past, foresee, matching, tried
from ledger.services.rule_runs import shown as shown_row
from ledger.services.rule_suggestions import suggestions
from ledger.services.rules import (
    change_rule,
    check_draft,
    create_rule,
    remove_rule,
    reorder_rules,
)

NEWEST_FIRST = Order("-posted_on", ("posted_on", "id"), descending=True)


def rule_of(user_id: UUID, rule_id: UUID) -> Rule:
    rule: Rule | None = Rule.objects.for_user(user_id).filter(id=rule_id).first()
    if rule is None:
        raise Refusal(Reason.RULE_NOT_FOUND, status=404)
    return rule


def shown(request: Request, rule_id: UUID, *, status: int = 200) -> Response:
    user_id: UUID = request.user.pk  # type: ignore[assignment]
    rule = rule_of(user_id, rule_id)
    return item(request, lambda: shown_rule(rule), rule.seq, status=status)


def trial(user_id: UUID, rule: Written, fields: dict[str, Any]) -> dict[str, Any]:
    """One keyset page of the rows that a rule meets, with what it would change."""
    window = Window.of(fields, NEWEST_FIRST, (date.fromisoformat, UUID))
    rows = matching(user_id, rule.query, fields.get("date_from"), fields.get("date_to"))
    found = list(window.apply(rows))
    page = window.page(found, lambda row: [row.posted_on, row.id])
    page["results"] = [shown_row(meeting) for meeting in tried(user_id, rule, page["results"])]
    return page


class RuleList(ApiView):
    query = RuleQuery

    @extend_schema(parameters=[RuleQuery], responses=RulePage, tags=["rules"])
    def get(self, request: Request) -> Response:
        """List the rules in the order in which they run."""
        parameters = self.parameters()
        rows = Rule.objects.for_user(self.owner)
        if parameters["enabled"] is not None:
            rows = rows.filter(enabled=parameters["enabled"])
        return Response(simple_page(rows, parameters, shown_rule, by="position", parse=int))

    @extend_schema(
        request=RuleInput, responses={201: RuleOutput}, examples=[RULE_EXAMPLE], tags=["rules"]
    )
    def post(self, request: Request) -> Response:
        """Make a rule, which runs after the others. It changes no row that is there already."""
        fields = {**RULE_DEFAULTS, **self.body(RuleInput)}
        rule = create_rule(user_id=self.owner.pk, fields=fields)
        response = shown(request, rule.id, status=201)
        response["Location"] = f"/api/rules/{rule.id}"
        return response


class RuleItem(ApiView):
    @extend_schema(responses=RuleOutput, tags=["rules"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one rule."""
        return shown(request, row_id)

    @extend_schema(request=RuleInput, responses=RuleOutput, examples=[RULE_EXAMPLE], tags=["rules"])
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace a rule; its position and its hits stay."""
        return self._change(request, row_id, {**RULE_DEFAULTS, **self.body(RuleInput)})

    @extend_schema(request=RulePatch, responses=RuleOutput, tags=["rules"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent."""
        return self._change(request, row_id, self.body(RulePatch))

    @extend_schema(responses={204: None}, tags=["rules"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a rule. What it did stays."""
        remove_rule(user_id=self.owner.pk, rule_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        if fields:
            change_rule(
                user_id=self.owner.pk,
                rule_id=row_id,
                fields=fields,
                expected_seq=expected_seq(request),
            )
        return shown(request, row_id)


class RuleOrder(ApiView):
    @extend_schema(request=OrderInput, responses=RulePage, tags=["rules"])
    def post(self, request: Request) -> Response:
        """Put the rules in order: the ids of all of them, the first to run first."""
        reorder_rules(user_id=self.owner.pk, ids=self.body(OrderInput)["rules"])
        rows = Rule.objects.for_user(self.owner)
        page = simple_page(rows, {"limit": 500}, shown_rule, by="position", parse=int)
        return Response(page)


class RuleDraftTest(ApiView):
    @extend_schema(request=DraftInput, responses=RuleRows, tags=["rules"])
    def post(self, request: Request) -> Response:
        """Try a rule that is not stored on the rows of the books. Changes nothing."""
        fields = self.body(DraftInput)
        query = fields.get("query", "")
        check_draft(self.owner.pk, query, fields["actions"])
        rule = Written(new_id(), "", query, fields["actions"])
        return Response(trial(self.owner.pk, rule, fields))


class RuleTest(ApiView):
    @extend_schema(request=TrialInput, responses=RuleRows, tags=["rules"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Try a rule on the rows of the books. Changes nothing."""
        rule = rule_of(self.owner.pk, row_id)
        return Response(trial(self.owner.pk, written(rule), self.body(TrialInput)))


class RuleApply(ApiView):
    @extend_schema(request=ApplyInput, responses=AppliedOutput, tags=["rules"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Apply a rule to the past, as one change set that can be undone.

        What rows say already stays, unless an action overwrites. `dry_run` only says what would
        change."""
        fields = self.body(ApplyInput)
        days = {name: fields.get(name) for name in ("date_from", "date_to")}
        if fields["dry_run"]:
            applied = foresee(user_id=self.owner.pk, rule_id=row_id, **days)
        else:
            applied = apply_to_past(
                user_id=self.owner.pk, rule_id=row_id, expected_seq=expected_seq(request), **days
            )
        return Response(
            {
                "dry_run": fields["dry_run"],
                "matched": applied.matched,
                "changed": applied.changed,
                "change_set": applied.change_set.id if applied.change_set else None,
                "rows": applied.rows,
            }
        )


class RuleSuggestions(ApiView):
    @extend_schema(responses=SuggestionList, tags=["rules"])
    def get(self, request: Request) -> Response:
        """Suggest rules from categories that were given by hand, again and again."""
        self.parameters()
        return Response(
            {
                "results": [
                    {
                        "name": one.name,
                        "query": one.query,
                        "actions": [{"type": "set_category", "category": one.category_id}],
                        "evidence": {
                            "rows": one.rows,
                            "transactions": one.transactions,
                            "category_name": one.category_name,
                            "last_changed_at": one.last_changed_at,
                        },
                    }
                    for one in suggestions(self.owner.pk)
                ]
            }
        )
