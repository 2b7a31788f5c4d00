"""The staff console: that moods and choices are there, never what was felt."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.tests.cast import account_of, person, posted
from insights.models import InsightChoice, StoredForecast
from insights.services.moods import Felt, record_mood, set_preferences

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(db):
    client = Client()
    client.force_login(person("root@example.org", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def rows(alice):
    mood, _ = record_mood(
        user_id=alice.pk,
        felt=Felt(posted(account_of(alice), "-5").id, "anxious", 7, "secret words"),
    )
    choice = InsightChoice.objects.create(
        user=alice, key="fee_paid:fees:2026-06", kind="fee_paid", dismissed_at=timezone.now()
    )
    return {
        "transactionmood": mood,
        "moodpreferences": set_preferences(user_id=alice.pk, nudge=True),
        "insightchoice": choice,
        "storedforecast": StoredForecast.objects.create(
            user=alice, made_on="2026-06-15", currency="EUR", bands=[], inputs="secret words"
        ),
    }


@pytest.mark.parametrize(
    "model", ["transactionmood", "moodpreferences", "insightchoice", "storedforecast"]
)
def test_lists_and_pages_are_read_only_and_discreet(console, rows, model):
    row = rows[model]
    listed = console.get(reverse(f"admin:insights_{model}_changelist"), {"q": "alice@example.org"})
    assert len(listed.context["cl"].result_list) == 1
    page = console.get(reverse(f"admin:insights_{model}_change", args=[row.pk]))
    text = (listed.content + page.content).decode()
    assert 'name="_save"' not in text
    assert "secret words" not in text
    assert "anxious" not in text
    assert console.get(reverse(f"admin:insights_{model}_add")).status_code == 403
    assert console.post(reverse(f"admin:insights_{model}_delete", args=[row.pk])).status_code == 403
