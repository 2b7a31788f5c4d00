"""The demo household: one seed tells one story, its books are true, and production is spared."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from accounts.models import Letter, User
from ledger.demo.booking import story_of
from ledger.demo.story import Story, last_workday, month_back
from ledger.models import Account, ExchangeRate, Payee, Split, Transaction, Transfer
from ledger.verification import verify_all

UNTIL = date(2026, 3, 20)


@pytest.fixture(autouse=True)
def embedded(settings: Any) -> None:
    settings.PRODUCTION, settings.EMBEDDED = False, True


def seed(**options: Any) -> User:
    call_command("seed_demo", **{"years": 1, "until": UNTIL, **options})
    return User.objects.get(email=options.get("email", "demo@example.org"))


def test_the_books_are_true_and_have_one_of_everything(db: None) -> None:
    user = seed()
    assert verify_all() == []
    rows = Transaction.objects.for_user(user)
    assert rows.filter(split_count__gt=0, tag_count=0).exists()
    assert rows.filter(tag_count__gt=0).exists()
    assert rows.filter(status="pending").count() == 3
    assert rows.filter(amount_minor__gt=0, category__kind="expense").exists()  # refunds
    assert rows.filter(currency="JPY", transfer=None).exists()
    assert Transfer.objects.for_user(user).count() > 24
    assert Split.objects.for_user(user).exists()
    assert ExchangeRate.objects.for_user(user).filter(base="EUR", quote="JPY").exists()
    assert set(Account.objects.for_user(user).values_list("type", flat=True)) == {
        "checking",
        "savings",
        "credit_card",
        "cash",
        "loan",
    }
    cash = Account.objects.for_user(user).get(name="Cash")
    assert cash.balance_minor >= 0


def test_nobody_gets_a_letter(db: None, mailoutbox: list[Any]) -> None:
    """The console of a first start shows the passwords, not mail to addresses that nobody reads."""
    seed(staff=True)
    assert {user.email_verified_at is None for user in User.objects.all()} == {False}
    assert not Letter.objects.exists()
    assert mailoutbox == []


def test_the_subscription_rose_once(db: None) -> None:
    payee = Payee.objects.for_user(seed()).get(name="Streamly")
    amounts = Transaction.objects.filter(payee=payee).order_by("posted_on")
    assert sorted({row.amount_minor for row in amounts}) == [-1_599, -1_299]


def test_one_seed_makes_the_same_sums(db: None) -> None:
    def sums(user: User) -> list[tuple[str, int, int]]:
        return [
            (a.name, a.balance_minor, Transaction.objects.filter(account=a).count())
            for a in Account.objects.for_user(user).order_by("name")
        ]

    first, second = seed(email="one@example.org"), seed(email="two@example.org")
    other = seed(email="three@example.org", seed=8)
    assert sums(first) == sums(second) != sums(other)


def test_the_amounts_of_a_story_never_change() -> None:
    """Pinned, so that a screenshot or a measurement of last year can be made again."""
    months = list(story_of(UNTIL, 1, 7, "household").months_told())
    assert months == list(story_of(UNTIL, 1, 7, "household").months_told())
    assert len(months) == 12
    assert all(month == sorted(month, key=lambda h: h.on) for month in months)
    assert max(h.on for h in months[-1]) == UNTIL


@pytest.mark.parametrize("rows", [1_000, 5_000, 50_000])
def test_a_story_of_about_so_many_rows(rows: int) -> None:
    story = story_of(UNTIL, 3, 7, f"rows={rows}")
    told = sum(2 if h.to else 1 for month in story.months_told() for h in month)
    assert abs(told - rows) < rows * 0.1 + 100


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_no_day_of_the_year_breaks_the_story(day: date) -> None:
    months = list(Story(day, 14, 7).months_told())
    assert all(h.on <= day for month in months for h in month)
    assert all(h.minor for month in months for h in month)


def test_calendar_of_the_story() -> None:
    assert month_back(date(2026, 1, 31), 1) == date(2025, 12, 1)
    assert last_workday(date(2026, 1, 1)) == date(2026, 1, 30)
    assert last_workday(date(2026, 4, 1)) == date(2026, 4, 30)


def test_passwords_are_made_up_and_work(db: None, capsys: Any) -> None:
    user = seed()
    printed = capsys.readouterr().out
    [(email, password), (staff, staff_password)] = re.findall(r"  (\S+@\S+)  (\S+)", printed)
    assert (email, staff) == (user.email, "staff@example.org")
    assert user.check_password(password)
    person = User.objects.get(email=staff)
    assert person.check_password(staff_password)
    assert person.is_staff


def test_no_staff_where_none_is_wanted(db: None) -> None:
    seed(staff=False)
    assert not User.objects.filter(is_staff=True).exists()


def test_if_empty_leaves_people_alone(alice: Any) -> None:
    call_command("seed_demo", if_empty=True)
    assert list(User.objects.all()) == [alice]


def test_production_is_refused_unless_meant(db: None, settings: Any) -> None:
    settings.PRODUCTION, settings.EMBEDDED = True, False
    with pytest.raises(CommandError, match="production"):
        seed()
    assert not User.objects.exists()
    seed(i_know_this_is_production=True)
    assert not User.objects.filter(is_staff=True).exists()


@pytest.mark.parametrize("options", [{"size": "huge"}, {"size": "rows=x"}, {"years": 0}])
def test_what_makes_no_story_is_refused(db: None, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        seed(**options)
    assert not User.objects.exists()


def test_an_email_is_taken_once_and_nothing_is_half_told(db: None) -> None:
    seed()
    before = Transaction.objects.aggregate(n=Sum("amount_minor"))
    with pytest.raises(CommandError, match="e-mail"):
        seed()
    assert Transaction.objects.aggregate(n=Sum("amount_minor")) == before
