"""Nudges: only for who asked, only for purchases since, each once."""

import pytest

from accounts.models import Event
from config.tests.cast import posted
from insights.services.moods import Felt, record_mood
from insights.services.nudges import nudge_owner
from insights.tasks import nudge

pytestmark = pytest.mark.django_db
URL = "/api/transaction-moods/preferences"


@pytest.fixture
def regretful(alice, main):
    for day, amount in enumerate((20, 30, 40, 50, 60), start=1):
        row = posted(main, f"-{amount}", f"2026-06-{day:02}", category="Gadgets")
        mood = "regretful" if amount > 20 else "happy"
        record_mood(user_id=alice.pk, felt=Felt(row.id, mood))


def nudges(alice):
    return [event.data for event in Event.objects.filter(user=alice, kind="mood.nudge")]


def test_the_owner_opts_in_and_out(client):
    assert client.get(URL).json()["nudge"] is False
    answer = client.put(URL, {"nudge": True})
    assert answer.json()["nudge"] is True
    stale = client.patch(URL, {"nudge": False}, HTTP_IF_MATCH='"0"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert (
        client.patch(URL, {"nudge": False}, HTTP_IF_MATCH=answer["ETag"]).json()["nudge"] is False
    )
    assert client.get(URL).json()["nudge"] is False


def test_nobody_is_nudged_who_did_not_ask(alice, main, regretful):
    posted(main, "-45", "2026-06-14", category="Gadgets")
    assert nudge() == 0
    assert nudge_owner(alice.pk) == 0


def test_a_purchase_like_those_regretted_is_told_once(client, alice, main, regretful):
    client.put(URL, {"nudge": True})
    assert nudge() == 0  # what was before the owner asked is left alone
    row = posted(main, "-45", "2026-06-14", category="Gadgets")
    posted(main, "-5", "2026-06-14", category="Gadgets")  # smaller than what was regretted
    posted(main, "-45", "2026-06-14", category="Rent")
    posted(main, "45", "2026-06-14", category="Gadgets")  # money back
    assert nudge() == 1
    assert nudge() == 0
    (told,) = nudges(alice)
    assert (told["transaction"], told["category"], told["n"], told["regretted"]) == (str(row.id), "Gadgets", 5, 4)  # fmt: skip


def test_a_purchase_that_is_gone_again_is_not_told(client, alice, main, regretful):
    from ledger.services.posting import remove

    client.put(URL, {"nudge": True})
    remove(alice.pk, [posted(main, "-45", "2026-06-14", category="Gadgets").id])
    assert nudge() == 0


def test_who_opts_out_hears_nothing_more(client, alice, main, regretful):
    client.put(URL, {"nudge": True})
    client.put(URL, {"nudge": False})
    posted(main, "-45", "2026-06-14", category="Gadgets")
    assert nudge() == 0
    assert nudges(alice) == []
