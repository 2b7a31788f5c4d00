"""Twenty at once on one person's books: nothing lost, nothing booked twice, every sum true."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from accounts.errors import Refusal
from accounts.models import Clock, Event
from config.tests.cast import account_of, client_of, person, posted, race
from ledger.models import Account, DeletedTransaction, Payee, Transaction
from ledger.services.drafts import Change, Draft
from ledger.services.editing import edit, restore
from ledger.services.posting import post, remove
from ledger.verification import verify_all

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 20
DAY = date(2026, 1, 15)


@pytest.fixture
def owner(transactional_db: None) -> Any:
    return person("alice@example.org")


@pytest.fixture(autouse=True)
def books_stay_true(transactional_db: None) -> Any:
    yield
    assert verify_all() == []


def draft(account: Any, amount: int = -1, **fields: Any) -> Draft:
    return Draft(account_id=account.id, amount=Decimal(amount), posted_on=DAY, **fields)


def codes(results: list[Any]) -> Counter[str]:
    """How the calls ended: "ok", or the code of the refusal. Any other error fails the test."""
    ends: Counter[str] = Counter()
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refusal):
            raise result
        ends[result.code if isinstance(result, Refusal) else "ok"] += 1
    return ends


def statuses(responses: list[Any]) -> Counter[int]:
    assert not [r for r in responses if isinstance(r, Exception)], responses
    return Counter(response.status_code for response in responses)


def test_twenty_posts_on_one_account(owner: Any) -> None:
    account = account_of(owner)
    calls = [partial(post, owner.pk, [draft(account, -n)]) for n in range(1, THREADS + 1)]
    assert codes(race(calls)) == {"ok": THREADS}
    account.refresh_from_db()
    assert account.balance_minor == -100 * sum(range(1, THREADS + 1))
    seqs = list(Transaction.objects.values_list("seq", flat=True))
    assert sorted(seqs) == list(range(1, THREADS + 1))  # one tick each, no two alike
    assert Clock.objects.get(user=owner).seq == THREADS


def test_twenty_posts_to_one_new_payee_make_one_payee(owner: Any) -> None:
    account = account_of(owner)
    calls = [partial(post, owner.pk, [draft(account, payee="REWE", category="Food")])] * THREADS
    assert codes(race(calls)) == {"ok": THREADS}
    assert Payee.objects.for_user(owner).count() == 1


def test_one_external_id_is_booked_once(owner: Any) -> None:
    account = account_of(owner)
    calls = [partial(post, owner.pk, [draft(account, external_id="bank-1")])] * THREADS
    assert codes(race(calls)) == {"ok": 1, "external_id_taken": THREADS - 1}


def test_two_deletes_of_one_row_leave_one_404(owner: Any) -> None:
    row = posted(account_of(owner), "-5.00")
    clients = [client_of(owner), client_of(owner)]
    responses = race([partial(c.delete, f"/api/transactions/{row.id}") for c in clients])
    assert statuses(responses) == {204: 1, 404: 1}


def test_twenty_edits_of_one_version_leave_one_winner(owner: Any) -> None:
    row = posted(account_of(owner), "-5.00")
    clients = [client_of(owner) for _ in range(THREADS)]
    calls = [
        partial(
            client.patch,
            f"/api/transactions/{row.id}",
            {"amount": f"-{n + 1}.00"},
            headers={"If-Match": f'"{row.seq}"'},
        )
        for n, client in enumerate(clients)
    ]
    responses = race(calls)
    assert statuses(responses) == {200: 1, 412: THREADS - 1}
    [winner] = [r for r in responses if r.status_code == 200]
    row.refresh_from_db()
    assert winner.json()["amount"] == f"{row.amount_minor / 100:.2f}"


def test_one_key_sent_twenty_times_books_once(owner: Any) -> None:
    account = account_of(owner)
    body = {"account": str(account.id), "amount": "-9.00", "posted_on": "2026-01-15"}
    clients = [client_of(owner) for _ in range(THREADS)]
    responses = race(
        [
            partial(c.post, "/api/transactions", body, headers={"Idempotency-Key": "once"})
            for c in clients
        ]
    )
    assert set(statuses(responses)) <= {201, 409}
    assert Transaction.objects.for_user(owner).count() == 1


def test_a_row_restored_twenty_times_is_back_once(owner: Any) -> None:
    row = posted(account_of(owner), "-5.00")
    remove(owner.pk, [row.id])
    results = race([partial(restore, owner.pk, row.id)] * THREADS)
    assert codes(results) == {"ok": 1, "transaction_not_found": THREADS - 1}


def test_two_hundred_mixed_verbs_on_shared_accounts(owner: Any) -> None:
    """Twenty threads, ten verbs each: posts, edits, moves and deletes of the same rows."""
    accounts = [account_of(owner, f"Account {n}") for n in range(3)]
    rows = [posted(accounts[n % 3], f"-{n + 1}.00", category="Food").id for n in range(30)]
    ends = race([partial(_ten_verbs, owner.pk, accounts, rows, n) for n in range(THREADS)])
    assert all(isinstance(end, Counter) for end in ends), ends
    total = sum(ends, Counter())
    assert sum(total.values()) == 200
    assert set(total) <= {"ok", "transaction_not_found"}
    gone = DeletedTransaction.objects.count()
    posts = THREADS * 4
    assert Transaction.objects.count() == len(rows) + posts - gone
    assert Clock.objects.get(user=owner).seq == len(rows) + total["ok"]
    assert Event.objects.values("seq").distinct().count() == len(rows) + total["ok"]


def _ten_verbs(user_id: UUID, accounts: list[Account], rows: list[UUID], n: int) -> Counter[str]:
    def change(row_id: UUID, **fields: Any) -> Callable[[], Any]:
        return partial(edit, user_id, [Change(id=row_id, fields=fields)])

    target = accounts[n % 3]
    verbs = [
        partial(post, user_id, [draft(target, -n - 1, category="Food", payee="REWE")]),
        change(rows[n], amount=Decimal(-n - 7)),
        partial(post, user_id, [draft(target, 5), draft(accounts[(n + 1) % 3], -5)]),
        change(rows[(n * 7) % 30], account=target.id, posted_on=date(2026, 2, n + 1)),
        partial(remove, user_id, [rows[n % 10]]),
        change(rows[(n * 3) % 30], category=f"Category {n % 4}", status="pending"),
        partial(remove, user_id, [rows[(n + 5) % 15]]),
        partial(post, user_id, [draft(target, 100, status="pending", tags=("race",))]),
        change(rows[29], tags=(f"tag {n}",), amount=Decimal(n + 1)),
        change(rows[n % 2 + 20], category=None, status="cleared"),
    ]
    ends: Counter[str] = Counter()
    for verb in verbs:
        try:
            verb()
            ends["ok"] += 1
        except Refusal as refusal:
            ends[refusal.code] += 1
    return ends


def test_two_people_do_not_wait_for_each_others_numbers(owner: Any) -> None:
    other = person("bob@example.org")
    calls = [
        partial(post, user.pk, [draft(account)])
        for user, account in ((owner, account_of(owner)), (other, account_of(other)))
        for _ in range(THREADS // 2)
    ]
    assert codes(race(calls)) == {"ok": THREADS}
    for user in (owner, other):
        assert Clock.objects.get(user=user).seq == THREADS // 2
