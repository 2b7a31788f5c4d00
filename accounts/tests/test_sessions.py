"""GET /api/auth/sessions, DELETE /api/auth/sessions/{id}: where I am logged in."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.ids import new_id
from accounts.models import Session
from accounts.serializers import ip_prefix
from accounts.services.sessions import open_session, revoke_all

URL = "/api/auth/sessions"


def test_the_list_shows_device_network_and_which_one_is_current(api, alice, bob):
    """Checklist 30: the network, never the full address."""
    open_session(bob)
    _, _, other = open_session(alice, device="Phone/2", ip="203.0.113.77")
    client = api(alice)
    sessions = client.get(URL).json()["results"]
    assert [s["id"] for s in sessions] == [str(client.session_row.pk), str(other.pk)]
    assert [s["current"] for s in sessions] == [True, False]
    assert sessions[1]["device"] == "Phone/2"
    assert sessions[1]["ip_prefix"] == "203.0.113.0/24"
    assert {"created_at", "last_seen_at", "expires_at", "place"} <= sessions[1].keys()
    assert "203.0.113.77" not in str(sessions)


@pytest.mark.parametrize(
    ("address", "prefix"),
    [("198.51.100.200", "198.51.100.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1::/48"), (None, None)],
)
def test_a_prefix_says_the_network_only(address, prefix):
    assert ip_prefix(address) == prefix


def test_dead_sessions_are_not_listed(api, alice):
    client = api(alice)
    long_ago = timezone.now() - timedelta(days=settings.REFRESH_IDLE_DAYS + 1)
    for change in (
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now()},
        {"rotated_at": long_ago},
    ):
        _, _, session = open_session(alice)
        Session.objects.filter(pk=session.pk).update(**change)
    assert len(client.get(URL).json()["results"]) == 1


def test_the_list_costs_two_queries_and_pages(api, alice, django_assert_num_queries):
    client = api(alice)
    for _ in range(6):
        open_session(alice)
    with django_assert_num_queries(2):
        first = client.get(URL, {"limit": 4}).json()
    second = client.get(URL, {"limit": 4, "cursor": first["next"]}).json()
    assert len({s["id"] for s in first["results"] + second["results"]}) == 7
    assert second["next"] is None


def test_the_list_as_csv(api, alice):
    answer = api(alice).get(URL, HTTP_ACCEPT="text/csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode().startswith("id,device,ip_prefix")


def test_ending_one_session_leaves_the_others(api, alice):
    client, phone = api(alice), api(alice)
    assert client.delete(f"{URL}/{phone.session_row.pk}").status_code == 204
    assert phone.get(URL).status_code == 401
    assert client.get(URL).status_code == 200
    assert client.delete(f"{URL}/{phone.session_row.pk}").status_code == 404


def test_ending_the_current_session_is_a_logout(api, alice):
    client = api(alice)
    assert client.delete(f"{URL}/{client.session_row.pk}").status_code == 204
    assert client.get(URL).status_code == 401


def test_a_strangers_session_is_not_there(api, alice, mallory):
    """D2 and checklist 34: the answer for a stranger's id is that for no id at all."""
    victim, thief = api(alice), api(mallory)
    foreign = thief.delete(f"{URL}/{victim.session_row.pk}", HTTP_X_REQUEST_ID="same")
    missing = thief.delete(f"{URL}/{new_id()}", HTTP_X_REQUEST_ID="same")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert victim.get(URL).status_code == 200


def test_a_visitor_gets_401(api, alice):
    client = api(alice)
    assert api().get(URL).status_code == 401
    assert api().delete(f"{URL}/{client.session_row.pk}").status_code == 401


def test_unknown_parameters_are_refused(api, alice):
    assert api(alice).get(URL, {"user": str(alice.pk)}).status_code == 400


def test_last_seen_moves_every_few_minutes_not_with_every_request(api, alice):
    client = api(alice)
    before = Session.objects.get().last_seen_at
    client.get(URL)
    assert Session.objects.get().last_seen_at == before
    Session.objects.update(last_seen_at=before - timedelta(minutes=6))
    client.get(URL)
    assert Session.objects.get().last_seen_at >= before


def test_ending_what_has_ended_says_so(alice):
    open_session(alice)
    assert revoke_all(alice.pk, reason="test") == 1
    assert revoke_all(alice.pk, reason="test") == 0
