"""Eight clients write at once to the embedded server: how many fail, how long the slowest wait."""

import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from datetime import date

from config.benchmark.server import free_port

WRITERS = 8


def eight_writers(writes: int) -> str:
    """Post `writes` rows by eight users at once, on `manage.py serve`; one line of figures."""
    from accounts.models import User
    from accounts.services.sessions import open_session
    from ledger.models import Account, Transaction

    port = free_port()
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, sys.argv[0], "serve"],
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        people = []
        for n in range(WRITERS):
            user = User.objects.create_user(f"writer{n}@example.org", None)
            account = Account.objects.create(user=user, name="Main", currency="EUR")
            people.append((open_session(user)[0], str(account.id)))
        walls: list[float] = []
        failed: list[str] = []
        before = Transaction.objects.count()
        threads = [
            threading.Thread(
                target=_write, args=(port, token, account, writes // WRITERS, walls, failed)
            )
            for token, account in people
        ]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = time.perf_counter() - started
        written = Transaction.objects.count() - before
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)
    walls.sort()
    return (
        f"{WRITERS} writers, {written:,} of {writes:,} written, {len(failed)} failed {failed[:2]}, "
        f"{written / spent:.0f} writes/s, p50 {statistics.median(walls):.1f} ms, "
        f"p99 {walls[int(len(walls) * 0.99)]:.1f} ms, slowest {walls[-1]:.1f} ms"
    )


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the embedded server did not start")


def _write(
    port: int, token: str, account: str, count: int, walls: list[float], failed: list[str]
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    today = date.today().isoformat()  # noqa: DTZ011
    for n in range(count):
        body = json.dumps(
            {
                "account": account,
                "amount": f"-{n % 90 + 1}.10",
                "posted_on": today,
                "payee": f"P{n % 20}",
            }
        )
        started = time.perf_counter()
        connection.request("POST", "/api/transactions", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        walls.append((time.perf_counter() - started) * 1000)
        if answer.status != 201:
            failed.append(f"{answer.status} {content[:100]!r}")
