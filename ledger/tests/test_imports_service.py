"""Imports as verbs: what a preview says, what a commit books, what an undo leaves."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.errors import Refusal
from accounts.models import AuditEntry, Event, Tombstone
from config.tests.cast import account_of, posted
from ledger.models import (
    Account,
    Category,
    DeletedTransaction,
    ImportBatch,
    MonthlyTotal,
    Payee,
    Split,
    Transaction,
    Transfer,
)
from ledger.services import imports
from ledger.services.drafts import Change, SplitDraft
from ledger.services.editing import edit, restore
from ledger.services.import_wishes import Wishes
from ledger.services.posting import remove
from ledger.tests.bank_files import MARCH, QIF_TWO_ACCOUNTS, ofx, rows, table


def brought(user, data, **options):
    batch = imports.upload(user.pk, data=data, **options)
    return imports.commit(user.pk, batch.id)


def counts(batch):
    return {kind: n for kind, n in batch.report["counts"].items() if n}


def refused(code):
    return pytest.raises(Refusal, match=code)


def test_nothing_is_booked_before_the_commit(alice):
    account = account_of(alice)
    batch = imports.upload(alice.pk, data=MARCH, filename="march.csv", account_id=account.id)
    assert (batch.status, batch.format, counts(batch)) == ("preview", "csv", {"new": 4})
    assert not Transaction.objects.exists()
    assert not Payee.objects.exists()
    first = batch.report["preview"][0]
    assert (first["line"], first["amount"], first["payee"]) == (2, "3000.00", "Employer")
    imports.commit(alice.pk, batch.id)
    account.refresh_from_db()
    assert account.balance_minor == 300000 - 640 - 90000
    assert Transaction.objects.filter(import_batch=batch).count() == 4
    assert AuditEntry.objects.filter(action="import.committed", target_id=batch.id).exists()
    assert Event.objects.filter(kind="import.progress", data__status="committed").exists()


def test_the_same_file_again_brings_nothing_and_says_so(alice):
    account = account_of(alice)
    brought(alice, MARCH, account_id=account.id)
    again = imports.upload(alice.pk, data=MARCH, account_id=account.id)
    assert counts(again) == {"duplicate": 4}
    assert "imported before" in again.report["warnings"][0]
    assert counts(imports.commit(alice.pk, again.id)) == {"duplicate": 4}


def test_a_second_commit_is_refused(alice):
    batch = brought(alice, MARCH, account_id=account_of(alice).id)
    with refused("import_not_in_preview"):
        imports.commit(alice.pk, batch.id)


def test_the_commit_decides_by_the_books_as_they_are_then(alice):
    account = account_of(alice)
    one, two = (imports.upload(alice.pk, data=MARCH, account_id=account.id) for _ in range(2))
    imports.commit(alice.pk, one.id)
    assert counts(two) == {"new": 4}
    assert counts(imports.commit(alice.pk, two.id)) == {"duplicate": 4}
    assert Transaction.objects.count() == 4


def test_lines_that_are_not_wanted_are_left_out(alice):
    account = account_of(alice)
    batch = imports.upload(alice.pk, data=MARCH, account_id=account.id)
    with refused("import_line_not_found"):
        imports.commit(alice.pk, batch.id, wishes=Wishes((3, 99)))
    batch = imports.commit(alice.pk, batch.id, wishes=Wishes((3,)))
    assert counts(batch) == {"new": 3, "skipped": 1}


def test_undo_takes_everything_back_and_a_later_upload_imports_again(alice):
    account = account_of(alice, opening_minor=5, balance_minor=5, cleared_minor=5)
    batch = brought(alice, MARCH, account_id=account.id)
    batch = imports.undo(alice.pk, batch.id)
    account.refresh_from_db()
    assert (batch.status, bytes(batch.content), account.balance_minor) == ("undone", b"", 5)
    assert not Transaction.objects.exists()
    assert not DeletedTransaction.objects.exists()
    assert not MonthlyTotal.objects.exclude(count=0).exists()
    assert Tombstone.objects.filter(kind="transaction").count() == 4
    with refused("import_not_committed"):
        imports.undo(alice.pk, batch.id)
    assert counts(brought(alice, MARCH, account_id=account.id)) == {"new": 4}


def test_a_row_that_the_owner_deleted_is_skipped_and_one_call_restores_it(alice):
    account = account_of(alice)
    brought(alice, MARCH, account_id=account.id)
    rent = Transaction.objects.get(amount_minor=-90000)
    remove(alice.pk, [rent.id])
    again = brought(alice, MARCH, account_id=account.id)
    assert counts(again) == {"duplicate": 3, "skipped_deleted": 1}
    (row,) = [r for r in again.report["preview"] if r["decision"] == "skipped_deleted"]
    assert row["transaction"] == str(rent.id)
    restore(alice.pk, rent.id)
    assert counts(brought(alice, MARCH, account_id=account.id)) == {"duplicate": 4}


def test_a_typed_in_row_is_matched_and_keeps_the_owners_words(alice):
    account = account_of(alice)
    typed = posted(
        account, "-3.20", "2026-03-01", payee="Breakfast", memo="with Ann", category="Food"
    )
    data = ofx(("20260303", "-3.20", "f1", "CAFE ROMA 12"))
    batch = brought(alice, data, account_id=account.id)
    assert counts(batch) == {"matched": 1}
    typed.refresh_from_db()
    assert (typed.external_id, typed.memo, typed.posted_on) == ("f1", "with Ann", date(2026, 3, 1))
    assert typed.payee.name == "Breakfast"
    assert typed.statement_text
    imports.undo(alice.pk, batch.id)
    typed.refresh_from_db()
    assert (typed.external_id, typed.fingerprint, typed.statement_text) == ("", "", "")


PENDING = table("2026-03-03,Hotel,-100.00,pending", header="Date,Payee,Amount,Status")
BOOKED = table("2026-03-05,Hotel,-100.00,booked", header="Date,Payee,Amount,Status")


def test_pending_becomes_posted_by_an_update_which_an_undo_takes_back(alice):
    account = account_of(alice)
    brought(alice, PENDING, account_id=account.id)
    row = Transaction.objects.get()
    assert row.status == "pending"
    edit(alice.pk, [Change(id=row.id, fields={"memo": "conference", "category": "Work"})])
    batch = brought(alice, BOOKED, account_id=account.id)
    assert counts(batch) == {"updated": 1}
    row.refresh_from_db()
    assert (row.status, row.posted_on, row.memo) == ("cleared", date(2026, 3, 5), "conference")
    assert row.category.name == "Work"
    account.refresh_from_db()
    assert (account.cleared_minor, account.pending_out_minor) == (-10000, 0)
    assert counts(imports.upload(alice.pk, data=BOOKED, account_id=account.id)) == {"duplicate": 1}
    imports.undo(alice.pk, batch.id)
    row.refresh_from_db()
    assert (row.status, row.posted_on, row.memo) == ("pending", date(2026, 3, 3), "conference")


def test_an_undo_leaves_what_the_owner_changed_since(alice):
    account = account_of(alice)
    brought(alice, PENDING, account_id=account.id)
    batch = brought(alice, BOOKED, account_id=account.id)
    row = Transaction.objects.get()
    edit(alice.pk, [Change(id=row.id, fields={"posted_on": date(2026, 3, 4)})])
    imports.undo(alice.pk, batch.id)
    row.refresh_from_db()
    assert (row.status, row.posted_on) == ("pending", date(2026, 3, 4))


def test_a_banks_final_amount_goes_to_the_last_part_of_a_split_row(alice):
    header = "Date,Payee,Amount,Status,Id"
    account = account_of(alice)
    brought(alice, table("2026-03-03,Inn,-100.00,pending,x7", header=header), account_id=account.id,
            mapping={"columns": {"external_id": "Id"}})  # fmt: skip
    row = Transaction.objects.get()
    parts = (SplitDraft(amount=Decimal(-60), category="Food"), SplitDraft(amount=Decimal(-40)))
    edit(alice.pk, [Change(id=row.id, fields={"splits": parts})])
    batch = brought(alice, table("2026-03-04,Inn,-112.00,booked,x7", header=header),
                    account_id=account.id, mapping={"columns": {"external_id": "Id"}})  # fmt: skip
    assert counts(batch) == {"updated": 1}
    assert list(Split.objects.values_list("amount_minor", flat=True)) == [-6000, -5200]
    imports.undo(alice.pk, batch.id)
    assert list(Split.objects.values_list("amount_minor", flat=True)) == [-6000, -4000]


def test_reconciled_rows_are_not_touched_and_block_the_undo(alice):
    account = account_of(alice)
    batch = brought(alice, MARCH, account_id=account.id)
    Transaction.objects.filter(amount_minor=-90000).update(status="reconciled")
    assert counts(brought(alice, MARCH, account_id=account.id)) == {"duplicate": 4}
    with refused("import_has_reconciled_rows"):
        imports.undo(alice.pk, batch.id)
    assert Transaction.objects.count() == 4


def test_a_file_that_says_no_account_needs_one(alice):
    account_of(alice)
    with refused("account_required"):
        imports.upload(alice.pk, data=MARCH)
    assert not ImportBatch.objects.exists()


def test_the_bank_number_is_remembered_and_leads_the_next_file_home(alice):
    account = account_of(alice)
    data = ofx(("20260303", "-3.20", "f1", "Cafe"), closing=("20260331", "-3.20"))
    batch = brought(alice, data, account_id=account.id)
    (balance,) = batch.report["balances"]
    assert (balance["closing"], balance["books"], balance["difference"]) == (
        "-3.20",
        "-3.20",
        "0.00",
    )
    account.refresh_from_db()
    assert account.bank_id == "12345678"
    other = ofx(("20260403", "-4.00", "f2", "Cafe"), closing=("20260430", "-9.00"))
    batch = imports.upload(alice.pk, data=other)
    assert batch.report["accounts"][0]["account"] == str(account.id)
    assert batch.report["balances"][0]["difference"] == "-1.80"


def test_unknown_accounts_are_listed_in_the_preview_and_made_by_the_commit(alice):
    header = "Date,Payee,Amount,Account,Currency"
    data = table(
        "2026-03-03,Cafe,-3.20,Main,EUR", "2026-03-04,Shop,-9.00,Visa Card,USD", header=header
    )
    account_of(alice, "main ")
    batch = imports.upload(alice.pk, data=data)
    known, new = batch.report["accounts"]
    assert (known["will_be_created"], new["will_be_created"]) == (False, True)
    assert (new["name"], new["type"], new["currency"]) == ("Visa Card", "credit_card", "USD")
    assert Account.objects.count() == 1
    imports.commit(alice.pk, batch.id)
    assert Account.objects.get(name="Visa Card").balance_minor == -900
    assert counts(imports.upload(alice.pk, data=data)) == {"duplicate": 2}


def test_a_row_in_another_currency_is_reported_and_never_booked(alice):
    account = account_of(alice)
    header = "Date,Payee,Amount,Currency"
    data = table("2026-03-03,Cafe,-3.20,EUR", "2026-03-04,Shop,-9.00,USD", header=header)
    batch = brought(alice, data, account_id=account.id)
    assert counts(batch) == {"new": 1, "invalid": 1}
    (bad,) = batch.report["bad_rows"]
    assert (bad["line"], bad["code"]) == (3, "currency_differs")


def test_a_bad_row_is_reported_by_its_line(alice):
    data = table("2026-03-03,Cafe,-3.20,", "someday,Shop,-9.00,", "2026-03-05,Bar,-1.00,")
    batch = brought(alice, data, account_id=account_of(alice).id)
    assert counts(batch) == {"new": 2, "invalid": 1}
    assert batch.report["bad_rows"][0]["line"] == 3
    assert rows(batch.report) == ["new", "invalid", "new"]


def test_more_decimals_than_the_currency_has_are_refused_by_row(alice):
    data = table("2026-03-03,Cafe,-3.205,", "2026-03-05,Bar,-1.00,")
    batch = imports.upload(alice.pk, data=data, account_id=account_of(alice).id)
    assert batch.report["bad_rows"][0]["code"] == "too_many_decimals"


def test_a_qif_of_two_accounts_links_the_transfer_and_splits_the_row(alice):
    batch = brought(alice, QIF_TWO_ACCOUNTS, filename="all.qif")
    assert counts(batch) == {"new": 4}
    assert batch.report["transfers"] == 1
    balances = dict(Account.objects.values_list("name", "balance_minor"))
    assert balances == {"Checking": -63500, "Savings": 50000}
    legs = Transaction.objects.filter(transfer=Transfer.objects.get())
    assert sorted(legs.values_list("amount_minor", flat=True)) == [-50000, 50000]
    parts = Split.objects.values_list("amount_minor", "category__name", "memo")
    assert list(parts) == [(-4000, "Food", ""), (-2000, "Household", "Broom")]
    assert Transaction.objects.get(amount_minor=-7500).memo == "[Visa]"
    imports.undo(alice.pk, batch.id)
    assert not Transfer.objects.exists()
    assert not Transaction.objects.exists()


def test_an_undo_refuses_to_tear_a_transfer_with_a_row_of_elsewhere(alice):
    account, other = account_of(alice), account_of(alice, "Other")
    batch = brought(alice, MARCH, account_id=account.id)
    leg, opposite = Transaction.objects.get(amount_minor=-90000), posted(other, "900.00")
    transfer = Transfer.objects.create(user=alice)
    Transaction.objects.filter(id__in=[leg.id, opposite.id]).update(transfer=transfer)
    with refused("import_has_transfers"):
        imports.undo(alice.pk, batch.id)


def test_a_saved_mapping_reads_the_next_file_and_a_given_one_wins(alice):
    account = account_of(alice)
    header = "Date,A,B,Amount"
    mapping = {"columns": {"payee": "B", "memo": "A"}}
    brought(
        alice,
        table("2026-03-03,x,Cafe,-3.20", header=header),
        account_id=account.id,
        mapping=mapping,
    )
    account.refresh_from_db()
    assert account.import_mapping["columns"]["payee"] == "B"
    april = table("2026-04-03,y,Bar,-3.20", header=header)
    batch = imports.upload(alice.pk, data=april, account_id=account.id)
    assert batch.report["preview"][0]["payee"] == "Bar"
    batch = imports.upload(
        alice.pk, data=april, account_id=account.id, mapping={"columns": {"payee": "A"}}
    )
    assert batch.report["preview"][0]["payee"] == "y"
    other = imports.upload(alice.pk, data=MARCH, account_id=account.id)
    assert other.report["preview"][0]["payee"] == "Employer"


def test_a_changed_mapping_finds_the_same_rows(alice):
    account = account_of(alice)
    header = "Date,A,B,Amount"
    data = table("2026-03-03,card 4711,Cafe,-3.20", "2026-03-03,card 4711,Bar,-3.20", header=header)
    brought(alice, data, account_id=account.id, mapping={"columns": {"payee": "B", "memo": "A"}})
    for columns in ({"payee": "A", "memo": "B"}, {"payee": "B", "memo": []}):
        batch = imports.upload(
            alice.pk, data=data, account_id=account.id, mapping={"columns": columns}
        )
        assert counts(batch) == {"duplicate": 2}, columns


def test_a_preview_can_be_made_anew_for_another_account(alice):
    one, two = account_of(alice), account_of(alice, "Two")
    batch = imports.upload(alice.pk, data=MARCH, account_id=one.id)
    revised = imports.revise(alice.pk, batch.id, fields={"account": two.id}, expected_seq=batch.seq)
    assert revised.seq > batch.seq
    with refused("stale"):
        imports.commit(alice.pk, batch.id, expected_seq=batch.seq)
    imports.commit(alice.pk, batch.id)
    two.refresh_from_db()
    assert two.balance_minor == 300000 - 640 - 90000


def test_another_users_account_or_import_is_not_there(alice, mallory):
    account = account_of(alice)
    with refused("account_not_found"):
        imports.upload(mallory.pk, data=MARCH, account_id=account.id)
    batch = imports.upload(alice.pk, data=MARCH, account_id=account.id)
    for verb in (imports.commit, imports.undo, imports.discard):
        with refused("import_not_found"):
            verb(mallory.pk, batch.id)
    with refused("import_not_found"):
        imports.revise(mallory.pk, batch.id, fields={})


def test_a_closed_account_takes_no_rows(alice):
    account = account_of(alice, closed=True)
    batch = imports.upload(alice.pk, data=MARCH, account_id=account.id)
    assert counts(batch) == {"invalid": 4}
    assert {bad["code"] for bad in batch.report["bad_rows"]} == {"account_is_closed"}


def test_a_file_is_booked_whole_or_not_at_all(alice, monkeypatch):
    batch = imports.upload(alice.pk, data=QIF_TWO_ACCOUNTS)

    def crash(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(imports, "remember", crash)
    with pytest.raises(RuntimeError):
        imports.commit(alice.pk, batch.id)
    assert not Transaction.objects.exists()
    assert not Account.objects.exists()
    assert not Category.objects.exists()
    batch.refresh_from_db()
    assert batch.status == "preview"


def test_only_what_is_not_in_the_books_can_be_thrown_away(alice):
    account = account_of(alice)
    batch = imports.upload(alice.pk, data=MARCH, account_id=account.id)
    imports.discard(alice.pk, batch.id)
    assert Tombstone.objects.filter(kind="import", row_id=batch.id).exists()
    batch = brought(alice, MARCH, account_id=account.id)
    with refused("import_not_in_preview"):
        imports.discard(alice.pk, batch.id)


def test_rows_of_a_committed_import_keep_their_decisions(alice):
    account = account_of(alice)
    batch = brought(alice, MARCH, account_id=account.id)
    assert [row["decision"] for row in imports.rows_of(alice.pk, batch)[0]] == ["new"] * 4


def test_long_words_and_odd_characters_are_cut_to_what_the_books_keep(alice):
    account = account_of(alice)
    data = table(f"2026-03-03,{'P' * 400},-3.20,{'m' * 900}", "2026-03-04,\u200b,-1.00,x")
    batch = brought(alice, data, account_id=account.id)
    assert counts(batch) == {"new": 2}
    assert len(Payee.objects.get(name__startswith="PPP").name) == 200


def test_statements_do_not_grow_with_the_file(alice, django_assert_max_num_queries):
    account = account_of(alice)
    data = table(*(f"2026-03-{d:02},Shop {n},-{n}.00," for d in range(1, 29) for n in range(1, 16)))
    batch = imports.upload(alice.pk, data=data, account_id=account.id)
    with django_assert_max_num_queries(40):
        imports.commit(alice.pk, batch.id)
    assert Transaction.objects.count() == 420
