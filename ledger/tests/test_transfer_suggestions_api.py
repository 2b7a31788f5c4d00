"""/api/transfers/suggestions: found, accepted, rejected, taken apart."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Event, Tombstone
from config.tests.cast import account_of, posted, race
from ledger.api.transfer_suggestions import (
    LinkedOutput,
    RejectionOutput,
    TransferSuggestionOutput,
    UnlinkedOutput,
)
from ledger.models import (
    Category,
    DailyTotal,
    ExchangeRate,
    MonthlyTotal,
    RejectedTransfer,
    Split,
    Transaction,
    Transfer,
)
from ledger.selectors import transfer_suggestions
from ledger.services.categories import MoveTo, remove_category
from ledger.services.drafts import SplitDraft
from ledger.services.reconciling import reconcile
from ledger.services.transfer_links import link_transfer, unlink_transfer
from ledger.services.transfers import change_transfer
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db
URL = "/api/transfers/suggestions"
ACCEPT, REJECT = f"{URL}/accept", f"{URL}/reject"
JANUARY = "date_from=2026-01-01&date_to=2026-01-31"


@pytest.fixture
def main(alice):
    return account_of(alice, "Main")


@pytest.fixture
def savings(alice):
    return account_of(alice, "Savings")


@pytest.fixture
def pair(main, savings):
    """Two rows that a bank booked apart, in categories of their own."""
    out = posted(main, "-500.00", "2026-01-15", category="Saving", memo="to Savings")
    return out, posted(savings, "500.00", "2026-01-16", category="Gifts")


def body(out, into):
    return {"out": str(out.id), "in": str(into.id)}


def found(client, query=JANUARY):
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 200, answer.json()
    return [(row["out"]["id"], row["in"]["id"]) for row in answer.json()["results"]]


def ids(*rows):
    return tuple(str(row.id) for row in rows)


def totals():
    empty = {"inflow_minor": 0, "outflow_minor": 0, "count": 0}
    columns = ("account_id", "month", "category_id", "is_transfer", "is_pending", "inflow_minor",
               "outflow_minor", "count")  # fmt: skip
    months = MonthlyTotal.objects.exclude(**empty).values_list(*columns)
    days = DailyTotal.objects.exclude(**empty).values_list(
        "account_id", "day", "is_transfer", "is_pending", "inflow_minor", "outflow_minor", "count"
    )
    return sorted(months, key=str), sorted(days, key=str)


def rows():
    """Every column of every row and part but the clock's."""
    left_out = {"seq", "updated_at"}
    return [
        [{k: v for k, v in row.items() if k not in left_out} for row in model.objects.order_by("pk").values()]
        for model in (Transaction, Split)
    ]  # fmt: skip


def test_a_pair_is_suggested_with_score_and_reasons(client, pair):
    page = client.get(f"{URL}?{JANUARY}&count=true").json()
    (row,) = page["results"]
    assert row.keys() == TransferSuggestionOutput().fields.keys()
    assert (row["out"]["id"], row["in"]["id"]) == ids(*pair)
    assert row["out"]["amount"] == "-500.00"
    assert {reason["code"] for reason in row["reasons"]} == {
        "same_amount", "near_day", "names_account", "rare_amount"
    }  # fmt: skip
    assert row["score"] == pytest.approx(sum(r["contribution"] for r in row["reasons"]))
    assert row["ambiguous"] is False
    assert (page["count"], page["next"], page["previous"]) == (1, None, None)
    assert (page["date_from"], page["complete"]) == ("2026-01-01", True)
    assert not Transfer.objects.exists()


def test_a_list_takes_five_queries(client, pair, django_assert_num_queries):
    # session, rows, accounts, rejected pairs, the rows of the page; a rate where currencies differ
    with django_assert_num_queries(5):
        found(client)
    posted(account_of(pair[0].user, "Dollars", "USD"), "1.00", "2026-01-20")
    with django_assert_num_queries(6):
        found(client)


def test_the_window_is_half_a_year_unless_said(client, main, savings):
    today = timezone.now().date()

    def two(days_ago, amount):
        day = str(today - timedelta(days_ago))
        return posted(main, f"-{amount}", day), posted(savings, amount, day)

    recent, old = two(10, "10.00"), two(200, "20.00")
    assert found(client, "") == [ids(*recent)]
    assert found(client, f"date_from={today - timedelta(300)}") == [ids(*recent), ids(*old)]
    assert found(client, f"date_to={today - timedelta(50)}") == [ids(*old)]


def test_a_pair_belongs_to_the_window_of_either_row(client, pair):
    assert found(client, "date_from=2026-01-16") == [ids(*pair)]
    assert found(client, "date_from=2026-01-01&date_to=2026-01-15") == [ids(*pair)]
    assert found(client, "date_from=2026-01-17") == []


def test_pages_go_forth_and_back(client, main, savings):
    wanted = []
    for day in range(1, 8):
        out = posted(main, f"-{day}.00", f"2026-01-0{day}")
        wanted.insert(0, ids(out, posted(savings, f"{day}.00", f"2026-01-0{day}")))
    seen, cursor, pages = [], "", []
    while cursor is not None:
        page = client.get(f"{URL}?{JANUARY}&limit=3{cursor and '&cursor='}{cursor}").json()
        pages.append([(r["out"]["id"], r["in"]["id"]) for r in page["results"]])
        seen += pages[-1]
        cursor, previous = page["next"], page["previous"]
    assert seen == wanted
    assert found(client, f"{JANUARY}&limit=3&cursor={previous}") == pages[-2]


def test_huge_books_are_read_from_their_end(client, main, savings, monkeypatch):
    monkeypatch.setattr(transfer_suggestions, "ROWS_MAX", 3)
    old = posted(main, "-1.00", "2026-01-02"), posted(savings, "1.00", "2026-01-02")
    new = posted(main, "-2.00", "2026-01-20"), posted(savings, "2.00", "2026-01-20")
    page = client.get(f"{URL}?{JANUARY}").json()
    assert [(r["out"]["id"], r["in"]["id"]) for r in page["results"]] == [ids(*new)]
    assert (page["date_from"], page["complete"]) == ("2026-01-03", False)
    assert old[0].id != new[0].id


def test_across_currencies_by_the_rate_of_the_day(client, alice, main):
    dollars = account_of(alice, "Dollars", "USD")
    out, into = posted(main, "-100.00"), posted(dollars, "109.00", "2026-01-16")
    assert found(client) == []  # no rate is known: nothing is invented
    ExchangeRate.objects.create(base="EUR", quote="USD", day="2026-01-14", rate="1.1")
    assert found(client) == [ids(out, into)]
    row = client.post(ACCEPT, body(out, into)).json()
    assert (row["amount"], row["to_amount"], row["fx"]["result"]) == ("100.00", "109.00", "-1.00")
    assert [c["currency"] for c in row["changed"]] == ["EUR", "USD"]
    assert verify_user(alice.pk) == []


def test_two_equally_good_are_left_to_the_owner(client, alice, main, savings):
    out = posted(main, "-50.00")
    rivals = posted(savings, "50.00"), posted(account_of(alice, "Card"), "50.00")
    page = client.get(f"{URL}?{JANUARY}").json()
    assert [row["ambiguous"] for row in page["results"]] == [True, True]
    assert client.post(ACCEPT, body(out, rivals[1])).status_code == 201
    assert found(client) == []


def test_a_minimum_score(client, pair):
    assert found(client, f"{JANUARY}&min_score=0.9") == [ids(*pair)]
    assert found(client, f"{JANUARY}&min_score=1") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("date_from=2026-02-01&date_to=2026-01-01", "period_backwards"),
        ("min_score=2", "max_value"),
        ("cursor=x", "invalid_cursor"),
        ("account=x", "unknown_parameter"),
    ],
)
def test_an_impossible_question(client, query, code):
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert code in {answer.json()["code"], answer.json()["errors"][0]["code"]}


def test_accepting_moves_both_rows_out_of_income_and_spending_and_says_so(client, alice, pair):
    out, into = pair
    summary = f"/api/transactions/summary?{JANUARY}"
    before = client.get(summary).json()
    assert (before["income"], before["expense"]) == ("500.00", "500.00")
    answer = client.post(ACCEPT, body(out, into))
    assert answer.status_code == 201
    row = answer.json()
    assert row.keys() == LinkedOutput().fields.keys()
    (changed,) = row["changed"]
    assert (changed["income"], changed["expense"]) == ("-500.00", "-500.00")
    assert [(line["category"], line["amount"]) for line in changed["by_category"]] == [
        ("Saving", "500.00"), ("Gifts", "-500.00")
    ]  # fmt: skip
    after = client.get(summary).json()
    assert (after["income"], after["expense"]) == ("0.00", "0.00")
    assert [leg["type"] for leg in row["legs"]] == ["transfer", "transfer"]
    assert [leg["category"] for leg in row["legs"]] == [None, None]
    stored = client.get(answer["Location"])
    assert stored["ETag"] == answer["ETag"] == row["etag"]
    assert stored.json() == {k: v for k, v in row.items() if k != "changed"}
    assert found(client) == []
    assert verify_user(alice.pk) == []


def test_a_refund_is_taken_off_spending(client, main, savings):
    """Money back in an expense category lowers expense; linking it raises expense again."""
    posted(main, "-10.00", category="Food")
    out, into = posted(main, "-500.00"), posted(savings, "500.00", category="Food")
    (changed,) = client.post(ACCEPT, body(out, into)).json()["changed"]
    assert (changed["income"], changed["expense"]) == ("0.00", "0.00")
    assert [(c["category"], c["amount"]) for c in changed["by_category"]] == [
        (None, "500.00"), ("Food", "-500.00")
    ]  # fmt: skip


def test_the_trail_and_the_stream_tell_of_it(client, alice, pair):
    Event.objects.all().delete()
    row = client.post(ACCEPT, body(*pair)).json()
    kinds = sorted(Event.objects.values_list("kind", flat=True))
    assert kinds == ["transaction.updated", "transaction.updated", "transfer.created"]
    entry = AuditEntry.objects.get(action="transfer.linked")
    assert (str(entry.target_id), entry.user_id) == (row["id"], alice.pk)
    assert entry.data["shifts"][0]["income_minor"] == -50_000
    client.post(f"/api/transfers/{row['id']}/unlink", {})
    assert AuditEntry.objects.filter(action="transfer.unlinked").count() == 1
    assert Tombstone.objects.filter(kind="transfer", row_id=row["id"]).count() == 1
    assert Event.objects.filter(kind="transfer.deleted").count() == 1


def test_taking_apart_restores_category_and_kind(client, alice, pair):
    row = client.post(ACCEPT, body(*pair)).json()
    answer = client.post(f"/api/transfers/{row['id']}/unlink", {})
    assert answer.status_code == 200
    back = answer.json()
    assert back.keys() == UnlinkedOutput().fields.keys()
    assert [(r["category_name"], r["type"]) for r in back["rows"]] == [
        ("Saving", "expense"), ("Gifts", "income")
    ]  # fmt: skip
    (changed,) = back["changed"]
    assert (changed["income"], changed["expense"]) == ("500.00", "500.00")
    assert client.get(f"/api/transfers/{row['id']}").status_code == 404
    assert found(client) == [ids(*pair)]
    assert verify_user(alice.pk) == []


def test_taking_apart_for_good_rejects_the_pair(client, pair):
    row = client.post(ACCEPT, body(*pair)).json()
    client.post(f"/api/transfers/{row['id']}/unlink", {"reject": True})
    assert found(client) == []


@pytest.mark.parametrize("seed", range(6))
def test_accept_and_unlink_leave_no_trace_in_the_books(alice, main, savings, seed):
    statuses = ["cleared", "pending", "cleared"]
    halves = ("-300.00", "Save"), ("-200.00", "Rest")
    splits = tuple(SplitDraft(amount=Decimal(a), category=c, memo=c) for a, c in halves)
    out = posted(
        main,
        "-500.00",
        status=statuses[seed % 3],
        tags=("a", "b"),
        payee="Bank",
        **({"splits": splits} if seed % 2 else {"category": "Save"}),
    )
    into = posted(savings, "500.00", status=statuses[seed // 2], external_id="x" if seed else "")
    if seed == 5:
        reconcile(
            user_id=alice.pk, account_id=savings.id, statement_on=date(2026, 1, 31),
            statement_balance=Decimal("500.00"),
        )  # fmt: skip
    posted(main, "-7.00", category="Save")
    before = rows(), totals()
    linked = link_transfer(user_id=alice.pk, out_id=out.id, in_id=into.id)
    assert rows() != before[0]
    assert verify_user(alice.pk) == []
    unlink_transfer(user_id=alice.pk, transfer_id=linked.transfer.id)
    assert (rows(), totals()) == before
    assert verify_user(alice.pk) == []


class Suspicion:
    """A gate that flags whatever comes."""

    def __call__(self, user_id, removed, added, source):
        from ledger.risk import Assessment

        return {row.id: Assessment(90, "high", "review", [], flagged=True) for row in added}


suspicion = Suspicion()


def test_the_watch_follows_but_its_evidence_stays(alice, pair, settings):
    settings.RISK_GATE = f"{__name__}.suspicion"
    before = rows()
    linked = link_transfer(user_id=alice.pk, out_id=pair[0].id, in_id=pair[1].id)
    unlink_transfer(user_id=alice.pk, transfer_id=linked.transfer.id)
    assert rows() == before


def test_parts_that_no_longer_sum_are_let_go(client, alice, main, savings):
    halves = (SplitDraft(amount=Decimal("-300"), category="A"), SplitDraft(amount=Decimal("-200")))
    out, into = posted(main, "-500.00", splits=halves), posted(savings, "500.00")
    row = client.post(ACCEPT, body(out, into)).json()
    change_transfer(user_id=alice.pk, transfer_id=row["id"], fields={"amount": Decimal("400")})
    back = client.post(f"/api/transfers/{row['id']}/unlink", {}).json()["rows"]
    assert [(r["amount"], r["splits"]) for r in back] == [("-400.00", []), ("400.00", [])]
    assert verify_user(alice.pk) == []


def test_a_category_that_is_gone_leaves_none(client, alice, pair):
    row = client.post(ACCEPT, body(*pair)).json()
    gone = Category.objects.get(name="Saving")
    remove_category(user_id=alice.pk, category_id=gone.id)
    back = client.post(f"/api/transfers/{row['id']}/unlink", {}).json()["rows"]
    assert [r["category_name"] for r in back] == [None, "Gifts"]
    assert verify_user(alice.pk) == []


def test_a_linked_row_that_was_deleted_comes_back_with_what_it_had(client, alice, main, savings):
    halves = (SplitDraft(amount=Decimal("-300"), category="A"), SplitDraft(amount=Decimal("-200")))
    out = posted(main, "-500.00", splits=halves)
    into = posted(savings, "500.00", category="Gifts")
    client.post(ACCEPT, body(out, into))
    client.delete(f"/api/transactions/{out.id}")
    back = [client.post(f"/api/transactions/{row.id}/restore").json() for row in (out, into)]
    assert [part["category_name"] for part in back[0]["splits"]] == ["A", None]
    assert (back[1]["category_name"], back[1]["transfer"]) == ("Gifts", None)
    assert verify_user(alice.pk) == []


def test_a_transfer_that_was_made_comes_apart_too(client, main, savings):
    order = {
        "from_account": str(main.id), "to_account": str(savings.id), "amount": "5.00",
        "posted_on": "2026-01-15",
    }  # fmt: skip
    row = client.post("/api/transfers", order).json()
    back = client.post(f"/api/transfers/{row['id']}/unlink", {}).json()["rows"]
    assert [(r["amount"], r["transfer"]) for r in back] == [("-5.00", None), ("5.00", None)]


def test_a_stale_transfer_does_not_come_apart(client, pair):
    answer = client.post(ACCEPT, body(*pair))
    url = f"/api/transfers/{answer.json()['id']}"
    client.patch(url, {"memo": "new"})
    stale = client.post(f"{url}/unlink", {}, HTTP_IF_MATCH=answer["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    fresh = client.get(url)["ETag"]
    assert client.post(f"{url}/unlink", {}, HTTP_IF_MATCH=fresh).status_code == 200


def test_a_rejected_pair_is_not_suggested_until_it_is_forgotten(client, alice, pair):
    answer = client.post(REJECT, body(*pair))
    assert answer.status_code == 201
    assert answer.json().keys() == RejectionOutput().fields.keys()
    assert client.post(REJECT, body(*pair)).json()["id"] == answer.json()["id"]
    assert found(client) == []
    listed = client.get("/api/transfers/rejections").json()["results"]
    assert listed == [answer.json()]
    url = f"/api/transfers/rejections/{answer.json()['id']}"
    assert client.delete(url).status_code == 204
    assert (client.delete(url).status_code, found(client)) == (404, [ids(*pair)])
    assert Tombstone.objects.filter(kind="rejected_transfer").count() == 1


def test_accepting_a_rejected_pair_forgets_the_rejection(client, pair):
    client.post(REJECT, body(*pair))
    assert client.post(ACCEPT, body(*pair)).status_code == 201
    assert not RejectedTransfer.objects.exists()


def test_a_list_of_rejections_takes_two_queries(client, pair, django_assert_num_queries):
    client.post(REJECT, body(*pair))
    with django_assert_num_queries(2):
        client.get("/api/transfers/rejections")


@pytest.mark.parametrize("url", [ACCEPT, REJECT])
def test_what_is_no_pair_is_refused(client, alice, main, savings, url):
    out, into = posted(main, "-5.00"), posted(savings, "5.00")

    def code(left, right):
        answer = client.post(url, body(left, right))
        assert answer.status_code in (400, 409)
        return answer.json()["code"], answer.json()["errors"][0]["pointer"]

    assert code(into, out) == ("legs_must_oppose", "/out")
    assert code(out, posted(savings, "-5.00")) == ("legs_must_oppose", "/in")
    assert code(out, out) == ("legs_must_oppose", "/in")
    assert code(out, posted(main, "5.00")) == ("accounts_must_differ", "/in")
    assert code(out, posted(savings, "5.01")) == ("transfer_amounts_must_match", "/in")
    link_transfer(user_id=alice.pk, out_id=out.id, in_id=into.id)
    assert code(posted(main, "-5.00"), into) == ("row_is_in_transfer", "/in")
    assert code(out, posted(savings, "5.00")) == ("row_is_in_transfer", "/out")


@pytest.mark.parametrize("url", [ACCEPT, REJECT])
def test_fields_are_strict(client, pair, url):
    assert client.post(url, {"out": str(pair[0].id)}).status_code == 400
    answer = client.post(url, {**body(*pair), "score": 1})
    assert answer.json()["code"] == "unknown_field"


def test_a_stranger_gets_404(client, api, mallory, pair):
    row = client.post(ACCEPT, body(*pair)).json()
    own = posted(account_of(mallory), "-500.00")
    stranger = api(mallory)
    assert found(stranger) == []
    for url in (ACCEPT, REJECT):
        for order in (body(*pair), body(own, pair[1])):
            answer = stranger.post(url, order)
            assert (answer.status_code, answer.json()["code"]) == (404, "transaction_not_found")
    assert stranger.post(f"/api/transfers/{row['id']}/unlink", {}).status_code == 404
    missing = f"/api/transfers/{uuid.uuid4()}/unlink"
    assert client.post(missing, {}).json()["code"] == "transfer_not_found"
    client.post(f"/api/transfers/{row['id']}/unlink", {"reject": True})
    rejection = RejectedTransfer.objects.get()
    assert stranger.delete(f"/api/transfers/rejections/{rejection.id}").status_code == 404


def test_a_repeat_with_its_key_gets_the_first_answer(client, pair):
    first, second = (
        client.post(ACCEPT, body(*pair), HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotent-Replayed"] == "true"
    assert Transfer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_overlapping_pairs_one_wins(api, alice):
    main = account_of(alice, "Main")
    out = posted(main, "-5.00")
    rivals = [posted(account_of(alice, name), "5.00") for name in ("A", "B", "C", "D")]
    clients = [api(alice) for _ in rivals]
    answers = race(
        [
            lambda c=c, r=r: c.post(ACCEPT, body(out, r))
            for c, r in zip(clients, rivals, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert Transaction.objects.filter(transfer__isnull=False).count() == 2
    assert verify_user(alice.pk) == []


def test_moving_a_category_does_not_lose_the_kept_one(client, alice, pair):
    """What a leg had is let go when its category is merged away: None, never a foreign one."""
    row = client.post(ACCEPT, body(*pair)).json()
    saving = Category.objects.get(name="Saving")
    other = Category.objects.create(user=alice, name="Other", name_key="other")
    remove_category(user_id=alice.pk, category_id=saving.id, move_to=MoveTo(other.id))
    back = client.post(f"/api/transfers/{row['id']}/unlink", {}).json()["rows"]
    assert back[0]["category_name"] is None
