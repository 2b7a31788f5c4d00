"""Staff see one owner's budgets and goals drawn together; nobody else does."""

from uuid import uuid4

import pytest
from django.test import Client

from config.tests.cast import client_of
from config.tests.test_pages import INLINE
from ledger.models import Category

PAGES = ("budgeting/budget", "goals/goal")


@pytest.fixture
def planner(alice):
    Category.objects.create(user=alice, name="Food", name_key="food")
    client = client_of(alice)
    client.post("/api/budgets", {"categories": ["Food"], "amount": "100", "name": "<b>Food"})
    client.post("/api/goals", {"name": "<b>Roof", "target_amount": "6000"})
    return alice


def page(user, path):
    client = Client()
    client.force_login(user)
    return client.get(path)


@pytest.mark.parametrize("kind", PAGES)
def test_an_owners_charts_stand_on_one_page(planner, staff, bob, kind):
    staff.is_superuser = True
    staff.save()
    answer = page(staff, f"/admin/{kind}/charts/{planner.pk}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="img"' in text
    assert "&lt;b&gt;" in text
    assert not INLINE.search(text)
    assert 'role="img"' not in page(staff, f"/admin/{kind}/charts/{bob.pk}/").content.decode()
    assert page(staff, f"/admin/{kind}/charts/{uuid4()}/").status_code == 404
    assert f"/admin/{kind}/charts/{planner.pk}/" in page(staff, f"/admin/{kind}/").content.decode()


@pytest.mark.parametrize("kind", PAGES)
def test_nobody_else_sees_them(planner, staff, kind):
    path = f"/admin/{kind}/charts/{planner.pk}/"
    assert page(planner, path).status_code == 302
    assert page(staff, path).status_code == 403, "staff without the permission"
