"""The nightly lesson on real books: trained, shadowed, promoted when better, told in a post, reverted."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import Refusal
from accounts.ids import new_id
from config.tests.cast import account_of, client_of, person
from ledger import naming
from ledger.models import Category, Payee, Transaction
from security_monitor.models import LearnedModel, ModelState, SharedRate
from security_monitor.services.learning import agree, learn, propose
from security_monitor.tasks import learn as learn_task

pytestmark = pytest.mark.django_db
DAYS = 120
BAIT = "Lucky Voucher 24"


def named(model: Any, owner: Any, name: str, **fields: Any) -> Any:
    return model.objects.create(
        id=new_id(), user=owner, seq=1, name=name, name_key=naming.key(name), **fields
    )


@pytest.fixture
def books() -> list[Any]:
    """Four owners with groceries every day, and payments at a shop of frauds that they call out."""
    today, dice, owners = timezone.now().date(), Random(5), []
    for n in range(4):
        owner = person(f"owner{n}@example.org")
        account = account_of(owner)
        shop, bait = named(Payee, owner, "Corner Shop"), named(Payee, owner, BAIT)
        food = named(Category, owner, "Food", kind="expense")
        rows = []
        for back in range(DAYS, 0, -1):
            for k in range(2):
                rows.append(
                    row_of(account, shop, food, -dice.randrange(1500, 6000), today, back, k)
                )
            if back % 4 == n:
                fraud = row_of(account, bait, food, -dice.randrange(2000, 9000), today, back, 9)
                fraud.verdict = "fraud"
                fraud.verdict_at = fraud.occurred_at + timedelta(days=1)
                rows.append(fraud)
        Transaction.objects.bulk_create(rows)
        owners.append(owner)
    return owners


def row_of(
    account: Any, payee: Any, category: Any, minor: int, today: Any, back: int, hour: int
) -> Any:
    day = today - timedelta(days=back)
    return Transaction(
        id=new_id(), user=account.user, seq=1, account=account, posted_on=day, payee=payee,
        occurred_at=datetime.combine(day, time(9 + hour), UTC), category=category,
        amount_minor=minor, currency="EUR", risk_score=0, risk_level="low", risk_action="silent",
    )  # fmt: skip


def test_without_labels_it_is_silent(alice: Any) -> None:
    night = learn(timezone.now().date())
    assert (night.trained, night.promoted, night.rates) == (None, None, 0)
    assert not LearnedModel.objects.exists()


def test_a_model_is_a_shadow_first_and_promoted_on_later_days_when_it_is_better(books: Any) -> None:
    today = timezone.now().date()
    early = learn(today - timedelta(days=30))
    assert early.trained == 1
    shadow = LearnedModel.objects.get()
    assert (shadow.state, shadow.trained_until <= today - timedelta(days=30)) == (
        ModelState.SHADOW,
        True,
    )
    assert early.promoted is None
    assert learn(today - timedelta(days=30)).trained is None  # the same night again changes nothing
    LearnedModel.objects.update(trained_at=timezone.now())
    night = learn(today)
    assert night.promoted == 1
    live = LearnedModel.objects.get(state=ModelState.LIVE)
    found = live.metrics["backtest"]
    assert found["average_precision"] > found["rules"]
    assert SharedRate.objects.exists()


@pytest.fixture
def live(books: Any) -> LearnedModel:
    today = timezone.now().date()
    learn(today - timedelta(days=30))
    LearnedModel.objects.update(trained_at=timezone.now())
    learn(today)
    return LearnedModel.objects.get(state=ModelState.LIVE)


def order(owner: Any, payee: str, amount: str) -> dict[str, Any]:
    account = owner_account(owner)
    return {"account": str(account.pk), "amount": amount, "posted_on": timezone.now().date().isoformat(),
            "payee": payee, "category_name": "Food"}  # fmt: skip


def owner_account(owner: Any) -> Any:
    return Transaction.objects.for_user(owner).first().account


def test_a_post_is_told_by_the_model_in_words_without_anybodys_names(books: Any, live: Any) -> None:
    client = client_of(books[0])
    body = client.post("/api/transactions", order(books[0], BAIT, "-55.00")).json()
    reasons = {reason["code"]: reason for reason in body["risk"]["reasons"]}
    assert "ML01" in reasons, body["risk"]
    said = reasons["ML01"]
    assert said["evidence"]["model"] == live.version
    assert said["evidence"]["probability"] >= said["evidence"]["threshold"]
    assert "owner1" not in str(body)
    usual = client.post("/api/transactions", order(books[0], "Corner Shop", "-30.00")).json()
    assert "ML01" not in {reason["code"] for reason in usual["risk"]["reasons"]}


def test_a_live_model_costs_a_post_one_statement(books: Any, live: Any) -> None:
    client = client_of(books[0])

    def count() -> int:
        body = order(books[0], "Corner Shop", "-30.00")
        with CaptureQueriesContext(connection) as queries:
            assert client.post("/api/transactions", body).status_code == 201
        return len(queries)

    count()
    with_model = count()
    LearnedModel.objects.update(state=ModelState.RETIRED)
    assert with_model - count() == 1


def test_rates_hold_no_names(books: Any, live: Any) -> None:
    kept = str(list(SharedRate.objects.values_list("key", "state")))
    assert "lucky" not in kept.lower()
    assert "corner" not in kept.lower()


def test_a_changed_verdict_takes_its_label_back(books: Any) -> None:
    today = timezone.now().date()
    learn(today)
    before = dict(SharedRate.objects.values_list("key", "state"))
    Transaction.objects.filter(payee__name=BAIT).update(verdict="legitimate")
    learn(today)
    after = dict(SharedRate.objects.values_list("key", "state"))
    assert before.keys() == after.keys()
    assert before != after


def test_a_promotion_is_reverted_by_two(books: Any, live: Any, staff: Any) -> None:
    older: Any = LearnedModel.objects.create(
        version=99, trained_until=live.trained_until, rows=1, frauds=1, metrics={},
        parameters=live.parameters, state=ModelState.RETIRED,
    )  # fmt: skip
    propose(staff, older.id)
    with pytest.raises(Refusal) as refused:
        agree(staff, older.id)
    assert refused.value.code == "four_eyes"
    agree(person("second@example.org", is_staff=True), older.id)
    live.refresh_from_db()
    older.refresh_from_db()
    assert (live.state, older.state) == (ModelState.RETIRED, ModelState.LIVE)


def test_the_task_runs(books: Any) -> None:
    learn_task()
    assert LearnedModel.objects.filter(state=ModelState.SHADOW).count() == 1
    assert Decimal(LearnedModel.objects.get().frauds) > 30
