"""Bringing a deleted row back into books that went on without it."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.errors import Refusal
from config.tests.cast import account_of, posted
from ledger.models import Account, Category, DeletedTransaction, Payee, Split, Tag, Transaction
from ledger.services import imports
from ledger.services.account_book import change_account, remove_account
from ledger.services.books import Row
from ledger.services.categories import MoveTo, remove_category
from ledger.services.drafts import SplitDraft
from ledger.services.editing import restore
from ledger.services.mending import mend
from ledger.services.payees import make_payee, merge_payees, remove_payee, rename_payee
from ledger.services.posting import remove
from ledger.services.tags import remove_tag
from ledger.services.transfers import TransferDraft, make_transfer
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db
FILE = b"Date,Payee,Amount\n2026-10-02,Shop,-20.50\n"


@pytest.fixture
def account(alice):
    return account_of(alice)


def merge(alice, gone, into):
    merge_payees(user_id=alice.pk, into_id=into.id, gone_ids=[gone.id], named_id=gone.id)


def test_a_row_comes_back_as_it_was_under_its_old_id(alice, account):
    row = posted(account, "-5", payee="Rewe", category="Food", tags=("a", "b"), memo="milk")
    remove(alice.pk, [row.id])
    restored = restore(alice.pk, row.id)
    now = Transaction.objects.get(id=row.id)
    assert (now.payee.name, now.category.name, now.memo) == ("Rewe", "Food", "milk")
    assert (now.amount_minor, now.tag_count, len(restored.tag_ids)) == (-500, 2, 2)
    assert not DeletedTransaction.objects.exists()
    assert verify_user(alice.pk) == []


def test_a_deleted_category_leaves_none(alice, account):
    row = posted(account, "-5", category="Food")
    remove(alice.pk, [row.id])
    remove_category(user_id=alice.pk, category_id=row.category_id)
    assert restore(alice.pk, row.id).transaction.category_id is None
    assert verify_user(alice.pk) == []


def test_and_so_do_those_of_parts(alice, account):
    food = Category.objects.create(user=alice, name="Food", name_key="food")
    parts = (
        SplitDraft(amount=Decimal(-3), category=food.id),
        SplitDraft(amount=Decimal(-2), category="Other"),
    )
    row = posted(account, "-5", splits=parts)
    remove(alice.pk, [row.id])
    remove_category(user_id=alice.pk, category_id=food.id, move_to=MoveTo(None))
    restore(alice.pk, row.id)
    names = [s.category and s.category.name for s in Split.objects.all()]
    assert names == [None, "Other"]
    assert verify_user(alice.pk) == []


def test_a_merged_payee_is_the_one_it_became_however_often(alice, account):
    rewe, shop, market = (make_payee(user_id=alice.pk, name=n) for n in ("Rewe", "Shop", "Market"))
    row = posted(account, "-5", payee=rewe.id)
    remove(alice.pk, [row.id])
    merge(alice, rewe, shop)
    rename_payee(user_id=alice.pk, payee_id=shop.id, name="Store")
    merge(alice, shop, market)
    assert restore(alice.pk, row.id).transaction.payee_id == market.id
    assert verify_user(alice.pk) == []


def test_a_deleted_payee_leaves_none(alice, account):
    row = posted(account, "-5", payee="Rewe")
    remove(alice.pk, [row.id])
    remove_payee(user_id=alice.pk, payee_id=row.payee_id)
    assert restore(alice.pk, row.id).transaction.payee_id is None


def test_a_deleted_tag_leaves_the_others(alice, account):
    row = posted(account, "-5", tags=("a", "b"))
    remove(alice.pk, [row.id])
    remove_tag(user_id=alice.pk, tag_id=Tag.objects.get(name="a").id)
    restored = restore(alice.pk, row.id)
    assert restored.tag_ids == [Tag.objects.get().id]
    assert Transaction.objects.get().tag_count == 1
    assert verify_user(alice.pk) == []


def test_another_owners_row_of_that_id_is_none(alice, bob, account):
    row = posted(account, "-5", payee="Rewe", category="Food", tags=("a",))
    remove(alice.pk, [row.id])
    for model in (Payee, Category, Tag):
        model.objects.update(user=bob)
    restored = restore(alice.pk, row.id)
    assert (restored.transaction.payee_id, restored.transaction.category_id) == (None, None)
    assert restored.tag_ids == []


def test_with_its_account_a_row_is_gone_for_good(alice, account):
    row = posted(account, "-5")
    remove(alice.pk, [row.id])
    remove_account(user_id=alice.pk, account_id=account.id)
    with pytest.raises(Refusal) as refused:
        restore(alice.pk, row.id)
    assert (refused.value.code, refused.value.status) == ("transaction_not_found", 404)
    assert not Account.objects.exists()


def test_a_closed_account_takes_its_own_row_back(alice, account):
    row = posted(account, "-5")
    remove(alice.pk, [row.id])
    change_account(user_id=alice.pk, account_id=account.id, fields={"closed": True})
    assert restore(alice.pk, row.id).transaction.amount_minor == -500
    assert verify_user(alice.pk) == []


def test_a_leg_of_a_transfer_comes_back_as_a_plain_row(alice, account):
    draft = TransferDraft(
        from_account=account.id,
        to_account=account_of(alice, "Savings").id,
        amount=Decimal(5),
        posted_on=date(2026, 1, 15),
    )
    transfer = make_transfer(user_id=alice.pk, draft=draft)
    leg = Transaction.objects.filter(transfer=transfer, amount_minor__lt=0).get()
    remove(alice.pk, [leg.id])
    restored = restore(alice.pk, leg.id).transaction
    assert (restored.transfer_id, restored.amount_minor) == (None, -500)
    assert verify_user(alice.pk) == []


def test_mending_asks_nothing_for_what_no_row_names(alice, account, django_assert_num_queries):
    row = posted(account, "-5")
    with django_assert_num_queries(0):
        mend(alice.pk, [Row(row)])


def test_a_row_of_an_import_comes_back_as_one_and_goes_with_its_undo(alice, account):
    batch = imports.upload(alice.pk, data=FILE, account_id=account.id)
    imports.commit(alice.pk, batch.id)
    row = Transaction.objects.get()
    remove(alice.pk, [row.id])
    assert restore(alice.pk, row.id).transaction.import_batch_id == batch.id
    imports.undo(alice.pk, batch.id)
    assert not Transaction.objects.exists()
    assert verify_user(alice.pk) == []


def test_a_row_of_an_import_that_was_undone_comes_back_as_our_own(alice, account):
    batch = imports.upload(alice.pk, data=FILE, account_id=account.id)
    imports.commit(alice.pk, batch.id)
    row = Transaction.objects.get()
    remove(alice.pk, [row.id])
    imports.undo(alice.pk, batch.id)
    assert restore(alice.pk, row.id).transaction.import_batch_id is None
