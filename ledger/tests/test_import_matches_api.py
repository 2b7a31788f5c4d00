"""The queue of doubtful matches: rows of files that were matched by amount and week alone."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.tests.cast import account_of, client_of, posted, race
from ledger.models import DoubtfulMatch, Transaction
from ledger.services.rules import create_rule
from ledger.tests.bank_files import ofx, table
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db
QUEUE = "/api/import-matches"
FILE = table("2026-03-05,Kiosk am Eck,-8.50,", "2026-03-06,Baker,-2.00,")


@pytest.fixture
def typed(alice, main):
    return posted(main, "-8.50", "2026-03-03", payee="Lunch", category="Food", memo="with Bob")


def upload(client, main, data=FILE):
    form = {"file": SimpleUploadedFile("bank.csv", data), "account": str(main.id)}
    answer = client.post("/api/imports", form, format="multipart")
    assert answer.status_code == 201, answer.content
    return answer.json()


def brought(client, main, data=FILE, **wishes):
    batch = upload(client, main, data)
    answer = client.post(f"/api/imports/{batch['id']}/commit", wishes)
    assert answer.status_code == 200, answer.content
    return answer.json()


def queue(client, **query):
    return client.get(QUEUE, {"verdict": "open", **query}).json()["results"]


def plain(row_id):
    row = Transaction.objects.get(id=row_id)
    return row.statement_text, row.external_id, row.fingerprint, row.memo, row.status


def test_the_preview_marks_a_doubtful_match_and_only_that(client, main, typed):
    posted(main, "-2.00", "2026-03-06", payee="Baker")
    rows = upload(client, main)["preview"]
    assert [(r["by"], r["doubtful"]) for r in rows] == [
        ("any_payee", True),
        ("same_payee", False),
    ]


def test_the_queue_shows_both_rows_side_by_side(client, main, typed):
    batch = brought(client, main)
    (match,) = queue(client)
    assert (match["import"], match["verdict"], match["booked"]) == (batch["id"], "open", None)
    assert match["row"]["payee"] == "Kiosk am Eck"
    assert (match["transaction"]["id"], match["transaction"]["payee"]) == (str(typed.id), "Lunch")
    answer = client.get(f"{QUEUE}/{match['id']}")
    assert answer.json() == match
    assert (
        client.get(f"{QUEUE}/{match['id']}", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    )


def test_accepting_changes_nothing_in_the_books(client, alice, main, typed):
    brought(client, main)
    (match,) = queue(client)
    before = plain(typed.id)
    answer = client.post(f"{QUEUE}/{match['id']}/accept", {})
    assert (answer.status_code, answer.json()["verdict"]) == (200, "accepted")
    assert plain(typed.id) == before
    assert queue(client) == []
    again = client.post(f"{QUEUE}/{match['id']}/accept", {})
    assert (again.status_code, again.json()["code"]) == (409, "match_is_answered")


def test_refusing_gives_the_row_back_what_it_had_and_books_the_other(client, alice, main, typed):
    before = plain(typed.id)
    batch = brought(client, main)
    assert plain(typed.id) != before
    (match,) = queue(client)
    answer = client.post(f"{QUEUE}/{match['id']}/refuse", {}).json()
    assert answer["verdict"] == "refused"
    assert plain(typed.id) == before
    new = Transaction.objects.get(id=answer["booked"])
    assert (new.payee.name, new.amount_minor) == ("Kiosk am Eck", -850)
    assert str(new.import_batch_id) == batch["id"]
    main.refresh_from_db()
    assert main.balance_minor == -850 - 850 - 200
    assert not verify_user(alice.pk)
    counts = client.get(f"/api/imports/{batch['id']}").json()["counts"]
    assert (counts["new"], counts["matched"]) == (2, 0)
    rows = client.get(f"/api/imports/{batch['id']}/rows").json()["results"]
    assert [row["decision"] for row in rows] == ["new", "new"]
    again = client.post(f"{QUEUE}/{match['id']}/refuse", {})
    assert (again.status_code, again.json()["code"]) == (409, "match_is_answered")
    assert upload(client, main)["counts"]["duplicate"] == 2


def test_an_accepted_match_can_still_be_refused(client, main, typed):
    brought(client, main)
    (match,) = queue(client)
    client.post(f"{QUEUE}/{match['id']}/accept", {})
    assert client.post(f"{QUEUE}/{match['id']}/refuse", {}).json()["verdict"] == "refused"


def test_a_commit_answers_by_line(client, alice, main, typed):
    other = posted(main, "-2.00", "2026-03-05", payee="Coffee")
    batch = brought(client, main, refuse_matches=[2], accept_matches=[3])
    assert (batch["counts"]["new"], batch["counts"]["matched"]) == (1, 1)
    assert queue(client) == []
    (match,) = client.get(QUEUE).json()["results"]
    assert (match["verdict"], match["transaction"]["id"]) == ("accepted", str(other.id))
    assert plain(typed.id)[0] == ""
    assert not verify_user(alice.pk)
    unknown = client.post(
        f"/api/imports/{upload(client, main)['id']}/commit", {"refuse_matches": [2, 77]}
    )
    assert unknown.json()["code"] == "import_line_not_found"
    assert unknown.json()["errors"][0]["pointer"] == "/refuse_matches/1"


def test_an_undo_takes_the_refused_row_too_and_empties_the_queue(client, alice, main, typed):
    before = plain(typed.id)
    posted(main, "-2.00", "2026-03-05", payee="Coffee")
    batch = brought(client, main)
    match = next(m for m in queue(client) if m["transaction"]["id"] == str(typed.id))
    client.post(f"{QUEUE}/{match['id']}/refuse", {})
    client.post(f"/api/imports/{batch['id']}/undo", {})
    assert Transaction.objects.count() == 2
    assert plain(typed.id) == before
    assert not DoubtfulMatch.objects.exists()
    assert client.post(f"{QUEUE}/{match['id']}/refuse", {}).status_code == 404
    assert not verify_user(alice.pk)


def test_the_banks_id_goes_to_the_row_that_the_refusal_books(client, main, typed):
    brought(client, main, ofx(("20260305", "-8.50", "F1", "KIOSK")))
    assert plain(typed.id)[1] == "F1"
    (match,) = queue(client)
    booked = client.post(f"{QUEUE}/{match['id']}/refuse", {}).json()["booked"]
    assert (plain(typed.id)[1], plain(booked)[1]) == ("", "F1")


def test_a_rule_meets_the_row_that_a_refusal_books(client, alice, main, typed):
    action = {"type": "set_category", "category": "Snacks"}
    create_rule(
        user_id=alice.pk, fields={"name": "r", "query": "payee:kiosk*", "actions": [action]}
    )
    brought(client, main)
    (match,) = queue(client)
    booked = client.post(f"{QUEUE}/{match['id']}/refuse", {}).json()["booked"]
    assert Transaction.objects.get(id=booked).category.name == "Snacks"


def test_a_reconciled_row_is_never_changed(client, main, typed):
    brought(client, main)
    (match,) = queue(client)
    Transaction.objects.filter(id=typed.id).update(status="reconciled")
    answer = client.post(f"{QUEUE}/{match['id']}/refuse", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "row_is_reconciled")


def test_a_row_swallowed_by_a_reconciled_one_can_still_be_booked(client, main, typed):
    Transaction.objects.filter(id=typed.id).update(status="reconciled")
    brought(client, main)
    brought(client, main)  # The same question is not asked twice.
    (match,) = queue(client)
    assert match["row"]["decision"] == "duplicate"
    before = plain(typed.id)
    booked = client.post(f"{QUEUE}/{match['id']}/refuse", {}).json()["booked"]
    assert plain(typed.id) == before
    assert Transaction.objects.get(id=booked).payee.name == "Kiosk am Eck"


def test_a_deleted_row_is_shown_as_none_and_its_refusal_books_the_other(client, main, typed):
    brought(client, main)
    client.delete(f"/api/transactions/{typed.id}")
    (match,) = queue(client)
    assert match["transaction"] is None
    assert client.post(f"{QUEUE}/{match['id']}/refuse", {}).json()["booked"]


def test_a_closed_account_refuses_the_booking(client, main, typed):
    brought(client, main)
    (match,) = queue(client)
    client.patch(f"/api/accounts/{main.id}", {"closed": True})
    answer = client.post(f"{QUEUE}/{match['id']}/refuse", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "account_is_closed")
    assert queue(client)


def test_a_stale_answer_is_refused_and_a_stranger_sees_nothing(api, client, mallory, main, typed):
    brought(client, main)
    (match,) = queue(client)
    url = f"{QUEUE}/{match['id']}"
    assert client.post(f"{url}/accept", {}, HTTP_IF_MATCH='"0-nothing"').status_code == 412
    stranger = api(mallory)
    assert stranger.get(QUEUE).json()["results"] == []
    for answer in (stranger.get(url), stranger.post(f"{url}/accept", {}),
                   stranger.post(f"{url}/refuse", {})):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (404, "match_not_found")
    assert client.get(f"{QUEUE}/{uuid.uuid4()}").status_code == 404
    assert client.post(f"{url}/refuse", {"x": 1}).json()["code"] in ("invalid", "unknown_field")


def test_pages_of_the_queue(client, main):
    lines = []
    for day in range(1, 8):
        posted(main, f"-{day}.50", f"2026-03-{day:02}", payee="Lunch")
        lines.append(f"2026-03-{day:02},Shop {day},-{day}.50,")
    brought(client, main, table(*lines))
    first = client.get(QUEUE, {"limit": 3, "count": "true"}).json()
    assert (len(first["results"]), first["count"]) == (3, 7)
    rest = client.get(QUEUE, {"limit": 10, "cursor": first["next"]}).json()["results"]
    assert len({m["id"] for m in [*first["results"], *rest]}) == 7


@pytest.mark.django_db(transaction=True)
def test_refused_by_two_at_once_the_row_is_booked_once(alice):
    main = account_of(alice)
    posted(main, "-8.50", "2026-03-03", payee="Lunch")
    client = client_of(alice)
    brought(client, main)
    (match,) = queue(client)
    clients = [client_of(alice) for _ in range(3)]
    answers = race([lambda c=c: c.post(f"{QUEUE}/{match['id']}/refuse", {}) for c in clients])
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    assert Transaction.objects.filter(amount_minor=-850).count() == 2
    assert not verify_user(alice.pk)


def test_a_row_without_a_payee_is_matched_with_doubt(client, main):
    posted(main, "-8.50", "2026-03-04")
    assert [row["by"] for row in upload(client, main)["preview"]] == ["any_payee", ""]
