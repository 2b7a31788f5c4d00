"""Every operation of the OpenAPI document, asked by everybody who is not the owner. Checklist 34, 35.

Nothing here lists endpoints: paths, ids and fields come from the document, rows from the models. An
operation of tomorrow is tried without a word; where no row can be found that its owner reaches, the
test says so, for a refusal proves nothing that also refuses the owner.

mallory finds out with her own rows what an operation takes; then alice's stand in their place. A
stranger's id must be told from one that does not exist by nothing: same status, same words.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.services.personal_tokens import make_token
from config.tests.cast import client_of, person
from config.tests.estate import Answer, ask, fingerprint, furnish, rows_of, undone, with_id
from config.tests.operations import MADE_UP, Operation, Place, ids_in, is_text, is_uuid, operations

# Who may ask for what does not hang on the database, and this takes minutes: SQLite's run asks it all.
pytestmark = pytest.mark.skipif(bool(settings.DATABASE_URL), reason="asked in full on SQLite")
ALL = operations()
CLOSED = [o for o in ALL if not o.is_public]
WITH_IDS = [o for o in CLOSED if o.holes]
FIELDS = [(o, place) for o in CLOSED for place in o.id_fields()]
# What a text may name instead of an id.
NAMED = ["ledger.Account", "ledger.Category", "ledger.Payee", "ledger.Tag", "ledger.Transaction",
         "budgeting.Budget"]  # fmt: skip
STEMS = [label.partition(".")[2].lower()[:-1] for label in NAMED]
TEXTS = [
    (o, place)
    for o in CLOSED
    for place in o.name_fields()
    if any(stem in str(place) for stem in STEMS)
]
FILTERS = [
    (o, item["name"])
    for o in CLOSED
    for item in o.parameters("query")
    if item["name"] != "cursor"  # It is a place in a list of one's own.
    and (is_uuid(item["schema"]) or is_text(item["schema"]))
]
Ref = tuple[str, int]  # the how-manieth row of a table, of whomever


@dataclass
class Person:
    user: Any
    client: Any
    rows: dict[str, list[str]]

    def id(self, ref: Ref) -> str:
        return self.rows[ref[0]][ref[1]]

    def ask(self, operation: Operation, ids: list[str], body: Any = None, **query: str) -> Answer:
        """The answer; what the request did is undone."""
        with undone():
            return ask(self.client, operation, ids, body, **query)


@dataclass
class World:
    alice: Person
    mallory: Person
    staff: Person
    tokens: dict[str, APIClient]  # alice's programs, by their scope
    before: dict[str, str]
    paths: dict[str, list[Ref]] = field(default_factory=dict)
    found: dict[Operation, list[Ref]] = field(default_factory=dict)
    bodies: dict[Operation, Any] = field(default_factory=dict)

    def tries(
        self, who: Any, operation: Operation, ids: list[str], body: Any, **query: str
    ) -> Answer:
        """The answer to somebody who is not alice; nothing of hers may have changed by it."""
        with undone():
            answer = ask(who, operation, ids, body, **query)
            assert fingerprint(self.alice.user) == self.before
        return answer

    def finder(self, operation: Operation) -> Person:
        """Who finds out what the operation takes: mallory, or the staff where it is theirs."""
        answer = self.mallory.ask(operation, [MADE_UP] * len(operation.holes), operation.body())
        if answer.status != 403:
            return self.mallory
        return Person(self.staff.user, self.staff.client, self.mallory.rows)

    def refs(self, operation: Operation) -> list[Ref]:
        """Rows that the path may name; looked for in every table, one hole after the other."""
        if operation not in self.found:
            self.found[operation] = self._refs(operation)
        return self.found[operation]

    def _refs(self, operation: Operation) -> list[Ref]:
        finder, path = self.finder(operation), operation.path
        found: list[Ref] = []
        for hole in operation.holes:
            before = path[: path.index(f"{{{hole}}}")]
            known = self.paths.get(before, [])
            rest = [MADE_UP] * (len(operation.holes) - len(found) - 1)
            for ref in [*known, *likely(finder.rows, operation, hole)]:
                ids = [*map(finder.id, found), finder.id(ref), *rest]
                missing = [*map(finder.id, found), MADE_UP, *rest]
                body = operation.body()
                if finder.ask(operation, ids, body) != finder.ask(operation, missing, body):
                    break
                if ref in known and rest:  # Both are told of what is missing further on.
                    break
            else:
                raise AssertionError(f"{operation}: no row of an estate is found there")
            self.paths.setdefault(before, [ref])
            found.append(ref)
        return found

    def body(self, operation: Operation) -> Any:
        """What the document gives, with rows of mallory's wherever it holds an id."""
        if operation not in self.bodies:
            self.bodies[operation] = self._filled(operation)
        return self.bodies[operation]

    def _filled(self, operation: Operation) -> Any:
        finder, ids, body = self.finder(operation), self.ids_of(operation), operation.body()
        slots = [place for place, _ in ids_in(body)]
        for place in slots:
            body = with_id(operation, body, place, MADE_UP)
        nothing = finder.ask(operation, ids, body)
        for label, _ in likely(finder.rows, operation, str(slots)):
            for chosen in list(permutations(finder.rows[label], len(slots)))[:12] if slots else []:
                tried = body
                for place, value in zip(slots, chosen, strict=True):
                    tried = with_id(operation, tried, place, value)
                answer = finder.ask(operation, ids, tried)
                if answer != nothing and answer.status < 400:
                    return tried
        return body

    def ids_of(self, operation: Operation) -> list[str]:
        return [self.mallory.id(ref) for ref in self.refs(operation)] if operation.holes else []


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One transaction around all tests of this file: the estates are made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(db: None) -> World:
    """Two equal estates and somebody of the staff. Each request to them is undone."""
    users = [person(f"{name}@example.org") for name in ("alice", "mallory")]
    users.append(person("staff@example.org", is_staff=True))
    for user in users[:2]:
        furnish(user)
    people = [Person(user, client_of(user), {}) for user in users]
    for one in people:
        one.rows = rows_of(one.user)
    end, tokens = timezone.now() + timedelta(days=1), {}
    for scope in ("read", "write"):
        _, raw = make_token(users[0], name=scope, scopes=[scope], expires_at=end)
        tokens[scope] = APIClient(HTTP_AUTHORIZATION=f"Bearer {raw}")
        assert tokens[scope].get("/api/tags").status_code == 200  # That it was used is noted once.
    return World(*people, tokens, before=fingerprint(users[0]))


def likely(rows: dict[str, list[str]], operation: Operation, name: str) -> list[Ref]:
    """All rows, those first whose table is called as the field or as the path."""

    def distance(label: str) -> tuple[bool, bool, str]:
        word = label.partition(".")[2].lower()
        path = operation.path.replace("-", "")
        return word not in name.replace("_", ""), word[:-1] not in path, label

    return [(label, n) for label in sorted(rows, key=distance) for n in range(len(rows[label]))]


@pytest.mark.parametrize("operation", WITH_IDS, ids=str)
def test_a_strangers_row_is_a_row_that_does_not_exist(world: World, operation: Operation) -> None:
    finder, refs = world.finder(operation), world.refs(operation)
    body, own = world.body(operation), [world.mallory.id(ref) for ref in refs]
    for hole in range(len(refs)):
        foreign, missing = ([*own[:hole], other, *own[hole + 1 :]] for other in
                            (world.alice.id(refs[hole]), MADE_UP))  # fmt: skip
        answer = world.tries(world.mallory.client, operation, foreign, body)
        assert answer == world.mallory.ask(operation, missing, body)
        assert answer.status == (404 if finder is world.mallory else 403), answer


@pytest.mark.parametrize("operation", CLOSED, ids=str)
def test_a_visitor_is_asked_who_they_are(world: World, operation: Operation) -> None:
    ids = [world.alice.id(ref) for ref in world.refs(operation)] if operation.holes else []
    answer = world.tries(APIClient(), operation, ids, operation.body())
    assert answer.status == 401


@pytest.mark.parametrize("operation", [o for o in CLOSED if o.method != "get"], ids=str)
def test_a_token_that_reads_writes_nothing(world: World, operation: Operation) -> None:
    """Refused by its scope before a body or an id is looked at: a broken body changes nothing of it."""
    ids = [world.alice.id(ref) for ref in world.refs(operation)] if operation.holes else []
    answer = world.tries(world.tokens["read"], operation, ids, operation.body())
    assert answer.status == 403
    assert answer.code in ("scope_missing", "session_needed")


# What of /api/auth a program may do with a token: nothing that opens or closes a way in.
TOKENS_MAY = {
    "GET /api/auth/profile": "who am I",
    "PUT /api/auth/profile": "name, currency, zone and which letters come",
    "PATCH /api/auth/profile": "the same",
}


@pytest.mark.parametrize("operation", [o for o in CLOSED if "/auth/" in o.path], ids=str)
def test_no_token_reaches_a_way_in(world: World, operation: Operation) -> None:
    ids = [world.alice.id(ref) for ref in world.refs(operation)] if operation.holes else []
    with undone():
        answer = ask(world.tokens["write"], operation, ids, operation.body())
    assert (answer.code == "session_needed") == (str(operation) not in TOKENS_MAY)


# What staff see of others in the API, in each case because it is their work and documented so.
STAFF_MAY = {
    "/api/security/cases": "the review queue (docs/fraud.md)",
    "/api/security/events/export": "the security log for a SIEM (docs/security-log.md)",
    "/api/security/backtest": "trials of rules, which belong to nobody",
    "/api/security/rules": "the rules themselves, which belong to nobody",
}


def of_the_desk(operation: Operation) -> bool:
    return any(operation.path.startswith(path) for path in STAFF_MAY)


@pytest.mark.parametrize("operation", [o for o in WITH_IDS if not of_the_desk(o)], ids=str)
def test_staff_are_strangers_too(world: World, operation: Operation) -> None:
    ids = [world.alice.id(ref) for ref in world.refs(operation)]
    answer = world.tries(world.staff.client, operation, ids, body := world.body(operation))
    assert answer == world.staff.ask(operation, [MADE_UP] * len(ids), body)
    assert answer.status == 404


@pytest.mark.parametrize("operation", [o for o in CLOSED if not o.holes], ids=str)
def test_no_list_shows_anything_of_another(world: World, operation: Operation) -> None:
    secrets = {world.alice.user.email, *(i for ids in world.alice.rows.values() for i in ids)}
    secrets -= {i for ids in world.mallory.rows.values() for i in ids}
    for who in (world.mallory, world.staff):
        if who is world.mallory or not of_the_desk(operation):
            answer = world.tries(who.client, operation, [], world.body(operation))
            assert not [secret for secret in secrets if secret in answer.raw]


# Where the body must be more than valid before its id counts. A stranger's id is still refused like a
# missing one; that one's own is taken is tested beside the part.
PARTLY = {
    "POST /api/goals/{row_id}/withdrawals": "a goal must hold money of that account",
    "PUT /api/goals/income-hook": "the category must be one of income",
    "POST /api/payees/{row_id}/merge": "`into` and `payees` exclude each other",
    "POST /api/rules": "only an action of another type holds an account",
    "PUT /api/rules/{row_id}": "the same",
    "PATCH /api/rules/{row_id}": "the same",
    "POST /api/rules/test": "the same",
    "POST /api/transactions/batch": "an update needs the id of its row as well",
    "POST /api/transfers/suggestions/accept": "the two must cancel each other",
    "POST /api/transfers/suggestions/reject": "the same",
}
# Another's id is as good as one that is gone: neither is refused, and nothing is done.
PASSED_OVER = {
    "POST /api/notifications/read": "who reads on two devices names what is read already"
}


@pytest.mark.parametrize(("operation", "place"), FIELDS, ids=str)
def test_an_id_in_a_body_is_the_callers_or_nobodys(
    world: World, operation: Operation, place: Place
) -> None:
    finder, ids, body = world.finder(operation), world.ids_of(operation), world.body(operation)

    def holding(row_id: str) -> Any:
        return with_id(operation, body, place, row_id)

    missing = finder.ask(operation, ids, holding(MADE_UP))
    for ref in likely(finder.rows, operation, str(place)):
        own = finder.ask(operation, ids, holding(finder.id(ref)))
        if own != missing:
            break
    else:
        assert str(operation) in PARTLY | PASSED_OVER, "mallory's row is not told from none"
        ref = likely(finder.rows, operation, str(place))[0]
    if finder is not world.mallory:
        return  # To the staff every person's row is a row.
    answer = world.tries(finder.client, operation, ids, holding(world.alice.id(ref)))
    assert answer == missing
    assert answer.status in (400, 404, 409, 422) or str(operation) in PASSED_OVER


def foreign_names(world: World) -> Iterator[str]:
    for label in NAMED:
        yield world.alice.rows[label][0]


@pytest.mark.parametrize(("operation", "place"), TEXTS, ids=str)
def test_a_text_that_may_name_a_row_names_none_of_another(
    world: World, operation: Operation, place: Place
) -> None:
    ids, body = world.ids_of(operation), world.body(operation)
    missing = world.mallory.ask(operation, ids, with_id(operation, body, place, MADE_UP))
    for foreign in foreign_names(world):
        sent = with_id(operation, body, place, foreign)
        answer = world.tries(world.mallory.client, operation, ids, sent)
        assert answer.status == missing.status
        assert answer.status < 300 or answer == missing  # What is made holds new secrets.


@pytest.mark.parametrize(("operation", "name"), FILTERS, ids=str)
def test_a_filter_finds_nothing_of_another(world: World, operation: Operation, name: str) -> None:
    ids = world.ids_of(operation)
    for foreign in [*foreign_names(world), str(world.alice.user.pk)]:
        answer = world.tries(world.mallory.client, operation, ids, None, **{name: foreign})
        assert answer == world.mallory.ask(operation, ids, None, **{name: MADE_UP})
