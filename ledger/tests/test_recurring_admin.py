"""Recurring transactions in the staff console and in the demo: seen, never changed there."""

import pytest
from django.test import Client
from django.urls import reverse

from config.tests.cast import person
from ledger.demo.story import month_back
from ledger.models import RecurringOccurrence, RecurringTransaction
from ledger.services.recurring_occurrences import skip
from ledger.tests.recurring_cast import D, rule_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [RecurringTransaction, RecurringOccurrence])
def test_staff_see_them_and_cannot_change_them(alice, main, model):
    console = Client()
    console.force_login(person("root@example.org", is_staff=True, is_superuser=True))
    skip(user_id=alice.pk, rule_id=rule_of(main, payee="Streamly").pk)
    name = model._meta.model_name
    changelist = reverse(f"admin:ledger_{name}_changelist")
    assert console.get(changelist, {"q": "alice@example.org"}).status_code == 200
    assert console.get(changelist, {"user": str(alice.pk)}).status_code == 200
    page = reverse(f"admin:ledger_{name}_change", args=[model.objects.get().pk])
    assert console.get(page).status_code == 200
    assert console.post(page, {}).status_code == 403
    assert console.get(reverse(f"admin:ledger_{name}_add")).status_code == 403


def test_the_demo_s_plans_begin_where_its_story_ends(settings, db):
    from django.core.management import call_command

    settings.PRODUCTION, settings.EMBEDDED = False, True
    call_command("seed_demo", years=0.25, until=D("2026-03-20"), staff=False)
    rules = RecurringTransaction.objects.all()
    assert rules.count() == 15
    assert min(rule.next_on for rule in rules) == D("2026-03-21")
    assert max(rule.next_on for rule in rules) < month_back(D("2026-03-20"), -4)
    assert rules.filter(variable=True, auto_approve=False).exists()
    assert not RecurringOccurrence.objects.exists()
