"""GET PATCH PUT /api/auth/profile: what I may know and change of myself."""

import pytest

from accounts.models import AuditEntry, Event, User
from config.tests.cast import PASSWORD, client_of, race

URL = "/api/auth/profile"
FIELDS = {
    "id",
    "email",
    "name",
    "currency",
    "timezone",
    "locale",
    "role",
    "created_at",
    "erase_at",
    "email_verified",
    "notifications",
}


def test_the_profile_holds_no_secret(api, alice):
    answer = api(alice).get(URL)
    assert answer.status_code == 200
    assert answer.json().keys() == FIELDS
    assert alice.password not in answer.content.decode()


def test_patch_changes_only_what_is_sent(api, alice):
    client = api(alice)
    client.patch(URL, {"name": "Alice", "locale": "de-AT"})
    answer = client.patch(URL, {"timezone": "Asia/Tokyo", "currency": "jpy"})
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["name"], shown["locale"]) == ("Alice", "de-AT")
    assert (shown["timezone"], shown["currency"]) == ("Asia/Tokyo", "JPY")
    assert shown == client.get(URL).json()


def test_patch_merges_notification_choices(api, alice):
    client = api(alice)
    client.patch(URL, {"notifications": {"bills": False}})
    choices = client.patch(URL, {"notifications": {"goals": False}}).json()["notifications"]
    assert (choices["bills"], choices["goals"], choices["budgets"]) == (False, False, True)


def test_put_clears_what_is_not_sent_and_keeps_what_cannot_be_empty(api, alice):
    client = api(alice)
    client.patch(
        URL, {"name": "Alice", "timezone": "Asia/Tokyo", "notifications": {"bills": False}}
    )
    shown = client.put(URL, {"currency": "USD"}).json()
    assert (shown["name"], shown["notifications"]["bills"]) == ("", True)
    assert (shown["currency"], shown["timezone"]) == ("USD", "Asia/Tokyo")


@pytest.mark.parametrize("method", ["patch", "put"])
@pytest.mark.parametrize(
    "field",
    ["email", "id", "role", "is_staff", "is_active", "created_at", "password", "seq", "user"],
)
def test_nothing_else_can_be_set(api, alice, method, field):
    """Checklist 36: mass assignment is refused, not ignored."""
    answer = getattr(api(alice), method)(URL, {field: "x", "name": "Alice"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown_field"
    assert User.objects.get().name == ""


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("locale", "english please", "invalid_locale"),
        ("locale", "de_AT", "invalid_locale"),
        ("timezone", "CEST", "unknown_timezone"),
        ("currency", "BTC", "unknown_currency"),
        ("name", None, "null"),
        ("notifications", [], "invalid"),
    ],
)
def test_an_impossible_value_is_refused_by_field(api, alice, field, value, code):
    answer = api(alice).patch(URL, {field: value})
    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert error["pointer"] == f"/{field}"
    if code != "invalid":
        assert error["code"] == code


def test_an_unknown_notification_is_refused_with_its_pointer(api, alice):
    answer = api(alice).patch(URL, {"notifications": {"gossip": True}})
    assert answer.json()["errors"][0]["pointer"] == "/notifications/gossip"


def test_the_etag_guards_against_lost_updates(api, alice):
    client = api(alice)
    etag = client.get(URL)["ETag"]
    assert client.patch(URL, {"name": "A"}, HTTP_IF_MATCH=etag).status_code == 200
    stale = client.patch(URL, {"name": "B"}, HTTP_IF_MATCH=etag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    fresh = client.get(URL)
    assert fresh.json()["name"] == "A"
    assert client.get(URL, HTTP_IF_NONE_MATCH=fresh["ETag"]).status_code == 304


def test_of_parallel_changes_of_one_version_one_wins(transactional_db):
    """Checklist 48: If-Match is compared under the owner's clock, not before it."""
    user = User.objects.create_user("racer@example.org", PASSWORD)
    clients = [client_of(user) for _ in range(8)]
    etag = clients[0].get(URL)["ETag"]
    answers = race(
        [
            lambda c=c, n=n: c.patch(URL, {"name": f"N{n}"}, HTTP_IF_MATCH=etag).status_code
            for n, c in enumerate(clients)
        ]
    )
    assert sorted(answers) == [200] + [412] * 7
    user.refresh_from_db()
    assert user.name == f"N{answers.index(200)}"


def test_a_change_is_on_the_trail_and_the_stream(api, alice):
    client = api(alice)
    client.patch(URL, {"name": "Alice"})
    client.patch(URL, {"name": "Alice"})  # no change, no trace
    entry = AuditEntry.objects.get(action="user.profile_changed")
    event = Event.objects.get(kind="profile.updated")
    assert entry.data == event.data == {"fields": ["name"]}
    assert event.seq == User.objects.get().seq


def test_reading_costs_two_queries(api, alice, django_assert_num_queries):
    client = api(alice)
    with django_assert_num_queries(2):
        client.get(URL)


def test_a_visitor_gets_401(api, db):
    for method in ("get", "put", "patch"):
        answer = getattr(api(), method)(URL)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
