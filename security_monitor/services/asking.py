"""What would the watch say? A row scored like a booking, and not booked."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.days import today_of
from accounts.errors import Refusal
from accounts.ids import new_id
from accounts.models import User
from ledger import naming
from ledger.errors import Reason as LedgerReason
from ledger.models import Account, Category, Payee, PayeeAlias, Transaction
from ledger.services.posting import check_day, minor_of
from security_monitor.engine.scores import Judgement
from security_monitor.errors import Reason
from security_monitor.services.entries import entry_of
from security_monitor.services.judging import judged
from security_monitor.services.shelf import open_shelf


@dataclass(frozen=True, slots=True)
class Question:
    """A row that might be booked. payee and category by id or name; nothing new is made."""

    amount: Decimal
    account_id: UUID | None = None
    posted_on: date | None = None
    occurred_at: datetime | None = None
    payee: UUID | str | None = None
    category: UUID | str | None = None


def what_if(owner: User, question: Question) -> Judgement:
    """The score that a POST of this row would get now. Five queries, no write."""
    account = _account(owner.pk, question.account_id)
    day = question.posted_on or today_of(owner)
    check_day(day, "/posted_on")
    payee_id = _named(owner.pk, Payee, question.payee, LedgerReason.PAYEE_NOT_FOUND, "/payee")
    row = Transaction(
        id=new_id(),
        user_id=owner.pk,
        account_id=account.id,
        currency=account.currency,
        amount_minor=minor_of(question.amount, account.currency, "", "/amount"),
        posted_on=day,
        occurred_at=question.occurred_at,
        payee_id=payee_id,
        category_id=_named(
            owner.pk, Category, question.category, LedgerReason.CATEGORY_NOT_FOUND, "/category"
        ),
        created_at=timezone.now(),
    )
    entry = entry_of(row)
    shelf = open_shelf(owner.pk, [entry], timezone.now())
    if payee_id is not None and isinstance(question.payee, str):
        shelf.names.setdefault(payee_id, naming.tidy(question.payee))
    return judged(shelf, entry)


def _account(user_id: UUID, account_id: UUID | None) -> Account:
    owned = Account.objects.for_user(user_id)
    if account_id is not None:
        account = owned.filter(id=account_id).first()
        if account is None:
            raise Refusal(LedgerReason.ACCOUNT_NOT_FOUND, pointer="/account")
        found: Account = account
        return found
    first = owned.filter(closed=False).order_by("id").first()
    if first is None:
        raise Refusal(Reason.NO_ACCOUNT, status=409, pointer="/account")
    oldest: Account = first
    return oldest


def _named(
    user_id: UUID, model: Any, reference: UUID | str | None, missing: LedgerReason, pointer: str
) -> UUID | None:
    """The id that is meant. A name that is not there yet gets an id that nothing has."""
    if not reference:
        return None
    owned = model.objects.for_user(user_id)
    if isinstance(reference, UUID):
        if not owned.filter(id=reference).exists():
            raise Refusal(missing, pointer=pointer)
        return reference
    key = naming.key(naming.checked(reference, pointer=pointer, longest=200))
    found = owned.filter(name_key=key).values_list("id", flat=True).first()
    if found is None and model is Payee:
        aliases = PayeeAlias.objects.for_user(user_id).filter(name_key=key)
        found = aliases.values_list("payee_id", flat=True).first()
    return found or new_id()
