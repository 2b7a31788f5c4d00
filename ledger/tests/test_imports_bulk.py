"""Long imports: promised with 202, carried out by a worker, whole or not at all whatever happens."""

import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from accounts.errors import Refusal
from accounts.models import Event
from config.tests.cast import account_of, race
from ledger import tasks
from ledger.models import Account, ImportBatch, ImportStatus, Transaction
from ledger.services import import_progress, import_queue, imports
from ledger.services.import_wishes import Wishes
from ledger.tests.bank_files import table
from ledger.verification import verify_all, verify_user

ROWS = 700  # past one CHUNK, so that COPY and the prepared INSERT are what books them


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few rows count as long, and no broker is needed to start their commit."""
    monkeypatch.setattr(import_queue, "ROWS_IN_REQUEST_MAX", 3)
    monkeypatch.setattr(tasks.commit_import, "apply_async", lambda *args, **kwargs: None)


def months(rows: int = ROWS) -> bytes:
    lines = [
        f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d},Payee\\t{n % 40},{n % 90 - 45}.{n % 100:02d},Row {n} \\ é"
        for n in range(rows)
    ]
    return table(*lines)


def uploaded(owner: Any, rows: int = ROWS) -> ImportBatch:
    return imports.upload(owner.pk, data=months(rows), account_id=account_of(owner).id)


def test_rows_written_in_bulk_are_the_rows_of_the_file(alice):
    batch = imports.commit(alice.pk, uploaded(alice).id)
    assert batch.report["counts"]["new"] == ROWS
    rows = Transaction.objects.for_user(alice)
    kept = rows.order_by("id").values_list("memo", "amount_minor", "posted_on", "payee__name")
    assert [(memo, amount, str(day), payee) for memo, amount, day, payee in kept] == [
        (
            f"Row {n} \\ é",
            (n % 90 - 45) * 100 + (n % 100 if n % 90 >= 45 else -(n % 100)),
            f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
            f"Payee\\t{n % 40}",
        )
        for n in range(ROWS)
    ]
    row = rows.first()
    assert (row.risk_reasons, row.flagged, row.import_batch_id) == ([], False, batch.id)
    assert row.created_at.tzinfo is not None
    assert verify_user(alice.pk) == []
    again = imports.upload(alice.pk, data=months(), account_id=row.account_id)
    assert again.report["counts"]["duplicate"] == ROWS
    imports.undo(alice.pk, batch.id)
    assert not rows.exists()
    assert verify_user(alice.pk) == []


def test_a_long_commit_is_promised_with_202_and_carried_out_by_the_task(
    api, alice, long, django_capture_on_commit_callbacks
):
    batch = uploaded(alice)
    with django_capture_on_commit_callbacks(execute=True):
        answer = api(alice).post(f"/api/imports/{batch.id}/commit", {}, format="json")
    assert answer.status_code == 202
    assert answer.json()["status"] == "committing"
    assert not Transaction.objects.exists()
    seen = api(alice).get(f"/api/imports/{batch.id}")
    assert seen.json()["progress"] == {"done": 0, "total": ROWS}
    assert "ETag" not in seen
    tasks.commit_import(str(batch.id))
    done = api(alice).get(f"/api/imports/{batch.id}").json()
    assert (done["status"], done["progress"]) == ("committed", None)
    assert Transaction.objects.count() == ROWS
    states = [
        e.data["status"] for e in Event.objects.for_user(alice).filter(kind="import.progress")
    ]
    assert states == ["preview", "committing", "committed"]


def test_a_short_commit_stays_in_the_request(api, alice):
    batch = uploaded(alice, 4)
    answer = api(alice).post(f"/api/imports/{batch.id}/commit", {}, format="json")
    assert (answer.status_code, answer.json()["status"]) == (200, "committed")


def test_what_is_promised_can_be_neither_promised_again_nor_revised_nor_thrown_away(
    api, alice, mallory, long
):
    batch = uploaded(alice)
    path = f"/api/imports/{batch.id}"
    assert api(mallory).post(f"{path}/commit", {}, format="json").status_code == 404
    assert api(alice).post(f"{path}/commit", {}, format="json").status_code == 202
    for answer in (
        api(alice).post(f"{path}/commit", {}, format="json"),
        api(alice).patch(path, {"format": "csv"}, format="json"),
        api(alice).delete(path),
        api(alice).post(f"{path}/undo", {}, format="json"),
    ):
        assert answer.status_code == 409


def test_a_stale_version_is_refused_before_anything_is_promised(api, alice, long):
    batch = uploaded(alice)
    path = f"/api/imports/{batch.id}/commit"
    answer = api(alice).post(path, {}, format="json", HTTP_IF_MATCH='"99"')
    assert answer.status_code == 412
    batch.refresh_from_db()
    assert batch.status == ImportStatus.PREVIEW


def test_the_task_run_twice_books_once(alice):
    batch = uploaded(alice)
    import_queue.promise(alice.pk, batch.id)
    assert import_queue.finish(batch.id) is not None
    assert import_queue.finish(batch.id) is None
    assert Transaction.objects.count() == ROWS


def test_unwanted_lines_are_kept_with_the_promise(alice):
    batch = uploaded(alice)
    import_queue.promise(alice.pk, batch.id, wishes=Wishes((2, 3)))
    done = import_queue.finish(batch.id)
    assert done is not None
    assert done.report["counts"]["skipped"] == 2
    assert Transaction.objects.count() == ROWS - 2


def test_a_refused_commit_goes_back_to_preview_and_says_why(alice):
    batch = uploaded(alice)
    import_queue.promise(alice.pk, batch.id, wishes=Wishes((9999,)))
    done = import_queue.finish(batch.id)
    assert done is not None
    assert done.status == ImportStatus.PREVIEW
    assert done.report["warnings"][0].startswith("The commit failed: The file has no row")
    assert not Transaction.objects.exists()


def test_what_never_comes_to_its_end_is_given_up(alice, monkeypatch):
    batch = uploaded(alice)
    import_queue.promise(alice.pk, batch.id)

    def dies(*args: Any, **kwargs: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(imports, "commit", dies)
        for _ in range(import_queue.ATTEMPTS_MAX):
            with pytest.raises(MemoryError):
                import_queue.finish(batch.id)
    done = import_queue.finish(batch.id)
    assert done is not None
    assert done.status == ImportStatus.PREVIEW
    assert not Transaction.objects.exists()


def test_only_what_shows_no_sign_of_life_is_resumed(alice, monkeypatch):
    batch = uploaded(alice)
    import_queue.promise(alice.pk, batch.id)
    started: list[Any] = []
    monkeypatch.setattr(tasks, "start_commit", started.append)
    assert tasks.resume_imports() == 0
    import_progress.forget(batch.id)
    assert tasks.resume_imports() == 1
    assert started == [batch.id]


def test_progress_is_told_in_rounds_up_to_the_last_row(alice, monkeypatch):
    said: list[tuple[int, int]] = []
    monkeypatch.setattr("ledger.services.import_booking.BOOK_CHUNK", 300)
    imports.commit(alice.pk, uploaded(alice).id, progress=lambda *step: said.append(step))
    assert said == [(0, ROWS), (0, ROWS), (300, ROWS), (600, ROWS), (ROWS, ROWS)]


@pytest.fixture
def owner(transactional_db: None) -> Any:
    from config.tests.cast import person

    return person("alice@example.org")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_book_it_once(owner):
    batch = uploaded(owner)
    import_queue.promise(owner.pk, batch.id)
    done = race([lambda: import_queue.finish(batch.id)] * 2)
    assert not [one for one in done if isinstance(one, Exception) and not isinstance(one, Refusal)]
    batch.refresh_from_db()
    assert batch.status == ImportStatus.COMMITTED
    assert Transaction.objects.count() == ROWS
    assert verify_all() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", [1, 3, 6])
def test_killed_in_the_middle_of_a_commit_nothing_is_left_and_resuming_finishes_it(owner, round_):
    batch = uploaded(owner)
    import_queue.promise(owner.pk, batch.id)
    connection.close()
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "ledger.tests.commit_worker", name, str(batch.id), str(round_)]
    worker = subprocess.run(
        command, cwd=settings.BASE_DIR, check=False, timeout=120, env=os.environ
    )
    assert worker.returncode == -signal.SIGKILL
    assert not Transaction.objects.exists()
    assert Account.objects.get().balance_minor == 0
    batch.refresh_from_db()
    assert batch.status == ImportStatus.COMMITTING
    import_progress.forget(batch.id)
    assert import_queue.stale() == [batch.id]
    assert import_queue.finish(batch.id) is not None
    assert Transaction.objects.count() == ROWS
    assert verify_all() == []
