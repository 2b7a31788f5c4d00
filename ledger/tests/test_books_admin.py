"""The books in the staff console: seen, narrowed to one owner, never changed."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.tests.cast import account_of, person, posted
from ledger.models import (
    Account,
    Category,
    DailyTotal,
    DeletedTransaction,
    ExchangeRate,
    MonthlyTotal,
    Payee,
    Reconciliation,
    Tag,
    Transaction,
    Transfer,
)
from ledger.services.drafts import SplitDraft
from ledger.services.payees import make_payee, rename_payee
from ledger.services.posting import remove
from ledger.services.reconciling import reconcile
from ledger.services.transfers import TransferDraft, make_transfer

MODELS = (
    Account,
    Category,
    Payee,
    Tag,
    Transaction,
    Transfer,
    Reconciliation,
    DeletedTransaction,
    MonthlyTotal,
    DailyTotal,
    ExchangeRate,
)


@pytest.fixture
def console(db):
    client = Client()
    client.force_login(person("root@example.org", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def books(alice, bob):
    """A little of everything of alice's, and one row of bob's."""
    main = account_of(alice, "Main", bank_id="DE89370400440532013000", credit_limit_minor=5)
    yen = account_of(alice, "Yen", "JPY")
    payee = make_payee(user_id=alice.pk, name="Bakery")
    rename_payee(user_id=alice.pk, payee_id=payee.id, name="Corner Bakery")
    parts = (SplitDraft(amount=Decimal(-3), category="Food"), SplitDraft(amount=Decimal(-2)))
    posted(main, "-5", payee=payee.id, splits=parts, tags=("treat",))
    posted(main, "-12.30", payee="Aral", memo="full tank")
    posted(yen, "1200")
    gone = posted(main, "-7")
    remove(alice.pk, [gone.id])
    draft = TransferDraft(
        from_account=main.id,
        to_account=yen.id,
        amount=Decimal(1),
        to_amount=Decimal(160),
        posted_on=date(2026, 1, 20),
    )
    make_transfer(user_id=alice.pk, draft=draft)
    reconcile(
        user_id=alice.pk,
        account_id=yen.id,
        statement_balance=Decimal(1360),
        statement_on=date(2026, 1, 31),
    )
    ExchangeRate.objects.create(base="EUR", quote="JPY", day="2026-01-15", rate="160")
    posted(account_of(bob, "Bobs"), "-99", memo="full tank")


def changelist(model, query=""):
    return reverse(f"admin:ledger_{model._meta.model_name}_changelist") + query


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_page_opens_read_only(console, books, model):
    answer = console.get(changelist(model))
    assert answer.status_code == 200
    for row in model.objects.all()[:3]:
        name = f"admin:ledger_{model._meta.model_name}"
        page = console.get(reverse(f"{name}_change", args=[row.pk]))
        assert page.status_code == 200
        assert b'name="_save"' not in page.content
        assert console.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
        doomed = console.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"})
        assert doomed.status_code == 403
    assert console.get(reverse(f"admin:ledger_{model._meta.model_name}_add")).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [str(model.objects.first().pk)]}
    console.post(changelist(model), bulk)
    assert model.objects.exists()


def test_money_is_shown_with_its_currencys_decimals(console, books):
    text = console.get(changelist(Transaction)).content.decode()
    for amount in ("-12.30 EUR", "1200 JPY", "160 JPY"):
        assert amount in text
    text = console.get(changelist(Reconciliation)).content.decode()
    assert "1360 JPY" in text


def test_a_bank_number_shows_four_signs(console, books):
    account = Account.objects.get(name="Main")
    page = console.get(reverse("admin:ledger_account_change", args=[account.pk])).content.decode()
    assert "…3000" in page
    assert "DE8937" not in page


def test_search_is_within_one_owner(console, books, alice):
    def found(query):
        answer = console.get(changelist(Transaction, query))
        return len(answer.context["cl"].result_list)

    assert found("?q=tank") == 0
    assert found("?q=alice@example.org tank") == 1
    assert found("?q=ALICE@example.org+bakery") == 1
    assert found("?q=nobody@example.org") == 0
    assert found(f"?user__id__exact={alice.pk}&q=tank") == 1
    assert found(f"?user__id__exact={alice.pk}") == 5
    answer = console.get(changelist(Transaction, "?q=tank"), follow=True)
    assert b"Begin with the owner" in answer.content


def test_days_to_choose_from_are_there_for_one_owner_only(console, books):
    everybody = console.get(changelist(Transaction))
    assert everybody.context["cl"].date_hierarchy is None
    one = console.get(changelist(Transaction, "?q=alice@example.org"))
    assert one.context["cl"].date_hierarchy == "posted_on"
    assert one.status_code == 200


def test_the_address_bar_does_not_search_other_columns(console, books):
    for query in ("?memo__startswith=f", "?user__password__startswith=b", "?account__bank_id=x"):
        assert console.get(changelist(Transaction, query)).status_code == 400


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_list_costs_the_same_for_any_number_of_rows(
    console, books, alice, model, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as before:
        console.get(changelist(model))
    account = account_of(alice, "More")
    for number in range(1, 6):
        posted(account, "-1", f"2026-0{number}-01", payee=f"P{number}", category=f"C{number}",
               tags=(f"T{number}",))  # fmt: skip
    with django_assert_num_queries(len(before)):
        console.get(changelist(model))


def test_staff_see_only_what_they_are_permitted(books):
    viewer = person("viewer@example.org", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_account"))
    client = Client()
    client.force_login(viewer)
    assert client.get(changelist(Account)).status_code == 200
    assert client.get(changelist(Transaction)).status_code == 403
