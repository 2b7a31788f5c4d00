"""Paying: what is charged first (interest, then fees: expenses), the rest off the principal (a transfer)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.transaction import atomic

from accounts.announce import bury
from accounts.clock import tick
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.ids import new_id
from accounts.models import User
from debts.due_days import spans_for_payment
from debts.errors import Reason
from debts.models import Debt, DebtPayment
from debts.selectors import as_booked, read_states
from debts.services.accrual import FEES, INTEREST, charge, spans_of
from debts.state import Paid, State
from ledger.errors import Reason as Ledger
from ledger.models import Account, Transaction
from ledger.money import format_minor, from_minor
from ledger.services.drafts import Draft
from ledger.services.owned import hold, trace
from ledger.services.posting import check_day, minor_of, post, remove
from ledger.services.transfers import TransferDraft, make_transfer

NEVER_PAYS = ("credit_card", "loan")  # types of accounts that are debts themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """What the owner wants to pay. cap: pay just what is owed where the amount is more."""

    amount: Decimal
    posted_on: date | None = None
    account: UUID | None = None
    cap: bool = False
    memo: str = ""


@atomic
def pay(*, user: User, debt_id: UUID, order: PaymentOrder) -> Paid:
    """Book one payment. Charges the interest of its period first, once.

    Refuses more than is owed (409 with the payoff amount), a debt that is paid off (409), an
    account of another currency, and what the ledger refuses.
    """
    seq = tick(user.pk)
    debt: Debt = hold(
        Debt.objects.for_user(user).select_related("account"), debt_id, Reason.DEBT_NOT_FOUND
    )
    today = today_of(user)
    day = order.posted_on or today
    check_day(day, "/posted_on")
    amount = minor_of(order.amount, debt.account.currency, "/amount")
    account = _paying_account(debt, order.account)
    (state,) = read_states([debt], today)
    if not debt.charges_itself:
        spans = spans_for_payment(
            debt.start_on,
            debt.due_day,
            debt.accrues_from,
            spans_of(state),
            day,
            whole=debt.charges_whole_periods,
        )
        charge(state, spans, seq)
    parts = _parts(state, day, amount, cap=order.cap)
    payment = _book(debt, account, day, parts, order.memo, seq)
    debt.seq = seq
    debt.save(update_fields=["seq", "updated_at"])
    interest, fee, principal = parts
    trace(
        user.pk,
        seq,
        "debt",
        "paid",
        debt_id,
        payment=str(payment.pk),
        interest_minor=interest,
        fee_minor=fee,
        principal_minor=principal,
    )
    return Paid(payment, day, interest, fee, principal, account.pk)


def _paying_account(debt: Debt, account_id: UUID | None) -> Account:
    """The account that pays: the one named, the debt's own choice, or the only one there is."""
    own = Account.objects.for_user(debt.user_id)
    wanted = account_id or debt.pay_from_id
    if wanted is None:
        able = own.filter(currency=debt.account.currency, closed=False)
        candidates = list(able.exclude(type__in=NEVER_PAYS).exclude(id=debt.account_id)[:2])
        if len(candidates) != 1:
            raise Refusal(Reason.PAYING_ACCOUNT_REQUIRED, pointer="/account")
        return candidates[0]  # type: ignore[no-any-return]
    account: Account | None = own.filter(id=wanted).first()
    if account is None:
        raise Refusal(Ledger.ACCOUNT_NOT_FOUND, pointer="/account")
    if account.pk == debt.account_id:
        raise Refusal(Ledger.ACCOUNTS_MUST_DIFFER, pointer="/account")
    if account.closed:
        raise Refusal(Ledger.ACCOUNT_IS_CLOSED, status=409, pointer="/account")
    if account.currency != debt.account.currency:
        raise Refusal(Reason.PAYMENT_CURRENCY_DIFFERS, pointer="/account")
    return account


def _parts(state: State, day: date, amount: int, *, cap: bool) -> tuple[int, int, int]:
    """(interest, fee, principal) of an amount; refuses more than is owed unless it is capped."""
    interest_due, fees_due = state.interest_due(day), state.fees_due(day)
    payoff = state.owed + interest_due + fees_due
    if payoff == 0:
        raise Refusal(Reason.DEBT_IS_PAID_OFF, status=409)
    if amount > payoff:
        if not cap:
            said = format_minor(payoff, state.currency)
            raise Refusal(
                Reason.OVERPAYMENT,
                status=409,
                pointer="/amount",
                detail=f"{said} {state.currency} is owed. Send at most that, or cap=true.",
                extra={"payoff_amount": said, "currency": state.currency},
            )
        amount = payoff
    interest = min(amount, interest_due)
    fee = min(amount - interest, fees_due)
    return interest, fee, amount - interest - fee


def _book(
    debt: Debt, account: Account, day: date, parts: tuple[int, int, int], memo: str, seq: int
) -> DebtPayment:
    interest, fee, principal = parts
    payment = DebtPayment(id=new_id(), user_id=debt.user_id, seq=seq, debt=debt)
    expenses = [(interest, INTEREST, "interest_id"), (fee, FEES, "fee_id")]
    wanted = [part for part in expenses if part[0]]
    drafts = [
        Draft(
            account_id=account.pk,
            amount=from_minor(-minor, account.currency),
            posted_on=day,
            payee=debt.lender or debt.name,
            category=category,
            memo=memo,
        )
        for minor, category, _ in wanted
    ]
    rows = post(debt.user_id, drafts, source="debt", seq=seq)
    for row, (_, _, column) in zip(rows, wanted, strict=True):
        setattr(payment, column, row.transaction.id)
    if principal:
        transfer = TransferDraft(
            from_account=account.pk,
            to_account=debt.account_id,
            amount=from_minor(principal, account.currency),
            posted_on=day,
            memo=memo or debt.name,
        )
        payment.transfer_id = make_transfer(user_id=debt.user_id, draft=transfer, seq=seq).pk
    payment.save(force_insert=True)
    return payment


def held_payment(user_id: UUID, debt_id: UUID, payment_id: UUID) -> Paid:
    """One payment of an owned debt as the books have it; 404 otherwise."""
    rows = DebtPayment.objects.for_user(user_id).filter(debt_id=debt_id, id=payment_id)
    found = as_booked(user_id, list(rows))
    if not found:
        raise Refusal(Reason.PAYMENT_NOT_FOUND, status=404)
    return found[0]


@atomic
def take_back(*, user_id: UUID, debt_id: UUID, payment_id: UUID) -> None:
    """Delete a payment with its rows; the interest it found charged is due again.

    409 while one of its rows is reconciled.
    """
    seq = tick(user_id)
    debt: Debt = hold(Debt.objects.for_user(user_id), debt_id, Reason.DEBT_NOT_FOUND)
    paid = held_payment(user_id, debt_id, payment_id)
    remove(user_id, _rows_of(user_id, paid), source="debt", seq=seq)
    paid.payment.delete()
    debt.seq = seq
    debt.save(update_fields=["seq", "updated_at"])
    bury(user_id, seq, "debt_payment", [payment_id])
    trace(user_id, seq, "debt", "payment_taken_back", debt_id, payment=str(payment_id))


def _rows_of(user_id: UUID, paid: Paid) -> list[UUID]:
    row = paid.payment
    books = Transaction.objects.for_user(user_id)
    ids = [row_id for row_id in (row.interest_id, row.fee_id) if row_id]
    there = list(books.filter(id__in=ids).values_list("id", flat=True))
    if row.transfer_id:
        there += books.filter(transfer_id=row.transfer_id).values_list("id", flat=True)
    return there
