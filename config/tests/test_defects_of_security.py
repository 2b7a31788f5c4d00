"""What the original got wrong in security, each tried again here by the name in its list of defects.

Those that stand beside their parts are in `proof.py`.
"""

import socket

import pytest

from accounts.models import AuditEntry, User
from config.schema import document
from config.tests.cast import PASSWORD, account_of, client_of, posted
from ledger.models import Account, RecurringTransaction, Transaction

LOAN = {"name": "Loan", "type": "loan", "principal": "1000.00", "apr": "0", "start_on": "2026-01-15",
        "term_months": 12}  # fmt: skip


@pytest.fixture
def thief(mallory):
    return client_of(mallory)


def test_s1_nobody_puts_a_mood_on_the_payment_of_another(alice, thief):
    """The check was not awaited: the foreign row came back, and its owner could set no mood any more."""
    row = posted(account_of(alice), "-84.20", payee="A secret shop")
    mood = {"transaction": str(row.pk), "mood": "happy"}
    refused = thief.post("/api/transaction-mood", mood)
    assert refused.status_code in (400, 404)
    assert "secret" not in refused.content.decode()
    assert thief.get("/api/transaction-mood").json()["results"] == []
    assert client_of(alice).post("/api/transaction-mood", mood).status_code == 201


def test_s2_nobody_pays_a_debt_from_the_account_of_another(alice, mallory, thief):
    victim = account_of(alice, opening_minor=500_000, balance_minor=500_000)
    own = account_of(mallory)
    debt = thief.post("/api/debts", {**LOAN, "pay_from": str(own.pk)}).json()["id"]
    payment = {"amount": "1000.00", "posted_on": "2026-02-15", "from_account": str(victim.pk)}
    assert thief.post(f"/api/debts/{debt}/payments", payment).status_code in (400, 404)
    victim.refresh_from_db()
    assert victim.balance_minor == 500_000
    assert not Transaction.objects.exists()


def test_s3_nothing_recurs_on_the_account_of_another_and_no_column_is_set_from_outside(
    alice, thief
):
    plan = {"account": str(account_of(alice).pk), "amount": "-9.90",
            "schedule": {"frequency": "monthly", "anchor_on": "2026-01-15"}}  # fmt: skip
    assert thief.post("/api/recurring-transactions", plan).status_code in (400, 404)
    owner = client_of(alice)
    for column in ("id", "user", "created_at", "last_run", "isActive"):
        answer = owner.post("/api/recurring-transactions", {**plan, column: "1"})
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
    assert not RecurringTransaction.objects.exists()


def test_s4_no_answer_about_a_person_holds_what_proves_them(alice):
    client = client_of(alice)
    hashed = User.objects.get(pk=alice.pk).password
    for answer in (
        client.get("/api/auth/profile"),
        client.patch("/api/auth/profile", {"name": "A"}),
    ):
        assert answer.status_code == 200
        assert hashed not in answer.content.decode()
        assert not {"password", "secret", "totp", "two_factor_secret"} & answer.json().keys()


def test_s7_there_is_no_door_for_debugging(alice):
    for path in ("/api/auth/debug-all-users", "/api/debug", "/__debug__/"):
        assert client_of(alice).get(path).status_code == 404
    assert not [path for path in document()["paths"] if "debug" in path]


def test_s12_text_is_kept_as_it_was_written_and_found_by_it(alice):
    """Escaping on the way in made "&amp;" of it, and a budget of that name limited nothing."""
    client, account = client_of(alice), account_of(alice)
    kind = {"name": "Food & <Dining>", "kind": "expense"}
    assert client.post("/api/categories", kind).json()["name"] == "Food & <Dining>"
    budget = {"categories": ["Food & <Dining>"], "amount": "10", "limit": "block",
              "starts_on": "2026-01-01"}  # fmt: skip
    assert client.post("/api/budgets", budget).status_code == 201
    row = {"account": str(account.pk), "amount": "-20", "posted_on": "2026-01-15",
           "category_name": "Food & <Dining>"}  # fmt: skip
    assert client.post("/api/transactions", row).status_code == 409


BAD = ["x" * 10_000, -1, [], {"a": 1}]


@pytest.mark.parametrize("value", BAD, ids=repr)
@pytest.mark.parametrize(
    ("path", "field", "made"),
    [
        ("budgets", "amount", {"categories": ["Food"], "amount": "10"}),
        ("goals", "target_amount", {"name": "Boots", "target_amount": "90.00"}),
        ("debts", "principal", LOAN),
        ("auth/profile", "currency", None),
    ],
)
def test_s13_a_change_is_checked_like_what_was_made(alice, path, field, made, value):
    client = client_of(alice)
    client.post("/api/categories", {"name": "Food", "kind": "expense"})
    address = f"/api/{path}"
    if made:
        row = client.post(address, made)
        assert row.status_code == 201, row.content
        address += f"/{row.json()['id']}"
    for send in (client.put, client.patch):
        assert send(address, {**(made or {}), field: str(value)[:5000] * 2}).status_code == 400
        assert send(address, {**(made or {}), field: value}).status_code == 400


def test_s14_the_trail_says_where_from_and_stays(db):
    """The original wrote 127.0.0.1 and let its evidence be deleted with the user."""
    client = client_of()
    client.defaults["REMOTE_ADDR"] = "203.0.113.7"
    body = {"email": "ada@example.org", "password": PASSWORD}
    assert client.post("/api/auth/register", body).status_code == 201
    assert client.post("/api/auth/login", body).status_code == 200
    assert set(AuditEntry.objects.values_list("ip", flat=True)) == {"203.0.113.7"}
    entries = AuditEntry.objects.count()
    Account.objects.all().delete()
    assert AuditEntry.objects.count() >= entries


def test_s15_a_login_asks_nobody_where_the_address_is(alice, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a login opened a connection")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    body = {"email": alice.email, "password": PASSWORD}
    assert client_of().post("/api/auth/login", body, REMOTE_ADDR="8.8.8.8").status_code == 200


def test_s18_what_was_absent_is_there():
    paths = document()["paths"]
    for path in ("change-email", "change-email/confirm", "export", "sessions"):
        assert f"/api/auth/{path}" in paths
