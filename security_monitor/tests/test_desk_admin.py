"""The desk in the staff console: pages, charts, actions, and no way round the verbs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.tests.cast import account_of, person, posted
from security_monitor.models import Backtest, Case, CaseNote, RuleChange, RuleSetting

AMOUNTS = [42, 38, 45, 40, 41, 39, 44, 43, 40]


def console_of(email: str) -> Client:
    client = Client()
    client.force_login(person(email, is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def console(db: None) -> Client:
    return console_of("root@example.org")


@pytest.fixture
def case(alice: Any) -> Case:
    account = account_of(alice)
    today = timezone.now().date()
    for week, amount in enumerate(AMOUNTS):
        day = (today - timedelta(days=7 * (9 - week))).isoformat()
        posted(account, f"-{amount}", day, payee="<b>Aral</b>", category="Fuel")
    posted(account, "-410.00", today.isoformat(), payee="<b>Aral</b>", category="Fuel")
    found: Case = Case.objects.get()
    return found


def page(case: Case) -> str:
    return reverse("admin:security_monitor_case_change", args=[case.id])


def act(case: Case, verb: str) -> str:
    return reverse("admin:security_monitor_case_act", args=[case.id, verb])


def test_the_page_shows_reasons_usual_amounts_and_neighbours(console, case):
    text = console.get(page(case)).content.decode()
    assert text.count('role="img" viewBox') == 4  # reasons; payee, category, account
    assert "410.00 EUR at &lt;b&gt;Aral&lt;/b&gt; is " in text
    assert "<b>Aral</b>" not in text
    assert "#ba2121" in text
    assert 'data-key="f"' in text
    assert text.count("-44.00 EUR") == 1


def test_a_verdict_by_button_and_in_bulk(console, case):
    assert console.get(act(case, "fraud")).status_code == 405
    console.post(act(case, "take"))
    console.post(act(case, "note"), {"text": "looks skimmed"})
    console.post(act(case, "fraud"))
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "fraud")
    assert CaseNote.objects.get().text == "looks skimmed"
    body = {"action": "say_legitimate", "_selected_action": [str(case.id)]}
    console.post(reverse("admin:security_monitor_case_changelist"), body)
    case.refresh_from_db()
    assert case.outcome == "legitimate"
    assert console.post(act(case, "dance")).status_code == 404


def test_own_cases_have_no_buttons(alice, case):
    alice.is_staff = alice.is_superuser = True
    alice.save()
    client = Client()
    client.force_login(alice)
    assert 'data-key="f"' not in client.get(page(case)).content.decode()
    client.post(act(case, "legitimate"))
    case.refresh_from_db()
    assert case.state == "open"


def test_a_viewer_cannot_act(case):
    from django.contrib.auth.models import Permission

    viewer = person("viewer@example.org", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__in=["view_case"]))
    client = Client()
    client.force_login(viewer)
    assert client.get(page(case)).status_code == 200
    assert client.post(act(case, "fraud")).status_code == 403
    assert client.get(reverse("admin:security_monitor_rules")).status_code == 403


def test_rules_are_proposed_tried_and_decided_by_another(console, case, monkeypatch):
    monkeypatch.setattr("security_monitor.admin_rules.start_backtest", lambda _: None)
    url = reverse("admin:security_monitor_rules")
    assert "Much for its category" in console.get(url).content.decode()
    body = {"code": "TX02", "weight": "20", "parameters": "", "days": "30", "why": "loud"}
    assert console.post(url, {**body, "try": "1"}).status_code == 302
    assert Backtest.objects.get().changes == {"TX02": {"weight": 20}}
    assert console.post(url, {**body, "propose": "1"}).status_code == 302
    refused = console.post(url, {**body, "parameters": '{"zz": 1}', "propose": "1"})
    assert "This rule has no such parameter." in refused.content.decode()
    change = RuleChange.objects.get()
    approve = {"action": "approve", "_selected_action": [str(change.id)]}
    changes = reverse("admin:security_monitor_rulechange_changelist")
    console.post(changes, approve)
    assert not RuleSetting.objects.exists()
    console_of("second@example.org").post(changes, approve)
    assert RuleSetting.objects.get().weight == 20
    assert "TX02" in console.get(url).content.decode()


@pytest.mark.parametrize(
    "model",
    ["case", "casenote", "verdictrecord", "profile", "listentry", "scoringgap", "rulechange",
     "backtest"],
)  # fmt: skip
def test_lists_open_and_nothing_is_added(console, case, model):
    assert console.get(reverse(f"admin:security_monitor_{model}_changelist")).status_code == 200
    assert console.get(reverse(f"admin:security_monitor_{model}_add")).status_code == 403
