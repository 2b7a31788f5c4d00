"""Verbs on goals: make, change, remove, put money in, take it out, share out an income."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.db.transaction import atomic

from accounts.announce import bury, push
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from accounts.models import User
from goals.allocation import Strategy, allocate
from goals.errors import Reason
from goals.maths import FAR, crossed, progress
from goals.models import Contribution, Follows, Goal
from goals.selectors import contributions_of, holdings, open_goals
from ledger import naming
from ledger.errors import Reason as Books
from ledger.models import Account
from ledger.money import from_minor
from ledger.services.posting import check_day, minor_of
from ledger.services.transfers import TransferDraft, make_transfer


@dataclass(frozen=True, slots=True)
class Moved:
    """What one goal got (+) or gave (-), and what it did not take. Minor units."""

    goal: Goal
    contribution: Contribution | None
    amount: int
    returned: int
    saved: int


def hold(user_id: UUID, goal_id: UUID, expected_seq: int | None = None) -> Goal:
    """The goal, read under the owner's clock; 404 when it is not there, 412 when it moved on."""
    goal: Goal | None = Goal.objects.for_user(user_id).filter(id=goal_id).first()
    if goal is None:
        raise Refusal(Reason.GOAL_NOT_FOUND, status=404)
    if expected_seq is not None and expected_seq != goal.seq:
        raise Refusal(Common.STALE, status=412)
    return goal


def account_of(user_id: UUID, account_id: UUID, pointer: str, currency: str = "") -> Account:
    account: Account | None = Account.objects.for_user(user_id).filter(id=account_id).first()
    if account is None:
        raise Refusal(Books.ACCOUNT_NOT_FOUND, pointer=pointer)
    if currency and account.currency != currency:
        raise Refusal(Reason.GOAL_CURRENCY_DIFFERS, pointer=pointer)
    return account


@atomic
def make_goal(*, user: User, fields: dict[str, Any], today: date) -> Goal:
    """A new goal. Its currency is the account's, else the one sent, else the owner's own."""
    seq = tick(user.pk)
    goal = Goal(user_id=user.pk, currency=fields.pop("currency", None) or user.currency)
    if account_id := fields.get("account"):
        account = account_of(user.pk, account_id, "/account")
        goal.currency = account.currency
    _set(goal, fields, today)
    _save(goal, seq, "created", new=True)
    return goal


@atomic
def change_goal(
    *,
    user_id: UUID,
    goal_id: UUID,
    fields: dict[str, Any],
    today: date,
    expected_seq: int | None = None,
) -> Goal:
    """Change the named fields. The account stays while money is saved, the currency for good."""
    seq = tick(user_id)
    goal = hold(user_id, goal_id, expected_seq)
    _set(goal, fields, today)
    _save(goal, seq, "updated")
    return goal


def _set(goal: Goal, fields: dict[str, Any], today: date) -> None:
    if "name" in fields:
        goal.name = naming.checked(fields["name"], pointer="/name")
        same = Goal.objects.for_user(goal.user_id).filter(name=goal.name)
        if same.exclude(id=goal.id).exists():
            raise Refusal(Reason.GOAL_NAME_TAKEN, status=409, pointer="/name")
    if "target_amount" in fields:
        goal.target_minor = minor_of(fields["target_amount"], goal.currency, "/target_amount")
    if "target_on" in fields and fields["target_on"] != goal.target_on:
        day = fields["target_on"]
        if day is not None and day < today:
            raise Refusal(Reason.TARGET_IS_PAST, pointer="/target_on")
        if day is not None and day > today + timedelta(days=FAR):
            raise Refusal(Books.DATE_OUT_OF_RANGE, pointer="/target_on")
        goal.target_on = day
    if "account" in fields and fields["account"] != goal.account_id:
        if fields["account"] is not None:
            account_of(goal.user_id, fields["account"], "/account", goal.currency)
        put_aside = contributions_of(goal.user_id).filter(goal=goal).values_list("minor", flat=True)
        if sum(put_aside):
            raise Refusal(Reason.GOAL_HAS_MONEY, status=409, pointer="/account")
        goal.account_id = fields["account"]
    goal.follows = fields.get("follows", goal.follows)
    _check_following(goal)
    if fields.get("allocation_percent"):
        others = Goal.objects.for_user(goal.user_id).exclude(id=goal.id)
        taken = others.aggregate(all=Sum("allocation_percent"))["all"] or Decimal(0)
        if taken + fields["allocation_percent"] > 100:
            raise Refusal(Reason.PERCENTS_EXCEED_100, status=409, pointer="/allocation_percent")
    for name in ("importance", "allocation_percent", "paused"):
        if name in fields:
            setattr(goal, name, fields[name])


def _check_following(goal: Goal) -> None:
    """One goal at most follows the balance of an account."""
    if goal.follows != Follows.BALANCE:
        return
    if goal.account_id is None:
        raise Refusal(Reason.FOLLOWING_NEEDS_ACCOUNT, pointer="/follows")
    others = Goal.objects.for_user(goal.user_id).exclude(id=goal.id)
    if others.filter(account_id=goal.account_id, follows=Follows.BALANCE).exists():
        raise Refusal(Reason.ACCOUNT_IS_FOLLOWED, status=409, pointer="/account")


def _save(goal: Goal, seq: int, what: str, *, new: bool = False) -> None:
    goal.seq = seq
    goal.save(force_insert=new)
    audit(f"goal.{what}", user_id=goal.user_id, target="goal", target_id=goal.id,
          data={"target_minor": goal.target_minor})  # fmt: skip
    push(goal.user_id, seq, f"goal.{what}", [{"id": str(goal.id)}])


@atomic
def remove_goal(*, user_id: UUID, goal_id: UUID, expected_seq: int | None = None) -> None:
    """Delete a goal and its earmarks. Transfers made for it stay in the books."""
    seq = tick(user_id)
    goal = hold(user_id, goal_id, expected_seq)
    gone = Contribution.objects.for_user(user_id).filter(goal=goal).values_list("id", flat=True)
    bury(user_id, seq, "contribution", list(gone))
    goal.delete()
    bury(user_id, seq, "goal", [goal_id])
    audit("goal.deleted", user_id=user_id, target="goal", target_id=goal_id)
    push(user_id, seq, "goal.deleted", [{"id": str(goal_id)}])


@atomic
def contribute(
    *, user_id: UUID, goal_id: UUID, amount: Decimal, source: UUID | None, made_on: date, memo: str
) -> Moved:
    """Put money in, up to the target; the rest stays where it is.

    From another account than the goal's it is a transfer; else an earmark on what lies there.
    """
    seq = tick(user_id)
    goal = hold(user_id, goal_id)
    check_day(made_on, "/on")
    asked = minor_of(amount, goal.currency, "/amount")
    saved = _saved(goal)
    taken = min(asked, max(0, goal.target_minor - saved))
    if taken == 0:
        raise Refusal(Reason.GOAL_IS_MET, status=409, pointer="/amount")
    row = _move(goal, seq, taken, source, made_on, memo)
    return _moved(goal, seq, row, taken, asked - taken, saved)


@atomic
def withdraw(
    *, user_id: UUID, goal_id: UUID, amount: Decimal, target: UUID | None, made_on: date, memo: str
) -> Moved:
    """Take money out, at most what is saved; to another account it is a transfer."""
    seq = tick(user_id)
    goal = hold(user_id, goal_id)
    check_day(made_on, "/on")
    asked = minor_of(amount, goal.currency, "/amount")
    saved = _saved(goal)
    if asked > saved:
        raise Refusal(Reason.GOAL_HAS_LESS, status=409, pointer="/amount")
    row = _move(goal, seq, -asked, target, made_on, memo)
    return _moved(goal, seq, row, -asked, 0, saved)


def _saved(goal: Goal) -> int:
    return holdings(goal.user_id).saved[goal.id]


def _move(
    goal: Goal, seq: int, minor: int, other: UUID | None, made_on: date, memo: str
) -> Contribution:
    """Book a contribution of signed minor units from, or to, another account."""
    field = "/from_account" if minor > 0 else "/to_account"
    row = Contribution(
        user_id=goal.user_id, seq=seq, goal=goal, account_id=goal.account_id, made_on=made_on,
        memo=memo,
    )  # fmt: skip
    if other is not None:
        account_of(goal.user_id, other, field, goal.currency)
    home = goal.account_id
    if home is None or other is None or other == home:
        if goal.follows_balance:
            raise Refusal(Reason.GOAL_FOLLOWS_BALANCE, pointer=field)
        row.account_id, row.amount_minor = home or other, minor
    else:
        ends = (other, home) if minor > 0 else (home, other)
        draft = TransferDraft(
            from_account=ends[0], to_account=ends[1], posted_on=made_on, memo=memo or goal.name,
            amount=from_minor(abs(minor), goal.currency),
        )  # fmt: skip
        row.transfer_id = make_transfer(user_id=goal.user_id, draft=draft, seq=seq).id
    row.save(force_insert=True)
    return row


def _moved(
    goal: Goal, seq: int, row: Contribution, amount: int, returned: int, before: int
) -> Moved:
    """The trace of a movement: audit, and `goal.progress` with the milestones it passed."""
    goal.seq = seq
    goal.save(update_fields=["seq"])
    after = before + amount
    said = {
        "id": str(goal.id),
        "saved_minor": after,
        "progress_percent": progress(after, goal.target_minor),
        "milestones": crossed(before, after, goal.target_minor),
    }
    audit("goal.contribution", user_id=goal.user_id, target="goal", target_id=goal.id,
          data={"contribution": str(row.id), "amount_minor": amount})  # fmt: skip
    push(goal.user_id, seq, "goal.progress", [said])
    return Moved(goal, row, amount, returned, after)


def shares(
    user_id: UUID, minor: int, currency: str, strategy: Strategy, source: UUID | None
) -> Sequence[tuple[Goal, int, int]]:
    """(goal, saved, share) of the goals of a currency that can take from `source`. Changes nothing."""
    found = [
        each
        for each in open_goals(user_id, currency)
        if not each[0].follows_balance or source not in (None, each[0].account_id)
    ]
    given = allocate(minor, [need for _, _, need in found], strategy)
    return [(goal, saved, given[need.key]) for goal, saved, need in found]


@atomic
def share_out(
    *,
    user: User,
    amount: Decimal,
    strategy: Strategy,
    source: UUID | None,
    made_on: date,
    memo: str = "",
    dry_run: bool = False,
) -> tuple[list[Moved], str, int]:
    """Share an income among the goals, all or none: (what each got, currency, minor units left)."""
    seq = 0 if dry_run else tick(user.pk)
    check_day(made_on, "/on")
    currency = account_of(user.pk, source, "/from_account").currency if source else user.currency
    minor = minor_of(amount, currency, "/amount")
    parts = [part for part in shares(user.pk, minor, currency, strategy, source) if part[2] > 0]
    if not parts and not dry_run:
        raise Refusal(Reason.NOTHING_TO_ALLOCATE, status=409)
    moved = []
    for goal, saved, share in parts:
        if dry_run:
            moved.append(Moved(goal, None, share, 0, saved + share))
            continue
        row = _move(goal, seq, share, source, made_on, memo)
        moved.append(_moved(goal, seq, row, share, 0, saved))
    return moved, currency, minor - sum(part.amount for part in moved)
