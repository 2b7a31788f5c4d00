"""Every invariant, broken by hand behind the write path's back, is found and named."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AuditEntry, Clock, Event, Tombstone
from config.tests.cast import account_of, person, posted
from ledger.models import (
    Account,
    Category,
    DailyTotal,
    MonthlyTotal,
    Payee,
    Split,
    Transaction,
    TransactionTag,
    Transfer,
)
from ledger.services.drafts import Draft, SplitDraft
from ledger.services.posting import post, remove
from ledger.tasks import verify_sample
from ledger.verification import every_user, some_users, verify_all, verify_user


@pytest.fixture
def books(alice: Any) -> dict[str, Any]:
    """Alice's books with one of everything: plain, split, tagged and pending rows, a transfer."""
    main, savings = (
        account_of(alice),
        account_of(alice, "Savings", opening_minor=5_000, balance_minor=5_000, cleared_minor=5_000),
    )
    row = posted(main, "-12.30", category="Food", payee="REWE", tags=("home",), external_id="x1")
    split = posted(
        main,
        "-10.00",
        splits=(
            SplitDraft(amount=Decimal("-4"), category="Food"),
            SplitDraft(amount=Decimal("-6"), category="Toys"),
        ),
    )
    posted(main, "-7.00", status="pending", category="Food", external_id="x2")
    transfer = Transfer.objects.create(user=alice)
    day = date(2026, 1, 20)
    post(
        alice.pk,
        [
            Draft(account_id=main.id, amount=Decimal(-20), posted_on=day, transfer_id=transfer.id),
            Draft(
                account_id=savings.id, amount=Decimal(20), posted_on=day, transfer_id=transfer.id
            ),
        ],
        source="transfer",
    )
    remove(alice.pk, [posted(main, "-1.00", category="Food").id])
    return {"main": main, "savings": savings, "row": row, "split": split, "transfer": transfer}


def kinds_of(user: Any) -> set[str]:
    return {finding.kind for finding in verify_user(user.pk)}


def test_true_books_have_no_finding(alice: Any, books: dict[str, Any]) -> None:
    assert verify_user(alice.pk) == []


def test_an_empty_book_has_no_finding(alice: Any) -> None:
    assert verify_user(alice.pk) == []


def balance(books: dict[str, Any]) -> None:
    Account.objects.filter(id=books["main"].id).update(balance_minor=1)


def cleared(books: dict[str, Any]) -> None:
    Account.objects.filter(id=books["main"].id).update(cleared_minor=1)


def pending_out(books: dict[str, Any]) -> None:
    Account.objects.filter(id=books["main"].id).update(pending_out_minor=0)


def missing_month(books: dict[str, Any]) -> None:
    MonthlyTotal.objects.filter(account=books["main"], is_transfer=False).first().delete()


def month_of_nothing(books: dict[str, Any]) -> None:
    total = MonthlyTotal.objects.first()
    total.pk, total.month = None, date(2020, 1, 1)
    total.save()


def wrong_day(books: dict[str, Any]) -> None:
    DailyTotal.objects.filter(account=books["main"], is_pending=True).update(count=2)


def split_gone(books: dict[str, Any]) -> None:
    Split.objects.filter(transaction=books["split"]).first().delete()


def split_with_category(books: dict[str, Any]) -> None:
    category = Category.objects.first()
    Transaction.objects.filter(id=books["split"].id).update(category=category)


def tag_gone(books: dict[str, Any]) -> None:
    TransactionTag.objects.all().delete()


def leg_moved(books: dict[str, Any]) -> None:
    leg = Transaction.objects.filter(transfer=books["transfer"], account=books["savings"])
    leg.update(account=books["main"])


def leg_changed(books: dict[str, Any]) -> None:
    Transaction.objects.filter(transfer=books["transfer"], account=books["savings"]).update(
        amount_minor=1999
    )


def leg_gone(books: dict[str, Any]) -> None:
    Transaction.objects.filter(transfer=books["transfer"]).first().delete()


def other_currency(books: dict[str, Any]) -> None:
    Transaction.objects.filter(id=books["row"].id).update(currency="USD")


def total_in_other_currency(books: dict[str, Any]) -> None:
    MonthlyTotal.objects.filter(account=books["main"]).update(currency="USD")


def strangers_payee(books: dict[str, Any]) -> None:
    stranger = person("eve@example.org")
    payee = Payee.objects.create(user=stranger, name="Eve", name_key="eve")
    Transaction.objects.filter(id=books["row"].id).update(payee=payee)


def strangers_split(books: dict[str, Any]) -> None:
    stranger = person("eve@example.org")
    theirs = Category.objects.create(user=stranger, name="Eve", name_key="eve")
    Split.objects.filter(transaction=books["split"]).update(category=theirs)


def from_the_future(books: dict[str, Any]) -> None:
    Transaction.objects.filter(id=books["row"].id).update(seq=10_000)


def buried_alive(books: dict[str, Any]) -> None:
    row = books["row"]
    Tombstone.objects.create(user_id=row.user_id, seq=row.seq, kind="transaction", row_id=row.id)


def forged(books: dict[str, Any]) -> None:
    AuditEntry(user_id=books["row"].user_id, action="transaction.created", mac="0" * 64).save(
        force_insert=True
    )


def no_clock(books: dict[str, Any]) -> None:
    Clock.objects.filter(user_id=books["row"].user_id).delete()


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (balance, "account_sums"),
        (cleared, "account_sums"),
        (pending_out, "account_sums"),
        (balance, "totals_and_balance"),
        (missing_month, "monthly_total"),
        (missing_month, "totals_and_balance"),
        (month_of_nothing, "monthly_total"),
        (wrong_day, "daily_total"),
        (split_gone, "splits"),
        (split_with_category, "split_row_with_category"),
        (tag_gone, "tags"),
        (leg_moved, "transfer"),
        (leg_changed, "transfer"),
        (leg_gone, "transfer"),
        (other_currency, "row_currency"),
        (total_in_other_currency, "total_currency"),
        (strangers_payee, "foreign_reference:transaction.payee_id"),
        (strangers_split, "foreign_reference:split.category_id"),
        (from_the_future, "seq_ahead_of_clock:transaction"),
        (buried_alive, "tombstone_of_live_row:transaction"),
        (forged, "audit_mac"),
        (no_clock, "no_clock"),
    ],
)
def test_damage_is_found_by_name(
    alice: Any, books: dict[str, Any], damage: Callable[[dict[str, Any]], None], kind: str
) -> None:
    damage(books)
    assert kind in kinds_of(alice)


def test_two_rows_of_one_external_id_are_found(alice: Any, books: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_row_per_external_id")
    Transaction.objects.filter(external_id="x2").update(external_id="x1")
    assert kinds_of(alice) == {"external_id"}


def test_a_finding_says_where_and_by_how_much(alice: Any, books: dict[str, Any]) -> None:
    balance(books)
    finding = next(f for f in verify_user(alice.pk) if f.kind == "account_sums")
    assert finding.key == f"account={books['main'].id}"
    assert finding.expected.startswith("balance_minor=-4930,")
    assert finding.found.startswith("balance_minor=1,")


def test_totals_that_came_to_zero_may_stay_or_go(alice: Any, books: dict[str, Any]) -> None:
    row = posted(books["main"], "-3.00", "2025-05-05", category="Food")
    remove(alice.pk, [row.id])
    assert MonthlyTotal.objects.filter(month=date(2025, 5, 1), count=0).exists()
    assert verify_user(alice.pk) == []
    MonthlyTotal.objects.filter(month=date(2025, 5, 1)).delete()
    assert verify_user(alice.pk) == []


def test_sums_past_what_a_column_holds_are_a_finding(alice: Any, books: dict[str, Any]) -> None:
    Transaction.objects.filter(account=books["main"]).update(amount_minor=2**62)
    assert "account_sums" in kinds_of(alice)


def test_damage_of_one_is_no_finding_of_another(
    alice: Any, bob: Any, books: dict[str, Any]
) -> None:
    posted(account_of(bob), "5.00")
    balance(books)
    assert verify_user(bob.pk) == []
    assert {finding.user_id for finding in verify_all()} == {alice.pk}


def test_the_number_of_statements_does_not_grow_with_the_books(
    alice: Any, books: dict[str, Any]
) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        verify_user(alice.pk)
    day = date(2026, 2, 1)
    post(
        alice.pk,
        [Draft(account_id=books["main"].id, amount=Decimal(-1), posted_on=day) for _ in range(300)],
    )
    with CaptureQueriesContext(connection) as many:
        assert verify_user(alice.pk) == []
    assert len(few) == len(many)


def test_everybody_is_visited_once_across_chunks(
    alice: Any, bob: Any, mallory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.verification.USERS_CHUNK", 2)
    assert sorted(every_user()) == sorted([alice.pk, bob.pk, mallory.pk])


def test_a_sample_has_at_least_one(alice: Any, bob: Any) -> None:
    assert len(some_users(1)) == 1
    assert sorted(some_users(100)) == sorted([alice.pk, bob.pk])


def test_the_command_is_silent_about_true_books(
    alice: Any, books: dict[str, Any], capsys: Any
) -> None:
    call_command("verify_ledger")
    assert "add up" in capsys.readouterr().out


def test_the_command_fails_and_names_the_finding(
    alice: Any, bob: Any, books: dict[str, Any], capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    balance(books)
    call_command("verify_ledger", user="bob@example.org")
    with pytest.raises(CommandError) as failure:
        call_command("verify_ledger", user="Alice@example.org")
    assert failure.value.returncode == 1
    out = capsys.readouterr().out
    assert "account_sums" in out
    assert str(alice.pk) in out
    assert "balance_minor=-4930" in out


@pytest.mark.parametrize("options", [{"user": "nobody@example.org"}, {"sample": 0.0}])
def test_the_command_refuses_what_it_cannot_do(db: None, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match=r"e-mail|percentage"):
        call_command("verify_ledger", **options)


def test_the_task_alerts_the_owner_of_drift(alice: Any, books: dict[str, Any]) -> None:
    assert verify_sample() == 0
    balance(books)
    assert verify_sample() == 2
    event = Event.objects.get(user=alice, kind="security.alert")
    assert event.data["code"] == "ledger_drift"
    assert event.data["kinds"] == {"account_sums": 1, "totals_and_balance": 1}
    assert AuditEntry.objects.filter(action="ledger.drift", user_id=alice.pk).count() == 1
