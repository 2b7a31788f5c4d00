"""A small household of every kind of row, for tests that walk the whole API."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.inbox.filling import fill
from config.tests.cast import account_of, client_of, posted

# Twenty rows, on the lines 2 to 21.
STATEMENT = "Buchungstag;Empfänger;Betrag\n" + "".join(
    f"{day:02}.01.2026;Bäckerei;-{day},20\n" for day in range(1, 21)
)
BOOKED_ON = date(2026, 1, 15)


def household(owner: Any) -> dict[str, str]:
    """Make one row of every kind for the owner; their ids by the word that paths and bodies use."""
    client = client_of(owner)

    def create(path: str, body: dict[str, Any], **options: Any) -> str:
        response = client.post(path, body, **options)
        assert response.status_code in (200, 201), (path, response.content)
        return str(response.json()["id"])

    main, savings = account_of(owner, "Main"), account_of(owner, "Savings")
    statement = SimpleUploadedFile("bank.csv", STATEMENT.encode())
    row = {"name": "Groceries", "kind": "expense"}
    transfer = {"from_account": str(main.pk), "to_account": str(savings.pk), "amount": "5.00",
                "posted_on": "2026-01-20"}  # fmt: skip
    groceries = create("/api/categories", row)
    budget = {"categories": [groceries], "amount": "100", "period": "yearly"}
    baker = create("/api/payees", {"name": "Baker of a snooze"})
    snooze = {"kind": "allow", "payee": baker}
    purchase = posted(main, "-12.30").pk
    posted(account_of(owner, "Card"), "-3", f"{date.today():%Y-%m}-01", category="Bank fees")
    insights = client.get("/api/analytics/insights").json()["results"]
    mood = create("/api/transaction-moods", {"transaction": str(purchase), "mood": "happy"})
    posted(savings, "-3.33")
    doubtful = SimpleUploadedFile("more.csv", b"Date,Payee,Amount\n2026-01-14,Kiosk,-3.33\n")
    brought = create(
        "/api/imports", {"file": doubtful, "account": str(savings.pk)}, format="multipart"
    )
    assert client.post(f"/api/imports/{brought}/commit", {}).status_code == 200
    fill(owner.pk)
    match = client.get("/api/import-matches").json()["results"][0]["id"]
    return {
        "accounts": str(main.pk),
        "notifications": client.get("/api/notifications").json()["results"][0]["id"],
        "other_account": str(savings.pk),
        "categories": groceries,
        "budgets": create("/api/budgets", budget),
        "payees": create("/api/payees", {"name": "Baker of a walk"}),
        "other_payee": create("/api/payees", {"name": "Bakery of a walk"}),
        "tags": create("/api/tags", {"name": "walk"}),
        "transactions": str(purchase),
        "transaction-moods": mood,
        "transaction-mood": mood,
        "analytics": next(row["id"] for row in insights if row["kind"] == "fee_paid"),
        "transfers": create("/api/transfers", transfer),
        "exchange-rates": create(
            "/api/exchange-rates",
            {"base": "EUR", "quote": "CHF", "day": "2026-01-15", "rate": "0.95"},
        ),
        "imports": create(
            "/api/imports", {"file": statement, "account": str(main.pk)}, format="multipart"
        ),
        "recurring-transactions": create(
            "/api/recurring-transactions",
            {
                "account": str(main.pk),
                "amount": "-9.90",
                "payee": "Baker of a walk",
                "schedule": {"frequency": "monthly", "anchor_on": str(BOOKED_ON)},
            },
        ),
        "import-matches": match,
        "rules": create(
            "/api/rules",
            {
                "name": "Tolls of a walk",
                "query": "payee:toll",
                "actions": [{"type": "add_tag", "tag": "walk"}],
            },
        ),
        "lists": create("/api/security/lists", snooze),
        "debts": create(
            "/api/debts",
            {
                "name": "Loan of a walk",
                "type": "loan",
                "principal": "1000.00",
                "apr": "0.05",
                "start_on": "2026-01-15",
                "term_months": 12,
                "pay_from": str(main.pk),
            },
        ),
        "tokens": create("/api/auth/tokens", {"name": "Script of a walk", "scopes": ["read"]}),
        "goals": create("/api/goals", {"name": "Boots of a walk", "target_amount": "90.00"}),
        "alerts": create("/api/security/alerts", {"channel": "push", "threshold": 80}),
        "webhooks": create("/api/webhooks", {"url": "https://example.com/walk"}),
        "views": create("/api/views", {"name": "Walks", "query": "tag:walk"}),
    }
