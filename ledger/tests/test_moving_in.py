"""Another program's export through the whole import: accounts, rows, transfers, once and not twice."""

from decimal import Decimal
from uuid import UUID

import pytest

from config.tests.cast import account_of, posted
from ledger.models import Account, Category, MonthlyTotal, Split, Transaction, Transfer
from ledger.services import imports
from ledger.services.account_book import change_account
from ledger.services.categories import change_category, make_category
from ledger.services.import_categories import make_categories
from ledger.services.import_wishes import Wishes
from ledger.statements.model import ParsedFile
from ledger.statements.read import read_statement_file
from ledger.tests.rival_samples import all_samples, balances
from ledger.verification import verify_user

SAMPLES = all_samples()


def brought(user, data):
    batch = imports.upload(user.pk, data=data)
    return imports.commit(user.pk, batch.id)


@pytest.mark.django_db
@pytest.mark.parametrize("name", SAMPLES)
def test_one_upload_makes_the_accounts_with_the_balances_of_the_file(alice, name):
    kind, data = SAMPLES[name]
    assert brought(alice, data).format == kind
    said = {
        account: text.split(" ")[0] for account, text in balances(read_statement_file(data)).items()
    }
    found = {
        account.name: f"{account.balance_minor / 100:.2f}"
        for account in Account.objects.for_user(alice.pk)
    }
    assert found == said


@pytest.mark.django_db
@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_export_again_brings_nothing(alice, name):
    brought(alice, SAMPLES[name][1])
    before = Transaction.objects.count()
    brought(alice, SAMPLES[name][1])
    assert Transaction.objects.count() == before


@pytest.mark.django_db
def test_splits_categories_and_transfers_come_along(alice):
    brought(alice, SAMPLES["ynab, zip"][1])
    assert {"Groceries", "Tools"} <= set(Category.objects.values_list("name", flat=True))
    assert Split.objects.filter(category__name="Tools", amount_minor=-999).exists()
    assert Transfer.objects.count() == 2


@pytest.mark.django_db
def test_a_transfer_between_two_currencies_is_one_transfer(alice):
    journal = b"""2024-01-02 open
    assets:bank    1000.00 EUR
    equity:opening

2024-02-03 change for the trip
    assets:bank     -100.00 EUR
    assets:yen        16000 JPY @@ 100.00 EUR
"""
    brought(alice, journal)
    transfer = Transfer.objects.get()
    legs = Transaction.objects.filter(transfer=transfer).order_by("amount_minor")
    assert [(leg.amount_minor, leg.currency) for leg in legs] == [(-10000, "EUR"), (16000, "JPY")]
    assert not any(leg.category_id for leg in legs)


@pytest.mark.django_db
@pytest.mark.parametrize("name", SAMPLES)
def test_the_tree_of_categories_is_made_with_kinds_and_parents(alice, name):
    data = SAMPLES[name][1]
    tree = read_statement_file(data).mapping["categories"]
    assert imports.upload(alice.pk, data=data).report["new_categories"] == len(tree)
    brought(alice, data)
    made = Category.objects.for_user(alice.pk).select_related("parent")
    assert {(c.name, c.parent.name if c.parent else "", c.kind) for c in made} >= {
        (node["name"], node["parent"], node["kind"]) for node in tree
    }
    assert imports.upload(alice.pk, data=data).report["new_categories"] == 0
    assert not verify_user(alice.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("name", SAMPLES)
def test_what_an_account_began_with_is_its_opening_balance_and_no_income(alice, name):
    data = SAMPLES[name][1]
    said = read_statement_file(data).mapping["openings"]
    batch = brought(alice, data)
    assert batch.report["counts"]["opening"] == len(said)
    sums = {one["account"]: 0 for one in said}
    for one in said:
        sums[one["account"]] += int(Decimal(one["amount"]) * 100)
    found = dict(Account.objects.for_user(alice.pk).values_list("name", "opening_minor"))
    assert {account: amount for account, amount in found.items() if amount} == sums
    shown = {a["name"]: a["opening_balance"] for a in batch.report["accounts"]}
    assert all(Decimal(shown[account]) * 100 == amount for account, amount in sums.items())
    again = imports.upload(alice.pk, data=data)
    assert again.report["counts"]["new"] == 0
    assert again.report["counts"]["opening"] == len(said)
    imports.commit(alice.pk, again.id)
    after = dict(Account.objects.for_user(alice.pk).values_list("name", "opening_minor"))
    assert after == found
    assert not verify_user(alice.pk)


@pytest.mark.django_db
def test_an_undo_takes_the_opening_balance_back_and_a_new_import_sets_it_again(alice):
    data = SAMPLES["ynab, zip"][1]
    batch = brought(alice, data)
    assert batch.report["openings"]
    imports.undo(alice.pk, batch.id)
    assert not Account.objects.exclude(opening_minor=0, balance_minor=0, cleared_minor=0).exists()
    again = brought(alice, data)
    assert again.report["openings"] == batch.report["openings"]
    assert not verify_user(alice.pk)


@pytest.mark.django_db
def test_the_owners_opening_balance_outlives_an_undo(alice):
    batch = brought(alice, SAMPLES["ynab, zip"][1])
    (key,) = batch.report["openings"]
    change_account(user_id=alice.pk, account_id=UUID(key), fields={"opening_balance": Decimal(7)})
    imports.undo(alice.pk, batch.id)
    assert Account.objects.get(id=key).opening_minor == 700


JOURNAL = b"""2024-01-02 open
    assets:bank    1000.00 EUR
    equity:opening

2024-02-03 Baker
    assets:bank      -3.00 EUR
    expenses:food
"""


@pytest.mark.django_db
def test_an_account_in_use_keeps_its_own_opening_balance_and_the_preview_says_so(alice):
    main = account_of(alice)
    posted(main, "-1.00")
    batch = imports.upload(alice.pk, data=JOURNAL, account_id=main.id)
    assert any("began with 1000.00 EUR" in text for text in batch.report["warnings"])
    assert batch.report["preview"][0]["decision"] == "opening"
    assert batch.report["preview"][0]["changes"] == []
    imports.commit(alice.pk, batch.id)
    main.refresh_from_db()
    assert (main.opening_minor, main.balance_minor) == (0, -400)


@pytest.mark.django_db
def test_an_empty_account_takes_the_opening_of_the_file_unless_its_line_is_not_wanted(alice, bob):
    for owner, skipped, opening in ((alice, [], 100000), (bob, [1], 0)):
        main = account_of(owner)
        batch = imports.upload(owner.pk, data=JOURNAL, account_id=main.id)
        imports.commit(owner.pk, batch.id, wishes=Wishes(tuple(skipped)))
        main.refresh_from_db()
        assert (main.opening_minor, main.balance_minor) == (opening, opening - 300)
        totals = MonthlyTotal.objects.for_user(owner.pk)
        assert sum(total.inflow_minor for total in totals) == 0
        assert not verify_user(owner.pk)


@pytest.mark.django_db
def test_quickens_opening_is_the_accounts_too(alice):
    register = (
        b"!Account\nNChecking\nTBank\n^\n!Type:Bank\nD01/02/2024\nT250.00\nPOpening Balance\n"
        b"L[Checking]\n^\nD01/25/2024\nT-50.00\nPMarket\nLFood\n^\n"
    )
    batch = imports.upload(alice.pk, data=register)
    assert batch.report["accounts"][0]["opening_balance"] == "250.00"
    batch = imports.commit(alice.pk, batch.id)
    account = Account.objects.get(name="Checking")
    assert (account.opening_minor, account.balance_minor) == (25000, 20000)
    assert not imports.upload(alice.pk, data=register).report["warnings"][1:]
    imports.undo(alice.pk, batch.id)
    account.refresh_from_db()
    assert (account.opening_minor, account.balance_minor) == (0, 0)


@pytest.mark.django_db
def test_a_tree_meets_the_owners_own_categories_depth_and_kinds(alice):
    make_category(user_id=alice.pk, name="Food", kind="income")
    deep = [{"name": f"level {i}", "parent": f"level {i - 1}" if i else "", "kind": "expense"}
            for i in range(8)]  # fmt: skip
    tree = [{"name": "food", "parent": "", "kind": "expense"},
            {"name": "Bread", "parent": "food", "kind": "expense"}, *deep]  # fmt: skip
    parsed = ParsedFile("hledger", (), mapping={"categories": tree})
    assert make_categories(alice.pk, 1, parsed) == 9
    made = {c.name: c for c in Category.objects.select_related("parent")}
    assert made["Food"].kind == "income"
    assert made["Bread"].parent is None
    parents = [made[f"level {i}"].parent for i in range(8)]
    assert [p.name if p else None for p in parents] == [
        None, "level 0", "level 1", "level 2", "level 3", "level 3", "level 3", "level 3",
    ]  # fmt: skip
    change_category(user_id=alice.pk, category_id=made["level 7"].id, fields={"name": "leaf"})
