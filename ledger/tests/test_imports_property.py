"""In whatever overlapping parts and order a file comes: the books end as if it came once."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.tests.cast import account_of, person
from ledger.matching import identify
from ledger.models import Transaction
from ledger.services import imports
from ledger.tests.bank_files import table
from ledger.tests.test_matching import booked, coming

FIRST = date(2026, 3, 1)
DAYS = 12

bookings = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),
        st.sampled_from([-300, -400, 500]),
        st.sampled_from(["Cafe", "Bar"]),
    ),
    max_size=30,
).map(sorted)


@st.composite
def windows(draw):
    """Ranges of days that overlap, cover all, and come in any order: statements hold whole days."""
    cuts = sorted(draw(st.sets(st.integers(1, DAYS - 1), max_size=4)))
    ends = [0, *cuts, DAYS]
    ranges = [
        (max(0, start - draw(st.integers(0, 4))), min(DAYS, end + draw(st.integers(0, 4))))
        for start, end in pairwise(ends)
    ]
    return draw(st.permutations(ranges))


def meaning(books):
    return Counter((r.posted_on, r.amount_minor, r.payee, r.external_id) for r in books)


def import_rows(rows, books):
    file = [coming(*row) for row in rows]
    return booked(file, identify(file, books), books)


@given(bookings, windows(), st.sampled_from(["none", "all", "some"]))
def test_overlapping_parts_in_any_order_are_the_whole(lines, parts, ids):
    rows = [
        (
            FIRST + timedelta(days=day),
            amount,
            payee,
            f"id{n}" if ids == "all" or (ids == "some" and n % 2) else "",
        )
        for n, (day, amount, payee) in enumerate(lines)
    ]
    whole = import_rows(rows, [])
    assert meaning(whole) == Counter(rows)
    books = []
    for start, end in parts:
        days = (FIRST + timedelta(days=start), FIRST + timedelta(days=end))
        books = import_rows([row for row in rows if days[0] <= row[0] < days[1]], books)
    assert meaning(books) == meaning(whole)
    assert meaning(import_rows(rows, books)) == meaning(whole)
    assert meaning(import_rows(rows[::-1], books)) == meaning(whole)


@given(bookings, windows())
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_same_holds_through_the_service_and_undo_leaves_nothing(db, lines, parts):
    owner = person(f"{uuid4()}@example.org")
    account = account_of(owner)
    text = [
        f"{FIRST + timedelta(days=day)},{payee},{amount / 100:.2f}," for day, amount, payee in lines
    ]
    batches = []
    for start, end in parts:
        part = [line for line, row in zip(text, lines, strict=True) if start <= row[0] < end]
        if part:
            batch = imports.upload(owner.pk, data=table(*part), account_id=account.id)
            batches.append(imports.commit(owner.pk, batch.id))
    found = Transaction.objects.for_user(owner).values_list(
        "posted_on", "amount_minor", "payee__name"
    )
    assert Counter(found) == Counter((FIRST + timedelta(days=d), a, p) for d, a, p in lines)
    account.refresh_from_db()
    assert account.balance_minor == sum(amount for _, amount, _ in lines)
    for batch in batches[::-1]:
        imports.undo(owner.pk, batch.id)
    account.refresh_from_db()
    assert (account.balance_minor, Transaction.objects.for_user(owner).count()) == (0, 0)
