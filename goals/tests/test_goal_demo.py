"""The demo household's goals, and the chart of a goal in the staff console."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from config.tests.cast import account_of
from goals.demo import DREAMS, plan
from goals.drawing import path_chart, saved_on
from goals.models import Goal
from goals.selectors import standing_of, standings
from goals.services import contribute, make_goal

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 31)


def test_the_demo_shows_every_status(alice):
    account_of(alice, "Main", type="checking", balance_minor=500_000)
    account_of(alice, "Savings", type="savings", balance_minor=300_000)
    assert plan(alice, TODAY) == len(DREAMS) + 1
    found = {s.goal.name: s for s in standings(alice.pk, TODAY)}
    assert found["For rainy days"].saved == 300_000
    assert {s.path.status for s in found.values()} == {"on_track", "behind", "done"}
    assert not any(s.under_backed for s in found.values())


def test_the_demo_does_without_accounts(alice):
    assert plan(alice, TODAY) == len(DREAMS)


def test_what_was_saved_is_told_backwards():
    flows = [(date(2026, 1, 1), 500), (date(2026, 1, 20), -200), (date(2026, 2, 5), 50)]
    days = [date(2025, 12, 31), date(2026, 1, 1), TODAY]
    assert [saved_on(350, flows, day) for day in days] == [0, 500, 300]


def test_a_chart_has_the_way_the_plan_and_the_target_and_escapes_the_name(alice):
    fields = {"name": "<b>Roof</b>", "target_amount": Decimal(100), "target_on": date(2026, 7, 31)}
    goal = make_goal(user=alice, fields=fields, today=TODAY)
    put_in = {"source": None, "made_on": date(2025, 12, 5), "memo": ""}
    contribute(user_id=alice.pk, goal_id=goal.id, amount=Decimal(40), **put_in)
    svg = path_chart(standing_of(alice.pk, goal.id, TODAY, days_back=400), TODAY)
    assert svg.count("<polyline") == 3
    assert "&lt;b&gt;Roof" in svg
    assert "<b>" not in svg


def test_the_console_draws_a_goal(alice, staff):
    pot = account_of(alice, "Pot", balance_minor=5_000)
    fields = {
        "name": "Roof",
        "target_amount": Decimal(100),
        "account": pot.pk,
        "follows": "balance",
    }
    make_goal(user=alice, fields=fields, today=TODAY)
    staff.is_superuser = True
    staff.save()
    console = Client()
    console.force_login(staff)
    page = console.get(f"/admin/goals/goal/{Goal.objects.get().pk}/change/", follow=True)
    assert page.status_code == 200
    assert b"<svg" in page.content
