"""manage.py watch_imports: a folder that bank files are put into."""

import os
import signal
from io import StringIO
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from config.tests.cast import account_of
from ledger.management.commands import watch_imports
from ledger.models import Account, ImportBatch, ImportStatus, Transaction
from ledger.services import import_folder, imports
from ledger.services.import_folder import FolderIsWatched, free_place, held, recover, take, waiting
from ledger.tests.bank_files import MARCH, ofx, table
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db
APRIL = ofx(("20260403", "-4.00", "f2", "Cafe"))


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def run(folder, *arguments, account="Main"):
    """(exit code, what was printed) of one round."""
    out = StringIO()
    chosen = ["--account", account] if account else []
    try:
        call_command(
            "watch_imports", str(folder), "--user", "alice@example.org", "--once", "--settle", "0",
            *chosen, *arguments, stdout=out, stderr=StringIO(),
        )  # fmt: skip
    except SystemExit as end:
        return end.code, out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def places(folder):
    return sorted(
        str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name[0] != "."
    )


def test_files_are_booked_and_moved(alice, folder):
    account_of(alice)
    (folder / "march.csv").write_bytes(MARCH)
    (folder / "april.ofx").write_bytes(APRIL)
    code, said = run(folder)
    assert code == 0
    assert "march.csv" in said
    assert "booked" in said
    assert places(folder) == ["done/april.ofx", "done/march.csv"]
    assert Transaction.objects.count() == 5
    assert run(folder) == (0, "")
    assert verify_user(alice.pk) == []


def test_a_file_that_comes_again_adds_nothing_and_overwrites_nothing(alice, folder):
    account_of(alice)
    for _ in range(3):
        (folder / "march.csv").write_bytes(MARCH)
        assert run(folder)[0] == 0
    assert places(folder) == ["done/march-2.csv", "done/march-3.csv", "done/march.csv"]
    assert Transaction.objects.count() == 4


def test_what_cannot_be_read_fails_beside_its_reason_and_stops_none(alice, folder):
    account_of(alice)
    (folder / "a\x1b[31m.csv").write_bytes(b"\x00\x01nonsense")
    (folder / "b.csv").write_bytes(MARCH)
    (folder / "empty.ofx").write_bytes(b"")
    code, said = run(folder)
    assert code == 2
    assert "\x1b" not in said
    assert places(folder) == [
        "done/b.csv", "failed/a\x1b[31m.csv", "failed/a\x1b[31m.csv.txt", "failed/empty.ofx",
        "failed/empty.ofx.txt",
    ]  # fmt: skip
    reason = (folder / "failed" / "empty.ofx.txt").read_text()
    assert reason.strip()
    assert not ImportBatch.objects.exclude(status=ImportStatus.COMMITTED).exists()


def test_invalid_rows_are_told_beside_the_file(alice, folder):
    account_of(alice)
    rows = "2026-03-03,Cafe,-3.20,", "2026-03-04,Bar,-3.00,", "someday,Shop,-9.00,"
    (folder / "b.csv").write_bytes(table(*rows))
    code, _ = run(folder)
    assert code == 1
    assert places(folder) == ["done/b.csv", "done/b.csv.txt"]
    assert (folder / "done" / "b.csv.txt").read_text().startswith("line 4: ")
    assert Transaction.objects.count() == 2


def test_without_an_account_it_says_so(alice, folder):
    account_of(alice)
    (folder / "march.csv").write_bytes(MARCH)
    assert run(folder, account="")[0] == 2
    assert "account" in (folder / "failed" / "march.csv.txt").read_text()


def test_accounts_are_made_when_allowed(alice, folder):
    (folder / "april.ofx").write_bytes(APRIL)
    assert run(folder, account="")[0] == 2
    assert "do not exist" in (folder / "failed" / "april.ofx.txt").read_text()
    assert not ImportBatch.objects.exists()
    (folder / "april.ofx").write_bytes(APRIL)
    assert run(folder, "--create-accounts", account="")[0] == 0
    assert Account.objects.for_user(alice).count() == 1


def test_a_file_that_still_grows_waits(alice, folder, monkeypatch):
    account_of(alice)
    path = folder / "march.csv"
    path.write_bytes(MARCH[:30])
    looks = iter([lambda: path.write_bytes(MARCH)])

    def settle(event, seconds):
        next(looks, lambda: None)()
        return False

    monkeypatch.setattr(Event, "wait", settle)
    assert run(folder) == (0, "")
    assert places(folder) == ["march.csv"]
    assert run(folder)[0] == 0
    assert Transaction.objects.count() == 4


@pytest.mark.parametrize("name", [".hidden.csv", "a.csv.part", "a.csv.crdownload", "a.csv~"])
def test_what_is_no_finished_file_is_left(alice, folder, name):
    account_of(alice)
    (folder / name).write_bytes(MARCH)
    assert run(folder) == (0, "")
    assert (folder / name).exists()


def test_links_and_folders_are_left(alice, folder, tmp_path_factory):
    account_of(alice)
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    secret.write_bytes(MARCH)
    (folder / "link.csv").symlink_to(secret)
    (folder / "sub.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    assert run(folder) == (0, "")
    assert not Transaction.objects.exists()


def test_one_watcher_at_a_time(alice, folder):
    account_of(alice)
    (folder / "march.csv").write_bytes(MARCH)
    with held(folder):
        code, said = run(folder)
        assert code == 3
        assert "Another process" in said
        with pytest.raises(FolderIsWatched), held(folder):
            pass
    assert run(folder)[0] == 0


def test_of_two_that_take_one_file_one_gets_it(alice, folder):
    account = account_of(alice)
    (folder / "march.csv").write_bytes(MARCH)
    with held(folder):
        wanted = {"user_id": alice.pk, "account_id": account.id}
        ends = [take(folder, "march.csv", **wanted) for _ in range(2)]
    assert [end is None for end in ends] == [False, True]


@pytest.mark.parametrize("booked", [False, True])
def test_a_watcher_that_was_killed_loses_nothing_and_books_nothing_twice(alice, folder, booked):
    """Killed before the commit, or between the commit and the move."""
    account = account_of(alice)
    with held(folder):
        (folder / ".working" / "march.csv").write_bytes(MARCH)
    if booked:
        batch = imports.upload(alice.pk, data=MARCH, filename="march.csv", account_id=account.id)
        imports.commit(alice.pk, batch.id)
    code, said = run(folder)
    assert code == 0
    assert "1 files of a watcher that was cut off" in said
    assert places(folder) == ["done/march.csv"]
    assert Transaction.objects.count() == 4


def test_a_recovered_file_does_not_replace_a_new_one(folder):
    with held(folder):
        (folder / ".working" / "a.csv").write_bytes(b"old")
        (folder / "a.csv").write_bytes(b"new")
        assert recover(folder) == 1
    assert (folder / "a.csv").read_bytes() == b"new"
    assert (folder / "a-2.csv").read_bytes() == b"old"


def test_a_database_that_is_away_is_not_the_files_fault(alice, folder, monkeypatch):
    account_of(alice)
    (folder / "march.csv").write_bytes(MARCH)

    def away(*args, **kwargs):
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(import_folder.imports, "upload", away)
        assert run(folder)[0] == 3
    assert places(folder) == ["march.csv"]
    assert run(folder)[0] == 0


def test_a_bug_of_ours_does_not_stop_the_folder(alice, folder, monkeypatch):
    account_of(alice)
    for name in ("a.csv", "b.csv"):
        (folder / name).write_bytes(MARCH)
    real = imports.upload

    def buggy(user_id, *, filename, **rest):
        if filename == "a.csv":
            raise ZeroDivisionError
        return real(user_id, filename=filename, **rest)

    monkeypatch.setattr(import_folder.imports, "upload", buggy)
    assert run(folder)[0] == 2
    assert "our side" in (folder / "failed" / "a.csv.txt").read_text()
    assert places(folder)[0] == "done/b.csv"


def test_a_file_too_large_is_not_read(alice, folder, settings):
    account_of(alice)
    settings.UPLOAD_MAX_BYTES = 10
    (folder / "march.csv").write_bytes(MARCH)
    assert run(folder)[0] == 2
    assert "larger" in (folder / "failed" / "march.csv.txt").read_text()


def test_a_signal_ends_it_after_the_file_at_hand(alice, folder, monkeypatch):
    account_of(alice)
    for name in ("a.csv", "b.csv"):
        (folder / name).write_bytes(MARCH)
    real = watch_imports.take

    def stopped_on_the_way(*args, **wanted):
        os.kill(os.getpid(), signal.SIGTERM)
        return real(*args, **wanted)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(watch_imports, "take", stopped_on_the_way)
    assert run(folder)[0] == 0
    assert places(folder) == ["b.csv", "done/a.csv"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_it_goes_on_until_it_is_stopped(alice, folder, monkeypatch):
    """Three rounds: a file that comes in the first is taken in the second."""
    account_of(alice)
    rounds = iter([lambda: (folder / "march.csv").write_bytes(MARCH), lambda: None, None])

    def wait(event, seconds):
        step = next(rounds)
        if step is None:
            return True
        step()
        return False

    monkeypatch.setattr(Event, "wait", wait)
    out = StringIO()
    call_command(
        "watch_imports", str(folder), "--user", "alice@example.org", "--account", "Main", stdout=out
    )
    assert places(folder) == ["done/march.csv"]
    assert Transaction.objects.count() == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--user", "nobody@example.org"], "no user"),
        (["--account", "Nowhere"], "no account"),
    ],
)
def test_what_is_not_there_ends_in_3(alice, folder, arguments, said):
    code, text = run(folder, *arguments, account="")
    assert code == 3
    assert said in text
    assert run(folder / "missing", account="")[0] == 3


def test_names_stay_within_what_a_disk_takes(folder):
    name = "ä" * 120 + ".csv"
    (folder / free_place(folder, name).name).write_bytes(b"")
    assert len(os.fsencode(free_place(folder, name).name + ".txt")) <= 255
    assert free_place(folder, name).name.endswith("-2.csv")
    assert set(waiting(folder)) == {free_place(folder, name).name.replace("-2.csv", ".csv")}
