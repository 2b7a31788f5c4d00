"""Lines of the security checklist that no single part owns; each test names its line."""

import uuid

import pytest
from django.apps import apps

from config.tests.cast import account_of, client_of, posted
from ledger.models import Transaction

SQL = ["' OR '1'='1", "1); DROP TABLE ledger_transaction;--", "x' UNION SELECT password FROM "
       "accounts_user--", "%' ESCAPE '!", "\\", '"', "$1", "%s", "{0}"]  # fmt: skip


def test_line_40_no_id_of_a_row_of_somebody_can_be_guessed():
    """Where the API shows an id it is a UUID; a number is only an id inside."""
    for model in apps.get_models():
        if hasattr(model.objects, "for_user") and "." not in model._meta.app_config.name:
            kind = model._meta.pk.get_internal_type()
            assert kind in ("UUIDField", "OneToOneField", "CharField") or not hasattr(model, "etag")


@pytest.mark.parametrize("signs", SQL)
def test_line_60_signs_of_sql_are_only_text(alice, signs):
    client, account = client_of(alice), account_of(alice)
    row = {"account": str(account.pk), "amount": "-1", "posted_on": "2026-01-15", "payee": signs,
           "memo": signs, "category_name": signs, "tags": [signs]}  # fmt: skip
    made = client.post("/api/transactions", row)
    assert made.status_code in (201, 400)
    for query in ({"q": signs}, {"sort": signs}, {"category": signs}, {"payee": signs}, {"tag": signs},
                  {"cursor": signs}, {signs: "1"}):  # fmt: skip
        answer = client.get("/api/transactions", query)
        assert answer.status_code in (200, 400), query
        if "sort" in query or "cursor" in query or signs in query:
            assert answer.status_code == 400
    assert Transaction.objects.count() == (made.status_code == 201)
    if made.status_code == 201:
        assert made.json()["memo"] == signs


def test_line_52_a_long_search_is_bounded(alice):
    client = client_of(alice)
    posted(account_of(alice), "-1", payee="a" * 60)
    for text in ("a" * 10_000, "(" * 5_000, "(a+)+$" * 1000, "NOT " * 2000, '"' * 3001):
        assert client.get("/api/transactions", {"q": text}).status_code in (200, 400)


def test_an_unknown_id_is_told_alike_everywhere(alice):
    """Checklist 34: the words for what is missing hold nothing of the id that was asked for."""
    missing = str(uuid.uuid4())
    answer = client_of(alice).get(f"/api/transactions/{missing}")
    assert answer.status_code == 404
    assert missing not in answer.json()["detail"]


def test_line_84_a_rule_in_the_shadow_opens_no_case(alice):
    from security_monitor.engine.catalogue import RULES
    from security_monitor.models import Case, RuleSetting

    account = account_of(alice)
    for week in range(9):
        posted(account, f"-{38 + week}", f"2026-0{1 + week // 4}-{1 + 7 * (week % 4):02}", payee="Aral",
               category="Fuel")  # fmt: skip
    for code in (rule.code for rule in RULES):
        RuleSetting.objects.update_or_create(code=code, defaults={"status": "shadow"})
    posted(account, "-4100.00", "2026-03-20", payee="Aral", category="Fuel")
    assert not Case.objects.exists()
    assert client_of(alice).get("/api/transactions?flagged=true").json()["results"] == []
