"""Verbs on debts: take up, change, remove. What is owed stays the ledger's."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.transaction import atomic

from accounts.announce import bury
from accounts.clock import tick
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from debts import vault
from debts.due_days import due_on, period_of
from debts.errors import Reason
from debts.interest import Rate, rate_on
from debts.models import Debt, DebtRate, DebtType
from ledger import naming
from ledger.errors import Reason as Ledger
from ledger.models import Account, Transaction
from ledger.money import to_minor
from ledger.services.account_book import change_account, open_account, remove_account
from ledger.services.owned import hold, trace
from ledger.services.posting import check_day, minor_of

LIABILITIES = ("loan", "credit_card", "other")
CARD_GRACE_DAYS = 25
CARD_PERCENT, CARD_FLOOR = Decimal(1), Decimal(25)  # where a card's minimum is not said
PLAIN = (
    "type",
    "term_months",
    "day_count",
    "compounding",
    "interest",
    "lender",
    "notes",
    "archived",
)
SAID_AS_CHANGED = {"name", "lender", "notes", "account_number"}  # words of the owner's


@dataclass(slots=True, kw_only=True)
class DebtDraft:
    """A debt as clients describe it. `terms`: the fields that `_apply` knows, all optional."""

    name: str
    type: str
    principal: Decimal
    start_on: date
    balance: Decimal | None = None  # what is owed today; the principal if not said
    currency: str | None = None
    account: UUID | None = None  # the liability; a paying account counts as pay_from
    terms: dict[str, Any] = field(default_factory=dict)


@atomic
def take_up(*, user: User, draft: DebtDraft) -> Debt:
    """A new debt. Without a liability account it opens one, whose opening balance is what is owed."""
    seq = tick(user.pk)
    check_day(draft.start_on, "/start_on")
    terms = dict(draft.terms)
    account = _own_account(user.pk, draft.account, "/account") if draft.account else None
    if account is not None and account.type not in LIABILITIES:
        terms.setdefault("pay_from", account.pk)
        account = None
    balance = draft.principal if draft.balance is None else draft.balance
    opened = account is None
    if account is None:
        paying = terms.get("pay_from")
        currency = draft.currency or (
            _own_account(user.pk, paying, "/pay_from").currency if paying else user.currency
        )
        _refuse_negative(balance, "/balance")
        minor_of(balance, currency, "/balance")
        account = _open(user.pk, draft, currency, balance)
    else:
        _join(user.pk, account, draft)
    debt = Debt(
        user_id=user.pk, seq=seq, account=account, opened_account=opened, start_on=draft.start_on
    )
    debt.due_day = draft.start_on.day
    debt.type = draft.type
    if debt.is_card:
        debt.grace_days = CARD_GRACE_DAYS
        debt.day_count = "act/365"
    _apply(debt, {"name": draft.name, "principal": draft.principal, **terms})
    _default_minimum(debt)
    debt.accrues_from = terms.get("accrues_from") or _last_due(debt, today_of(user))
    check_day(debt.accrues_from, "/accrues_from")
    _settle_accrual_start(debt)
    debt.save(force_insert=True)
    trace(user.pk, seq, "debt", "created", debt.pk, type=debt.type)
    return debt


def _last_due(debt: Debt, today: date) -> date:
    """The beginning of the present period: interest before it is in the balance that was entered."""
    if today <= debt.start_on:
        return debt.start_on
    number = period_of(debt.start_on, debt.due_day, today)
    return max(debt.start_on, due_on(debt.start_on, debt.due_day, number - 1))


def _settle_accrual_start(debt: Debt) -> None:
    """Interest begins with a period: the due day on or before the day wished for."""
    if debt.accrues_from <= debt.start_on:
        debt.accrues_from = debt.start_on
        return
    debt.accrues_from = _last_due(debt, debt.accrues_from + timedelta(1))


def _own_account(user_id: UUID, account_id: UUID, pointer: str) -> Account:
    account: Account | None = Account.objects.for_user(user_id).filter(id=account_id).first()
    if account is None:
        raise Refusal(Ledger.ACCOUNT_NOT_FOUND, pointer=pointer)
    return account


def _open(user_id: UUID, draft: DebtDraft, currency: str, balance: Decimal) -> Account:
    """A liability account under the debt's name, or under a name beside it that is free."""
    name = naming.checked(draft.name, pointer="/name")
    taken = {
        other.casefold()
        for other in Account.objects.for_user(user_id)
        .filter(name__istartswith=name[:80])
        .values_list("name", flat=True)
    }
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name[:80]} ({number})"
    is_card = draft.type == DebtType.CREDIT_CARD
    return open_account(
        user_id=user_id,
        name=free,
        currency=currency,
        type="credit_card" if is_card else "loan",
        opening_balance=-balance,
    )


def _join(user_id: UUID, account: Account, draft: DebtDraft) -> None:
    """Take an account that is there. Without rows it takes the balance that was said."""
    if Debt.objects.for_user(user_id).filter(account_id=account.pk).exists():
        raise Refusal(Reason.ACCOUNT_HAS_DEBT, status=409, pointer="/account")
    if draft.currency not in (None, account.currency):
        raise Refusal(Reason.CURRENCY_IS_THE_ACCOUNTS, status=409, pointer="/currency")
    if draft.balance is not None:
        move_balance(user_id, account, draft.balance)
    elif not account.balance_minor and not _has_rows(account):
        move_balance(user_id, account, draft.principal)


def _has_rows(account: Account) -> bool:
    return Transaction.objects.for_user(account.user_id).filter(account_id=account.pk).exists()


def move_balance(user_id: UUID, account: Account, owed: Decimal) -> None:
    """Make `owed` what the account says, by its opening balance; 409 once it has transactions."""
    _refuse_negative(owed, "/balance")
    if minor_of(-owed, account.currency, "/balance") == account.balance_minor:
        return
    if _has_rows(account):
        raise Refusal(Reason.BALANCE_IS_THE_ACCOUNTS, status=409, pointer="/balance")
    change_account(user_id=user_id, account_id=account.pk, fields={"opening_balance": -owed})
    account.refresh_from_db()


def _refuse_negative(amount: Decimal, pointer: str) -> None:
    if amount < 0:
        raise Refusal(Ledger.AMOUNT_MUST_NOT_BE_NEGATIVE, pointer=pointer)


def _default_minimum(debt: Debt) -> None:
    if debt.minimum_minor or debt.minimum_percent is not None or debt.term_months:
        return
    if not debt.is_card:
        raise Refusal(Reason.MINIMUM_REQUIRED, pointer="/minimum_payment")
    debt.minimum_percent = CARD_PERCENT
    debt.minimum_floor_minor = to_minor(CARD_FLOOR, debt.account.currency)


@atomic
def change_debt(
    *, user: User, debt_id: UUID, fields: dict[str, Any], expected_seq: int | None = None
) -> Debt:
    """Change the named fields. A new APR holds from today on; what was charged stays charged."""
    seq = tick(user.pk)
    debt: Debt = hold(
        Debt.objects.for_user(user).select_related("account"),
        debt_id,
        Reason.DEBT_NOT_FOUND,
        expected_seq,
    )
    if fields.get("currency", debt.account.currency) != debt.account.currency:
        raise Refusal(Reason.CURRENCY_IS_THE_ACCOUNTS, status=409, pointer="/currency")
    if fields.get("account") not in (None, debt.account_id, debt.pay_from_id):
        _change_account(debt, fields["account"])
    if fields.get("balance") is not None:
        move_balance(user.pk, debt.account, fields["balance"])
    if "apr" in fields:
        _change_apr(debt, fields["apr"], today_of(user), seq)
    if "start_on" in fields:
        check_day(fields["start_on"], "/start_on")
        _refuse_accrued(debt, fields["start_on"])
    rest = {name: value for name, value in fields.items() if name != "apr"}
    _apply(debt, rest)
    _default_minimum(debt)
    debt.seq = seq
    debt.save()
    said = {n: "changed" if n in SAID_AS_CHANGED else str(value) for n, value in fields.items()}
    trace(user.pk, seq, "debt", "updated", debt_id, **said)
    return debt


def _change_account(debt: Debt, account_id: UUID) -> None:
    """Another account pays; the liability itself is where the payments are, and stays."""
    account = _own_account(debt.user_id, account_id, "/account")
    if account.type in LIABILITIES:
        raise Refusal(Reason.BALANCE_IS_THE_ACCOUNTS, status=409, pointer="/account")
    debt.pay_from = account


def _refuse_accrued(debt: Debt, start_on: date) -> None:
    """The calendar of periods stands once interest was charged by it."""
    if start_on == debt.start_on:
        return
    if debt.accruals.exists():
        raise Refusal(Reason.RATE_IS_ACCRUED, status=409, pointer="/start_on")
    debt.start_on = start_on
    debt.accrues_from = max(debt.accrues_from, start_on)
    _settle_accrual_start(debt)


def _change_apr(debt: Debt, apr: Decimal, today: date, seq: int) -> None:
    """Another rate from today on, or at once where no interest was charged yet."""
    rates = DebtRate.objects.for_user(debt.user_id).filter(debt=debt)
    known = [Rate(row.from_on, row.apr, row.until_on) for row in rates]
    if apr == rate_on(known, max(today, debt.start_on), debt.apr):
        return
    if not debt.accruals.exists() and not rates.exists():
        debt.apr = apr
        return
    same_day = rates.filter(from_on=today, until_on=None).first()
    if same_day:
        same_day.apr, same_day.seq = apr, seq
        same_day.save()
    else:
        DebtRate.objects.create(user_id=debt.user_id, seq=seq, debt=debt, from_on=today, apr=apr)


def _apply(debt: Debt, fields: dict[str, Any]) -> None:
    currency = debt.account.currency
    if "name" in fields:
        debt.name = naming.checked(fields["name"], pointer="/name")
    for name in PLAIN:
        if name in fields:
            setattr(debt, name, fields[name])
    if "apr" in fields:
        debt.apr = fields["apr"]
    if "principal" in fields:
        debt.principal_minor = minor_of(fields["principal"], currency, "/principal")
    if "fee" in fields:
        _refuse_negative(fields["fee"], "/fee")
        debt.fee_minor = minor_of(fields["fee"], currency, "/fee")
    if fields.get("due_day"):
        debt.due_day = fields["due_day"]
    if "grace_days" in fields and fields["grace_days"] is not None:
        debt.grace_days = fields["grace_days"]
    _apply_minimum(debt, fields, currency)
    if "pay_from" in fields:
        paying = fields["pay_from"]
        debt.pay_from = _own_account(debt.user_id, paying, "/pay_from") if paying else None
        if debt.pay_from and debt.pay_from.currency != currency:
            raise Refusal(Reason.PAYMENT_CURRENCY_DIFFERS, pointer="/pay_from")
        if debt.pay_from and debt.pay_from.pk == debt.account_id:
            raise Refusal(Ledger.ACCOUNTS_MUST_DIFFER, pointer="/pay_from")
    if "account_number" in fields:
        number = fields["account_number"] or ""
        debt.number_encrypted = vault.sealed(number)
        debt.number_tail = number[-4:] if len(number) > 4 else ""


def _apply_minimum(debt: Debt, fields: dict[str, Any], currency: str) -> None:
    """An amount, or a percentage with a floor; one replaces the other."""
    amount, rule = fields.get("minimum_payment"), fields.get("minimum_rule")
    if amount is not None and rule is not None:
        raise Refusal(Reason.MINIMUM_ONE_WAY, pointer="/minimum_rule")
    if "minimum_payment" in fields or rule is not None:
        debt.minimum_minor = 0
    if amount is not None:
        debt.minimum_minor = minor_of(amount, currency, "/minimum_payment")
    if "minimum_rule" in fields or amount is not None:
        debt.minimum_percent, debt.minimum_floor_minor = None, 0
    if rule is not None:
        debt.minimum_percent = rule["percent"]
        debt.minimum_floor_minor = minor_of(
            rule.get("floor", Decimal(0)), currency, "/minimum_rule/floor"
        )


@atomic
def remove_debt(*, user_id: UUID, debt_id: UUID, expected_seq: int | None = None) -> None:
    """Delete the terms and the record of payments. Rows of the books stay.

    An account that was opened for the debt and has no rows goes with it.
    """
    seq = tick(user_id)
    debt: Debt = hold(
        Debt.objects.for_user(user_id).select_related("account"),
        debt_id,
        Reason.DEBT_NOT_FOUND,
        expected_seq,
    )
    account = debt.account
    debt.delete()
    bury(user_id, seq, "debt", [debt_id])
    trace(user_id, seq, "debt", "deleted", debt_id)
    if debt.opened_account and not _has_rows(account):
        remove_account(user_id=user_id, account_id=account.pk)


@atomic
def add_rate(
    *, user_id: UUID, debt_id: UUID, apr: Decimal, from_on: date, until_on: date | None = None
) -> DebtRate:
    """Another APR from a day on, or until a day: a promotion. Days with interest are refused (409)."""
    seq = tick(user_id)
    debt: Debt = hold(Debt.objects.for_user(user_id), debt_id, Reason.DEBT_NOT_FOUND)
    check_day(from_on, "/from_on")
    if until_on is not None:
        check_day(until_on, "/until_on")
        if until_on < from_on:
            raise Refusal(Reason.ENDS_BEFORE_START, pointer="/until_on")
    if debt.accruals.filter(ends_on__gt=from_on).exists():
        raise Refusal(Reason.RATE_IS_ACCRUED, status=409, pointer="/from_on")
    same = DebtRate.objects.filter(debt=debt, from_on=from_on)
    if same.filter(until_on__isnull=until_on is None).exists():
        raise Refusal(Reason.RATE_DAY_TAKEN, status=409, pointer="/from_on")
    rate = DebtRate(
        user_id=user_id, seq=seq, debt=debt, from_on=from_on, until_on=until_on, apr=apr
    )
    rate.save(force_insert=True)
    _touch(debt, seq)
    trace(user_id, seq, "debt", "rate_added", debt_id, apr=str(apr), from_on=str(from_on))
    return rate


@atomic
def remove_rate(*, user_id: UUID, debt_id: UUID, rate_id: UUID) -> None:
    """Delete a rate that no interest was charged by; 409 otherwise."""
    seq = tick(user_id)
    debt: Debt = hold(Debt.objects.for_user(user_id), debt_id, Reason.DEBT_NOT_FOUND)
    rate = DebtRate.objects.for_user(user_id).filter(debt=debt, id=rate_id).first()
    if rate is None:
        raise Refusal(Reason.DEBT_RATE_NOT_FOUND, status=404)
    if debt.accruals.filter(ends_on__gt=rate.from_on).exists():
        raise Refusal(Reason.RATE_IS_ACCRUED, status=409)
    rate.delete()
    bury(user_id, seq, "debt_rate", [rate_id])
    _touch(debt, seq)
    trace(user_id, seq, "debt", "rate_removed", debt_id)


def _touch(debt: Debt, seq: int) -> None:
    debt.seq = seq
    debt.save(update_fields=["seq", "updated_at"])
