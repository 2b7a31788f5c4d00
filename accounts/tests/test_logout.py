"""Leaving: this session, all sessions; access tokens die with them at once."""

import pytest

from accounts.models import AuditEntry, Session
from accounts.services.sessions import open_session

PROFILE = "/api/auth/profile"


def test_logout_kills_the_access_token_at_once(api, alice):
    """R3 and checklist 23: SimpleJWT's access tokens outlive a logout."""
    client, other = api(alice), api(alice)
    assert client.post("/api/auth/logout").status_code == 204
    answer = client.get(PROFILE)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_revoked")
    assert "Bearer" in answer["WWW-Authenticate"]
    assert other.get(PROFILE).status_code == 200


def test_logout_kills_the_refresh_token_too(api, alice):
    client = api(alice)
    client.post("/api/auth/logout", {"refresh": client.refresh})
    answer = api().post("/api/auth/refresh", {"refresh": client.refresh})
    assert (answer.status_code, answer.json()["code"]) == (401, "session_revoked")


def test_logging_out_twice_is_401(api, alice):
    client = api(alice)
    client.post("/api/auth/logout")
    assert client.post("/api/auth/logout").status_code == 401


def test_logout_is_on_the_trail(api, alice):
    client = api(alice)
    client.post("/api/auth/logout")
    entry = AuditEntry.objects.get(action="session.ended")
    assert (entry.user_id, entry.actor_id) == (alice.pk, alice.pk)
    assert (entry.target_id, entry.data) == (client.session_row.pk, {"reason": "logout"})


def test_logout_all_ends_every_session_of_mine_and_nobody_elses(api, alice, bob):
    """Checklist 24."""
    clients, stranger = [api(alice) for _ in range(3)], api(bob)
    assert clients[0].post("/api/auth/logout-all").status_code == 204
    assert [c.get(PROFILE).status_code for c in clients] == [401] * 3
    assert stranger.get(PROFILE).status_code == 200
    assert Session.objects.for_user(alice).filter(revoked_at=None).count() == 0


def test_logout_all_takes_a_fixed_number_of_statements(api, alice, django_assert_num_queries):
    client = api(alice)
    for _ in range(20):
        open_session(alice)
    # who calls; savepoint, UPDATE, their ids, audit, its security event, release
    with django_assert_num_queries(7):
        client.post("/api/auth/logout-all")


@pytest.mark.parametrize("url", ["/api/auth/logout", "/api/auth/logout-all"])
def test_a_visitor_gets_401(api, db, url):
    assert api().post(url).status_code == 401


def test_an_unknown_field_is_refused_and_the_session_stays(api, alice):
    client = api(alice)
    assert client.post("/api/auth/logout", {"everywhere": True}).status_code == 400
    assert client.get(PROFILE).status_code == 200
