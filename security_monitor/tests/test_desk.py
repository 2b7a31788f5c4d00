"""The desk from outside: who may do what, four eyes, and evidence that stays."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from config.tests.cast import account_of, person, posted, race
from ledger.models import Transaction
from ledger.services.drafts import Draft
from ledger.services.posting import post, remove
from security_monitor.engine.catalogue import RULES
from security_monitor.models import Backtest, Case, ListEntry, RuleChange, VerdictRecord
from security_monitor.services import backtests
from security_monitor.services.rebuilding import drift_of

CASES, RULES_URL, BACKTEST = "/api/security/cases", "/api/security/rules", "/api/security/backtest"
LISTS, MONITOR = "/api/security/lists", "/api/security/monitor-transaction"
AMOUNTS = [42, 38, 45, 40, 41, 39, 44, 43, 40]


def day(back: int) -> str:
    return (timezone.now().date() - timedelta(days=back)).isoformat()


@pytest.fixture
def main(alice: Any) -> Any:
    account = account_of(alice)
    for week, amount in enumerate(AMOUNTS):
        posted(account, f"-{amount}", day(7 * (9 - week)), payee="Aral", category="Fuel")
    return account


@pytest.fixture
def flagged(main: Any) -> Any:
    return posted(main, "-410.00", day(0), payee="Aral", category="Fuel")


@pytest.fixture
def desk(api: Any, staff: Any) -> Any:
    return api(staff)


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_the_desk_is_for_staff(api, alice, flagged):
    case = Case.objects.get()
    client = api(alice)
    for url in (CASES, f"{CASES}/{case.id}", RULES_URL, f"{RULES_URL}/TX01", BACKTEST,
                f"{RULES_URL}/changes"):  # fmt: skip
        assert client.get(url).status_code == 403
    assert client.post(f"{CASES}/{case.id}/verdict", {"verdict": "legitimate"}).status_code == 403
    assert client.post(BACKTEST, {}).status_code == 403
    assert client.patch(f"{RULES_URL}/TX01", {"weight": 1}).status_code == 403


def test_a_case_is_read_assigned_noted_and_decided(desk, staff, alice, flagged):
    listed = desk.get(f"{CASES}?state=open").json()["results"]
    assert [row["transaction"] for row in listed] == [str(flagged.id)]
    case = f"{CASES}/{listed[0]['id']}"
    assert not listed[0]["late"]
    taken = desk.patch(case, {"assignee": str(staff.pk)})
    assert (taken.status_code, taken.json()["state"]) == (200, "assigned")
    stale = desk.patch(case, {"assignee": None}, HTTP_IF_MATCH='"1"')
    assert code_of(stale) == (412, "stale")
    assert desk.post(f"{case}/notes", {"text": "called the owner"}).status_code == 201
    assert desk.patch(case, {"state": "waiting"}).json()["state"] == "waiting"
    done = desk.post(f"{case}/verdict", {"verdict": "fraud", "note": "skimmed"}).json()
    assert (done["state"], done["outcome"]) == ("closed", "fraud")
    assert [note["text"] for note in done["notes"]] == ["called the owner"]
    [said] = done["verdicts"]
    assert (said["verdict"], said["by"], said["is_owner"]) == ("fraud", str(staff.pk), False)
    assert done["evidence"]["amount"] == "-410.00"
    assert done["evidence"]["reasons"][0]["code"] in ("TX01", "TX02", "TX03")
    row = Transaction.objects.get(id=flagged.id)
    assert (row.verdict, row.flagged, row.risk_score) == ("fraud", True, flagged.risk_score)
    assert drift_of(alice.pk) == []


def test_nobody_reviews_their_own_money(api, alice, flagged):
    alice.is_staff = True
    alice.save()
    case = f"{CASES}/{Case.objects.get().id}"
    client = api(alice)
    for answer in (
        client.post(f"{case}/verdict", {"verdict": "legitimate"}),
        client.patch(case, {"assignee": str(alice.pk)}),
        client.post(f"{case}/notes", {"text": "fine"}),
    ):
        assert code_of(answer) == (403, "own_case")
    bulk = client.post(f"{CASES}/verdict", {"ids": [case[-36:]], "verdict": "legitimate"})
    assert list(bulk.json()["results"].values()) == ["own_case"]
    assert Case.objects.get().state == "open"


def test_somebody_elses_case_is_not_decided_over_their_head(desk, api, flagged):
    other = person("other@example.org", is_staff=True)
    case = f"{CASES}/{Case.objects.get().id}"
    desk.patch(case, {"assignee": str(other.pk)})
    answer = desk.post(f"{case}/verdict", {"verdict": "fraud"})
    assert code_of(answer) == (409, "not_your_case")
    assert api(other).post(f"{case}/verdict", {"verdict": "fraud"}).status_code == 200


def test_assignees_are_staff(desk, alice, mallory, flagged):
    case = f"{CASES}/{Case.objects.get().id}"
    for stranger in (mallory.pk, uuid.uuid4()):
        answer = desk.patch(case, {"assignee": str(stranger)})
        assert code_of(answer) == (400, "assignee_not_staff")
    assert code_of(desk.patch(case, {"assignee": str(alice.pk)})) == (403, "own_case")
    assert code_of(desk.get(f"{CASES}/{uuid.uuid4()}")) == (404, "case_not_found")
    assert desk.patch(case, {}).status_code == 400


def test_many_cases_at_once(desk, main, alice):
    rows = [posted(main, f"-{n}00.00", day(0), payee="Aral", category="Fuel") for n in (5, 7, 9)]
    ids = [str(case_id) for case_id in Case.objects.values_list("id", flat=True)]
    unknown = str(uuid.uuid4())
    said = desk.post(f"{CASES}/verdict", {"ids": [*ids, unknown], "verdict": "fraud"}).json()
    assert said["results"] == {**dict.fromkeys(ids, "fraud"), unknown: "case_not_found"}
    assert VerdictRecord.objects.count() == len(rows) == 3


def test_the_owner_says_mine_and_not_mine(api, alice, main, flagged, desk):
    client = api(alice)
    url = f"/api/transactions/{flagged.id}/review"
    client.patch(url, {"verdict": "legitimate", "note": "mine"})
    case = Case.objects.get()
    assert (case.state, case.outcome, case.closed_by_id) == ("closed", "legitimate", alice.pk)
    client.patch(url, {"verdict": "fraud"})
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("open", "")
    said = [v["verdict"] for v in desk.get(f"{CASES}/{case.id}").json()["verdicts"]]
    assert said == ["legitimate", "fraud"]
    quiet = posted(main, "-41.00", day(0), payee="Aral", category="Fuel")
    client.patch(f"/api/transactions/{quiet.id}/review", {"verdict": "fraud"})
    assert Case.objects.filter(transaction_id=quiet.id, state="open").exists()
    assert drift_of(alice.pk) == []


def test_a_case_outlives_its_row(api, alice, desk, flagged):
    assert api(alice).delete(f"/api/transactions/{flagged.id}").status_code == 204
    case = desk.get(f"{CASES}/{Case.objects.get().id}").json()
    assert (case["state"], case["outcome"]) == ("closed", "withdrawn")
    assert case["evidence"]["amount"] == "-410.00"
    answer = desk.post(f"{CASES}/{case['id']}/verdict", {"verdict": "fraud"})
    assert code_of(answer) == (409, "case_has_no_row")
    back = api(alice).post(f"/api/transactions/{flagged.id}/restore").json()
    assert back["flagged"]
    assert Case.objects.get().state == "open"
    assert drift_of(alice.pk) == []


def test_a_great_deletion_opens_a_case(main, alice, desk):
    draft = Draft(account_id=main.id, amount=Decimal("-1"), posted_on=date(2026, 1, 3))
    rows = post(alice.pk, [draft] * 100)
    remove(alice.pk, [row.transaction.id for row in rows])
    case = Case.objects.get()
    assert (case.kind, case.transaction_id) == ("deletion", None)
    done = desk.post(f"{CASES}/{case.id}/verdict", {"verdict": "legitimate"}).json()
    assert done["state"] == "closed"
    assert drift_of(alice.pk) == []


def test_rules_are_listed_with_their_quality(desk, api, alice, flagged):
    api(alice).patch(f"/api/transactions/{flagged.id}/review", {"verdict": "fraud"})
    rules = {rule["code"]: rule for rule in desk.get(RULES_URL).json()["results"]}
    assert list(rules) == [rule.code for rule in RULES]
    spoke = flagged.risk_reasons[0]["code"]
    assert rules[spoke]["quality"]["precision"] == 1.0
    assert rules[spoke]["quality"]["share_of_cases"] == 1.0
    assert rules["TX28"]["quality"]["precision"] is None
    assert desk.get(f"{RULES_URL}/TX01").json() == rules["TX01"]
    assert code_of(desk.get(f"{RULES_URL}/TX99")) == (404, "risk_rule_not_found")


def test_a_rule_changes_by_two_people(desk, api, main):
    change = desk.patch(f"{RULES_URL}/TX02", {"status": "draft", "why": "too loud"})
    assert change.status_code == 202
    url = f"{RULES_URL}/changes/{change.json()['id']}"
    assert code_of(desk.post(url, {"approve": True})) == (403, "four_eyes")
    other = api(person("other@example.org", is_staff=True))
    assert other.post(url, {"approve": True}).json()["state"] == "approved"
    assert code_of(other.post(url, {"approve": True})) == (409, "change_is_decided")
    rule = desk.get(f"{RULES_URL}/TX02").json()
    assert (rule["status"], rule["version"]) == ("draft", 2)
    row = posted(main, "-410.00", day(0), payee="Aral", category="Fuel")
    assert "TX02" not in [reason["code"] for reason in row.risk_reasons]
    back = desk.patch(f"{RULES_URL}/TX02", {"status": "live"}).json()["id"]
    answer = other.post(f"{RULES_URL}/changes/{back}", {"approve": True})
    assert code_of(answer) == (409, "backtest_first")
    Backtest.objects.create(days=9, changes={"TX02": {}}, state="done", by_id=uuid.uuid4())
    assert other.post(f"{RULES_URL}/changes/{back}", {"approve": True}).status_code == 200
    assert len(desk.get(f"{RULES_URL}/changes").json()["results"]) == 2


def test_impossible_changes_are_refused(desk):
    for code, body, said in (
        ("TX01", {}, (400, "nothing_changes")),
        ("TX01", {"weight": 65, "status": "live"}, (400, "nothing_changes")),
        ("TX01", {"parameters": {"zz": 1}}, (400, "unknown_rule_parameter")),
        ("TX21", {"status": "live"}, (409, "rule_waits")),
        ("TX99", {"weight": 1}, (404, "risk_rule_not_found")),
    ):
        assert code_of(desk.patch(f"{RULES_URL}/{code}", body)) == said
    assert desk.patch(f"{RULES_URL}/TX01", {"weight": 96}).status_code == 400
    assert not RuleChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_deciders_decide_once(desk, api):
    url = f"{RULES_URL}/changes/{desk.patch(f'{RULES_URL}/TX02', {'weight': 9}).json()['id']}"
    others = [api(person(f"o{n}@example.org", is_staff=True)) for n in range(2)]
    answers = race([lambda c=c: c.post(url, {"approve": True}) for c in others])
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_a_backtest_says_who_would_be_flagged(desk, flagged, monkeypatch):
    monkeypatch.setattr("security_monitor.api.backtest.start_backtest", lambda _: None)
    quiet = {code: {"weight": 0} for code in ("TX01", "TX02", "TX03", "TX22")}
    made = desk.post(BACKTEST, {"days": 30, "changes": quiet})
    assert (made.status_code, made.json()["state"]) == (202, "waiting")
    assert backtests.waiting() == [uuid.UUID(made.json()["id"])]
    for _ in range(2):
        backtests.run(uuid.UUID(made.json()["id"]))
    done = desk.get(made["Location"]).json()
    assert (done["state"], done["progress"]) == ("done", 100)
    assert done["result"]["now"]["flagged"] == 1
    assert done["result"]["then"]["flagged"] == 0
    [differs] = done["result"]["differences"]
    assert differs["transaction"] == str(flagged.id)
    assert backtests.waiting() == []
    assert desk.post(BACKTEST, {"changes": {"TX99": {}}}).status_code == 404
    assert desk.post(BACKTEST, {"days": 0}).status_code == 400


def test_the_monitor_says_what_a_booking_would_and_books_nothing(api, alice, main):
    client = api(alice)
    asked = {"account": str(main.pk), "amount": "-410.00", "posted_on": day(0), "payee": "Aral",
             "category_name": "Fuel"}  # fmt: skip
    before = Transaction.objects.count()
    said = client.post(MONITOR, asked)
    assert (said.status_code, said.json()["flagged"]) == (200, True)
    assert Transaction.objects.count() == before
    assert not Case.objects.exists()
    assert client.post("/api/transactions", asked).json()["risk"] == said.json()["risk"]
    short = client.post(MONITOR, {"amount": "41", "type": "expense", "payee": "Somebody"}).json()
    assert short["risk"]["action"] == short["action"] == "silent"


def test_the_monitor_refuses_what_a_booking_would(api, alice, mallory, main):
    client, stranger = api(alice), api(mallory)
    row = posted(main, "-41.00", day(0), payee="Aral", category="Fuel")
    assert code_of(stranger.post(MONITOR, {"amount": "-1"})) == (409, "no_account")
    account_of(mallory)
    for field, wanted in (("account", main.pk), ("payee", row.payee_id),
                          ("category", row.category_id)):  # fmt: skip
        answer = stranger.post(MONITOR, {"amount": "-1", field: str(wanted)})
        assert code_of(answer) == (400, f"{field}_not_found")
    for amount in ("0", 1.5, "1.234", "x"):
        assert client.post(MONITOR, {"amount": amount}).status_code == 400
    assert client.post(MONITOR, {"amount": "1", "posted_on": "1800-01-01"}).status_code == 400


def test_snooze_allow_and_deny(api, alice, main):
    client = api(alice)
    payee = str(Transaction.objects.first().payee_id)
    soon = (timezone.now() + timedelta(days=9)).isoformat()
    ask = {"account": str(main.pk), "amount": "-410.00", "payee": payee, "category": "Fuel"}

    def score() -> tuple[int, str]:
        risk = client.post(MONITOR, ask).json()
        return risk["score"], risk["action"]

    loud = score()
    snoozed = client.post(LISTS, {"kind": "snooze", "payee": payee, "until": soon})
    assert snoozed.status_code == 201
    assert score() == (29, "silent")
    again = client.post(LISTS, {"kind": "snooze", "payee": payee, "until": soon})
    assert code_of(again) == (409, "listed_already")
    ListEntry.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert score() == loud
    assert client.delete(snoozed["Location"]).status_code == 204
    assert client.get(snoozed["Location"]).status_code == 404
    client.post(LISTS, {"kind": "allow", "payee": payee})
    assert score() == (40, "notify")
    client.post(LISTS, {"kind": "deny", "payee": payee, "note": "never again"})
    assert score()[0] > loud[0]
    assert len(client.get(LISTS).json()["results"]) == 2


def test_lists_refuse_strangers_and_endless_snoozes(api, alice, mallory, main):
    payee = str(Transaction.objects.first().payee_id)
    past = (timezone.now() - timedelta(days=1)).isoformat()
    client = api(alice)
    for body, code in (
        ({"kind": "snooze", "payee": payee}, "snooze_needs_end"),
        ({"kind": "deny", "payee": payee, "until": past}, "ends_in_the_past"),
        ({"kind": "deny", "payee": str(uuid.uuid4())}, "subject_not_found"),
        ({"kind": "deny"}, "invalid"),
    ):
        assert code_of(client.post(LISTS, body)) == (400, code)
    answer = api(mallory).post(LISTS, {"kind": "deny", "payee": payee})
    assert code_of(answer) == (400, "subject_not_found")
    mine = client.post(LISTS, {"kind": "deny", "payee": payee})["Location"]
    assert api(mallory).get(mine).status_code == 404
    assert api(mallory).delete(mine).status_code == 404
    assert api(mallory).get(LISTS).json()["results"] == []


def test_merging_a_denied_payee_keeps_it_denied(api, alice, main):
    client = api(alice)
    other = client.post("/api/payees", {"name": "Aral AG"}).json()["id"]
    old = str(Transaction.objects.first().payee_id)
    client.post(LISTS, {"kind": "deny", "payee": old})
    assert client.post(f"/api/payees/{old}/merge", {"into": other}).status_code == 200
    assert [e["payee"] for e in client.get(LISTS).json()["results"]] == [other]
    assert drift_of(alice.pk) == []
