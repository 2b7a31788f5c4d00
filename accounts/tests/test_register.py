"""POST /api/auth/register: a person, a session and a furnished household in one commit."""

import pytest

from accounts.models import AuditEntry, Clock, Session, User
from config.tests.cast import PASSWORD, race

URL = "/api/auth/register"


def body(**fields):
    return {"email": "ada@example.org", "password": PASSWORD} | fields


def field_codes(response):
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def test_a_new_person_gets_tokens_that_work_at_once(api, db):
    answer = api().post(URL, body(name="Ada", currency="chf", timezone="Europe/Zurich"))
    assert answer.status_code == 201
    assert answer.json().keys() == {"access", "refresh", "user"}
    user = answer.json()["user"]
    assert user["email"] == "ada@example.org"
    assert (user["name"], user["currency"], user["timezone"]) == ("Ada", "CHF", "Europe/Zurich")
    assert (user["role"], user["locale"]) == ("user", "en")
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert client.get("/api/auth/profile").json()["id"] == user["id"]


def test_defaults_are_euros_and_utc(api, db):
    user = api().post(URL, body()).json()["user"]
    assert (user["name"], user["currency"], user["timezone"]) == ("", "EUR", "UTC")
    assert set(user["notifications"].values()) == {True}


def test_the_household_is_furnished_in_the_same_commit(api, db):
    from ledger.models import Account, Category

    user = api().post(URL, body(currency="USD")).json()["user"]
    person = User.objects.get(email="ada@example.org")
    account = Account.objects.for_user(person).get()
    assert (account.name, account.type, account.currency) == ("Main Account", "checking", "USD")
    assert user["default_account"] == str(account.id)
    categories = {c.name: c for c in Category.objects.for_user(person).select_related("parent")}
    assert {
        "Food",
        "Travel",
        "Entertainment",
        "Rent",
        "Utilities",
        "Shopping",
        "Healthcare",
        "Other",
        "Salary",
        "Interest",
        "Other income",
    } <= categories.keys()
    assert categories["Salary"].kind == categories["Salary"].parent.kind == "income"
    assert categories["Rent"].parent == categories["Housing"]
    clock = Clock.objects.get(user=person).seq
    assert clock > 0
    assert {account.seq} | {c.seq for c in categories.values()} == {clock}


def test_a_failing_hook_leaves_nobody_behind(api, db, settings):
    """If the household cannot be made, the person is not made either."""
    settings.NEW_USER_HOOKS = ["accounts.tests.test_register.broken_hook"]
    with pytest.raises(ZeroDivisionError):
        api().post(URL, body())
    assert not User.objects.exists()
    assert not Session.objects.exists()


def broken_hook(user):
    raise ZeroDivisionError


def test_registering_takes_a_bounded_number_of_statements(api, db, django_assert_num_queries):
    api().post(URL, body(email="warm@example.org"))  # the session row of the audit, caches
    # savepoint, user, clock, [savepoint, tick, account, categories, audit, release],
    # [savepoint, letters lately, letter, release], [savepoint, session, release], audit,
    # [session, rhythm, device, place, counts of all, event], release
    with django_assert_num_queries(24):
        api().post(URL, body())


def test_it_is_on_the_trail_without_the_email(api, db):
    api().post(URL, body())
    entry = AuditEntry.objects.get(action="user.registered")
    person = User.objects.get()
    assert entry.user_id == entry.actor_id == person.pk
    assert "ada" not in str(entry.data)


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.ORG", " ada@example.org "])
def test_a_known_email_is_refused_whatever_its_case(api, alice, email):
    User.objects.filter(pk=alice.pk).update(email="ada@example.org")
    answer = api().post(URL, body(email=email))
    assert answer.status_code == 409
    assert field_codes(answer) == [("/email", "email_taken")]


def test_an_email_that_grows_when_folded_is_measured_after(api, db):
    """ "ß" folds to "ss": 228 characters become 442, which no column holds."""
    address = "a@" + ("ß" * 31 + ".") * 7 + "de"
    answer = api().post(URL, body(email=address))
    assert answer.status_code == 400
    assert field_codes(answer) == [("/email", "max_length")]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a" * 250 + "@example.org",
        None,
        5,
        ["a@b.de"],
        "a\x00b@example.org",
    ],
)
def test_an_email_that_is_none_is_refused(api, db, email):
    answer = api().post(URL, body(email=email))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("a7d!x_2", "password_too_short"),
        ("password123", "password_too_common"),
        ("ada@example.org", "password_in_context"),
        ("household-books", "password_in_context"),
        ("x" * 1025, "max_length"),
        ("", "blank"),
    ],
)
def test_a_weak_password_is_refused_by_name(api, db, password, code):
    """Checklist 1 and 3: 7 characters, common words, own e-mail, the program's name."""
    answer = api().post(URL, body(password=password))
    assert answer.status_code == 400
    assert ("/password", code) in field_codes(answer)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["onlylowercaselettersx", "x7" * 32, "x7" * 64, "x7" * 512, "пароль не из списка"]
)
def test_length_is_enough_and_no_mix_of_signs_is_asked_for(api, db, password):
    """Checklist 1 and 2: 64, 128 and 1024 characters, an all-lowercase passphrase."""
    assert api().post(URL, body(password=password)).status_code == 201


def test_a_huge_password_is_refused_before_it_is_hashed(api, db, monkeypatch):
    """Checklist 11: the cost of hashing is bounded; 1.9 MB does not even fit a body."""
    monkeypatch.setattr("accounts.services.people.make_password", forbidden)
    assert api().post(URL, body(password="x" * 900_000)).status_code == 400
    assert api().post(URL, body(password="x" * 1_900_000)).status_code == 413


def forbidden(*args):
    raise AssertionError("this must not be hashed")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("currency", "XXX", "unknown_currency"),
        ("currency", "EURO", "unknown_currency"),
        ("currency", "ABC", "unknown_currency"),
        ("timezone", "Mars/Phobos", "unknown_timezone"),
        ("timezone", "../etc/passwd", "unknown_timezone"),
        ("timezone", "Factory", "unknown_timezone"),
        ("name", "x" * 101, "max_length"),
        ("name", 7, "invalid"),
    ],
)
def test_an_impossible_profile_is_refused_by_field(api, db, field, value, code):
    answer = api().post(URL, body(**{field: value}))
    assert answer.status_code == 400
    assert field_codes(answer) == [(f"/{field}", code)]


@pytest.mark.parametrize(
    "field", ["is_staff", "is_superuser", "role", "id", "seq", "is_active", "created_at", "groups"]
)
def test_nothing_else_can_be_set(api, db, field):
    """Checklist 36, mass assignment: an unknown field is refused, not ignored."""
    answer = api().post(URL, body(**{field: True}))
    assert answer.status_code == 400
    assert field_codes(answer) == [(f"/{field}", "unknown_field")]
    assert not User.objects.exists()


def test_of_parallel_registrations_of_one_email_one_wins(api, transactional_db):
    calls = [lambda: api().post(URL, body()).status_code for _ in range(8)]
    assert sorted(race(calls)) == [201] + [409] * 7
    assert User.objects.count() == Clock.objects.count() == 1


def test_a_trailing_slash_works_too(api, db):
    assert api().post(URL + "/", body()).status_code == 201


def test_a_wrong_method_and_type_are_named(api, db):
    assert api().get(URL).status_code == 405
    assert api().post(URL, "x", content_type="text/plain").status_code == 415


def test_hashing_happens_before_the_transaction(api, db, monkeypatch):
    """Under SQLite's one writer a hash inside the transaction would stop everybody else."""
    from django.db import connection

    from accounts.services import people

    depth = len(connection.savepoint_ids)
    seen = []
    stock = people.make_password
    monkeypatch.setattr(
        people, "make_password", lambda p: seen.append(len(connection.savepoint_ids)) or stock(p)
    )
    api().post(URL, body())
    assert seen == [depth]
