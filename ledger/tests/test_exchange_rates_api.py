"""/api/exchange-rates: own rates beside common ones."""

import csv
import io
import uuid
from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Clock, Tombstone
from ledger.api.exchange_rates import RateOutput
from ledger.models import ExchangeRate
from ledger.selectors.rates import converter_for, rates_for

pytestmark = pytest.mark.django_db
BODY = {"base": "EUR", "quote": "usd", "day": "2026-01-15", "rate": "1.0853"}


@pytest.fixture
def common(db):
    return ExchangeRate.objects.create(
        base="EUR", quote="JPY", day="2026-01-15", rate="160.5", source="ecb", seq=7
    )


def test_a_rate_is_added_and_read(client, alice):
    before = Clock.objects.get(user=alice).seq
    answer = client.post("/api/exchange-rates", BODY)
    assert answer.status_code == 201
    row = answer.json()
    assert row.keys() == RateOutput().fields.keys()
    assert (row["base"], row["quote"], row["rate"]) == ("EUR", "USD", "1.0853")
    assert (row["source"], row["common"]) == ("manual", False)
    assert client.get(answer["Location"]).json() == row
    assert Clock.objects.get(user=alice).seq == before + 1  # reports rest on it


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"rate": "0"}, 400, "rate_must_be_positive"),
        ({"rate": "-1"}, 400, "rate_must_be_positive"),
        ({"rate": 1.0853}, 400, "money_must_be_a_string"),
        ({"rate": "1.0000000000001"}, 400, "rate_too_fine"),
        ({"rate": "1234567890.123456"}, 400, "rate_too_fine"),
        ({"rate": "1" + "0" * 12}, 400, "rate_too_fine"),
        ({"rate": "NaN"}, 400, "invalid_amount"),
        ({"quote": "EUR"}, 400, "currencies_must_differ"),
        ({"quote": "XXX"}, 400, "unknown_currency"),
        ({"day": "1850-01-01"}, 400, "date_out_of_range"),
        ({"day": "2026-1-5"}, 400, "invalid"),
        ({"source": "ecb"}, 400, "unknown_field"),
        ({}, 409, "rate_taken"),
    ],
)
def test_what_is_wrong_is_refused_by_name(client, alice, change, status, code):
    client.post("/api/exchange-rates", BODY)
    answer = client.post("/api/exchange-rates", {**BODY, "day": "2026-01-15", **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ExchangeRate.objects.count() == 1


@pytest.mark.parametrize("text", ["0.000000000001", "99999999999", "1.00000000000001", "12"])
def test_a_rate_is_kept_to_its_last_digit(client, text):
    if text == "1.00000000000001":
        text = "1.000000000001"
    address = client.post("/api/exchange-rates", {**BODY, "rate": text})["Location"]
    assert client.get(address).json()["rate"] == text


def test_patch_merges_and_put_replaces(client):
    address = client.post("/api/exchange-rates", BODY)["Location"]
    assert client.patch(address, {"rate": "2"}).json()["rate"] == "2"
    row = client.put(address, {**BODY, "day": "2026-01-16"}).json()
    assert (row["day"], row["rate"]) == ("2026-01-16", "1.0853")
    assert client.put(address, {"rate": "1"}).status_code == 400
    client.post("/api/exchange-rates", BODY)
    answer = client.patch(address, {"day": "2026-01-15"})
    assert (answer.status_code, answer.json()["code"]) == (409, "rate_taken")


def test_a_deleted_rate_leaves_a_tombstone(client, alice):
    answer = client.post("/api/exchange-rates", BODY)
    assert client.delete(answer["Location"]).status_code == 204
    assert client.get(answer["Location"]).status_code == 404
    gone = Tombstone.objects.get(user=alice, kind="exchange_rate")
    assert str(gone.row_id) == answer.json()["id"]


def test_common_rates_are_seen_and_not_touched(client, common):
    address = f"/api/exchange-rates/{common.id}"
    row = client.get(address).json()
    assert (row["common"], row["source"], row["rate"]) == (True, "ecb", "160.5")
    for call in (
        client.patch(address, {"rate": "1"}),
        client.put(address, BODY),
        client.delete(address),
    ):
        assert (call.status_code, call.json()["code"]) == (403, "common_rate")
    common.refresh_from_db()
    assert common.rate == Decimal("160.5")


def test_an_own_rate_may_stand_beside_a_common_one_of_the_day(client, alice, common):
    body = {**BODY, "quote": "JPY", "rate": "170"}
    assert client.post("/api/exchange-rates", body).status_code == 201
    table = rates_for(alice.pk, [("EUR", "JPY", date(2026, 1, 15))])
    assert table.convert(100, "EUR", "JPY", date(2026, 1, 15)) == 170


def test_a_stranger_finds_nothing(api, client, mallory, common):
    address = client.post("/api/exchange-rates", BODY)["Location"]
    stranger = api(mallory)
    for call in (
        stranger.get(address),
        stranger.put(address, BODY),
        stranger.patch(address, {"rate": "2"}),
        stranger.delete(address),
    ):
        assert (call.status_code, call.json()["code"]) == (404, "rate_not_found")
    found = stranger.get("/api/exchange-rates").json()["results"]
    assert [row["id"] for row in found] == [str(common.id)]
    assert stranger.post("/api/exchange-rates", BODY).status_code == 201
    assert api().get("/api/exchange-rates").status_code == 401


def test_the_list_filters_and_pages_in_one_query(client, alice, common, django_assert_num_queries):
    for day in (10, 11, 12):
        client.post("/api/exchange-rates", {**BODY, "day": f"2026-01-{day}"})

    def found(query=""):
        answer = client.get(f"/api/exchange-rates?{query}").json()
        return [(row["quote"], row["day"][-2:]) for row in answer["results"]]

    with django_assert_num_queries(2):
        assert found() == [("JPY", "15"), ("USD", "10"), ("USD", "11"), ("USD", "12")]
    assert found("source=own&sort=-pair&limit=2") == [("USD", "12"), ("USD", "11")]
    assert found("source=common") == [("JPY", "15")]
    assert found("base=eur&quote=USD&date_from=2026-01-11&date_to=2026-01-11") == [("USD", "11")]
    page = client.get("/api/exchange-rates?limit=3&count=true").json()
    assert page["count"] == 4
    assert found(f"limit=3&cursor={page['next']}") == [("USD", "12")]
    assert client.get("/api/exchange-rates?quote=XX").status_code == 400
    answer = client.get("/api/exchange-rates", HTTP_ACCEPT="text/csv")
    assert len(list(csv.DictReader(io.StringIO(answer.content.decode())))) == 4


def test_the_repeat_and_the_stale_reader(client):
    first = client.post("/api/exchange-rates", BODY, HTTP_IDEMPOTENCY_KEY="x")
    again = client.post("/api/exchange-rates", BODY, HTTP_IDEMPOTENCY_KEY="x")
    assert again.content == first.content
    address = first["Location"]
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    client.patch(address, {"rate": "3"})
    for call in (
        client.patch(address, {"rate": "4"}, HTTP_IF_MATCH=first["ETag"]),
        client.put(address, BODY, HTTP_IF_MATCH=first["ETag"]),
        client.delete(address, HTTP_IF_MATCH=first["ETag"]),
    ):
        assert (call.status_code, call.json()["code"]) == (412, "stale")
    assert client.get(f"/api/exchange-rates/{uuid.uuid4()}").status_code == 404


def test_many_amounts_and_days_are_loaded_by_one_query(alice, common, django_assert_num_queries):
    wanted = [("JPY", date(2026, 1, day)) for day in range(1, 29)]
    with django_assert_num_queries(1):
        converter = converter_for(alice.pk, "EUR", wanted)
    assert [converter.convert(1605, *pair) for pair in wanted[13:16]] == [None, 1000, 1000]
    with django_assert_num_queries(0):
        assert converter_for(alice.pk, "EUR", [("EUR", date(2026, 1, 1))]).warnings() == []
