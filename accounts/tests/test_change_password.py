"""POST /api/auth/change-password: needs the current one, ends every other session."""

import pytest

from accounts.models import AuditEntry, Event, Session, User
from config.tests.cast import PASSWORD, client_of, race

URL = "/api/auth/change-password"
NEW = "a quite different phrase"


def body(**fields):
    return {"current_password": PASSWORD, "new_password": NEW} | fields


def test_the_new_password_works_and_the_old_does_not(api, alice):
    assert api(alice).post(URL, body()).status_code == 204
    login = {"email": alice.email}
    assert api().post("/api/auth/login", login | {"password": NEW}).status_code == 200
    assert api().post("/api/auth/login", login | {"password": PASSWORD}).status_code == 401


def test_every_other_session_ends_at_once_and_this_one_stays(api, alice):
    """R5 and checklist 24: access and refresh tokens of the others die with the change."""
    here, elsewhere = api(alice), api(alice)
    here.post(URL, body())
    assert here.get("/api/auth/profile").status_code == 200
    assert elsewhere.get("/api/auth/profile").status_code == 401
    refused = api().post("/api/auth/refresh", {"refresh": elsewhere.refresh})
    assert refused.status_code == 401
    kept = api().post("/api/auth/refresh", {"refresh": here.refresh}, HTTP_USER_AGENT="test")
    assert kept.status_code == 200


def test_a_wrong_current_password_changes_nothing(api, alice):
    """Checklist 5."""
    here, elsewhere = api(alice), api(alice)
    answer = here.post(URL, body(current_password="not the one at all"))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/current_password"
    assert elsewhere.get("/api/auth/profile").status_code == 200
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("short", "password_too_short"),
        ("password123", "password_too_common"),
        ("alice@example.org", "password_in_context"),
        ("x" * 1025, "max_length"),
    ],
)
def test_a_weak_new_password_is_refused_by_name(api, alice, new, code):
    answer = api(alice).post(URL, body(new_password=new))
    assert answer.status_code == 400
    assert ("/new_password", code) in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]


def test_it_is_on_the_trail_and_the_owner_is_told(api, alice):
    """Checklist 17 and 77."""
    api(alice).post(URL, body())
    entry = AuditEntry.objects.get(action="user.password_changed")
    assert entry.actor_id == entry.user_id == alice.pk
    event = Event.objects.get(kind="security.alert")
    assert event.data == {"code": "password_changed"}
    assert NEW not in str(list(AuditEntry.objects.values())) + str(list(Event.objects.values()))


def test_it_counts_as_a_fresh_proof_of_a_credential(api, alice):
    client = api(alice)
    before = Session.objects.get().authenticated_at
    client.post(URL, body())
    assert Session.objects.get().authenticated_at > before


def test_of_parallel_changes_one_wins(transactional_db):
    user = User.objects.create_user("racer@example.org", PASSWORD)
    clients = [client_of(user) for _ in range(4)]
    answers = race(
        [
            lambda c=c, n=n: c.post(URL, body(new_password=f"{NEW} {n}")).status_code
            for n, c in enumerate(clients)
        ]
    )
    assert answers.count(204) == 1
    assert set(answers) <= {204, 400, 401}
    user.refresh_from_db()
    assert user.check_password(f"{NEW} {answers.index(204)}")


def test_a_visitor_gets_401(api, db):
    assert api().post(URL, body()).status_code == 401
