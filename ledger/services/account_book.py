"""Verbs on accounts: open, change, remove. Balances move only by the write path and the opening."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError, RestrictedError
from django.db.transaction import atomic

from accounts.announce import bury
from accounts.clock import tick
from accounts.errors import Refusal
from ledger import naming
from ledger.errors import Reason
from ledger.models import Account, DeletedTransaction, ImportBatch, Transaction
from ledger.services.owned import hold, refuse_taken, trace
from ledger.services.posting import minor_of

PLAIN = ("type", "closed")
WORDS = {"name", "bank_id"}  # The trail says that these changed, not to what.


@atomic
def open_account(
    *,
    user_id: UUID,
    name: str,
    currency: str,
    type: str = "checking",
    opening_balance: Decimal = Decimal(0),
    credit_limit: Decimal | None = None,
    closed: bool = False,
    bank_id: str = "",
) -> Account:
    """A new account. `opening_balance` is signed: what is owed on a card or loan is negative."""
    seq = tick(user_id)
    account = Account(user_id=user_id, seq=seq, currency=currency)
    _apply(
        account,
        {
            "name": name,
            "type": type,
            "opening_balance": opening_balance,
            "credit_limit": credit_limit,
            "closed": closed,
            "bank_id": bank_id,
        },
    )
    account.save(force_insert=True)
    trace(user_id, seq, "account", "created", account.id, currency=currency, type=type)
    return account


@atomic
def change_account(
    *,
    user_id: UUID,
    account_id: UUID,
    fields: dict[str, Any],
    expected_seq: int | None = None,
) -> Account:
    """Change the named fields. A new opening balance moves every sum by the difference.

    Refuses another currency (409), an opening balance that statements rest on (409), a taken name.
    """
    seq = tick(user_id)
    account: Account = hold(
        Account.objects.for_user(user_id), account_id, Reason.ACCOUNT_NOT_FOUND, expected_seq
    )
    if fields.get("currency", account.currency) != account.currency:
        raise Refusal(Reason.CURRENCY_IS_FIXED, status=409, pointer="/currency")
    before = {name: getattr(account, name) for name in (*PLAIN, "opening_minor")}
    _apply(account, fields)
    account.seq = seq
    account.save()
    said = {
        name: "changed" if name in WORDS else str(fields[name])
        for name in fields
        if name != "currency"
    }
    if "opening_balance" in fields:
        said["opening_minor"] = f"{before['opening_minor']} to {account.opening_minor}"
    trace(user_id, seq, "account", "updated", account.id, **said)
    return account


def _apply(account: Account, fields: dict[str, Any]) -> None:
    if "name" in fields:
        account.name = naming.checked(fields["name"], pointer="/name")
        refuse_taken(
            Account.objects.for_user(account.user_id).filter(name__iexact=account.name), account.id
        )
    for name in PLAIN:
        if name in fields:
            setattr(account, name, fields[name])
    if "bank_id" in fields:
        account.bank_id = "".join(fields["bank_id"].split()).upper()  # IBANs are typed in groups
    if "credit_limit" in fields:
        account.credit_limit_minor = _limit(fields["credit_limit"], account.currency)
    if "opening_balance" in fields:
        _move_opening(
            account, minor_of(fields["opening_balance"], account.currency, "/opening_balance")
        )


def _limit(amount: Decimal | None, currency: str) -> int | None:
    if amount is None:
        return None
    if amount < 0:
        raise Refusal(Reason.AMOUNT_MUST_NOT_BE_NEGATIVE, pointer="/credit_limit")
    return minor_of(amount, currency, "/credit_limit")


def _move_opening(account: Account, opening_minor: int) -> None:
    difference = opening_minor - account.opening_minor
    if difference and account.reconciled_on is not None:
        raise Refusal(Reason.OPENING_IS_RECONCILED, status=409, pointer="/opening_balance")
    account.opening_minor += difference
    account.balance_minor += difference
    account.cleared_minor += difference


@atomic
def remove_account(*, user_id: UUID, account_id: UUID, expected_seq: int | None = None) -> None:
    """Delete an account that has no rows, with its totals, statements and files.

    Refuses with 409 while a transaction is on it or a plan, goal or debt refers to it.
    """
    seq = tick(user_id)
    account: Account = hold(
        Account.objects.for_user(user_id), account_id, Reason.ACCOUNT_NOT_FOUND, expected_seq
    )
    if Transaction.objects.for_user(user_id).filter(account_id=account_id).exists():
        raise Refusal(Reason.ACCOUNT_HAS_ROWS, status=409)
    files = list(
        ImportBatch.objects.for_user(user_id)
        .filter(account_id=account_id)
        .values_list("id", flat=True)
    )
    if files:
        # Rows that this account's files brought and that were moved to another account since.
        moved = Transaction.objects.for_user(user_id).filter(import_batch_id__in=files)
        moved.update(import_batch=None, seq=seq)
        bury(user_id, seq, "import", files)
    DeletedTransaction.objects.for_user(user_id).filter(account_id=account_id).delete()
    try:
        account.delete()
    except (ProtectedError, RestrictedError):
        raise Refusal(Reason.ACCOUNT_IN_USE, status=409) from None
    bury(user_id, seq, "account", [account_id])
    trace(user_id, seq, "account", "deleted", account_id)
