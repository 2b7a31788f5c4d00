"""The demo household's debts: a car loan and a student loan that are paid, a store card that waits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.transaction import atomic

from accounts.models import User
from debts.due_days import due_on
from debts.selectors import read_states
from debts.services.debts import DebtDraft, take_up
from debts.services.payments import PaymentOrder, pay
from ledger.demo.habits import MAIN
from ledger.models import Account
from ledger.money import from_minor
from ledger.periods import add_months

PAID_MONTHS = 14


@dataclass(frozen=True, slots=True)
class Loan:
    name: str
    type: str
    lender: str
    principal: str
    apr: str
    months: int
    day: int


LOANS = (
    Loan("Family car", "auto", "Harbour Car Bank", "15200.00", "0.045", 60, 5),
    Loan("Student loan", "student", "State Study Fund", "9400.00", "0.058", 120, 10),
)


@atomic
def plan(user: User, today: date, months: int = PAID_MONTHS) -> None:
    """Take up the debts and pay them for some months until today, by the real verbs."""
    main = Account.objects.for_user(user).get(name=MAIN)
    for loan in LOANS:
        start_on = add_months(today.replace(day=1), -months).replace(day=loan.day)
        terms = {
            "apr": Decimal(loan.apr),
            "term_months": loan.months,
            "lender": loan.lender,
            "pay_from": main.pk,
            "accrues_from": start_on,
            "account_number": f"DE00 1234 5678 {loan.months:04}",
        }
        draft = DebtDraft(
            name=loan.name,
            type=loan.type,
            principal=Decimal(loan.principal),
            start_on=start_on,
            currency=main.currency,
            terms=terms,
        )
        debt = take_up(user=user, draft=draft)
        (state,) = read_states([debt], today)
        amount = from_minor(state.minimum_now, main.currency)
        for number in range(1, months + 1):
            day = due_on(start_on, debt.due_day, number)
            if day <= today:
                pay(user=user, debt_id=debt.pk, order=PaymentOrder(amount=amount, posted_on=day))
    card = DebtDraft(
        name="Store card",
        type="credit_card",
        principal=Decimal("1250.00"),
        start_on=add_months(today, -1),
        currency=main.currency,
        terms={"apr": Decimal("0.2299"), "pay_from": main.pk},
    )
    take_up(user=user, draft=card)
