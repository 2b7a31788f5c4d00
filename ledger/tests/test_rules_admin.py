"""Rules, views and change sets in the staff console: seen, never changed."""

import pytest
from django.test import Client
from django.urls import reverse

from config.tests.cast import account_of, person, posted
from ledger.models import ChangeSet, Rule, SavedView
from ledger.services.rule_runs import apply_to_past
from ledger.services.rules import create_rule, create_view

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Rule, SavedView, ChangeSet])
def test_staff_see_rows_and_cannot_change_them(alice, model):
    console = Client()
    console.force_login(person("root@example.org", is_staff=True, is_superuser=True))
    posted(account_of(alice), "-1", payee="Rewe")
    actions = [{"type": "set_category", "category": "Food"}]
    rule = create_rule(user_id=alice.pk, fields={"name": "r", "query": "", "actions": actions})
    create_view(user_id=alice.pk, fields={"name": "v", "query": "rewe"})
    apply_to_past(user_id=alice.pk, rule_id=rule.id)
    name = model._meta.model_name
    changelist = reverse(f"admin:ledger_{name}_changelist")
    assert console.get(changelist, {"q": "alice@example.org"}).status_code == 200
    assert console.get(changelist, {"user": str(alice.pk)}).status_code == 200
    page = reverse(f"admin:ledger_{name}_change", args=[model.objects.get().pk])
    assert console.get(page).status_code == 200
    assert console.post(page, {}).status_code == 403
    assert console.get(reverse(f"admin:ledger_{name}_add")).status_code == 403
