"""The demo household's standing orders: what it pays and is paid again and again, from now on."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.transaction import atomic

from accounts.models import User
from ledger import money
from ledger.demo.habits import BILLS, MAIN, RENT, SALARIES, STREAMING_RISEN, Bill
from ledger.models import Account, RecurringTransaction
from ledger.periods import add_months
from ledger.services.recurring import make_recurring

VARIES_FROM = 1  # percent: a bill that varies is estimated, and waits for its real amount


@atomic
def plan(user: User, today: date) -> list[RecurringTransaction]:
    """Rules for the bills and salaries of the story, beginning tomorrow: the story told the rest.

    Bills of a fixed amount are booked by themselves; those that vary wait for approval.
    """
    accounts = dict(Account.objects.for_user(user).values_list("name", "id"))
    bills = [RENT, STREAMING_RISEN, *BILLS]
    made = [_rule(user, accounts[bill.account], _bill(bill, today), today) for bill in bills]
    for payee, memo, cents in SALARIES:
        fields = {
            "amount": money.from_minor(cents, user.currency),
            "payee": payee,
            "category": "Salary",
            "memo": memo,
            "auto_approve": True,
            "schedule": {
                "frequency": "monthly",
                "anchor_on": today.replace(day=1).isoformat(),
                "last_business_day": True,
            },
        }
        made.append(_rule(user, accounts[MAIN], fields, today))
    return made


def _bill(bill: Bill, today: date) -> dict[str, Any]:
    amount: Decimal = money.from_minor(bill.cents, "EUR")
    # The story has a bill of every third month in March, June, September and December.
    month = today.replace(day=1)
    while month.month % bill.every:
        month = add_months(month, 1)
    return {
        "amount": amount,
        "payee": bill.payee,
        "category": bill.category,
        "auto_approve": bill.spread < VARIES_FROM,
        "variable": bill.spread >= VARIES_FROM,
        "schedule": {
            "frequency": "monthly",
            "interval": bill.every,
            "anchor_on": month.replace(day=bill.day).isoformat(),
        },
    }


def _rule(user: User, account_id: Any, fields: dict[str, Any], today: date) -> RecurringTransaction:
    tomorrow = date.fromordinal(today.toordinal() + 1)
    return make_recurring(
        user_id=user.pk, fields={"account": account_id, "starts_on": tomorrow, **fields}
    )
