"""Keep a mirror of one's books: `python sync_client.py https://books.example.org TOKEN mirror.json`.

A reference client of GET /api/changes: the standard library alone, and safe to stop at any moment.
The mirror is one JSON file, {"seq": ..., "rows": {kind: {id: row}}}, replaced as a whole.
"""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Protocol


class Server(Protocol):
    """Whatever answers GET with a status and JSON."""

    def __call__(self, path: str) -> tuple[int, dict[str, Any]]: ...


class Http:
    """A server by its address and an access token."""

    def __init__(self, base: str, token: str) -> None:
        self.base, self.token = base.rstrip("/"), token

    def __call__(self, path: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.base + path, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)


class Mirror:
    """The rows of one owner, by kind and id, as the server shows them.

    Names of other rows inside a row (`category_name` of a transaction) are those of the moment at
    which the row itself last changed: read them from the row they belong to.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.happened: list[dict[str, Any]] = []

    def catch_up(self, server: Server, limit: int = 200) -> int:
        """Take in all that changed; how many changes. Stopped halfway, the next call goes on."""
        taken, where = 0, f"since={self.seq}"
        while True:
            status, page = server(f"/api/changes?{where}&limit={limit}")
            if status == 410:  # Too long away: deletions were missed. Start again.
                self.__init__()  # type: ignore[misc]
                where = "since=0"
                continue
            if status != 200:
                raise RuntimeError(f"{status}: {page.get('detail', page)}")
            for change in page["results"]:
                self.apply(change)
            taken, self.seq = taken + len(page["results"]), page["seq"]
            if page["next"] is None:
                return taken
            where = "cursor=" + urllib.parse.quote(page["next"])

    def apply(self, change: dict[str, Any]) -> None:
        """One change. Applying it twice does no harm."""
        rows = self.rows.setdefault(change["kind"], {})
        if change["deleted"]:
            rows.pop(change["id"], None)
        elif change["at"] is not None:
            self.happened.append(change)
        else:
            rows[change["id"]] = change["data"]

    def save(self, path: Path) -> None:
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps({"seq": self.seq, "rows": self.rows}, indent=1))
        os.replace(draft, path)

    @classmethod
    def load(cls, path: Path) -> "Mirror":
        mirror = cls()
        if path.exists():
            kept = json.loads(path.read_text())
            mirror.seq, mirror.rows = kept["seq"], kept["rows"]
        return mirror


def main(base: str, token: str, file: str) -> None:
    path = Path(file)
    mirror = Mirror.load(path)
    taken = mirror.catch_up(Http(base, token))
    mirror.save(path)
    counts = ", ".join(f"{len(rows)} {kind}" for kind, rows in mirror.rows.items() if rows)
    print(  # noqa: T201
        f"{taken} changes taken, now at {mirror.seq}: {counts}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
