"""Any order of verbs on accounts, categories, payees, tags and transfers keeps the books."""

import random
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.errors import Refusal
from config.tests.cast import account_of, posted, race
from ledger.models import (
    Account,
    Category,
    DeletedTransaction,
    Payee,
    Reconciliation,
    Tag,
    Transaction,
    Transfer,
)
from ledger.money import from_minor
from ledger.services.account_book import change_account, open_account, remove_account
from ledger.services.categories import MoveTo, change_category, make_category, remove_category
from ledger.services.drafts import Change, SplitDraft
from ledger.services.editing import edit, restore
from ledger.services.payees import merge_payees, remove_payee, rename_payee
from ledger.services.posting import remove
from ledger.services.reconciling import cleared_on, reconcile, undo_reconciliation
from ledger.services.tags import remove_tag
from ledger.services.transfers import (
    TransferDraft,
    change_transfer,
    make_transfer,
    remove_transfer,
)
from ledger.verification import verify_user

START = date(2026, 1, 1)
STEPS = 120


class Household:
    """Does one random thing after another to one owner's books; a refusal is as good as a deed."""

    def __init__(self, user_id, seed):
        self.user_id = user_id
        self.random = random.Random(seed)
        self.done = []

    def step(self):
        verbs = [name for name in dir(self) if name.startswith("do_")]
        weights = [5 if name in ("do_post", "do_transfer") else 1 for name in verbs]
        (name,) = self.random.choices(verbs, weights)
        with suppress(Refusal):
            getattr(self, name)()
            self.done.append(name)

    def pick(self, model):
        rows = list(model.objects.for_user(self.user_id).order_by("id"))
        return self.random.choice(rows) if rows else None

    def day(self):
        return START + timedelta(self.random.randrange(90))

    def amount(self):
        return Decimal(self.random.randrange(1, 50_000))

    def do_open(self):
        currency = self.random.choice(["EUR", "JPY", "KWD"])
        name = f"A{self.random.randrange(6)}"
        open_account(user_id=self.user_id, name=name, currency=currency)

    def do_opening(self):
        account = self.pick(Account)
        fields = {"opening_balance": self.amount()}
        change_account(user_id=self.user_id, account_id=account.id, fields=fields)

    def do_remove_account(self):
        remove_account(user_id=self.user_id, account_id=self.pick(Account).id)

    def do_post(self):
        amount = self.amount() * self.random.choice([1, -1])
        fields = {
            "status": self.random.choice(["pending", "cleared", "cleared"]),
            "payee": self.random.choice([None, f"P{self.random.randrange(5)}"]),
            "tags": tuple({f"T{self.random.randrange(4)}" for _ in range(2)}),
        }
        names = [f"C{self.random.randrange(5)}", f"C{self.random.randrange(5)}", None]
        if self.random.random() < 0.3 and abs(amount) > 1:
            first = Decimal(1 if amount > 0 else -1)
            fields["splits"] = (
                SplitDraft(amount=first, category=names[0]),
                SplitDraft(amount=amount - first, category=names[1]),
            )
        else:
            fields["category"] = self.random.choice(names)
        posted(self.pick(Account), str(amount), self.day().isoformat(), **fields)

    def do_edit(self):
        row = self.pick(Transaction)
        if row:
            fields = {"status": self.random.choice(["pending", "cleared"]), "posted_on": self.day()}
            edit(self.user_id, [Change(id=row.id, fields=fields)])

    def do_delete(self):
        if row := self.pick(Transaction):
            remove(self.user_id, [row.id])

    def do_restore(self):
        if row := self.pick(DeletedTransaction):
            restore(self.user_id, row.id)

    def do_transfer(self):
        draft = TransferDraft(
            from_account=self.pick(Account).id,
            to_account=self.pick(Account).id,
            amount=self.amount(),
            posted_on=self.day(),
            to_amount=self.random.choice([None, self.amount()]),
            status=self.random.choice(["pending", "cleared"]),
        )
        make_transfer(user_id=self.user_id, draft=draft)

    def do_change_transfer(self):
        if transfer := self.pick(Transfer):
            fields = self.random.choice(
                [
                    {"amount": self.amount(), "rate": Decimal("1.5")},
                    {"amount": self.amount()},
                    {"to_account": self.pick(Account).id},
                    {"from_account": self.pick(Account).id, "to_amount": self.amount()},
                    {"posted_on": self.day(), "memo": "later"},
                    {"status": "cleared"},
                ]
            )
            change_transfer(user_id=self.user_id, transfer_id=transfer.id, fields=fields)

    def do_remove_transfer(self):
        if transfer := self.pick(Transfer):
            remove_transfer(user_id=self.user_id, transfer_id=transfer.id)

    def do_category(self):
        parent = self.random.choice([None, self.pick(Category)])
        name = f"C{self.random.randrange(8)}"
        make_category(user_id=self.user_id, name=name, parent=parent and parent.id)

    def do_change_category(self):
        if category := self.pick(Category):
            fields = self.random.choice(
                [{"parent": self.pick(Category).id}, {"kind": "income"}, {"parent": None}]
            )
            change_category(user_id=self.user_id, category_id=category.id, fields=fields)

    def do_remove_category(self):
        if category := self.pick(Category):
            target = self.random.choice([None, self.pick(Category).id])
            where = self.random.choice([None, MoveTo(target)])
            remove_category(user_id=self.user_id, category_id=category.id, move_to=where)

    def do_rename_payee(self):
        if payee := self.pick(Payee):
            name = f"P{self.random.randrange(9)}"
            rename_payee(user_id=self.user_id, payee_id=payee.id, name=name)

    def do_merge(self):
        if payee := self.pick(Payee):
            into = self.pick(Payee).id
            merge_payees(user_id=self.user_id, into_id=into, gone_ids=[payee.id], named_id=payee.id)

    def do_remove_payee(self):
        if payee := self.pick(Payee):
            remove_payee(user_id=self.user_id, payee_id=payee.id)

    def do_remove_tag(self):
        if tag := self.pick(Tag):
            remove_tag(user_id=self.user_id, tag_id=tag.id)

    def do_reconcile(self):
        account, day = self.pick(Account), self.day()
        reconcile(
            user_id=self.user_id,
            account_id=account.id,
            statement_balance=from_minor(cleared_on(account, day), account.currency)
            + self.random.choice([0, 5]),
            statement_on=day,
            create_adjustment=self.random.random() < 0.5,
        )

    def do_undo(self):
        undo_reconciliation(user_id=self.user_id, account_id=self.pick(Account).id)


def agrees_with_its_statements(user_id):
    """What each account's newest reconciliation locked still adds up to its statement."""
    for account in Account.objects.for_user(user_id).exclude(reconciled_on=None):
        last = Reconciliation.objects.filter(account=account).order_by("statement_on", "id").last()
        locked = Transaction.objects.filter(account=account, reconciliation__isnull=False)
        assert last.statement_on == account.reconciled_on
        total = account.opening_minor + sum(t.amount_minor for t in locked)
        assert total == last.statement_balance_minor


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_verbs_keeps_every_sum(alice, seed):
    household = Household(alice.pk, seed)
    account_of(alice, "A0")
    account_of(alice, "A1")
    for _ in range(STEPS):
        if not Account.objects.exists():
            account_of(alice, "A0")
        household.step()
    assert len(set(household.done)) > 12, "the walk saw too little"
    assert verify_user(alice.pk) == []
    agrees_with_its_statements(alice.pk)


@pytest.mark.django_db(transaction=True)
def test_a_category_that_is_removed_while_rows_come_loses_none(alice):
    account = account_of(alice)
    old = make_category(user_id=alice.pk, name="Old")
    new = make_category(user_id=alice.pk, name="New")
    for _ in range(3):
        posted(account, "-1", category=old.id)

    def post_one():
        return posted(account, "-1", category=old.id)

    def cut():
        where = MoveTo(new.id)
        return remove_category(user_id=alice.pk, category_id=old.id, move_to=where)

    results = race([post_one, cut, post_one, post_one])
    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(result, Refusal) for result in refused)
    assert Transaction.objects.filter(category=new).count() == 6 - len(refused)
    assert verify_user(alice.pk) == []


@pytest.mark.django_db(transaction=True)
def test_a_payee_that_is_merged_while_rows_come_loses_none(alice):
    account = account_of(alice)
    posted(account, "-1", payee="Old")
    posted(account, "-1", payee="New")
    old, new = Payee.objects.get(name="Old"), Payee.objects.get(name="New")

    def post_one():
        return posted(account, "-1", payee="Old")

    def merge():
        return merge_payees(user_id=alice.pk, into_id=new.id, gone_ids=[old.id], named_id=old.id)

    results = race([post_one, merge, post_one, post_one])
    assert not [result for result in results if isinstance(result, Exception)]
    assert Transaction.objects.filter(payee=new).count() == 5
    assert verify_user(alice.pk) == []
