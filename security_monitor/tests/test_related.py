"""What stands around a case: bounded, from the trail and the log, and never out of another's books."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.ids import first_id_at
from accounts.models import AuditEntry
from config.tests.cast import account_of, person, posted
from ledger.models import Transaction
from ledger.services.review import review
from security_monitor.models import Case
from security_monitor.services.case_page import page_of
from security_monitor.services.related import RELATED, related_of
from security_monitor.tests import test_sequences_of_money as sequences
from security_monitor.tests.test_login_behaviour import CHROME
from security_monitor.tests.test_sequences_of_money import book, day, logged_in

main, owner, intruder = sequences.main, sequences.owner, sequences.intruder


@pytest.fixture
def case(intruder: Any, main: Any, alice: Any) -> Case:
    """The intruder pays 4100 at Aral, and something small at a new payee beside it."""
    book(intruder, main, "-3.00", payee="Mule")
    book(intruder, main, "-4100.00")
    found: Case = Case.objects.for_user(alice).get(kind="transaction")
    return found


def hand(case: Case) -> dict[str, str]:
    found = related_of(case)
    names = dict(Transaction.objects.values_list("id", "payee__name"))
    return {names[row_id]: link for row_id, link in found.hand.items()}


def test_the_hand_is_known_by_session_device_and_network(case, owner, main, alice):
    again = logged_in(alice, agent=CHROME, ip="91.20.20.20")
    book(again, main, payee="Same device")
    book(owner, main, payee="The owner's own")
    assert hand(case) == {"Mule": "session", "Same device": "device"}
    book(logged_in(alice, agent="curl/8", ip="91.10.10.77"), main, payee="Same network")
    assert hand(case) == {"Mule": "session", "Same device": "device", "Same network": "network"}
    booking = related_of(case).booking
    assert (booking.login.device, booking.by_owner) == ("Chrome on Windows", True)
    assert booking.session_id == booking.login.session_id


def test_another_device_at_home_is_linked_by_its_network(owner, main, alice):
    book(owner, main, "-4100.00")
    book(owner, main, payee="Bakery")
    case = Case.objects.for_user(alice).get()
    assert hand(case) == {"Bakery": "session"}
    other = logged_in(alice, agent=CHROME)
    book(other, main, payee="Beside")
    assert hand(case) == {"Bakery": "session", "Beside": "network"}


def test_a_row_out_of_a_batch_has_its_booking_too(intruder, main, alice):
    rows = [{"account": str(main.pk), "amount": amount, "posted_on": day(), "payee": payee}
            for amount, payee in (("-4100.00", "Aral"), ("-3.00", "Mule"))]  # fmt: skip
    made = intruder.post("/api/transactions/batch", {"creates": rows})
    assert made.status_code == 200, made.content
    case = Case.objects.for_user(alice).filter(kind="transaction").first()
    assert related_of(case).booking.session_id is not None
    assert hand(case) == {"Mule": "session"}


def test_a_verdict_is_no_booking(case, alice, staff):
    before = related_of(case).booking
    review(alice.pk, case.transaction_id, verdict="legitimate", reviewer_id=staff.pk)
    case.refresh_from_db()
    assert related_of(case).booking == before


@pytest.mark.parametrize(("hours", "is_seen"), [(23, True), (25, False)])
def test_the_day_around_and_no_more(alice, main, hours, is_seen):
    """Entries of one session, whose ids say when they were made."""
    row = posted(main, "-4100", day(), payee="Aral", category="Fuel")
    other = posted(main, "-3", day(), payee="Mule")
    case, session = Case.objects.get(), {"session": str(uuid.uuid4())}
    for target, at in ((row, case.opened_at), (other, case.opened_at - timedelta(hours=hours))):
        AuditEntry(
            id=uuid.UUID(int=first_id_at(at).int + 1), at=at, user_id=alice.pk, actor_id=alice.pk,
            action="transaction.updated", target="transaction", target_id=target.id, data=session,
        ).save()  # fmt: skip
    assert (other.id in related_of(case).hand) is is_seen


def test_rows_booked_without_a_person_have_no_hand(main, alice):
    row = posted(main, "-4100", day(), payee="Aral", category="Fuel")
    assert row.flagged
    found = related_of(Case.objects.get())
    assert found.hand == {}
    assert found.booking.session_id is None
    assert len(found.payee) == 9


def test_figures_for_the_api_hold_no_name(api, staff, case, alice, main):
    body = api(staff).get(f"/api/security/cases/{case.id}").json()["related"]
    assert body["booking"]["device"] == "Chrome on Windows"
    assert body["booking"]["login_risk"] >= 35
    [mule] = body["same_hand"]
    assert (mule["amount"], mule["link"]) == ("-3.00", "session")
    assert len(body["same_payee"]) == 9
    assert body["open_cases"] == []
    text = str(body)
    assert "Mule" not in text
    assert "Aral" not in text
    assert "91.10.10.10" not in text  # the network, not the address
    assert body["booking"]["network"] is None or body["booking"]["network"].endswith("/24")


def test_other_open_cases_of_this_owner_alone(api, staff, case, main, bob, alice):
    client = api(staff)
    url = f"/api/security/cases/{case.id}"
    etag = client.get(url)["ETag"]
    assert client.get(url, HTTP_IF_NONE_MATCH=etag).status_code == 304
    posted(main, "-5100", day(), payee="Aral", category="Fuel")
    theirs = account_of(bob)
    for week in range(9):
        posted(theirs, "-41", day(7 * (9 - week)), payee="Aral", category="Fuel")
    posted(theirs, "-4100", day(), payee="Aral", category="Fuel")
    fresh = client.get(url, HTTP_IF_NONE_MATCH=etag)
    assert fresh.status_code == 200  # what is related is part of the tag
    [other] = fresh.json()["related"]["open_cases"]
    mine = Case.objects.for_user(alice).exclude(id=case.id).get()
    assert other["id"] == str(mine.id)
    bobs = {
        str(row_id) for row_id in Transaction.objects.for_user(bob).values_list("id", flat=True)
    }
    related = fresh.json()["related"]
    seen = {row["transaction"] for row in related["same_payee"] + related["same_hand"]}
    assert not bobs & seen


def test_a_trail_that_names_foreign_rows_opens_no_book(case, bob):
    """Whatever an entry says: rows are read through the owner of the case."""
    theirs = posted(account_of(bob), "-1", day(), payee="Secret")
    own = AuditEntry.objects.get(target_id=case.transaction_id)
    forged = AuditEntry(
        user_id=case.user_id, actor_id=case.user_id, action="transaction.created",
        target="transaction", target_id=theirs.id, ip=own.ip, data=own.data,
    )  # fmt: skip
    forged.save()
    assert theirs.id not in related_of(case).hand


def test_owners_do_not_read_it(api, alice, mallory, case):
    for person_ in (alice, mallory):
        assert api(person_).get(f"/api/security/cases/{case.id}").status_code == 403


def test_a_case_without_a_row_shows_other_cases_alone(alice, case):
    now = timezone.now()
    deletion = Case.objects.create(user=alice, kind="deletion", score=60, level="high", due_at=now,
                                   evidence={"reasons": []})  # fmt: skip
    found = related_of(deletion)
    assert [other.id for other in found.cases] == [case.id]
    assert (found.booking, found.payee, found.hand) == (None, [], {})
    gone = Case.objects.create(user=alice, transaction_id=uuid.uuid4(), score=60, level="high",
                               due_at=now, evidence={})  # fmt: skip
    assert related_of(gone).booking is None


def statements(call: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured.captured_queries)


def test_history_adds_no_statement_and_no_row(case, main, intruder):
    few = statements(lambda: related_of(case)), statements(lambda: page_of(case))
    for n in range(2 * RELATED):
        book(intruder, main, f"-{n + 1}.00")
    many = statements(lambda: related_of(case)), statements(lambda: page_of(case))
    assert many == few
    assert few[0] <= 10
    assert few[1] <= 15
    found = related_of(case)
    assert len(found.hand) == len(found.payee) == len(found.beside) == RELATED


def test_the_page_shows_the_hand_and_the_other_cases(case, main, alice):
    posted(main, "-5100", day(), payee="Aral", category="Fuel")
    client = Client()
    client.force_login(person("root@example.org", is_staff=True, is_superuser=True))
    url = reverse("admin:security_monitor_case_change", args=[case.id])
    text = client.get(url).content.decode()
    for words in ("Who booked it", "Chrome on Windows", "Booked by the same hand", "same session",
                  "Other open cases of this owner", "Mule"):  # fmt: skip
        assert words in text
    assert "<style" not in text  # the policy would not let it count
