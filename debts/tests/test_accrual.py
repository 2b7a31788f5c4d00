"""Interest by the calendar: each period once, whoever asks, however late."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from config.tests.cast import account_of, client_of, posted, race
from debts.due_days import due_on, period_of, period_span, spans_for_payment, spans_to_accrue
from debts.models import Accrual, Debt
from debts.services.accrual import accrue
from debts.tasks import accrue_debts
from ledger.models import Account, Transaction

TABLE = [
    ("2026-01-31", 31, ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
    ("2028-01-31", 31, ["2028-02-29", "2028-03-31"]),
    ("2026-01-15", 15, ["2026-02-15", "2026-03-15"]),
    ("2026-01-15", 1, ["2026-02-01", "2026-03-01"]),
    ("2026-01-15", 20, ["2026-01-20", "2026-02-20"]),
]


@pytest.mark.parametrize(("start", "day", "dues"), TABLE)
def test_due_days_are_counted_from_the_anchor(start, day, dues):
    start = date.fromisoformat(start)
    assert [str(due_on(start, day, n)) for n in range(1, len(dues) + 1)] == dues


@settings(max_examples=25, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.integers(1, 31), st.integers(0, 4000))
def test_every_day_lies_in_one_period(start, due_day, days):
    day = date.fromordinal(start.toordinal() + 1 + days)
    begin, end = period_span(start, due_day, period_of(start, due_day, day))
    assert begin < day <= end


@settings(max_examples=25, deadline=None)
@given(
    st.dates(date(2020, 1, 1), date(2024, 1, 1)),
    st.integers(1, 31),
    st.lists(st.integers(0, 900), min_size=1, max_size=6),
    st.booleans(),
)
def test_spans_never_overlap_and_leave_no_gap(start, due_day, days, whole):
    accrued = []
    for count in sorted(days):
        day = date.fromordinal(start.toordinal() + count)
        accrued += spans_for_payment(start, due_day, start, accrued, day, whole=whole)
        accrued += spans_to_accrue(start, due_day, start, accrued, day)
        assert not spans_to_accrue(start, due_day, start, accrued, day)
    for (_, end), (begin, _) in pairwise(accrued):
        assert end == begin


def run(day):
    with time_machine.travel(f"{day}T12:00:00Z", tick=False):
        return accrue_debts()


@pytest.fixture
def on_day_one(take):
    """Terms of a loan entered on its first day."""

    def make(**terms):
        with time_machine.travel("2026-01-15T12:00:00Z", tick=False):
            return take(**terms)

    return make


@pytest.fixture
def late():
    """What a user's GET answers on another day: `late(alice, "2026-05-01", path)`."""

    def get(user, day, path):
        with time_machine.travel(f"{day}T12:00:00Z", tick=False):
            return client_of(user).get(path).json()

    return get


@pytest.mark.django_db
def test_a_period_is_charged_once_and_after_downtime_all_are(on_day_one):
    on_day_one()
    assert run("2026-02-14") == 0
    assert run("2026-02-15") == 1
    assert run("2026-02-15") == 0
    assert run("2026-06-20") == 4
    charged = list(Accrual.objects.order_by("starts_on").values_list("starts_on", "interest_minor"))
    assert charged == [(date(2026, m, 15), 4_167) for m in (1, 2, 3, 4, 5)]


@pytest.mark.django_db
def test_a_payment_finds_the_interest_that_the_beat_charged(on_day_one, pay):
    debt = on_day_one()
    run("2026-02-15")
    paid = pay(debt, "299.71", "2026-02-15").json()
    assert (paid["interest"], paid["principal"]) == ("41.67", "258.04")
    assert run("2026-03-15") == 1
    assert Accrual.objects.get(starts_on="2026-02-15").interest_minor == 4_059  # on 9741.96


@pytest.mark.django_db
def test_the_beat_adds_nothing_to_a_period_that_was_paid_early(on_day_one, pay):
    debt = on_day_one()
    pay(debt, "299.71", "2026-02-01")
    assert run("2026-02-20") == 0


@pytest.mark.django_db
def test_the_owners_day_decides(alice, on_day_one):
    alice.timezone = "Pacific/Auckland"
    alice.save()
    on_day_one()
    with time_machine.travel("2026-02-14T12:00:00Z", tick=False):
        assert accrue_debts() == 1  # it is the 15th there


@pytest.mark.django_db
def test_interest_before_a_debt_was_entered_is_not_charged(take):
    with time_machine.travel("2026-06-20T12:00:00Z", tick=False):
        debt = take(balance="8700.00")
    assert debt["accrues_from"] == "2026-06-15"
    assert run("2026-07-15") == 1


@pytest.mark.django_db
def test_a_promotion_ends_by_itself(client, on_day_one):
    debt = on_day_one(apr="0.12", day_count="act/365")
    path = f"/api/debts/{debt['id']}/rates"
    body = {"apr": "0", "from_on": "2026-01-15", "until_on": "2026-03-31"}
    assert client.post(path, body).status_code == 201
    run("2026-05-15")
    interest = list(Accrual.objects.order_by("starts_on").values_list("interest_minor", flat=True))
    # Free; free; 14 days from the first of April; 30 days.
    assert interest == [0, 0, 4_603, 9_863]
    refused = client.post(path, {"apr": "0.2", "from_on": "2026-05-01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "rate_is_accrued")
    [rate] = client.get(path).json()["results"]
    assert client.delete(f"{path}/{rate['id']}").status_code == 409


@pytest.mark.django_db
def test_a_new_apr_holds_from_today_and_the_old_one_before(client, alice, on_day_one):
    debt = on_day_one(apr="0.12")
    path = f"/api/debts/{debt['id']}"
    run("2026-02-15")
    with time_machine.travel("2026-02-16T12:00:00Z", tick=False):
        today = client_of(alice)
        assert today.patch(path, {"apr": "0.12"}).status_code == 200
        assert today.get(f"{path}/rates").json()["results"] == []
        assert today.patch(path, {"apr": "0.06"}).json()["apr"] == "0.06"
        [rate] = today.get(f"{path}/rates").json()["results"]
        assert (rate["apr"], rate["from_on"]) == ("0.06", "2026-02-16")
    run("2026-04-15")
    interest = list(Accrual.objects.order_by("starts_on").values_list("interest_minor", flat=True))
    # A day at the old rate, 29 days of thirty at the new one; then a whole month at the new.
    assert interest == [10_000, 5_167, 5_000]
    assert client.delete(f"{path}/rates/{rate['id']}").status_code == 409


@pytest.mark.django_db
def test_a_card_books_its_interest_on_itself(alice, on_day_one, main):
    debt = on_day_one(type="credit_card", principal="1000.00", apr="0.2499", term_months=None)
    run("2026-02-15")
    account = Account.objects.get(pk=debt["account"])
    assert account.balance_minor == -102_122  # 31 days of 1000.00
    row = Transaction.objects.get()
    assert (row.category.name, str(row.posted_on)) == ("Interest paid", "2026-02-15")
    assert run("2026-02-15") == 0
    run("2026-03-15")
    # 28 days of 1021.22: interest that is on the statement bears interest.
    assert Account.objects.get(pk=debt["account"]).balance_minor == -102_122 - 1_958


@pytest.mark.django_db
def test_a_statement_paid_in_full_keeps_the_grace(client, on_day_one, pay):
    debt = on_day_one(type="credit_card", principal="1000.00", apr="0.2499", term_months=None)
    pay(debt, "1000.00", "2026-02-05")
    posted(Account.objects.get(pk=debt["account"]), "-300.00", "2026-02-10")
    run("2026-02-15")
    assert Accrual.objects.get().interest_minor == 0
    assert not Transaction.objects.filter(category__name="Interest paid").exists()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_charge_once(alice, on_day_one):
    debt = Debt.objects.get(pk=on_day_one()["id"])
    today = date(2026, 6, 20)
    made = race([lambda: accrue(user_id=alice.pk, debt_id=debt.pk, today=today)] * 6)
    assert sorted(made) == [0, 0, 0, 0, 0, 5]
    assert Accrual.objects.count() == 5


@pytest.mark.django_db
def test_upcoming_names_what_is_overdue_first(alice, on_day_one, late, main, client):
    debt = on_day_one(name="Late loan")
    body = late(alice, "2026-03-20", "/api/debts/upcoming?days=30")
    found = [(r["due_on"], r["amount"], r["overdue"], r["days_until_due"]) for r in body["results"]]
    assert found == [("2026-02-15", "599.42", True, -33), ("2026-04-15", "299.71", False, 26)]
    assert body["totals"] == [{"currency": "EUR", "amount": "899.13"}]
    row = late(alice, "2026-03-20", f"/api/debts/{debt['id']}")
    assert (row["status"], row["next_due"]["overdue"]) == ("overdue", True)


@pytest.mark.django_db
def test_an_early_payment_moves_the_next_due_day(alice, on_day_one, late, pay):
    debt = on_day_one()
    pay(debt, "299.71", "2026-02-10")
    row = late(alice, "2026-02-11", f"/api/debts/{debt['id']}")
    assert row["next_due"] == {"due_on": "2026-03-15", "amount": "299.71", "overdue": False}
    assert row["months_left"] == 35
    assert Decimal(row["interest_left"]) == Decimal("747.87")


@pytest.mark.django_db
def test_a_late_payment_covers_the_oldest_first(alice, on_day_one, late, pay):
    debt = on_day_one()
    pay(debt, "299.71", "2026-02-20")
    row = late(alice, "2026-03-01", f"/api/debts/{debt['id']}")
    assert row["next_due"]["due_on"] == "2026-03-15"
    assert row["status"] == "active"


@pytest.mark.django_db
def test_the_cycle_of_a_card(alice, on_day_one, late, main):
    card = account_of(alice, "Card", type="credit_card", credit_limit_minor=500_000)
    debt = on_day_one(
        type="credit_card", principal="1280.00", apr="0.2499", term_months=None, due_day=31,
        account=str(card.pk),
    )  # fmt: skip
    body = late(alice, "2026-02-10", f"/api/debts/{debt['id']}/cycle")
    assert body["utilisation_percent"] == 25.6
    assert body["statement"]["closed_on"] == "2026-01-31"
    assert body["statement"]["due_on"] == "2026-02-25"
    assert body["statement"]["balance"] == "1280.00"
    assert body["cycle"]["end"] == "2026-02-28"
    assert body["cycle"]["average_daily_balance"] == "1280.00"
    loan = on_day_one()
    assert late(alice, "2026-02-10", f"/api/debts/{loan['id']}/cycle")["code"] == "only_a_card"
