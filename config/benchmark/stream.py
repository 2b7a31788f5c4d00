"""The stream under load: connections held, commit to client, what was missed, Redis gone and back.

A Redis of its own on a free port, so that it can be stopped; one stream process as production has
it; writers in a process of their own; and the floor (stream_floor) under the same clients.
"""

import asyncio
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.ids import new_id
from accounts.models import Clock, Event, Session, User
from accounts.sql import insert_rows
from accounts.tokens import issue
from config.benchmark.server import free_port
from config.benchmark.stream_clients import StreamClient, all_opened, opened
from config.tuning import tune_garbage_collection

Report = Callable[[str], None]
SECONDS = 20  # of events at the rate that is asked for
QUIET_SECONDS = 5.0
MISSED = 10_000
FEW = 200  # clients that live through an outage of Redis


@dataclass(frozen=True, slots=True)
class Sample:
    """What clients saw of the events of one run. Milliseconds; `cpu_ms` is the server's, per event."""

    rate: float
    p50: float
    p99: float
    slowest: float
    lost: int
    repeated: int
    cpu_ms: float

    def __str__(self) -> str:
        return (
            f"{self.rate:.0f} events/s, p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms, slowest"
            f" {self.slowest:.0f} ms, {self.lost} lost, {self.repeated} repeated or out of order,"
            f" {self.cpu_ms:.2f} ms of the server's processor per event"
        )


class StreamServer:
    """uvicorn with one process, ours or the floor."""

    def __init__(self, target: str) -> None:
        self.port = free_port()
        command = [
            sys.executable, "-m", "uvicorn", target, "--port", str(self.port), "--ws",
            "websockets-sansio", "--no-proxy-headers", "--log-level", "error", "--no-access-log",
            "--ws-per-message-deflate", "false", "--timeout-graceful-shutdown", "1",
        ]  # fmt: skip
        self.process = subprocess.Popen(command)  # noqa: S603
        self.file = Path(f"/proc/{self.process.pid}")

    def kb(self) -> int:
        """Resident memory."""
        found = next(
            line for line in (self.file / "status").read_text().splitlines() if "VmRSS" in line
        )
        return int(found.split()[1])

    def cpu_seconds(self) -> float:
        fields = (self.file / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def answers(self) -> None:
        for _ in range(600):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
        raise RuntimeError("the stream process did not start")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class OwnRedis:
    """A Redis that only this run knows."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server is not installed"
        words = [program, "--port", str(self.port), "--save", "", "--maxclients", "12000"]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: S603

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None


def people(number: int) -> tuple[list[str], list[str]]:
    """(ids, access tokens) of people with a session each. Made in bulk: it is not what is measured."""
    now = timezone.now()
    ends_at = now + timedelta(days=1)
    users = [User(email=f"{new_id()}@example.org") for _ in range(number)]
    sessions = [
        Session(user=user, refresh_hash=new_id().hex * 2, expires_at=ends_at) for user in users
    ]
    insert_rows(users)
    insert_rows([Clock(user=user) for user in users])
    insert_rows(sessions)
    tokens = [issue(s.user_id, s.pk, ends_at=ends_at)[0] for s in sessions]
    return [str(user.pk) for user in users], tokens


async def written(folder: Path, **order: Any) -> dict[str, Any]:
    """Let a writer carry the order out; when it committed what."""
    path, out = folder / "order.json", folder / "committed.json"
    path.write_text(json.dumps({**order, "out": str(out)}))
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "config.benchmark.stream_writer", str(path)
    )
    if await writer.wait():
        raise RuntimeError("the writer failed")
    done: dict[str, Any] = json.loads(out.read_text())
    return done


async def settled(clients: list[StreamClient], frames: int) -> None:
    """Wait until so many frames came, or nothing came for a while."""
    last, since = -1, time.monotonic()
    while True:
        count = sum(len(client.seen.frames) for client in clients)
        if count >= frames or time.monotonic() - since > QUIET_SECONDS:
            return
        if count != last:
            last, since = count, time.monotonic()
        await asyncio.sleep(0.1)


def sample(clients: list[StreamClient], done: dict[str, Any], cpu: float) -> Sample:
    """Hold what each client saw against what was committed."""
    committed: dict[int, dict[int, int]] = {}
    for who, seq, at in done["committed"]:
        committed.setdefault(who, {})[seq] = at
    delays, lost, repeated = [], 0, 0
    for who, client in enumerate(clients):
        wanted = committed.get(who, {})
        seqs = [seq for seq, _ in client.seen.frames]
        first = dict(reversed(client.seen.frames))
        lost += len(wanted.keys() - first.keys())
        repeated += len(seqs) - len(set(seqs)) + sum(a > b for a, b in pairwise(seqs))
        delays += [(at - wanted[seq]) / 1e6 for seq, at in first.items() if seq in wanted]
        client.seen.frames.clear()
    delays.sort()
    count = len(done["committed"])
    return Sample(
        count / done["seconds"], statistics.median(delays), delays[int(len(delays) * 0.99)],
        delays[-1], lost, repeated, cpu * 1000 / count,
    )  # fmt: skip


async def load(
    target: str, ids: list[str], tokens: list[str], rate: int, folder: Path, report: Report
) -> tuple[str, Sample]:
    """(a line about the connections, the sample) of one server with a client per token."""
    server = StreamServer(target)
    try:
        await server.answers()
        first = await all_opened(server.port, tokens[:20])
        before, started = server.kb(), time.monotonic()
        clients = first + await all_opened(server.port, tokens[20:])
        seconds = time.monotonic() - started
        idle = (server.kb() - before) / (len(clients) - len(first))
        cpu = server.cpu_seconds()
        count = rate * SECONDS
        tune_garbage_collection()  # the clients' own collections must not show as the server's delay
        done = await written(folder, users=ids, rate=rate, count=count, floor="floor" in target)
        await settled(clients, count)
        found = sample(clients, done, server.cpu_seconds() - cpu)
        used = (server.kb() - before) / (len(clients) - len(first))
        gone = sum(client.lost is not None for client in clients)
        line = (
            f"{len(clients):,} connections, {gone} lost, {len(tokens[20:]) / seconds:.0f} opened a second,"
            f" {idle:.1f} KB each idle, {used:.1f} KB each after receiving"
        )
        for client in clients:
            client.transport.abort()
        report(f"{target}: {line}")
        return line, found
    finally:
        server.stop()


def absent_person() -> str:
    """The token of a person who missed so many events."""
    [name], [token] = people(1)
    user_id = UUID(name)
    insert_rows(
        [
            Event(user_id=user_id, seq=n + 1, kind="measured.happened", data={"n": n})
            for n in range(MISSED)
        ]
    )
    Clock.objects.filter(user_id=user_id).update(seq=MISSED)
    return token


async def missed(token: str) -> str:
    """One client that comes back after MISSED events."""
    server = StreamServer("config.asgi:application")
    try:
        await server.answers()
        client = await opened(server.port, token)
        started = time.monotonic()
        client.resume(0)
        await settled([client], MISSED)
        seconds = client.seen.frames[-1][1] / 1e9 - started
        whole = [seq for seq, _ in client.seen.frames] == list(range(1, MISSED + 1))
        return (
            f"{MISSED:,} missed events: {seconds:.2f} s, {MISSED / seconds:,.0f} a second,"
            f" {'each once and in order' if whole else 'NOT each once and in order'}"
        )
    finally:
        server.stop()


async def outage(redis: OwnRedis, ids: list[str], tokens: list[str], folder: Path) -> list[str]:
    """Events while Redis is away, and after it is back."""
    server = StreamServer("config.asgi:application")
    lines = []
    try:
        await server.answers()
        clients = await all_opened(server.port, tokens)
        for name in ("with Redis", "Redis stopped", "Redis started again"):
            if name == "Redis stopped":
                redis.stop()
            elif name == "Redis started again":
                redis.start()
                await asyncio.sleep(3)
            cpu = server.cpu_seconds()
            done = await written(folder, users=ids, rate=50, count=500, floor=False)
            await settled(clients, 500)
            gone = sum(client.lost is not None for client in clients)
            found = sample(clients, done, server.cpu_seconds() - cpu)
            lines.append(f"{name}, {FEW} clients: {found}, {gone} connections lost")
        for client in clients:
            client.transport.abort()
    finally:
        server.stop()
    return lines


def streaming(
    sizes: list[int], rate: int, redis: OwnRedis, folder: Path, report: Report
) -> Iterator[str]:
    """Lines of the report."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for size in sizes:
        report(f"stream: {size:,} clients")
        ids, tokens = people(size)
        ours, our = asyncio.run(load("config.asgi:application", ids, tokens, rate, folder, report))
        bare, floor = asyncio.run(
            load("config.benchmark.stream_floor:application", ids, tokens, rate, folder, report)
        )
        yield f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
        yield f"ours:  {ours}"
        yield f"       {our}"
        yield f"floor: {bare}"
        yield f"       {floor}"
        yield (
            f"ours / floor: processor {our.cpu_ms / floor.cpu_ms:.1f},"
            f" p50 {our.p50 / floor.p50:.1f}, p99 {our.p99 / floor.p99:.1f}"
        )
    report("stream: a client that was away")
    yield asyncio.run(missed(absent_person()))
    report("stream: Redis stops and starts again")
    yield from asyncio.run(outage(redis, *people(FEW), folder))
