"""Verbs on transfers: two rows, neither income nor spending, made and kept as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any
from uuid import UUID

from django.db.transaction import atomic

from accounts.clock import tick
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from accounts.ids import new_id
from ledger.errors import Reason
from ledger.models import Account, Transaction, Transfer
from ledger.money import from_minor, round_to_minor
from ledger.rates import PRECISION
from ledger.services.drafts import Change, Draft
from ledger.services.editing import edit
from ledger.services.owned import hold, trace
from ledger.services.posting import check_day, minor_of, post, remove


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDraft:
    """Money from one own account to another; positive amounts, each in its account's currency."""

    from_account: UUID
    to_account: UUID
    amount: Decimal
    posted_on: date
    to_amount: Decimal | None = None
    rate: Decimal | None = None  # to_amount = amount x rate, rounded half up
    to_posted_on: date | None = None
    memo: str = ""
    status: str = "cleared"


@dataclass(frozen=True, slots=True)
class Leg:
    """One side as it should be: the amount is signed, in minor units of the account's currency."""

    account: Account
    minor: int
    posted_on: date

    @property
    def amount(self) -> Decimal:
        return from_minor(self.minor, self.account.currency)


@atomic
def make_transfer(*, user_id: UUID, draft: TransferDraft, seq: int | None = None) -> Transfer:
    """Book both legs, or none. seq: the tick already taken by a verb that wraps this one."""
    seq = seq or tick(user_id)
    legs = _legs(user_id, draft)
    transfer = Transfer(id=new_id(), user_id=user_id, seq=seq, memo=draft.memo)
    transfer.save(force_insert=True)
    drafts = [
        Draft(
            account_id=leg.account.id,
            amount=leg.amount,
            posted_on=leg.posted_on,
            memo=draft.memo,
            status=draft.status,
            transfer_id=transfer.id,
        )
        for leg in legs
    ]
    post(user_id, drafts, source="transfer", seq=seq)
    _trace(transfer, "created", legs)
    return transfer


def _legs(
    user_id: UUID, draft: TransferDraft, before: tuple[Transaction, Transaction] | None = None
) -> tuple[Leg, Leg]:
    """(what leaves, what arrives), checked: own open accounts, exact amounts that belong together.

    before: the legs as they are booked, where a transfer is changed.
    """
    held = [row.account_id for row in before or ()]
    source = _account(user_id, draft.from_account, "/from_account", held)
    target = _account(user_id, draft.to_account, "/to_account", held)
    if source.id == target.id:
        raise Refusal(Reason.ACCOUNTS_MUST_DIFFER, pointer="/to_account")
    check_day(draft.posted_on, "/posted_on")
    arrives_on = draft.to_posted_on or draft.posted_on
    check_day(arrives_on, "/to_posted_on")
    leaving = minor_of(draft.amount, source.currency, "/amount")
    arriving = _arriving(draft, leaving, source.currency, target.currency, before)
    return Leg(source, -leaving, draft.posted_on), Leg(target, arriving, arrives_on)


def _account(user_id: UUID, account_id: UUID, pointer: str, held: Sequence[UUID]) -> Account:
    """An own account that takes rows; one that is closed may keep those that it has."""
    account: Account | None = Account.objects.for_user(user_id).filter(id=account_id).first()
    if account is None:
        raise Refusal(Reason.ACCOUNT_NOT_FOUND, pointer=pointer)
    if account.closed and account_id not in held:
        raise Refusal(Reason.ACCOUNT_IS_CLOSED, status=409, pointer=pointer)
    return account


def _arriving(
    draft: TransferDraft,
    leaving: int,
    source: str,
    target: str,
    before: tuple[Transaction, Transaction] | None,
) -> int:
    """Minor units that arrive: the amount given, the amount at the rate given, or the same."""
    if draft.to_amount is not None and draft.rate is not None:
        raise Refusal(Reason.TO_AMOUNT_OR_RATE, pointer="/rate")
    if draft.to_amount is not None:
        arriving = minor_of(draft.to_amount, target, "/to_amount")
    elif draft.rate is not None:
        # The product may be finer than the currency: it is rounded, and bounded, here.
        with localcontext() as context:
            context.prec = PRECISION
            arriving = round_to_minor(draft.amount * draft.rate, target)
        minor_of(from_minor(arriving, target), target, "/rate")
    elif source == target:
        arriving = leaving
    elif before and (source, target, -leaving) == (
        before[0].currency,
        before[1].currency,
        before[0].amount_minor,
    ):
        arriving = before[1].amount_minor
    else:
        raise Refusal(Reason.TO_AMOUNT_REQUIRED, pointer="/to_amount")
    if arriving <= 0:
        raise Refusal(Reason.AMOUNT_MUST_NOT_BE_ZERO, pointer="/rate")
    if source == target and arriving != leaving:
        pointer = "/rate" if draft.to_amount is None else "/to_amount"
        raise Refusal(Reason.TRANSFER_AMOUNTS_MUST_MATCH, pointer=pointer)
    return arriving


@atomic
def change_transfer(
    *, user_id: UUID, transfer_id: UUID, fields: dict[str, Any], expected_seq: int | None = None
) -> Transfer:
    """Change the named fields of TransferDraft; both legs stay equal.

    A new amount between currencies needs its to_amount or rate said anew. The day of arrival moves
    with `posted_on` where both were the same.
    """
    seq = tick(user_id)
    transfer, (out, into) = held_transfer(user_id, transfer_id, expected_seq)
    legs = _changed_legs(user_id, out, into, fields)
    changes = [
        change
        for row, leg in ((out, legs[0]), (into, legs[1]))
        if (change := _change(row, leg, fields)).fields
    ]
    edit(user_id, changes, source="transfer", seq=seq, legs=True)
    transfer.memo = fields.get("memo", transfer.memo)
    transfer.seq = seq
    transfer.save()
    _trace(transfer, "updated", legs)
    return transfer


def held_transfer(
    user_id: UUID, transfer_id: UUID, expected_seq: int | None
) -> tuple[Transfer, tuple[Transaction, Transaction]]:
    """The transfer with (what leaves, what arrives). Its version is that of the youngest row."""
    transfer: Transfer = hold(
        Transfer.objects.for_user(user_id), transfer_id, Reason.TRANSFER_NOT_FOUND
    )
    rows = Transaction.objects.for_user(user_id).filter(transfer_id=transfer_id)
    out, into = rows.order_by("amount_minor")
    if expected_seq is not None and expected_seq != max(transfer.seq, out.seq, into.seq):
        raise Refusal(Common.STALE, status=412)
    return transfer, (out, into)


def _changed_legs(
    user_id: UUID, out: Transaction, into: Transaction, fields: dict[str, Any]
) -> tuple[Leg, Leg]:
    """The legs as they will be."""
    posted_on = fields.get("posted_on", out.posted_on)
    arrived = posted_on if into.posted_on == out.posted_on else into.posted_on
    draft = TransferDraft(
        from_account=fields.get("from_account", out.account_id),
        to_account=fields.get("to_account", into.account_id),
        amount=fields.get("amount", from_minor(-out.amount_minor, out.currency)),
        to_amount=fields.get("to_amount"),
        rate=fields.get("rate"),
        posted_on=posted_on,
        to_posted_on=fields.get("to_posted_on") or arrived,
    )
    return _legs(user_id, draft, before=(out, into))


def _change(row: Transaction, leg: Leg, fields: dict[str, Any]) -> Change:
    """What of one leg differs from how it should be: a reconciled leg minds only real changes."""
    differs: dict[str, Any] = {}
    if leg.account.id != row.account_id:
        differs |= {"account": leg.account.id, "amount": leg.amount}
    elif leg.minor != row.amount_minor:
        differs["amount"] = leg.amount
    if leg.posted_on != row.posted_on:
        differs["posted_on"] = leg.posted_on
    for name in ("memo", "status"):
        if name in fields and fields[name] != getattr(row, name):
            differs[name] = fields[name]
    return Change(id=row.id, fields=differs)


@atomic
def remove_transfer(*, user_id: UUID, transfer_id: UUID, expected_seq: int | None = None) -> None:
    """Delete both legs and the transfer; 409 while one of them is reconciled."""
    seq = tick(user_id)
    transfer, rows = held_transfer(user_id, transfer_id, expected_seq)
    remove(user_id, [row.id for row in rows], source="transfer", seq=seq)
    trace(user_id, seq, "transfer", "deleted", transfer.id)


def _trace(transfer: Transfer, what: str, legs: Sequence[Leg]) -> None:
    said = [
        {"account": str(leg.account.id), "amount_minor": leg.minor, "posted_on": str(leg.posted_on)}
        for leg in legs
    ]
    trace(transfer.user_id, transfer.seq, "transfer", what, transfer.id, legs=said)
