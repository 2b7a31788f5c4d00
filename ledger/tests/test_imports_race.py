"""Imports at the same moment, on whichever database runs: every row is booked once."""

import pytest

from accounts.errors import Refusal
from config.tests.cast import account_of, race
from ledger.models import Account, Transaction
from ledger.services import imports
from ledger.tests.bank_files import MARCH, QIF_TWO_ACCOUNTS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(transactional_db):
    from config.tests.cast import person

    return person("alice@example.org")


def test_two_imports_of_one_file_at_once_book_it_once(owner):
    account = account_of(owner)
    batches = [imports.upload(owner.pk, data=MARCH, account_id=account.id) for _ in range(4)]
    done = race([lambda b=b: imports.commit(owner.pk, b.id) for b in batches])
    assert sorted(batch.report["counts"]["new"] for batch in done) == [0, 0, 0, 4]
    assert Transaction.objects.count() == 4
    account.refresh_from_db()
    assert account.balance_minor == 300000 - 640 - 90000


def test_one_import_committed_twice_at_once_is_committed_once(owner):
    batch = imports.upload(owner.pk, data=QIF_TWO_ACCOUNTS)
    done = race([lambda: imports.commit(owner.pk, batch.id)] * 4)
    refusals = [one for one in done if isinstance(one, Refusal)]
    assert [refusal.code for refusal in refusals] == ["import_not_in_preview"] * 3
    assert Transaction.objects.count() == 4
    assert Account.objects.count() == 2


def test_upload_and_commit_at_once_from_two_devices(owner):
    account = account_of(owner)

    def whole():
        batch = imports.upload(owner.pk, data=MARCH, account_id=account.id)
        return imports.commit(owner.pk, batch.id)

    done = race([whole, whole])
    assert sorted(batch.report["counts"]["new"] for batch in done) == [0, 4]


def test_commit_and_undo_at_once_leave_no_half(owner):
    account = account_of(owner)
    batch = imports.upload(owner.pk, data=MARCH, account_id=account.id)
    imports.commit(owner.pk, batch.id)
    again = imports.upload(owner.pk, data=MARCH, account_id=account.id)
    race([lambda: imports.undo(owner.pk, batch.id), lambda: imports.commit(owner.pk, again.id)])
    account.refresh_from_db()
    booked = sum(Transaction.objects.values_list("amount_minor", flat=True))
    assert account.balance_minor == booked
    assert Transaction.objects.count() in (0, 4)
