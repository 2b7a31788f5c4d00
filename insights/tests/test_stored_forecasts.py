"""Forecasts that the beat makes: read while they hold, told once a day, judged when days have come."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.mirror import plain
from accounts.models import Clock, Event
from config.tests.cast import account_of, client_of, posted
from insights.forecast_json import from_json, to_json
from insights.models import StoredForecast
from insights.selectors.forecast import inputs_of
from insights.services import forecasts as services
from insights.services.forecasts import owners_behind, refresh, score
from insights.tasks import refresh_forecasts
from insights.tests.test_forecast_api import ask, every_day, holding, many, on, scheduled

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


@pytest.fixture
def books(alice):
    main = holding(alice, 500_000)
    scheduled(main)
    many(main, every_day(70), "-10", category="Food")
    return main


def events(user):
    return Event.objects.for_user(user).filter(kind="forecast.ready")


def test_a_request_reads_what_the_beat_made(client, alice, books):
    fresh = {days: ask(client, days=days) for days in (1, 30, 365)}
    what_if = ask(client, one_off="-700", explain="true")
    assert refresh_forecasts() == 1
    with CaptureQueriesContext(connection) as statements:
        assert ask(client, days=30) == fresh[30]
    assert len(statements) <= 3, [s["sql"][:80] for s in statements]
    assert {days: ask(client, days=days) for days in fresh} == fresh
    assert ask(client, one_off="-700", explain="true") == what_if


def test_inputs_are_kept_as_they_are(alice, books):
    inputs = inputs_of(alice, TODAY)
    assert from_json(plain(to_json(inputs))) == inputs


def test_what_is_written_since_is_in_the_answer(client, alice, books):
    refresh(alice.pk)
    posted(books, "-100", on(3))
    assert ask(client)["days"][2]["known"] == "-100.00"


def test_only_owners_whose_books_changed_are_refreshed(alice, books, mallory):
    refresh_forecasts()
    assert list(owners_behind()) == []
    posted(books, "-1")
    assert list(owners_behind()) == [alice.pk]
    assert refresh_forecasts() == 1
    assert refresh_forecasts() == 0


def test_an_owner_whose_refresh_fails_is_passed_over_and_met_again(
    alice, mallory, books, monkeypatch
):
    posted(holding(mallory), "-1")
    read, broken = services.inputs_of, {next(iter(owners_behind()))}

    def reading(user, today):
        if user.pk in broken:
            raise ZeroDivisionError
        return read(user, today)

    monkeypatch.setattr(services, "inputs_of", reading)
    assert refresh_forecasts() == 1
    assert set(owners_behind()) == broken
    broken.clear()
    assert refresh_forecasts() == 1
    assert StoredForecast.objects.count() == 2


def test_it_is_told_once_a_day_in_the_order_of_the_clock(alice, books):
    refresh(alice.pk)
    (told,) = events(alice)
    assert told.seq == Clock.objects.get(user=alice).seq
    assert told.data["made_on"] == "2026-06-15"
    assert told.data.keys() >= {"currency", "low_point", "below_zero_probability"}
    posted(books, "-1")
    refresh(alice.pk)
    assert events(alice).count() == 1
    row = StoredForecast.objects.get(user=alice)
    assert row.seq == Clock.objects.get(user=alice).seq


def test_who_left_meanwhile_is_passed_over(alice, books):
    user_id = alice.pk
    alice.delete()
    assert refresh(user_id) is False
    assert not StoredForecast.objects.filter(user_id=user_id).exists()


def test_days_that_have_come_are_held_against_what_was_said(alice, books):
    refresh(alice.pk)
    with time_machine.travel("2026-06-23T10:00:00Z", tick=False):
        posted(books, "-77", "2026-06-16")
        refresh(alice.pk)
        old, new = StoredForecast.objects.for_user(alice).order_by("made_on")
        assert old.inputs is None
        assert new.inputs
        assert [ahead for ahead, _, _ in old.scores] == [1, 7]
        first = next(band for band in old.bands if band[0] == 1)
        # 5000 less 70 times 10, less 77 the day after.
        assert old.scores[0][1] == (first[1] <= 500_000 - 70_000 - 7_700 <= first[3])
        accuracy = ask(client_of(alice))["accuracy"]
        assert accuracy["since"] == "2026-06-15"
        assert 0 <= accuracy["coverage_80"] <= 1
        assert float(accuracy["pinball"]) >= 0
        scores = old.scores
        posted(books, "-1", "2026-06-16")
        refresh(alice.pk)
        old.refresh_from_db()
        assert old.scores == scores  # judged once
        other = ask(client_of(alice), account=str(books.pk))
        assert other["accuracy"]["since"] is None


def test_a_home_currency_that_changed_is_judged_by_none_of_the_old(client, alice, books):
    refresh(alice.pk)
    alice.currency = "USD"
    alice.save()
    with time_machine.travel("2026-06-23T10:00:00Z", tick=False):
        posted(account_of(alice, "Dollars", "USD"), "5")
        refresh(alice.pk)
        assert ask(client_of(alice))["accuracy"]["since"] is None


@pytest.mark.parametrize(
    ("actual", "inside", "losses"),
    [(100, True, (10, 0, 10)), (0, True, (0, 50, 20)), (201, False, (20.1, 50.5, 0.9))],
)
def test_a_score_is_coverage_and_mean_pinball(actual, inside, losses):
    assert score(actual, [0, 100, 200]) == (inside, pytest.approx(sum(losses) / 3))


def test_staff_see_the_latest_one_drawn_and_nobody_else_does(alice, bob, staff, books):
    refresh(alice.pk)
    staff.is_superuser = True
    staff.save()
    client = Client()
    client.force_login(staff)
    path = "/admin/insights/storedforecast/charts/{}/"
    drawn = client.get(path.format(alice.pk)).content.decode()
    assert drawn.count('role="img"') == 1
    assert "Balance to come in EUR" in drawn
    assert 'role="img"' not in client.get(path.format(bob.pk)).content.decode()
    stranger = Client()
    stranger.force_login(bob)
    assert stranger.get(path.format(alice.pk)).status_code != 200
