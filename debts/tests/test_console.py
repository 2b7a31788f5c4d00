"""For people: the staff console, the command, the chart, the demo."""

import xml.etree.ElementTree as ET
from datetime import date, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.days import today_of
from config.tests.cast import account_of, person
from debts.demo import plan
from debts.models import Accrual, Debt, DebtPayment, DebtRate
from debts.selectors import payments_due
from ledger.demo.habits import MAIN
from ledger.verification import verify_user

MODELS = (Debt, DebtRate, Accrual, DebtPayment)


@pytest.fixture
def console(db):
    viewer = person("viewer@example.org", is_staff=True)
    names = [f"view_{model._meta.model_name}" for model in MODELS]
    viewer.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(viewer)
    return client


@pytest.fixture
def indebted(client, take, pay):
    debt = take(name="<b>Car</b> & co", account_number="DE89370400440532013000")
    client.post(f"/api/debts/{debt['id']}/rates", {"apr": "0.01", "from_on": "2033-01-01"})
    pay(debt, "299.71", "2026-02-15")
    return debt


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_pages_are_read_only(console, indebted, model):
    name = f"admin:debts_{model._meta.model_name}"
    assert console.get(reverse(f"{name}_changelist")).status_code == 200
    page = console.get(reverse(f"{name}_change", args=[model.objects.get().pk]))
    assert page.status_code == 200
    assert "3704004405" not in page.content.decode()
    assert console.get(reverse(f"{name}_add")).status_code == 403


def test_the_curves_of_an_owner(console, indebted, alice):
    page = console.get(reverse("admin:debts_payoff", args=[alice.pk])).content.decode()
    assert "<svg" in page
    assert "<polyline" in page
    assert "<b>Car" not in page
    nobody = reverse("admin:debts_payoff", args=["0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"])
    assert console.get(nobody).status_code == 404


def test_the_curves_need_the_permission(indebted, alice):
    clerk = Client()
    clerk.force_login(person("clerk@example.org", is_staff=True))
    assert clerk.get(reverse("admin:debts_payoff", args=[alice.pk])).status_code == 403


def test_the_command_prints_tables_and_saves_curves(indebted, alice, tmp_path):
    out = StringIO()
    call_command("payoff_plan", alice.email, monthly="700", svg=tmp_path, stdout=out)
    assert "avalanche" in out.getvalue()
    assert "700.00 EUR a month (given)" in out.getvalue()
    root = ET.fromstring((tmp_path / "payoff-EUR.svg").read_text())
    assert root.tag.endswith("svg")


@pytest.mark.parametrize("monthly", ["1", "x", "1.001"])
def test_the_command_refuses_in_words(indebted, alice, monthly):
    with pytest.raises(CommandError):
        call_command("payoff_plan", alice.email, monthly=monthly, stdout=StringIO())


def test_the_command_wants_a_person(db):
    with pytest.raises(CommandError, match="no user"):
        call_command("payoff_plan", "nobody@example.org")


def test_keys_are_rotated(indebted, client, settings):
    before = Debt.objects.get().number_encrypted
    settings.ENCRYPTION_KEYS = ["a newer key", settings.SECRET_KEY]
    call_command("rotate_secrets", stdout=StringIO())
    settings.ENCRYPTION_KEYS = ["a newer key"]
    assert Debt.objects.get().number_encrypted != before
    path = f"/api/debts/{indebted['id']}/account-number"
    assert client.get(path).json()["account_number"] == "DE89370400440532013000"


@pytest.mark.django_db
def test_the_demo_tells_of_debts_whose_books_add_up(alice):
    account_of(alice, MAIN, opening_minor=900_000, balance_minor=900_000, cleared_minor=900_000)
    today = date(2026, 6, 20)
    plan(alice, today, 3)
    assert Debt.objects.count() == 3
    assert DebtPayment.objects.count() == 6
    assert not list(verify_user(alice.pk))


def test_floors_above_get_what_is_due(alice, mallory, indebted):
    today = today_of(alice)
    rows = payments_due(alice, today, today + timedelta(62))
    assert {row.name for row in rows} == {"<b>Car</b> & co"}
    assert all(row.amount_minor > 0 and row.currency == "EUR" for row in rows)
    assert payments_due(mallory, today, today + timedelta(62)) == []
