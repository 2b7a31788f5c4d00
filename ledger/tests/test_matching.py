"""Identity of bank rows, semantics part 11, as tables, beside another program's answers."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from ledger.matching import By, Held, Kind, fingerprint, identify, payee_key

SHARED = Path(__file__).parents[2].parent / "shared"
VECTORS = SHARED / "vectors" / "import_matching_actual.json"
DAY = date(2026, 3, 10)


@dataclass(frozen=True)
class Coming:
    """A row of a file: `ledger.matching.Incoming`."""

    posted_on: date
    amount_minor: int
    named: str
    external_id: str = ""
    account: str = "A"
    known_as: str = ""
    texts: tuple[str, ...] = ()
    pending: bool = False
    code: str = ""


def coming(day=DAY, amount=-300, payee="Cafe", external_id="", **more):
    return Coming(day, amount, payee, external_id, **more)


def held(day=DAY, amount=-300, payee="Cafe", external_id="", mark="", **more):
    more.setdefault("account", "A")
    return Held(
        id=uuid4(), posted_on=day, amount_minor=amount, payee=payee,
        external_id=external_id, fingerprint=mark, **more,
    )  # fmt: skip


def booked(rows, decisions, before=()):
    """What the books hold after an import: the new rows, and the old ones as they were changed."""
    after = {row.id: row for row in before}
    for row, decision in zip(rows, decisions, strict=True):
        if decision.kind == Kind.NEW:
            made = held(
                row.posted_on, row.amount_minor, row.named, decision.external_id,
                decision.fingerprint, texts=row.texts,
                status="pending" if row.pending else "cleared",
            )  # fmt: skip
            after[made.id] = made
        elif decision.kind in (Kind.UPDATED, Kind.MATCHED):
            old = after[decision.id]
            values = {
                "status": "cleared", "amount": row.amount_minor, "posted_on": row.posted_on,
                "external_id": decision.external_id, "fingerprint": decision.fingerprint,
            }  # fmt: skip
            names = {"amount": "amount_minor"}
            changed = {names.get(f, f): values[f] for f in decision.fields if f in values}
            after[old.id] = Held(**{n: getattr(old, n) for n in Held.__slots__} | changed)
    return list(after.values())


def kinds(decisions):
    return [str(d.kind) for d in decisions]


def test_two_identical_coffees_of_one_day_are_two_rows_and_a_second_import_adds_none():
    rows = [coming(), coming()]
    first = identify(rows, [])
    assert kinds(first) == ["new", "new"]
    assert first[0].fingerprint != first[1].fingerprint
    assert kinds(identify(rows, booked(rows, first))) == ["duplicate", "duplicate"]


def test_a_third_coffee_of_the_day_is_the_only_new_one():
    two, three = [coming(), coming()], [coming(), coming(), coming()]
    books = booked(two, identify(two, []))
    assert sorted(kinds(identify(three, books))) == ["duplicate", "duplicate", "new"]


def test_three_weeks_of_overlap_bring_only_the_new_rows():
    def week(*numbers):
        days = [DAY + timedelta(days=7 * n + d) for n in numbers for d in range(7)]
        return [coming(day) for day in days]  # the same coffee every day

    books = booked(week(0, 1, 2, 3), identify(week(0, 1, 2, 3), []))
    said = kinds(identify(week(1, 2, 3, 4), books))
    assert said == ["duplicate"] * 21 + ["new"] * 7


def test_pending_becomes_posted_with_a_new_id_two_days_later_by_an_update():
    waiting = held(external_id="p1", mark="f" * 32, status="pending")
    posted = coming(day=DAY + timedelta(days=2), external_id="b1")
    (said,) = identify([posted], [waiting])
    assert (said.kind, said.id) == (Kind.UPDATED, waiting.id)
    assert set(said.fields) == {"status", "posted_on", "external_id"}
    (again,) = identify([posted], booked([posted], [said], [waiting]))
    assert again.kind == Kind.DUPLICATE


def test_after_the_posting_the_older_file_with_the_pending_row_adds_nothing():
    pending = coming(external_id="p1", pending=True)
    posted = coming(day=DAY + timedelta(days=2), external_id="b1")
    books = booked([pending], identify([pending], []))
    books = booked([posted], identify([posted], books), books)
    assert kinds(identify([pending], books)) == ["duplicate"]


@pytest.mark.parametrize("external_id", ["p1", ""])
def test_pending_to_posted_under_one_identity_takes_the_banks_amount_and_day(external_id):
    pending = coming(external_id=external_id, pending=True)
    books = booked([pending], identify([pending], []))
    day = DAY + timedelta(days=1)
    posted = coming(day=day, amount=-340 if external_id else -300, external_id=external_id)
    (said,) = identify([posted], books)
    assert said.kind == Kind.UPDATED
    assert {"status", "posted_on", "fingerprint"} <= set(said.fields)
    after = booked([posted], [said], books)
    assert after[0].amount_minor == posted.amount_minor
    assert kinds(identify([posted], after)) == ["duplicate"]


def test_a_row_the_owner_deleted_stays_deleted_and_says_which():
    for external_id in ("x1", ""):
        row = coming(external_id=external_id)
        (gone,) = booked([row], identify([row], []))
        gone = Held(**{n: getattr(gone, n) for n in Held.__slots__} | {"deleted": True})
        (said,) = identify([row], [], [gone])
        assert (said.kind, said.id) == (Kind.SKIPPED_DELETED, gone.id)


def test_of_two_coffees_one_deleted_the_other_is_a_duplicate():
    rows = [coming(), coming()]
    one, two = booked(rows, identify(rows, []))
    gone = Held(**{n: getattr(two, n) for n in Held.__slots__} | {"deleted": True})
    assert kinds(identify(rows, [one], [gone])) == ["duplicate", "skipped_deleted"]


def test_a_changed_mapping_does_not_change_what_a_row_is():
    by_description = [coming(payee="Cafe Roma", texts=("Card 4711", ""))]
    books = booked(by_description, identify(by_description, []))
    categories_and_tags_added = [coming(payee="CAFE  roma", texts=("", ""))]
    assert kinds(identify(categories_and_tags_added, books)) == ["duplicate"]
    payee_and_memo_exchanged = [coming(payee="Card 4711", texts=("Cafe Roma", ""))]
    (said,) = identify(payee_and_memo_exchanged, books)
    assert (said.kind, said.by) == (Kind.DUPLICATE, By.TEXT)


def test_reconciled_rows_are_never_changed_however_they_are_found():
    typed = held(status="reconciled")
    (said,) = identify([coming(external_id="b1", day=DAY + timedelta(days=3))], [typed])
    assert (said.kind, said.id, said.fields) == (Kind.DUPLICATE, typed.id, ())


def test_a_typed_in_row_gets_the_banks_identity_and_keeps_the_owners_words():
    typed = held(payee="Lunch with Ann", texts=("owed half", ""))
    (said,) = identify([coming(external_id="b1", payee="CAFE 12 BERLIN")], [typed])
    assert (said.kind, said.by) == (Kind.MATCHED, By.ANY_PAYEE)
    assert set(said.fields) == {"external_id", "fingerprint", "statement_text"}


def test_an_alias_of_the_owner_makes_the_payee_the_same():
    near, same = held(payee="Bakery"), held(DAY - timedelta(days=4), payee="Roma")
    row = coming(payee="CAFE 12 BERLIN", known_as="Roma", external_id="b1")
    (said,) = identify([row], [near, same])
    assert (said.id, said.by) == (same.id, By.SAME_PAYEE)


def test_rows_with_another_identity_of_the_bank_are_not_look_alikes():
    first = [coming(external_id="m1")]
    books = booked(first, identify(first, []))
    assert kinds(identify([coming(day=DAY + timedelta(days=1), external_id="t1")], books)) == [
        "new"
    ]
    no_ids = [coming()]
    books = booked(no_ids, identify(no_ids, []))
    assert kinds(identify([coming(day=DAY + timedelta(days=1))], books)) == ["new"]


@pytest.mark.parametrize(
    ("first_id", "second_id", "kind"), [("", "b1", "matched"), ("b1", "", "duplicate")]
)
def test_the_same_booking_in_a_file_without_ids_is_the_same(first_id, second_id, kind):
    """Moving from the bank's CSV to its OFX, which names the payee another way."""
    first = [coming(payee="CAFE SAGT DANKE", external_id=first_id)]
    books = booked(first, identify(first, []))
    (said,) = identify([coming(payee="Cafe", external_id=second_id)], books)
    assert said.kind == kind


def test_an_id_told_twice_with_the_same_content_is_one_row():
    said = identify([coming(external_id="x"), coming(external_id="x")], [])
    assert kinds(said) == ["new", "duplicate"]
    assert (said[1].by, said[1].repeats, said[1].id) == (By.REPEATED, 0, None)


def test_an_id_on_two_different_bookings_of_a_file_counts_once():
    rows = [coming(external_id="x"), coming(amount=-900, external_id="x")]
    said = identify(rows, [])
    assert kinds(said) == ["new", "new"]
    assert [d.external_id for d in said] == ["x", ""]
    books = booked(rows, said)
    assert kinds(identify(rows, books)) == ["duplicate", "duplicate"]
    assert kinds(identify([rows[1], rows[0]], books)) == ["duplicate", "duplicate"]


def test_a_bank_that_counts_its_ids_anew_each_year_loses_no_row():
    old = held(DAY - timedelta(days=365), -900, "Rent", external_id="1", mark="0" * 32)
    (said,) = identify([coming(external_id="1")], [old])
    assert (said.kind, said.external_id) == (Kind.NEW, "")


def test_a_row_the_owner_moved_to_another_account_is_not_booked_again():
    for external_id in ("x1", ""):
        row = coming(external_id=external_id)
        (moved,) = booked([row], identify([row], []))
        moved = Held(**{n: getattr(moved, n) for n in Held.__slots__} | {"account": "B"})
        (said,) = identify([row], [moved])
        assert (said.kind, said.fields) == (Kind.DUPLICATE, ())


def test_what_the_owner_edited_does_not_hide_the_row():
    row = coming()
    (mine,) = booked([row], identify([row], []))
    edited = {"amount_minor": -350, "posted_on": DAY + timedelta(days=20), "payee": "Lunch"}
    mine = Held(**{n: getattr(mine, n) for n in Held.__slots__} | edited)
    assert kinds(identify([row], [mine])) == ["duplicate"]


def test_zero_amounts_are_no_proof():
    assert kinds(identify([coming(amount=0, external_id="b1")], [held(amount=0)])) == ["new"]


def test_an_invalid_row_takes_no_part():
    said = identify([coming(code="currency_differs"), coming()], [])
    assert kinds(said) == ["invalid", "new"]
    assert said[0].code == "currency_differs"
    assert said[1].fingerprint == identify([coming()], [])[0].fingerprint


def test_a_fingerprint_is_32_hex_digits_of_the_meaning():
    mark = fingerprint("A", DAY, -300, "Café  ROMA*12", 0)
    assert len(mark) == 32
    assert int(mark, 16)
    assert mark == fingerprint("A", DAY, -300, "café roma 12", 0)
    assert payee_key("***") == "***"


def test_ten_thousand_look_alikes_take_no_square_of_time():
    rows = [coming(external_id=f"n{i}") for i in range(10_000)]
    books = booked(rows, identify(rows, []))
    others = [coming() for _ in range(10_000)]
    assert set(kinds(identify(others, books))) == {"duplicate"}
    assert set(kinds(identify([coming(external_id=f"m{i}") for i in range(10_000)], books))) == {
        "new"
    }


def actual_cases():
    return json.loads(VECTORS.read_text())["vectors"] if VECTORS.exists() else []


# Where semantics.md says otherwise than Actual does: (rows that are added, why).
OURS = {
    "same_id_twice_in_one_file": (1, "Actual books one booking twice (vectors/README.md)"),
}


@pytest.mark.skipif(not VECTORS.exists(), reason="the shared vectors are not here")
@pytest.mark.parametrize("case", actual_cases(), ids=lambda case: case["name"])
def test_as_actual_decides(case):
    def row_of(raw):
        return (
            date.fromisoformat(raw["date"]),
            raw["amount"],
            raw["payee_name"],
            raw.get("imported_id") or "",
        )

    before = [held(*row_of(raw)) for raw in case["existing"]]
    rows = [coming(*row_of(raw)) for raw in case["imported"]]
    said = identify(rows, before)
    added = sum(d.kind == Kind.NEW for d in said)
    assert added == OURS.get(case["name"], (case["result"]["added"],))[0]
    if case["name"] in OURS:
        return
    after = [(r.posted_on.isoformat(), r.amount_minor, r.payee, r.external_id or None)
             for r in booked(rows, said, before)]  # fmt: skip
    theirs = [
        (r["date"], r["amount"], r["payee"], r["imported_id"]) for r in case["result"]["rows"]
    ]
    assert sorted(after, key=str) == sorted(theirs, key=str)


def test_ids_of_decisions_are_ids_of_rows():
    typed = held()
    assert isinstance(identify([coming()], [typed])[0].id, UUID)
