"""A server in a process of its own, and what it costs per request by the operating system's count."""

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Sample:
    """Per request: processor milliseconds of the server, and the client's wall-clock milliseconds."""

    cpu_ms: float
    p50_ms: float
    p95_ms: float
    size: int


class Server:
    """`granian` with one worker and eight threads, for the program and for the floor alike."""

    def __init__(self, target: str, environment: dict[str, str]) -> None:
        self.port = free_port()
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(self.port), "--workers", "1", "--blocking-threads", "8",
            "--no-access-log", "--log-level", "warning", target,
        ]  # fmt: skip
        self.process = subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def cpu_seconds(self) -> float:
        """User and system time of the server and its worker so far."""
        ticks = os.sysconf("SC_CLK_TCK")
        return sum(self._ticks(pid) for pid in self._family()) / ticks

    def _family(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            found.extend(int(child) for child in children.read_text().split())
        return found

    @staticmethod
    def _ticks(pid: int) -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def sample(
        self, count: int, make: Callable[[int], tuple[str, str, bytes]], headers: dict[str, str]
    ) -> Sample:
        """Send `count` requests one after another; `make(n)` gives method, path and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        walls, size = [], 0
        before = self.cpu_seconds()
        for n in range(count):
            method, path, body = make(n)
            started = time.perf_counter()
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            walls.append((time.perf_counter() - started) * 1000)
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
            size = len(content)
        spent = self.cpu_seconds() - before
        connection.close()
        walls.sort()
        return Sample(
            spent * 1000 / count, statistics.median(walls), walls[int(len(walls) * 0.95)], size
        )
