"""Real processes for tests: on a free port, in an environment of their own, always ended."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.tests.sources import ROOT

START_SECONDS = 60  # Machines under test are busy; a good start takes two.
SECRETS = {
    name: f"{name}-of-a-test-0123456789-abcdefghijklmnopqrstuvwxyz"
    for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "AUDIT_KEY")
}


def environment(**values: str) -> dict[str, str]:
    """The parent's environment without any setting of ours, and then `values`."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    path = f"{Path(sys.executable).parent}:{kept.get('PATH', '')}"
    return {**kept, "PATH": path, "PYTHONWARNINGS": "error::ResourceWarning", **values}


def manage(*words: str, seconds: int = 120, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment(**values),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(words: list[str], log: Path, **values: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until the block ends. Its output is in the file `log`."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            words, cwd=ROOT, env=environment(**values), stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def first_event(port: int, token: str, kind: str, cause: Callable[[], Any]) -> Any:
    """The first frame of a kind that `/api/stream` tells after `cause` is called."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/api/stream", headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    assert response.headers["Content-Type"].startswith("text/event-stream"), response.read()
    try:
        while line := response.readline():
            frame = json.loads(line.removeprefix(b"data: ")) if line.startswith(b"data: ") else {}
            if frame.get("kind") == "ready":
                cause()
            elif frame.get("kind") == kind:
                return frame
        raise AssertionError(f"closed without {kind}")
    finally:
        response.close()
        connection.close()


def until(what: Callable[[], Any], log: Path, process: Any, seconds: float = START_SECONDS) -> Any:
    """Wait for a true answer; an OSError means "not yet". Shows the log when it does not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if answer := what():
                return answer
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    raise AssertionError(f"not in {seconds} s; the log says:\n{log.read_text()}")


def call(
    port: int,
    method: str,
    path: str,
    data: Any = None,
    *,
    token: str = "",
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], Any]:
    """One request over a real connection: (status, headers in lower case, parsed body)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        body = None if data is None else data if isinstance(data, bytes) else json.dumps(data)
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        raw = response.read()
        answer = {name.lower(): value for name, value in response.getheaders()}
        is_json = "json" in answer.get("content-type", "")
        return response.status, answer, json.loads(raw) if is_json and raw else raw
    finally:
        connection.close()
