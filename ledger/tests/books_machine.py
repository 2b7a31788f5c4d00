"""A machine that does random things to rows by the real verbs, valid ones and others.

After each step the rows are what a model of two dictionaries says, verification finds nothing, and
nobody else's books have changed. `test_invariants` adds the verbs on what rows refer to.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import Atomic, set_rollback
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from accounts.errors import Refusal
from config.tests.cast import account_of, person, posted
from ledger import money
from ledger.models import Account, DailyTotal, MonthlyTotal, Transaction, Transfer
from ledger.services.drafts import Change, Draft, SplitDraft
from ledger.services.editing import edit, restore
from ledger.services.posting import post, remove
from ledger.services.transfers import TransferDraft, change_transfer, make_transfer
from ledger.verification import verify_user

CURRENCIES = ("EUR", "EUR", "JPY", "KWD")
DAY = date(2026, 1, 28)

places = st.integers(0, len(CURRENCIES) - 1)
minors = st.integers(-100_000, 100_000).filter(bool)
days = st.integers(0, 40).map(lambda n: DAY + timedelta(days=n))
categories = st.sampled_from([None, "Food", "Rent", "Salary", "food "])
payees = st.sampled_from([None, "REWE", "Landlord", "ACME Ltd"])
statuses = st.sampled_from(["pending", "cleared", "cleared"])
tag_sets = st.lists(st.sampled_from(["home", "trip", "HOME"]), max_size=2).map(tuple)
external_ids = st.sampled_from(["", "", "", "a", "b", "c"])
weights = st.lists(st.integers(1, 5), max_size=3).filter(lambda ws: len(ws) != 1)
pick = st.integers(0, 10**6)


class Books(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.savepoint = Atomic(using=None, savepoint=True, durable=False)
        self.savepoint.__enter__()
        self.alice, self.bob = person("a@example.org"), person("b@example.org")
        self.accounts = [
            account_of(self.alice, f"Account {n}", currency)
            for n, currency in enumerate(CURRENCIES)
        ]
        self.foreign = posted(account_of(self.bob), "5.00", payee="Bob's", category="Bob's")
        self.rows: dict[UUID, tuple[UUID, int]] = {}  # id → account, amount
        self.deleted: dict[UUID, tuple[UUID, int]] = {}

    def teardown(self) -> None:
        set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # the verbs

    @rule(
        place=places,
        minor=minors,
        day=days,
        category=categories,
        payee=payees,
        status=statuses,
        tags=tag_sets,
        external_id=external_ids,
        weights=weights,
    )
    def post(self, place: int, minor: int, weights: list[int], day: date, **fields: Any) -> None:
        account = self.accounts[place]
        draft = Draft(
            account_id=account.id,
            amount=money.from_minor(minor, account.currency),
            posted_on=day,
            splits=self.splits(minor, account.currency, weights),
            **fields,
        )
        self.keep(self.attempt(lambda: post(self.alice.pk, [draft])))

    @rule(place=places, amounts=st.lists(minors, min_size=2, max_size=8), category=categories)
    def post_several(self, place: int, amounts: list[int], category: str | None) -> None:
        drafts = [
            Draft(
                account_id=self.accounts[(place + n) % len(self.accounts)].id,
                amount=Decimal(minor),
                posted_on=DAY,
                category=category,
            )
            for n, minor in enumerate(amounts)
        ]
        self.keep(self.attempt(lambda: post(self.alice.pk, drafts, source="batch")))

    @rule(
        origin=places,
        goal=places,
        minor=st.integers(1, 9_999),
        arriving=st.integers(1, 9_999),
        day=days,
        later=st.integers(0, 2),
        status=statuses,
    )
    def transfer(
        self, origin: int, goal: int, minor: int, arriving: int, day: date, later: int, status: str
    ) -> None:
        source, target = self.accounts[origin], self.accounts[goal]
        alike = source.currency == target.currency
        draft = TransferDraft(
            from_account=source.id,
            to_account=target.id,
            amount=money.from_minor(minor, source.currency),
            to_amount=None if alike else money.from_minor(arriving, target.currency),
            posted_on=day,
            to_posted_on=day + timedelta(days=later),
            status=status,
        )
        if self.attempt(lambda: [make_transfer(user_id=self.alice.pk, draft=draft)]):
            self.learn()

    @precondition(lambda self: self.rows)
    @rule(which=pick, minor=st.integers(1, 9_999), day=days, goal=places)
    def change_transfer(self, which: int, minor: int, day: date, goal: int) -> None:
        transfers = list(Transfer.objects.for_user(self.alice).order_by("id"))
        if not transfers:
            return
        transfer = transfers[which % len(transfers)]
        out = transfer.legs.order_by("amount_minor").first()
        fields = {"amount": money.from_minor(minor, out.currency), "posted_on": day}
        if which % 2:
            fields |= {"to_account": self.accounts[goal].id, "rate": Decimal("0.5")}
        self.attempt(
            lambda: [change_transfer(user_id=self.alice.pk, transfer_id=transfer.id, fields=fields)]
        )
        self.learn()

    @precondition(lambda self: self.rows)
    @rule(which=pick, fields=st.data())
    def edit(self, which: int, fields: st.DataObject) -> None:
        row_id = self.one_of(self.rows, which)
        change = Change(id=row_id, fields=self.some_fields(fields, row_id))
        self.keep(self.attempt(lambda: edit(self.alice.pk, [change])))

    @precondition(lambda self: len(self.rows) > 1)
    @rule(which=pick, category=categories, status=statuses, tags=tag_sets)
    def edit_several(self, which: int, **fields: Any) -> None:
        first = which % len(self.rows)
        ids = sorted(self.rows)[first : first + 5]
        changes = [Change(id=row_id, fields=dict(fields)) for row_id in ids]
        self.keep(self.attempt(lambda: edit(self.alice.pk, changes)))

    @precondition(lambda self: self.rows)
    @rule(which=pick, count=st.integers(1, 3))
    def remove(self, which: int, count: int) -> None:
        first = which % len(self.rows)
        ids = sorted(self.rows)[first : first + count]
        for row in self.attempt(lambda: remove(self.alice.pk, ids)):
            self.deleted[row.transaction.id] = self.rows.pop(row.transaction.id)

    @precondition(lambda self: self.deleted)
    @rule(which=pick)
    def restore(self, which: int) -> None:
        row_id = self.one_of(self.deleted, which)
        back = self.attempt(lambda: [restore(self.alice.pk, row_id)])
        if back:
            assert self.deleted.pop(row_id)[1] == back[0].transaction.amount_minor
            self.keep(back)

    @rule(place=places, minor=minors, day=days, category=categories, weights=weights)
    def come_and_go(
        self, place: int, minor: int, day: date, category: str | None, weights: list[int]
    ) -> None:
        """A row that is posted and deleted leaves every sum exactly as it was."""
        account = self.accounts[place]
        before = self.sums()
        draft = Draft(
            account_id=account.id,
            amount=money.from_minor(minor, account.currency),
            posted_on=day,
            category=category,
            splits=self.splits(minor, account.currency, weights),
        )
        [row] = post(self.alice.pk, [draft])
        remove(self.alice.pk, [row.transaction.id], keep=False)
        assert self.sums() == before

    @rule(place=places, name=st.sampled_from(["account_id", "payee", "category"]))
    def reach_for_what_is_bobs(self, place: int, name: str) -> None:
        theirs = {
            "account_id": self.foreign.account_id,
            "payee": self.foreign.payee_id,
            "category": self.foreign.category_id,
        }
        fields = {"account_id": self.accounts[place].id, name: theirs[name]}
        draft = Draft(amount=Decimal(1), posted_on=DAY, **fields)
        assert self.attempt(lambda: post(self.alice.pk, [draft])) == []
        assert self.attempt(lambda: remove(self.alice.pk, [self.foreign.id])) == []

    # what must hold

    @invariant()
    def rows_are_what_was_booked(self) -> None:
        stored = Transaction.objects.for_user(self.alice).values_list(
            "id", "account_id", "amount_minor"
        )
        assert {row_id: (account, minor) for row_id, account, minor in stored} == self.rows

    @invariant()
    def verification_finds_nothing(self) -> None:
        assert verify_user(self.alice.pk) == []
        connection.check_constraints()

    @invariant()
    def bob_sees_no_change(self) -> None:
        assert [*Transaction.objects.for_user(self.bob)] == [self.foreign]

    # how

    def attempt(self, call: Any) -> list[Any]:
        """The rows of a verb; none when it refused, which must leave no trace."""
        before = self.sums()
        try:
            rows: list[Any] = call()
        except Refusal:
            assert self.sums() == before
            return []
        return rows

    def keep(self, rows: list[Any]) -> None:
        for row in rows:
            self.rows[row.transaction.id] = (
                row.transaction.account_id,
                row.transaction.amount_minor,
            )

    def learn(self) -> None:
        """Take the rows as they are stored, after a verb that the model does not follow."""
        self.rows = {
            row_id: (account, minor)
            for row_id, account, minor in Transaction.objects.for_user(self.alice).values_list(
                "id", "account_id", "amount_minor"
            )
        }

    def one_of(self, rows: dict[UUID, Any], which: int) -> UUID:
        return sorted(rows)[which % len(rows)]

    def splits(self, minor: int, currency: str, weights: list[int]) -> tuple[SplitDraft, ...]:
        names = ["Food", None, "Toys"]
        shares = money.split_evenly(minor, weights) if weights else []
        return tuple(
            SplitDraft(amount=money.from_minor(share, currency), category=names[n])
            for n, share in enumerate(shares)
        )

    def some_fields(self, fields: st.DataObject, row_id: UUID) -> dict[str, Any]:
        place = fields.draw(places)
        account = self.accounts[place]
        minor = fields.draw(minors)
        possible = {
            "account": account.id,
            "amount": money.from_minor(minor, account.currency),
            "posted_on": fields.draw(days),
            "category": fields.draw(categories),
            "payee": fields.draw(payees),
            "status": fields.draw(statuses),
            "tags": fields.draw(tag_sets),
            "external_id": fields.draw(external_ids),
            "memo": "said anew",
            "splits": self.splits(minor, account.currency, fields.draw(weights)),
        }
        names = fields.draw(st.sets(st.sampled_from(sorted(possible)), min_size=1))
        return {name: possible[name] for name in names}

    def sums(self) -> list[Any]:
        """Balances and the totals that are not zero."""
        balances = ("id", "balance_minor", "cleared_minor", "pending_out_minor")
        accounts = Account.objects.for_user(self.alice)
        months = MonthlyTotal.objects.for_user(self.alice).exclude(count=0)
        days = DailyTotal.objects.for_user(self.alice).exclude(count=0)
        flows = ("is_transfer", "is_pending", "inflow_minor", "outflow_minor", "count")
        return [
            set(accounts.values_list(*balances)),
            set(months.values_list("month", "account_id", "category_id", *flows)),
            set(days.values_list("day", "account_id", *flows)),
        ]
