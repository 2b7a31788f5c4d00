"""Commits events at an even rate, in a process of its own, and notes when each was committed.

`python -m config.benchmark.stream_writer ORDER`, a JSON file: users, rate, count, floor, out.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

KIND = "measured.happened"
WRITERS = 4


def ours(users: list[str], committed: list[tuple[int, int, int]]) -> Any:
    """A commit of an owner's: the tick and the event, by the verbs that every service uses."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db.transaction import atomic, on_commit

    from accounts.announce import push
    from accounts.clock import tick

    ids = [UUID(user) for user in users]

    def note(who: int, seq: int) -> None:
        committed.append((who, seq, time.monotonic_ns()))

    def write(n: int) -> None:
        who = n % len(ids)
        with atomic():
            seq = tick(ids[who])
            on_commit(partial(note, who, seq))  # before the hint is sent, which push does after it
            push(ids[who], seq, KIND, [{"n": n}])

    return write


def floor(users: list[str], committed: list[tuple[int, int, int]]) -> Any:
    """A text of the same size on the user's channel, with nothing stored."""
    import redis

    client = redis.Redis.from_url(os.environ["REDIS_URL"])

    def write(n: int) -> None:
        who, seq = n % len(users), n + 1
        at = "2026-11-24T12:00:00.000000Z"
        text = json.dumps({"seq": seq, "kind": KIND, "at": at, "data": {"n": n}})
        committed.append((who, seq, time.monotonic_ns()))
        client.publish(f"floor.{users[who]}", text)

    return write


def main(path: str) -> None:
    order = json.loads(Path(path).read_text())
    committed: list[tuple[int, int, int]] = []
    write = (floor if order["floor"] else ours)(order["users"], committed)
    started = time.monotonic()

    def share(first: int) -> None:
        for n in range(first, order["count"], WRITERS):
            ahead = started + n / order["rate"] - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            write(n)

    # A commit waits for the disk: one after the other they would not reach the rate.
    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(share, first) for first in range(WRITERS)]:
            done.result()
    spent = time.monotonic() - started
    time.sleep(1)  # the thread of the hints sends its last ones
    Path(order["out"]).write_text(json.dumps({"seconds": spent, "committed": committed}))


if __name__ == "__main__":
    main(sys.argv[1])
