"""Whatever is done to the books, in whatever order: nothing is lost, and every sum stays true.

The machine of `books_machine` with the verbs on what rows refer to: payees merged, categories
removed, bank files imported and undone, statements reconciled. INVARIANT_EXAMPLES=500 digs deeper.
"""

import os
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from accounts.errors import Refusal
from ledger import money
from ledger.models import Category, ImportBatch, Payee
from ledger.services.account_book import change_account
from ledger.services.categories import MoveTo, remove_category
from ledger.services.imports import commit, undo, upload
from ledger.services.payees import merge_payees
from ledger.services.reconciling import reconcile, undo_reconciliation
from ledger.tests.books_machine import DAY, Books, days, external_ids, minors, payees, pick, places

EXAMPLES = os.environ.get("INVARIANT_EXAMPLES")
file_rows = st.lists(st.tuples(days, minors, payees, external_ids), min_size=1, max_size=4)


class Household(Books):
    @rule(into=pick, gone=st.lists(pick, min_size=1, max_size=2))
    def merge_payees(self, into: int, gone: list[int]) -> None:
        ids = list(Payee.objects.for_user(self.alice).order_by("id").values_list("id", flat=True))
        if not ids:
            return
        target, others = ids[into % len(ids)], [ids[n % len(ids)] for n in gone]
        self.attempt(
            lambda: [
                merge_payees(
                    user_id=self.alice.pk, into_id=target, gone_ids=others, named_id=target
                )
            ]
        )

    @rule(which=pick, goal=pick, moves=st.booleans())
    def remove_category(self, which: int, goal: int, moves: bool) -> None:
        owned = Category.objects.for_user(self.alice).order_by("id")
        ids = list(owned.values_list("id", flat=True))
        if not ids:
            return
        places = [None, *ids]
        move_to = MoveTo(places[goal % len(places)]) if moves else None
        flows = self.sums()[0]
        with suppress(Refusal):
            remove_category(
                user_id=self.alice.pk, category_id=ids[which % len(ids)], move_to=move_to
            )
        assert self.sums()[0] == flows  # balances never hear of categories

    @rule(place=places, rows=file_rows, undone=st.booleans())
    def import_file(self, place: int, rows: list[Any], undone: bool) -> None:
        account = self.accounts[place]
        lines = ["Booking date;Amount;Currency;Payee;Reference"]
        for n, (day, minor, payee, external_id) in enumerate(rows):
            amount = money.format_minor(minor, account.currency)
            name = payee or f"Somebody {n}"
            lines.append(f"{day};{amount};{account.currency};{name};{external_id}")
        data = "\n".join(lines).encode()
        before, balances = set(self.rows), self.sums()
        made = self.attempt(
            lambda: [upload(self.alice.pk, data=data, filename="x.csv", account_id=account.id)]
        )
        if not made or not self.attempt(lambda: [commit(self.alice.pk, made[0].id)]):
            return
        self.learn()
        assert before <= set(self.rows)
        if undone:
            undo(self.alice.pk, made[0].id)
            self.learn()
            assert set(self.rows) == before
            assert self.sums() == balances

    @rule(which=pick)
    def undo_an_older_import(self, which: int) -> None:
        made = list(ImportBatch.objects.for_user(self.alice).order_by("id"))
        if made:
            self.attempt(lambda: [undo(self.alice.pk, made[which % len(made)].id)])
            self.learn()

    @rule(place=places, minor=minors, day=days)
    def reconcile(self, place: int, minor: int, day: date) -> None:
        account = self.accounts[place]
        done = self.attempt(
            lambda: [
                reconcile(
                    user_id=self.alice.pk,
                    account_id=account.id,
                    statement_balance=money.from_minor(minor, account.currency),
                    statement_on=min(day, DAY + timedelta(days=20)),
                    create_adjustment=True,
                )
            ]
        )
        if done:
            self.learn()

    @rule(place=places)
    def undo_reconciliation(self, place: int) -> None:
        account_id = self.accounts[place].id
        self.attempt(lambda: [undo_reconciliation(user_id=self.alice.pk, account_id=account_id)])

    @rule(place=places, minor=minors)
    def change_opening(self, place: int, minor: int) -> None:
        account = self.accounts[place]
        fields = {"opening_balance": money.from_minor(minor, account.currency)}
        self.attempt(
            lambda: [change_account(user_id=self.alice.pk, account_id=account.id, fields=fields)]
        )


def run(machine: type[RuleBasedStateMachine], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(EXAMPLES or examples),
            stateful_step_count=25,
            derandomize=EXAMPLES is None,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_order_of_verbs_on_rows_breaks_the_books(db: None) -> None:
    run(Books, 8)


def test_no_order_of_any_verbs_breaks_the_books(db: None) -> None:
    run(Household, 15)
