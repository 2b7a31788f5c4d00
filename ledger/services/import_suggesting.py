"""Categories that the owner's history suggests for the new rows of a file.

The preview shows them with their confidence and reason; a commit puts on those that are as sure as
the owner asks for. A word of the file or of a rule always stands before them.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from ledger import naming
from ledger.learning_features import Example
from ledger.matching import Decision, Kind
from ledger.models import Category
from ledger.selectors.suggestions import preferences_of, suggester_for
from ledger.services.categorising import categorise_new
from ledger.services.import_plan import Plan
from ledger.services.import_rows import Candidate
from ledger.suggesting import Suggestion

Chosen = Mapping[int, Suggestion]  # by the row's position in the file


def without_category(plan: Plan) -> list[Candidate]:
    """The new rows that could have a category and have none, in file order."""
    in_transfer = plan.in_transfers
    return [
        candidate
        for candidate, decision in plan.of_kind(Kind.NEW)
        if is_open(candidate, decision) and candidate.position not in in_transfer
    ]


def is_open(candidate: Candidate, decision: Decision) -> bool:
    """Whether nothing has said yet what the row is for."""
    return decision.kind == Kind.NEW and not candidate.category and not candidate.splits


def show(user_id: UUID, plan: Plan, rows: Iterable[tuple[Candidate, Decision]]) -> None:
    """Put suggestions on the rows that a preview shows. Four statements, none without such rows."""
    in_transfer = plan.in_transfers
    asked = [
        candidate
        for candidate, decision in rows
        if is_open(candidate, decision) and candidate.position not in in_transfer
    ]
    if not asked:
        return
    threshold = preferences_of(user_id).auto_categorise_above
    with suggester_for(user_id) as suggester:
        found = suggester.suggest([_example(candidate, plan) for candidate in asked])
    for candidate, suggestion in zip(asked, found, strict=True):
        if suggestion.category is not None:
            candidate.suggestion = suggestion
            candidate.takes_suggestion = (
                threshold is not None and suggestion.confidence >= threshold
            )


def choose(user_id: UUID, plan: Plan, seq: int | None = None) -> Chosen:
    """The suggestions that the owner's threshold lets act, by position.

    Equal rows are asked about once: the day of a row says nothing of its category.
    """
    asked = without_category(plan)
    examples: dict[tuple[object, ...], Example] = {}
    keys = []
    for candidate in asked:
        example = _example(candidate, plan)
        key = (example.payee, example.text, example.amount_minor, example.account)
        examples.setdefault(key, example)
        keys.append(key)
    found = categorise_new(user_id, list(examples.values()), seq=seq)
    by_key = dict(zip(examples, found, strict=True))
    return {
        candidate.position: suggestion
        for candidate, key in zip(asked, keys, strict=True)
        if (suggestion := by_key[key]) is not None
    }


def follow(user_id: UUID, plan: Plan, chosen: Chosen) -> int:
    """Put chosen suggestions on the rows of a plan about to be booked; how many.

    A row that is no longer new, and a category that is gone or archived meanwhile, are left alone.
    """
    if not chosen:
        return 0
    wanted = {suggestion.category for suggestion in chosen.values()}
    there = set(
        Category.objects.for_user(user_id)
        .filter(id__in=wanted, archived=False)
        .values_list("id", flat=True)
    )
    count = 0
    for candidate in without_category(plan):
        suggestion = chosen.get(candidate.position)
        if suggestion is not None and suggestion.category in there:
            candidate.suggestion, candidate.takes_suggestion = suggestion, True
            count += 1
    return count


def _example(candidate: Candidate, plan: Plan) -> Example:
    """The row as the learner will see it once it is booked."""
    known_as = plan.aliases.get(naming.key(candidate.payee), "") if plan.aliases else ""
    account = candidate.destination.account
    return Example(
        known_as or candidate.payee,
        candidate.statement_text,
        candidate.amount_minor,
        account.id if account else candidate.destination.key,
        candidate.row.posted_on,
    )
