"""Every kind that the API's contract names comes out of the real verbs, and what is told has words."""

import json
import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.feed import Position, frames_after
from accounts.inbox.filling import fill
from accounts.inbox.matters import matters
from accounts.services.people import change_password
from config.tests.cast import PASSWORD, account_of, client_of
from config.tests.sources import ROOT, sources
from insights.services.forecasts import refresh
from security_monitor.services import backtests

# shared/api.md, "Live", and the progress of backtests.
CONTRACT = {
    "transaction.created", "transaction.updated", "transaction.deleted", "transaction.flagged",
    "budget.threshold", "goal.progress", "security.alert", "recurring.materialised",
    "forecast.ready", "import.progress", "backtest.progress",
}  # fmt: skip
# Rows that change are no news to who changes them; a backtest is staff's own.
NOT_TOLD = {
    "transaction.created", "transaction.updated", "transaction.deleted", "backtest.progress"
}  # fmt: skip


@pytest.fixture
def busy(transactional_db, api):
    """Somebody to whom everything happens, by the doors of the API; the person and a client."""
    from accounts.models import User

    user = User.objects.create_user("alice@example.org", PASSWORD, is_staff=True)
    client = client_of(user)
    main = str(account_of(user, "Main", balance_minor=100_00).pk)
    food = create(client, "/api/categories", {"name": "Food", "kind": "expense"})
    today = date.today()
    create(client, "/api/budgets", {"categories": [food], "amount": "100.00", "thresholds": [50]})
    row = {"account": main, "amount": "-60.00", "posted_on": f"{today}", "category": food}
    bought = create(client, "/api/transactions", row)
    client.patch(f"/api/transactions/{bought}", {"memo": "Cheese"})
    goal = create(client, "/api/goals", {"name": "Boots", "target_amount": "90.00"})
    moved = {"amount": "50.00", "posted_on": f"{today}"}
    create(client, f"/api/goals/{goal}/contributions", moved)
    denied = create(client, "/api/payees", {"name": "Crook"})
    create(client, "/api/security/lists", {"kind": "deny", "payee": denied})
    doubtful = {**row, "amount": "-900.00", "payee": denied, "category": None}
    create(client, "/api/transactions", {k: v for k, v in doubtful.items() if v})
    rent = {
        "account": main, "amount": "-700.00", "payee": "Landlord", "auto_approve": True,
        "schedule": {"frequency": "monthly", "anchor_on": f"{today - timedelta(days=1)}"},
    }  # fmt: skip
    create(client, "/api/recurring-transactions", rent)
    client.post("/api/recurring-transactions/process-due", {})
    file = SimpleUploadedFile("bank.csv", f"Date,Payee,Amount\n{today},Kiosk,-3.33\n".encode())
    batch = create(client, "/api/imports", {"file": file, "account": main}, format="multipart")
    assert client.post(f"/api/imports/{batch}/commit", {}).status_code == 200
    refresh(user.pk)
    change_password(
        user_id=user.pk, session_id=client.session_row.pk, current=PASSWORD, new=PASSWORD + "!"
    )
    backtests.run(backtests.order(user, 30, {}).id)
    client.delete(f"/api/transactions/{bought}")
    return user, client


def create(client, path, body, **options):
    answer = client.post(path, body, **options)
    assert answer.status_code in (200, 201), (path, answer.content)
    return str(answer.json().get("id", ""))


def test_every_kind_of_the_contract_comes_and_what_is_told_has_words(busy):
    user, client = busy
    frames, position = [], Position(0)
    while page := frames_after(user.pk, position):
        frames += page
        position = page[-1].position
    kinds = {frame.kind for frame in frames}
    assert kinds >= CONTRACT, CONTRACT - kinds
    assert all(json.loads(frame.text)["kind"] == frame.kind for frame in frames)
    fill(user.pk)
    told = client.get("/api/notifications").json()["results"]
    for one in told:
        assert one["title"], one
        assert not re.search(r"None|\{|\}|_", one["title"] + one["body"]), one
        assert client.get(one["link"]).status_code == 200, one
    words = {one["kind"]: f"{one['title']} | {one['body']}" for one in told}
    assert words["budget.threshold"].startswith("Food: 50 % spent | 60.00 EUR of 100.00 EUR")
    assert words["goal.progress"].startswith("Boots: 50 % saved | 50.00 EUR of 90.00 EUR")
    assert "Crook, -900.00 EUR" in words["transaction.flagged"]
    assert words["recurring.materialised"].startswith("Landlord, -700.00 EUR: booked")
    assert words["import.progress"].startswith("bank.csv: imported | 1 new")
    assert words["forecast.ready"].startswith("Your balance may fall below zero")
    assert words["security.alert"].startswith("Your password was changed")
    assert words.keys() == CONTRACT - NOT_TOLD


def test_every_matter_is_a_kind_that_somebody_pushes():
    code = "".join(path.read_text() for app in ("accounts", "ledger", "budgeting", "goals", "debts",
                   "insights", "security_monitor") for path in sources(app) if path.stem != "matters")  # fmt: skip
    for kind in matters():
        assert f'"{kind}"' in code, kind


def test_the_page_about_notifications_names_every_kind():
    page = (ROOT / "docs" / "notifications.md").read_text()
    for kind, matter in matters().items():
        assert f"`{kind}`" in page
        assert not matter.topic or f"`{matter.topic}`" in page
