"""What every new household starts with: one account to book on, and words for what money is for."""

from typing import Any

from django.db.transaction import atomic

from accounts.audit import audit
from accounts.clock import tick
from accounts.ids import new_id
from accounts.models import User
from ledger import naming
from ledger.models import Account, Category, CategoryKind

ACCOUNT_NAME = "Main Account"
INCOME = "Income"
# Group → its categories. All names of one owner differ, groups included.
TREE: dict[str, tuple[str, ...]] = {
    INCOME: ("Salary", "Interest", "Dividends", "Gifts received", "Other income"),
    "Housing": ("Rent", "Mortgage", "Utilities", "Internet and phone", "Home maintenance"),
    "Food": ("Groceries", "Restaurants"),
    "Transport": ("Public transport", "Fuel", "Car", "Parking"),
    "Health": ("Healthcare", "Pharmacy", "Fitness"),
    "Leisure": ("Entertainment", "Travel", "Hobbies", "Subscriptions"),
    "Shopping": ("Clothing", "Electronics", "Household goods"),
    "Family": ("Childcare", "Education", "Gifts", "Pets"),
    "Finance": ("Bank fees", "Insurance", "Taxes", "Interest paid", "Donations"),
    "Other": (),
}


@atomic
def furnish(user: User) -> dict[str, Any]:
    """Give a new user the first account and the category tree: three statements and a tick.

    No events: nobody can have a stream open yet, and the change feed has the rows by their seq.
    """
    seq = tick(user.pk)
    account = Account.objects.create(user=user, seq=seq, name=ACCOUNT_NAME, currency=user.currency)
    categories = _categories(user, seq)
    Category.objects.bulk_create(categories)
    audit(
        "household.furnished",
        user_id=user.pk,
        actor_id=user.pk,
        target="account",
        target_id=account.pk,
        data={"categories": len(categories)},
    )
    return {"default_account": account.pk}


def _categories(user: User, seq: int) -> list[Category]:
    """The tree, groups before their categories, unsaved."""
    rows = []
    for group_name, names in TREE.items():
        kind = CategoryKind.INCOME if group_name == INCOME else CategoryKind.EXPENSE
        group = _category(user, seq, group_name, kind, None)
        rows += [group, *(_category(user, seq, name, kind, group) for name in names)]
    return rows


def _category(
    user: User, seq: int, name: str, kind: CategoryKind, parent: Category | None
) -> Category:
    return Category(
        id=new_id(),
        user=user,
        seq=seq,
        name=name,
        name_key=naming.key(name),
        kind=kind,
        parent=parent,
    )
