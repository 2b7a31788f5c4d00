"""/api/recurring-transactions from outside: made, changed, its dates, and what is refused."""

import uuid
from datetime import timedelta

import pytest

from accounts.models import AuditEntry, Event, Tombstone
from config.tests.cast import account_of
from ledger.api.recurring_shapes import OccurrenceOutput, RecurringOutput
from ledger.models import (
    Category,
    CategoryKind,
    Payee,
    RecurringOccurrence,
    RecurringTransaction,
    Transaction,
)
from ledger.tests.recurring_cast import D, at, run

pytestmark = pytest.mark.django_db

API = "/api/recurring-transactions"
MONTHLY = {"frequency": "monthly", "anchor_on": "2026-01-31"}


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(at("2026-01-15"))
    return time_machine


def made(client, account, **fields):
    body = {"account": str(account.pk), "amount": "-9.90", "schedule": MONTHLY, **fields}
    answer = client.post(API, body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def nominal(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["nominal_on"] for row in answer.json()["results"]]


def test_it_is_made_read_changed_and_deleted(client, main, alice):
    body = {
        "account": str(main.pk),
        "amount": "9.90",
        "type": "expense",
        "payee": "Streamly",
        "category_name": "Subscriptions",
        "memo": "family plan",
        "schedule": {**MONTHLY, "weekend": "previous", "holidays": "de-by"},
        "auto_approve": True,
        "at_time": "09:30",
    }
    answer = client.post(API, body)
    assert answer.status_code == 201
    rule = answer.json()
    assert rule.keys() == RecurringOutput().fields.keys()
    assert (rule["amount"], rule["type"], rule["currency"]) == ("-9.90", "expense", "EUR")
    assert (rule["payee"], rule["category_name"]) == ("Streamly", "Subscriptions")
    assert rule["schedule"]["holidays"] == "DE-BY"
    assert (rule["status"], rule["next_on"], rule["at_time"]) == ("active", "2026-01-30", "09:30")
    address = answer["Location"]
    assert client.get(address).json() == rule
    changed = client.patch(address, {"memo": "x", "schedule": {"until": "2026-12-31"}}).json()
    assert changed["schedule"] == {**rule["schedule"], "until": "2026-12-31"}
    replaced = client.put(
        address, {"account": str(main.pk), "amount": 12, "schedule": MONTHLY}
    ).json()
    assert (replaced["amount"], replaced["payee"], replaced["memo"]) == ("12.00", None, "")
    assert (replaced["schedule"]["until"], replaced["schedule"]["weekend"]) == (None, "none")
    assert client.delete(address).status_code == 204
    assert client.get(address).json()["code"] == "recurring_transaction_not_found"
    assert Tombstone.objects.filter(user=alice, kind="recurring_transaction").exists()
    assert AuditEntry.objects.filter(action="recurring_transaction.deleted").exists()


def test_what_an_answer_shows_can_be_sent_back(client, main):
    schedule = {"frequency": "monthly", "anchor_on": "2026-01-01",
                "nth_weekday": {"n": 5, "weekday": "MO"}}  # fmt: skip
    rule = made(client, main, schedule=schedule)
    assert rule["schedule"]["nth_weekday"] == {"n": 5, "weekday": "monday"}
    again = client.patch(f"{API}/{rule['id']}", {"schedule": rule["schedule"]})
    assert again.json()["schedule"] == rule["schedule"]


def test_its_dates_with_what_became_of_them(client, main, alice):
    rule = made(client, main, auto_approve=True, schedule={**MONTHLY, "weekend": "next"})
    address = f"{API}/{rule['id']}"
    run(alice, "2026-02-10")
    assert client.post(f"{address}/skip", {"nominal_on": "2026-02-28"}).status_code == 200
    said = {"nominal_on": "2026-03-31", "amount": "12.00"}
    assert client.post(f"{address}/override", said).json()["amount"] == "-12.00"
    answer = client.get(f"{address}/occurrences?until=2026-05-31").json()
    assert answer["results"][0].keys() == OccurrenceOutput().fields.keys()
    assert answer["next"] is None
    assert [
        (row["nominal_on"], row["posted_on"], row["amount"], row["status"])
        for row in answer["results"]
    ] == [
        ("2026-01-31", "2026-02-02", "-9.90", "posted"),
        ("2026-02-28", "2026-03-02", "-9.90", "skipped"),
        ("2026-03-31", "2026-03-31", "-12.00", "upcoming"),
        ("2026-04-30", "2026-04-30", "-9.90", "upcoming"),
        ("2026-05-31", "2026-06-01", "-9.90", "upcoming"),
    ]
    row = Transaction.objects.get()
    assert answer["results"][0]["transaction"] == str(row.pk)
    restored = client.post(f"{address}/restore", {"nominal_on": "2026-02-28"}).json()
    assert restored["status"] == "upcoming"


def test_dates_come_page_by_page(client, main):
    rule = made(client, main, schedule={**MONTHLY, "frequency": "daily"})
    address = f"{API}/{rule['id']}/occurrences?until=2026-02-06&limit=3"
    found, cursor = [], ""
    while cursor is not None:
        page = client.get(address + (f"&cursor={cursor}" if cursor else "")).json()
        found += [row["nominal_on"] for row in page["results"]]
        cursor = page["next"]
    assert found == [f"2026-0{m}" for m in "1-31 2-01 2-02 2-03 2-04 2-05 2-06".split()]
    since = client.get(f"{API}/{rule['id']}/occurrences?since=2026-02-05&until=2026-02-06")
    assert nominal(since) == ["2026-02-05", "2026-02-06"]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (MONTHLY, "01-31 02-28 03-31 04-30 05-31"),
        ({**MONTHLY, "last_business_day": True}, "01-30 02-27 03-31 04-30 05-29"),
        ({**MONTHLY, "count": 3}, "01-31 02-28 03-31"),
        ({**MONTHLY, "day_policy": "skip"}, "01-31 03-31 05-31"),
        ({**MONTHLY, "frequency": "weekly", "interval": 4}, "01-31 02-28 03-28 04-25 05-23"),
        ({"frequency": "semi_monthly", "anchor_on": "2026-04-10"}, "04-15 04-30 05-15 05-31"),
    ],
)
def test_a_preview_stores_nothing(client, main, schedule, expected):
    answer = client.post(f"{API}/preview", {"schedule": schedule, "until": "2026-05-31"})
    assert nominal(answer) == [f"2026-{day}" for day in expected.split()]
    assert not RecurringTransaction.objects.exists()


def test_pause_and_resume(client, main, alice, now, api):
    address = f"{API}/{made(client, main, auto_approve=True)['id']}"
    for _ in range(2):
        paused = client.post(f"{address}/pause", {}).json()
        assert (paused["status"], paused["next_on"]) == ("paused", None)
    assert run(alice, "2026-03-15") == 0
    now.move_to(at("2026-03-15"))
    client = api(alice)
    assert client.post(f"{address}/resume", {}).json()["next_on"] == "2026-03-31"
    statuses = client.get(f"{address}/occurrences?until=2026-03-31").json()["results"]
    assert [row["status"] for row in statuses] == ["skipped", "skipped", "upcoming"]
    assert client.get(f"{API}?status=paused").json()["results"] == []
    assert len(client.get(f"{API}?status=active&account={main.pk}").json()["results"]) == 1


def test_approve_and_reject(client, main, alice):
    address = f"{API}/{made(client, main)['id']}"
    run(alice, "2026-02-28")
    assert len(client.get(f"{API}/pending").json()["results"]) == 2
    body = {"nominal_on": "2026-02-28", "amount": "11.00", "posted_on": "2026-03-02"}
    booked = client.post(f"{address}/approve", body).json()
    assert (booked["status"], booked["amount"]) == ("posted", "-11.00")
    assert client.post(f"{address}/approve", body).json()["code"] == "occurrence_is_done"
    assert client.post(f"{address}/reject", {}).json()["status"] == "skipped"
    assert client.get(f"{API}/pending").json()["results"] == []
    row = client.get(f"/api/transactions/{booked['transaction']}").json()
    assert (row["amount"], row["posted_on"], row["status"]) == ("-11.00", "2026-03-02", "cleared")


def test_the_same_key_books_once(client, main, alice):
    address = f"{API}/{made(client, main)['id']}/approve"
    first = client.post(address, {}, HTTP_IDEMPOTENCY_KEY="a")
    again = client.post(address, {}, HTTP_IDEMPOTENCY_KEY="a")
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert Transaction.objects.count() == 1


def test_due_now_is_done_now_and_told(client, main, alice, now, api):
    made(client, main, auto_approve=True)
    now.move_to(at("2026-02-28"))
    client = api(alice)
    told = client.post(f"{API}/simulate-process", {}).json()
    assert (told["processed"], len(told["results"])) == (0, 2)
    assert not Transaction.objects.exists()
    assert client.post(f"{API}/process-due", {}).json() == {"processed": 2}
    assert client.post(f"{API}/process-due", {}).json() == {"processed": 0}
    events = Event.objects.filter(user=alice, kind="recurring.materialised")
    assert [e.data["nominal_on"] for e in events.order_by("id")] == ["2026-01-31", "2026-02-28"]


def test_making_one_that_is_due_already_starts_the_work(
    client, main, django_capture_on_commit_callbacks, monkeypatch
):
    started = []
    monkeypatch.setattr("ledger.tasks.start_materialising", started.append)
    with django_capture_on_commit_callbacks(execute=True):
        made(client, main)
        assert started == []
        made(client, main, schedule={**MONTHLY, "anchor_on": "2026-01-15"})
    assert started == [main.user_id]


def test_what_is_to_come(client, main, django_assert_max_num_queries):
    for n in range(1, 6):
        made(client, main, amount=f"-{n}", payee=f"Payee {n}")
    with django_assert_max_num_queries(8):
        answer = client.get(f"{API}/upcoming?days=60")
    rows = answer.json()["results"]
    assert len(rows) == 10
    assert {row["posted_on"] for row in rows} == {"2026-01-31", "2026-02-28"}
    tag = answer["ETag"]
    assert client.get(f"{API}/upcoming?days=60", HTTP_IF_NONE_MATCH=tag).status_code == 304


def test_lists_cost_the_same_for_one_and_for_many(
    client, main, alice, django_assert_max_num_queries
):
    rules = [made(client, main, payee=f"P {n}", auto_approve=True, variable=True) for n in range(9)]
    run(alice, "2026-03-31")
    for path in ("", "/upcoming", "/pending", f"/{rules[0]['id']}/occurrences"):
        with django_assert_max_num_queries(7):
            assert client.get(API + path).status_code == 200, path


def test_the_projection_of_each_month(client, main, alice):
    made(client, main, amount="2000", schedule={"frequency": "biweekly", "anchor_on": "2026-01-02"},
         starts_on="2026-01-16")  # fmt: skip
    made(client, main, amount="-900.50")
    answer = client.get(f"{API}/projection?months=3").json()
    assert answer["currency"] == "EUR"
    assert [(m["month"], m["income"], m["expense"], m["net"]) for m in answer["results"]] == [
        ("2026-01", "4000.00", "900.50", "3099.50"),
        ("2026-02", "4000.00", "900.50", "3099.50"),
        ("2026-03", "4000.00", "900.50", "3099.50"),
    ]
    yen = account_of(alice, "Yen", "JPY")
    made(client, yen, amount="-1200")
    answer = client.get(f"{API}/projection?months=1").json()
    assert answer["results"][0]["net"] is None, "a missing rate is not 1"
    assert answer["warnings"][0]["code"] == "fx_missing"
    stats = client.get(f"{API}/stats/overview").json()
    assert (stats["total_active"], stats["pending"]) == (3, 0)
    assert stats["next_due"]["posted_on"] == "2026-01-16"


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"amount": 1.5}, "money_must_be_a_string", "/amount"),
        ({"amount": "1.234"}, "too_many_decimals", "/amount"),
        ({"amount": "0"}, "amount_must_not_be_zero", "/amount"),
        ({"name": "x"}, "unknown_field", "/name"),
        ({"schedule": {**MONTHLY, "frequency": "hourly"}}, "invalid_choice", "/schedule/frequency"),
        ({"schedule": {**MONTHLY, "interval": 0}}, "min_value", "/schedule/interval"),
        ({"schedule": {"frequency": "monthly"}}, "required", "/schedule/anchor_on"),
        ({"schedule": {**MONTHLY, "every": 1}}, "unknown_field", "/schedule/every"),
        (
            {"schedule": {**MONTHLY, "last_day": True, "last_business_day": True}},
            "schedule_contradicts_itself",
            "/schedule/last_business_day",
        ),
        (
            {"schedule": {**MONTHLY, "frequency": "weekly", "last_day": True}},
            "schedule_contradicts_itself",
            "/schedule/last_day",
        ),
        (
            {"schedule": {**MONTHLY, "weekdays": ["mon"]}},
            "schedule_contradicts_itself",
            "/schedule/weekdays",
        ),
        (
            {"schedule": {**MONTHLY, "holidays": "DE"}},
            "schedule_contradicts_itself",
            "/schedule/holidays",
        ),
        (
            {"schedule": {**MONTHLY, "weekend": "next", "holidays": "XX"}},
            "unknown_holidays",
            "/schedule/holidays",
        ),
        ({"schedule": {**MONTHLY, "until": "2026-01-30"}}, "schedule_is_empty", "/schedule"),
        (
            {"schedule": {**MONTHLY, "anchor_on": "1066-10-14"}},
            "date_out_of_range",
            "/schedule/anchor_on",
        ),
    ],
)
def test_refused_by_name(client, main, change, code, pointer):
    body = {"account": str(main.pk), "amount": "-9.90", "schedule": MONTHLY, **change}
    answer = client.post(API, body)
    assert answer.status_code == 400, answer.content
    [error] = answer.json()["errors"]
    assert (error["code"], error["pointer"]) == (code, pointer)
    assert not RecurringTransaction.objects.exists()


def test_another_owner_s_ids_are_not_there(client, main, bob, api):
    theirs = account_of(bob)
    category = Category.objects.create(user=bob, name="T", name_key="t", kind=CategoryKind.EXPENSE)
    payee = Payee.objects.create(user=bob, name="P", name_key="p")
    body = {"account": str(main.pk), "amount": "-1", "schedule": MONTHLY}
    for field, row, code in (
        ("account", theirs, "account_not_found"),
        ("category", category, "category_not_found"),
        ("payee", payee, "payee_not_found"),
    ):
        answer = client.post(API, {**body, field: str(row.pk)})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert answer.json()["errors"][0]["pointer"] == f"/{field}"
    rule = made(client, main)
    stranger = api(bob)
    address = f"{API}/{rule['id']}"
    calls = [
        ("get", "", None), ("put", "", body | {"account": str(theirs.pk)}), ("patch", "", {}),
        ("delete", "", None), ("get", "/occurrences", None), ("post", "/pause", {}),
        ("post", "/resume", {}), ("post", "/skip", {}), ("post", "/approve", {}),
        ("post", "/override", {"amount": "1"}), ("post", "/reject", {}),
        ("post", "/restore", {"nominal_on": "2026-01-31"}),
    ]  # fmt: skip
    for method, path, sent in calls:
        answer = getattr(stranger, method)(address + path, sent)
        assert answer.status_code == 404, (method, path, answer.content)
    assert stranger.get(f"{API}/upcoming").json()["results"] == []
    assert client.get(address).json()["etag"] == rule["etag"]
    assert client.get(f"{API}/{uuid.uuid4()}").status_code == 404


def test_a_stale_version_is_refused(client, main):
    rule = made(client, main)
    address = f"{API}/{rule['id']}"
    tag = client.get(address)["ETag"]
    assert client.patch(address, {"memo": "a"}, HTTP_IF_MATCH=tag).status_code == 200
    for method, path, body in (
        ("patch", "", {"memo": "b"}),
        ("post", "/pause", {}),
        ("delete", "", None),
    ):
        answer = getattr(client, method)(address + path, body, HTTP_IF_MATCH=tag)
        assert answer.status_code == 412, (method, path)


@pytest.mark.parametrize("what", ["skip", "override", "approve", "restore"])
def test_a_date_that_the_schedule_has_not_got(client, main, what):
    address = f"{API}/{made(client, main)['id']}/{what}"
    body = {"nominal_on": "2026-02-01"} | ({"amount": "1"} if what == "override" else {})
    answer = client.post(address, body)
    assert (answer.status_code, answer.json()["code"]) == (404, "occurrence_not_found")
    assert not RecurringOccurrence.objects.exists()


def test_what_has_ended_has_no_next(client, main, alice):
    rule = made(client, main, auto_approve=True, schedule={**MONTHLY, "count": 1})
    run(alice, "2026-02-10")
    answer = client.post(f"{API}/{rule['id']}/skip", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_next_occurrence")
    assert client.get(f"{API}/{rule['id']}").json()["status"] == "ended"
    assert client.post(f"{API}/{rule['id']}/override", {}).json()["code"] == "nothing_to_change"


def test_names_in_use_cannot_go_and_a_merged_payee_moves(client, main, alice):
    rule = made(client, main, payee="Streamly", category="Fun")
    assert client.delete(f"/api/categories/{rule['category']}").json()["code"] == "category_in_use"
    assert client.delete(f"/api/payees/{rule['payee_id']}").json()["code"] == "payee_in_use"
    assert client.delete(f"/api/accounts/{main.pk}").json()["code"] == "account_in_use"
    other = client.post("/api/payees", {"name": "Streamly AB"}).json()
    client.post(f"/api/payees/{other['id']}/merge", {"payees": [rule["payee_id"]]})
    assert client.get(f"{API}/{rule['id']}").json()["payee"] == "Streamly AB"


def test_the_501st_is_refused(client, main, monkeypatch):
    monkeypatch.setattr("ledger.services.recurring.PER_USER_MAX", 1)
    made(client, main)
    answer = client.post(API, {"account": str(main.pk), "amount": "1", "schedule": MONTHLY})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_recurring_transactions")


def test_the_amount_follows_the_account_s_currency(client, main, alice):
    yen = account_of(alice, "Yen", "JPY")
    rule = made(client, main, amount="-9.00")
    moved = client.patch(f"{API}/{rule['id']}", {"account": str(yen.pk)}).json()
    assert (moved["amount"], moved["currency"]) == ("-9", "JPY")
    broken = made(client, main)
    answer = client.patch(f"{API}/{broken['id']}", {"account": str(yen.pk)})
    assert answer.json()["code"] == "too_many_decimals"


def test_lists_come_as_csv_too(client, main):
    made(client, main)
    answer = client.get(API, HTTP_ACCEPT="text/csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert b"-9.90" in answer.content


def test_a_leap_day_and_ten_years(client, main, alice):
    rule = made(client, main, schedule={"frequency": "yearly", "anchor_on": "2016-02-29"})
    run(alice, "2026-03-01")
    rows = client.get(f"{API}/{rule['id']}/occurrences?until=2026-12-31").json()["results"]
    assert [r["nominal_on"] for r in rows if r["nominal_on"].endswith("29")] == [
        "2016-02-29", "2020-02-29", "2024-02-29",
    ]  # fmt: skip
    assert {r["status"] for r in rows} == {"pending"}
    assert len(rows) == 11
    assert D("2016-02-29") + timedelta(days=3653) == D("2026-03-01")
