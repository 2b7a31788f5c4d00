"""The queue by what matters: score and expected loss, worked out when a case opens, and rules on trial."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.api.lists import Order, encode_cursor
from config.tests.cast import account_of, person, posted
from ledger.models import Transaction
from security_monitor.models import Case, RuleSetting
from security_monitor.services import rule_book
from security_monitor.services.opening import LOSS_MAX, expected_loss
from security_monitor.services.rebuilding import drift_of
from security_monitor.tests.test_desk import CASES, RULES_URL, code_of
from security_monitor.tests.test_sequences_of_money import day


def habit(user: Any, currency: str = "EUR", amount: str = "-41") -> Any:
    account = account_of(user, currency=currency)
    for week in range(9):
        posted(account, amount, day(7 * (9 - week)), payee="Aral", category="Fuel")
    return account


@pytest.fixture
def main(alice: Any) -> Any:
    return habit(alice)


def buy(account: Any, amount: str) -> Transaction:
    row: Transaction = posted(account, amount, day(), payee="Aral", category="Fuel")
    return row


@pytest.mark.parametrize(
    ("amount", "currency", "score", "cents"),
    [
        (-4_100_00, "EUR", 80, 328_000),
        (-410_000, "JPY", 80, 328_000),  # about 4100 euro, by the scale of the thresholds
        (-4_100_000, "KWD", 80, 328_000),
        (4_100_00, "EUR", 80, 328_000),
        (-1, "EUR", 60, 0),
        (-100, "EUR", 0, 0),
        (-(2**63 - 1), "KWD", 100, 2**63 // 10),
        (-(2**63 - 1), "EUR", 100, LOSS_MAX),
    ],
)
def test_what_may_be_lost_is_comparable_across_currencies(amount, currency, score, cents):
    row = Transaction(amount_minor=amount, currency=currency)
    assert expected_loss(row, score) == min(cents, LOSS_MAX)


def test_the_queue_goes_by_score_or_by_loss_or_by_time(api, staff, main, alice, bob):
    yen = habit(bob, "JPY", "-4100")
    small, large = buy(main, "-410"), buy(main, "-9000")
    middle = buy(yen, "-300000")
    desk = api(staff)

    def order(sort: str) -> list[str]:
        found, url = [], f"{CASES}?sort={sort}&limit=1"
        while url:
            page = desk.get(url).json()
            found += [row["transaction"] for row in page["results"]]
            url = page["next"] and f"{CASES}?sort={sort}&limit=1&cursor={page['next']}"
        return found

    newest = [str(row.id) for row in (middle, large, small)]
    assert order("newest") == newest
    assert order("expected_loss") == [str(row.id) for row in (large, middle, small)]
    scores = {str(c.transaction_id): c.score for c in Case.objects.all()}
    assert order("score") == sorted(newest, key=lambda row_id: -scores[row_id])
    first = desk.get(f"{CASES}?sort=expected_loss").json()["results"][0]
    assert Decimal(first["expected_loss"]) == Decimal(9000 * first["score"]) / 100


def test_sorts_and_cursors_that_are_none_are_refused(api, staff, main):
    buy(main, "-410")
    desk = api(staff)
    assert desk.get(f"{CASES}?sort=amount").status_code == 400
    case_id = str(Case.objects.get().id)
    for keys in (["1", case_id], [2**63, case_id], [True, case_id], [-1, case_id], [None, case_id]):
        bad = encode_cursor(Order("score", ("score", "id"), True), keys, False)
        assert code_of(desk.get(f"{CASES}?sort=score&cursor={bad}")) == (400, "invalid_cursor")
    of_another_sort = encode_cursor(Order("id", ("id",), True), [case_id], False)
    answer = desk.get(f"{CASES}?sort=score&cursor={of_another_sort}")
    assert code_of(answer) == (400, "invalid_cursor")


def test_the_owners_word_puts_the_whole_amount_at_stake(api, alice, main):
    row = buy(main, "-42")
    api(alice).patch(f"/api/transactions/{row.id}/review", {"verdict": "fraud"})
    case = Case.objects.get()
    assert (case.score, case.expected_loss) == (0, 4200)


def test_the_console_sorts_by_what_matters(main):
    buy(main, "-410")
    buy(main, "-9000")
    client = Client()
    client.force_login(person("root@example.org", is_staff=True, is_superuser=True))
    url = reverse("admin:security_monitor_case_changelist")
    columns = client.get(url).context["cl"].list_display
    number = columns.index("loss")
    text = client.get(f"{url}?o=-{number}").content.decode()
    assert text.index("-9000.00 EUR") < text.index("-410.00 EUR")


# --- rules on trial


@pytest.fixture
def trial(db: None) -> None:
    RuleSetting.objects.create(code="TX02", status="shadow")


def test_a_rule_on_trial_is_counted_and_counts_in_nothing(api, staff, alice, main, trial):
    row = buy(main, "-410")
    assert row.risk_shadow == "TX02"
    assert "TX02" not in [reason["code"] for reason in row.risk_reasons]
    assert buy(main, "-41").risk_shadow == ""
    assert "risk_shadow" not in api(alice).get(f"/api/transactions/{row.id}").content.decode()
    assert "TX02" not in str(api(alice).get(f"/api/transactions/{row.id}").json()["risk"])
    figures = api(staff).get(f"{RULES_URL}/TX02").json()["quality"]
    assert (figures["shadow_hits"], figures["shadow_precision"], figures["cases"]) == (1, None, 0)
    other = buy(main, "-500")
    for one, verdict in ((row, "fraud"), (other, "legitimate")):
        api(alice).patch(f"/api/transactions/{one.id}/review", {"verdict": verdict})
    figures = api(staff).get(f"{RULES_URL}/TX02").json()["quality"]
    assert (figures["shadow_hits"], figures["shadow_precision"]) == (2, 0.5)
    assert figures["precision"] is None
    assert drift_of(alice.pk) == []


def test_edits_and_deletions_are_followed(api, alice, main, trial):
    client = api(alice)
    row = buy(main, "-410")
    hits = lambda: rule_book.quality()["TX02"]["shadow_hits"]  # noqa: E731
    client.patch(f"/api/transactions/{row.id}", {"memo": "a present"})
    assert hits() == 1
    client.patch(f"/api/transactions/{row.id}", {"amount": "-41.00"})
    assert hits() == 0
    client.patch(f"/api/transactions/{row.id}", {"amount": "-410.00"})
    assert hits() == 1
    client.delete(f"/api/transactions/{row.id}")
    assert hits() == 0
    client.post(f"/api/transactions/{row.id}/restore")
    assert hits() == 1


def test_a_trial_costs_no_statement(main, trial):
    def counted(amount: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            buy(main, amount)
        return len(captured.captured_queries)

    RuleSetting.objects.create(code="TX01", status="shadow")
    RuleSetting.objects.create(code="TX03", status="shadow")
    RuleSetting.objects.create(code="TX22", status="shadow")
    loud = counted("-410")
    assert Transaction.objects.latest("id").risk_shadow == "TX01 TX02 TX03"
    RuleSetting.objects.update(status="draft")
    assert counted("-500") == loud


def test_old_hits_fall_out_of_the_window(main, trial):
    buy(main, "-410")
    far = timezone.now() - timedelta(days=91)
    Transaction.objects.exclude(risk_shadow="").update(created_at=far)
    assert rule_book.quality()["TX02"]["shadow_hits"] == 0


def test_the_rule_page_shows_a_trial(alice, main, trial):
    buy(main, "-410")
    client = Client()
    client.force_login(person("root@example.org", is_staff=True, is_superuser=True))
    text = client.get(reverse("admin:security_monitor_rules")).content.decode()
    assert "Shadow hits" in text
    assert "<style" not in text  # the policy would not let it count
    assert '<td class="number">1</td><td class="number">–</td><td>T1657</td>' in text
