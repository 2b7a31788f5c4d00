"""Another program's export through the whole import: accounts, rows, transfers, once and not twice."""

import pytest

from ledger.models import Account, Category, Split, Transaction, Transfer
from ledger.services import imports
from ledger.statements.read import read_statement_file
from ledger.tests.rival_samples import all_samples, balances

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
