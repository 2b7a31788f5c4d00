"""/api/transaction-moods from outside: whose they are, races, analysis, trends, export, erasure."""

import csv
import io
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Event, Tombstone
from config.tests.cast import account_of, client_of, posted, race
from insights.models import TransactionMood
from ledger.services.editing import restore
from ledger.services.posting import remove

pytestmark = pytest.mark.django_db
URL = "/api/transaction-moods"
MOODS = ("happy", "stressed", "bored", "impulsive", "planned", "anxious", "excited", "regretful")


def felt(client, row, mood="stressed", **fields):
    answer = client.post(URL, {"transaction": str(row.id), "mood": mood, **fields})
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


@pytest.fixture
def row(main):
    return posted(main, "-12.30", "2026-06-01", payee="Shop", category="Shopping")


def test_a_mood_is_put_read_changed_and_deleted(client, alice, row):
    answer = client.post(URL, {"transaction": str(row.id), "mood": "stressed"})
    assert answer.status_code == 201
    body, address = answer.json(), answer["Location"]
    assert (body["mood"], body["intensity"], body["note"]) == ("stressed", 5, "")
    assert (body["amount"], body["currency"], body["payee"], body["category_name"]) == ("-12.30", "EUR", "Shop", "Shopping")  # fmt: skip
    assert client.get(address).json() == body
    assert client.get(f"{URL}/transaction/{row.id}").json() == body
    assert client.get(URL).json()["results"] == [body]
    assert client.patch(address, {"note": "x"}).json()["note"] == "x"
    put = client.put(address, {"transaction": str(row.id), "mood": "happy", "intensity": 9})
    assert (put.json()["mood"], put.json()["intensity"], put.json()["note"]) == ("happy", 9, "")
    assert client.delete(address).status_code == 204
    assert client.get(address).json()["code"] == "mood_not_found"
    assert Tombstone.objects.filter(user=alice, kind="transaction_mood").exists()


@pytest.mark.parametrize("mood", MOODS)
def test_eight_moods_are_known(client, row, mood):
    assert felt(client, row, mood)["mood"] == mood


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"mood": "satisfied"}, "invalid_choice"),
        ({"mood": ""}, "invalid_choice"),
        ({"intensity": 0}, "min_value"),
        ({"intensity": 11}, "max_value"),
        ({"note": "x" * 501}, "max_length"),
        ({"note": "\x00"}, "invalid_text"),
        ({"user": "1"}, "unknown_field"),
        ({"transaction": str(uuid4())}, "transaction_not_found"),
        ({"transaction": "7"}, "invalid"),
    ],
)
def test_what_is_no_mood_is_refused_by_name(client, row, fields, code):
    answer = client.post(URL, {"transaction": str(row.id), "mood": "happy", **fields})
    assert answer.status_code == 400
    assert code in {answer.json()["code"], *(e["code"] for e in answer.json()["errors"])}
    assert TransactionMood.objects.count() == 0


def test_a_second_mood_replaces_the_first(client, row):
    first = felt(client, row, "happy", note="x")
    answer = client.post(URL, {"transaction": str(row.id), "mood": "bored"})
    assert (answer.status_code, answer.json()["id"], answer.json()["note"]) == (
        200,
        first["id"],
        "",
    )
    assert TransactionMood.objects.count() == 1


def test_a_mood_moves_to_another_purchase_unless_that_has_one(client, main, row):
    other = posted(main, "-5", "2026-06-02")
    mood = felt(client, row)
    assert (
        client.patch(f"{URL}/{mood['id']}", {"transaction": str(other.id)}).json()["amount"]
        == "-5.00"
    )
    felt(client, row)
    answer = client.patch(f"{URL}/{mood['id']}", {"transaction": str(row.id)})
    assert (answer.status_code, answer.json()["code"]) == (409, "mood_taken")


def test_nobody_elses_purchase_or_mood_can_be_named(api, client, mallory, row):
    """The original let anybody put a mood on any transaction, and read it through that."""
    mood = felt(client, row)
    stranger = api(mallory)
    own = posted(account_of(mallory), "-1", "2026-06-01")
    for answer in (
        stranger.post(URL, {"transaction": str(row.id), "mood": "happy"}),
        stranger.patch(f"{URL}/{felt(stranger, own)['id']}", {"transaction": str(row.id)}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "transaction_not_found")
        assert answer.json()["errors"][0]["pointer"] == "/transaction"
    address = f"{URL}/{mood['id']}"
    for call in (
        stranger.get(address),
        stranger.patch(address, {"note": "x"}),
        stranger.put(address, {"transaction": str(own.id), "mood": "happy"}),
        stranger.delete(address),
        stranger.get(f"{URL}/transaction/{row.id}"),
    ):
        assert (call.status_code, call.json()["code"]) == (404, "mood_not_found")
    assert [m["transaction"] for m in stranger.get(URL).json()["results"]] == [str(own.id)]
    assert client.get(address).json() == mood


def test_the_stale_writer_is_told_and_the_retry_answered_once(client, row):
    key = {"HTTP_IDEMPOTENCY_KEY": "k1"}
    body = {"transaction": str(row.id), "mood": "happy"}
    first = client.post(URL, body, **key)
    again = client.post(URL, body, **key)
    assert (again.status_code, again.content, again["Idempotent-Replayed"]) == (201, first.content, "true")  # fmt: skip
    address = first["Location"]
    etag = client.get(address)["ETag"]
    assert client.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 304
    client.patch(address, {"note": "x"})
    assert client.patch(address, {"note": "y"}, HTTP_IF_MATCH=etag).status_code == 412
    assert client.delete(address, HTTP_IF_MATCH=etag).status_code == 412


def test_what_was_felt_is_in_no_trail_and_no_stream(client, alice, row):
    felt(client, row, "anxious", note="secret words")
    said = str(list(AuditEntry.objects.filter(user_id=alice.pk).values_list("data", flat=True)))
    said += str(list(Event.objects.filter(user=alice).values_list("data", flat=True)))
    assert "anxious" not in said
    assert "secret" not in said


def test_a_mood_goes_and_comes_with_its_purchase(client, alice, row):
    mood = felt(client, row)
    remove(alice.pk, [row.id])
    assert client.get(URL).json()["results"] == []
    assert client.get(f"{URL}/{mood['id']}").status_code == 404
    restore(alice.pk, row.id)
    assert [m["id"] for m in client.get(URL).json()["results"]] == [mood["id"]]


def test_pages_export_and_erasure(client, api, main, mallory):
    other = felt(api(mallory), posted(account_of(mallory), "-1", "2026-06-01"))
    for day in range(1, 6):
        felt(client, posted(main, "-1", f"2026-06-{day:02}"), note="=SUM(A1)")
    first = client.get(URL, {"limit": 2}).json()
    second = client.get(URL, {"limit": 4, "cursor": first["next"]}).json()
    assert [m["posted_on"][-1] for m in first["results"] + second["results"]] == list("54321")
    exported = client.get(f"{URL}/export", HTTP_ACCEPT="text/csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [row["posted_on"][-1] for row in rows] == list("12345")
    assert rows[0]["note"] == "'=SUM(A1)"
    for answer in (client.delete(URL), client.delete(f"{URL}?confirm=false")):
        assert answer.status_code == 400
    assert client.delete(f"{URL}?confirm=true").json() == {"deleted": 5}
    assert client.get(URL).json()["results"] == []
    assert [str(mood.id) for mood in TransactionMood.objects.all()] == [other["id"]]


def test_the_originals_name_leads_to_the_same(client, row):
    mood = felt(client, row)
    assert client.get("/api/transaction-mood").json()["results"] == [mood]
    assert client.get(f"/api/transaction-mood/{mood['id']}").json() == mood
    assert client.get("/api/transaction-mood/analysis").status_code == 200


def test_a_list_costs_two_statements(client, main):
    for day in range(1, 9):
        felt(client, posted(main, "-1", f"2026-06-{day:02}", payee=f"P{day}", category="Food"))
    with CaptureQueriesContext(connection) as statements:
        client.get(URL)
    assert len(statements) == 2


# --- analysis


@pytest.fixture
def vector(client, main):
    for n, amount in enumerate((80, 120, 95, 150, 60)):
        felt(client, posted(main, f"-{amount}", f"2026-06-{n + 1:02}", category="Shopping"))
    for n, amount in enumerate((40, 55, 30, 45, 50, 35)):
        posted(main, f"-{amount}", f"2026-06-{n + 1:02}", category="Shopping")
    posted(main, "9000", "2026-06-01", category="Salary")


def test_the_vector_of_the_analysis(client, vector):
    body = client.get(f"{URL}/analysis?timeframe=monthly&explain=true").json()
    (found,) = body["moods"]
    assert (found["mood"], found["n"], found["n_others"], found["verdict"]) == ("stressed", 5, 6, "spends_more")  # fmt: skip
    assert (found["median"], found["baseline_median"], found["difference"]) == ("95.00", "42.50", "52.50")  # fmt: skip
    assert (found["cliffs_delta"], found["p_adjusted"]) == (1.0, 0.0043)
    low, high = (float(end) for end in found["interval"])
    assert 0 < low < 52.5 < high
    assert "associated" in found["message"].lower()
    assert "not caused" in body["note"]
    assert (body["emotional_share"], body["planned_share"]) == (1.0, 0.0)
    assert body["explain"]["inputs"]["others_without_mood"] == 6
    assert client.get(f"{URL}/analysis?timeframe=monthly").json()["moods"] == body["moods"]


def test_the_timeframe_is_honoured(client, main):
    felt(client, posted(main, "-5", "2026-01-01"))
    assert client.get(f"{URL}/analysis?timeframe=monthly").json()["moods"] == []
    assert client.get(f"{URL}/analysis?timeframe=yearly").json()["moods"][0]["n"] == 1
    felt(client, posted(main, "-5", "2019-01-01"))
    everything = client.get(f"{URL}/analysis").json()["moods"][0]
    assert (everything["n"], everything["verdict"]) == (2, "insufficient_data")
    explicit = client.get(f"{URL}/analysis?date_from=2025-12-31&date_to=2026-01-01").json()
    assert explicit["moods"][0]["n"] == 1
    assert client.get(f"{URL}/analysis?timeframe=hourly").json()["code"] == "unknown_timeframe"


def test_a_mood_on_income_or_a_transfer_is_no_spending(client, alice, main):
    felt(client, posted(main, "500", "2026-06-01", category="Salary"), "happy")
    from ledger.models import Transfer

    transfer = Transfer.objects.create(user=alice)
    felt(client, posted(main, "-50", "2026-06-02", transfer_id=transfer.id), "bored")
    posted(account_of(alice, "S"), "50", "2026-06-02", transfer_id=transfer.id)
    body = client.get(f"{URL}/analysis").json()
    assert (body["moods"], body["emotional_share"]) == ([], None)


def test_amounts_without_a_rate_are_left_out_and_named(client, alice):
    felt(client, posted(account_of(alice, "Tokyo", "JPY"), "-500", "2026-06-01"))
    body = client.get(f"{URL}/analysis").json()
    assert body["moods"] == []
    assert body["warnings"][0]["code"] == "fx_missing"


def test_regret_evenings_and_parts_of_the_day_follow_the_owners_zone(alice, main):
    alice.timezone = "America/New_York"
    alice.save()
    client = client_of(alice)
    for day in range(1, 6):
        row = posted(main, f"-{day * 10}", f"2026-06-{day:02}", category="Shopping", occurred_at=at(f"2026-06-{day + 1:02}T01:30:00Z"))  # fmt: skip
        felt(client, row, "regretful" if day < 4 else "stressed")
    body = client.get(f"{URL}/analysis").json()
    assert body["regret"][0] | {"interval": None} == {"category": "Shopping", "n": 5, "regretted": 3, "rate": 0.6, "interval": None}  # fmt: skip
    assert (body["low_mood_evening"]["n"], body["low_mood_evening"]["median"]) == (5, "30.00")
    by_mood = {m["mood"]: m["time_of_day"] for m in body["moods"]}
    assert by_mood == {"regretful": {"evening": 3}, "stressed": {"evening": 2}}


def at(text):
    from datetime import datetime

    return datetime.fromisoformat(text)


def test_trends_are_by_iso_week_and_keep_years_apart(client, main):
    for day, mood in (("2025-12-31", "bored"), ("2026-01-01", "happy"), ("2026-01-05", "stressed"), ("2024-12-30", "happy")):  # fmt: skip
        felt(client, posted(main, "-10", day), mood, intensity=7)
    body = client.get(f"{URL}/trends?date_from=2025-12-31&date_to=2026-01-11").json()
    assert [(t["period"], t["start"], t["count"], t["emotional"]) for t in body["trends"]] == [
        ("2026-W01", "2025-12-29", 2, "10.00"),
        ("2026-W02", "2026-01-05", 1, "10.00"),
    ]
    assert body["trends"][0]["moods"] == {"bored": 1, "happy": 1}
    assert body["trends"][1]["mean_intensity"] == 7.0
    months = client.get(f"{URL}/trends?group_by=month&date_from=2024-12-01&date_to=2026-01-31").json()["trends"]  # fmt: skip
    assert len(months) == 14
    assert [(t["period"], t["count"]) for t in months if t["count"]] == [("2024-12", 1), ("2025-12", 1), ("2026-01", 2)]  # fmt: skip
    assert len(client.get(f"{URL}/trends").json()["trends"]) == 26
    assert client.get(f"{URL}/trends?group_by=day").status_code == 400


@pytest.mark.parametrize("path", ["analysis", "trends"])
def test_an_unchanged_analysis_is_a_304(client, vector, path):
    etag = client.get(f"{URL}/{path}")["ETag"]
    with CaptureQueriesContext(connection) as statements:
        assert client.get(f"{URL}/{path}", HTTP_IF_NONE_MATCH=etag).status_code == 304
    assert len(statements) == 1
    with CaptureQueriesContext(connection) as statements:
        client.get(f"{URL}/{path}")
    assert len(statements) <= 3


def test_a_mood_of_another_owner_is_in_no_analysis(api, vector, mallory):
    body = api(mallory).get(f"{URL}/analysis").json()
    assert (body["moods"], body["regret"]) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_moods_set_at_once_leave_one(alice):
    row = posted(account_of(alice), "-12.30", "2026-06-01")
    clients = [client_of(alice) for _ in range(8)]
    answers = race([lambda c=c: c.post(URL, {"transaction": str(row.id), "mood": "happy"}).status_code for c in clients])  # fmt: skip
    assert sorted(answers) == [200] * 7 + [201]
    assert TransactionMood.objects.count() == 1
