"""Books with one of everything that is hard to write down elsewhere, for the export tests."""

from datetime import date
from decimal import Decimal
from typing import Any

from config.tests.cast import account_of, posted
from ledger.models import Account, Category
from ledger.services.account_book import open_account
from ledger.services.drafts import Draft, SplitDraft
from ledger.services.posting import post
from ledger.services.transfers import TransferDraft, make_transfer

WEIRD = (
    'The "Quoted" Café',
    "two\nlines\r\nand\ttab",
    "pipe | semicolon ; hash # at @",
    "(bracket) starts",
    "! bang",
    "* star",
    "=SUM(A1)",
    "back\\slash \\",
    "東京スーパー",
    "مقهى‏",
    "date:2026-99-99, [2026-99-99]",
    "@cmd",
    "; all comment",
    "''''",
    "{braces} #tag ^link",
)


def fill(user: Any) -> dict[str, Account]:
    """Accounts in four currencies with opening balances, and every kind of row."""
    accounts = {
        "main": open_account(
            user_id=user.pk, name="Main: the (old) one; really", currency="EUR",
            opening_balance=Decimal("1234.56"),
        ),
        "savings": account_of(user, "Savings"),
        "savings2": account_of(user, "savings "),  # alike once tidied
        "card": open_account(
            user_id=user.pk, name="Karte", currency="EUR", type="credit_card",
            opening_balance=Decimal("-50"),
        ),
        "yen": account_of(user, "円", "JPY"),
        "dinar": account_of(user, "Kuwait", "KWD"),
    }  # fmt: skip
    _tree(user)
    _rows(user, accounts)
    _transfers(user, accounts)
    return accounts


def _tree(user: Any) -> None:
    food = Category.objects.create(user=user, name="Food & Drink", name_key="food & drink")
    for name in ("Groceries", "groceries: other", "Café|Bar"):
        Category.objects.create(user=user, name=name, name_key=name.casefold(), parent=food)
    Category.objects.create(user=user, name="Salary", name_key="salary", kind="income")


def _rows(user: Any, accounts: dict[str, Account]) -> None:
    main = accounts["main"]
    posted(main, "3000.00", "2026-01-01", payee="ACME", category="Salary", tags=("Lohn ü", "date"))
    posted(main, "-54.30", "2026-01-02", payee="REWE", category="Groceries", memo="a; b | c: d")
    posted(main, "12.00", "2026-01-03", payee="REWE", category="Groceries", memo="refund")
    posted(main, "-7.77", "2026-01-04")  # no payee, no category
    posted(main, "8.88", "2026-01-04", statement_text="UNKNOWN\nCREDIT")
    posted(main, "-20.00", "2026-01-05", status="pending", category="Café|Bar", external_id='x"1')
    splits = (
        SplitDraft(amount=Decimal("-6.00"), category="Groceries", memo="date: today [2026-99-99]"),
        SplitDraft(amount=Decimal("-5.00"), category="groceries: other"),
        SplitDraft(amount=Decimal("1.00"), category=None),
    )
    posted(main, "-10.00", "2026-01-06", payee="REWE", splits=splits, tags=("home", "日本"))
    posted(accounts["yen"], "-1200", "2026-01-07", category="Groceries")
    posted(accounts["dinar"], "-1.250", "2026-01-08", category="Groceries")
    posted(accounts["dinar"], "0.005", "2026-01-08", category="Salary")
    posted(accounts["card"], "-33.33", "2026-01-09", category="Café|Bar")
    day = date(2026, 1, 10)
    drafts = [
        Draft(
            account_id=main.id,
            amount=Decimal(-1 - n),
            posted_on=day,
            payee=payee,
            memo=payee[::-1],
            category="Food & Drink",
        )
        for n, payee in enumerate(WEIRD)
    ]
    post(user.pk, drafts)


def _transfers(user: Any, accounts: dict[str, Account]) -> None:
    def move(origin: str, goal: str, amount: str, **fields: Any) -> None:
        draft = TransferDraft(
            from_account=accounts[origin].id,
            to_account=accounts[goal].id,
            amount=Decimal(amount),
            **{"posted_on": date(2026, 1, 12), **fields},
        )
        make_transfer(user_id=user.pk, draft=draft)

    move("main", "savings", "500.00", memo="Save; it")
    move("main", "card", "83.33")
    move("main", "yen", "100.00", to_amount=Decimal("15800"))
    move("yen", "dinar", "3000", to_amount=Decimal("6.125"))
    move("main", "savings", "20.00", to_posted_on=date(2026, 1, 14))
    move("main", "yen", "30.00", to_amount=Decimal("4801"), to_posted_on=date(2026, 1, 15))
    move("yen", "main", "777", to_amount=Decimal("5.01"), to_posted_on=date(2026, 1, 11))
    move("main", "savings2", "1.00", status="pending")
