"""Names for what a tree of accounts calls by paths: short, all different, the tree beside them."""

from collections import Counter
from collections.abc import Iterable

from ledger.statements.text import one_line

Path = tuple[str, ...]
NAME_MAX = 100  # Of accounts and categories in the books.
DEPTH_MAX = 40


def key(name: str) -> str:
    return " ".join(name.split()).casefold()


def short_names(paths: Iterable[Path]) -> dict[Path, str]:
    """The last part of each path; where several end alike, as much of it as tells them apart."""
    wanted = list(dict.fromkeys(paths))
    names: dict[Path, str] = {}
    taken: set[str] = set()
    parts = 1
    while wanted and parts <= DEPTH_MAX:
        counts = Counter(key(_ending(path, parts)) for path in wanted)
        unclear = []
        for path in wanted:
            name = _ending(path, parts)
            if (counts[key(name)] > 1 and parts < len(path)) or key(name) in taken:
                unclear.append(path)
            else:
                names[path] = name
                taken.add(key(name))
        wanted, parts = unclear, parts + 1
    for path in wanted:
        names[path] = _numbered(_ending(path, len(path)), taken)
    return names


def _ending(path: Path, parts: int) -> str:
    """The end of a path, from its front where it would be too long for a name."""
    return one_line(":".join(path[-parts:]))[-NAME_MAX:].strip(" :") or "Unnamed"


def _numbered(name: str, taken: set[str]) -> str:
    n = 2
    while key(f"{name} ({n})") in taken:
        n += 1
    numbered = f"{name[: NAME_MAX - 8]} ({n})"
    taken.add(key(numbered))
    return numbered


class Categories:
    """Categories by kind and path, and the tree of them that goes into `ParsedFile.mapping`."""

    def __init__(self) -> None:
        self._paths: dict[Path, None] = {}  # each behind the word of its kind
        self._names: dict[Path, str] | None = None

    def add(self, path: Path, kind: str) -> None:
        """A category and its parents."""
        path = _kept(path, kind)
        for length in range(2, len(path) + 1):
            self._paths.setdefault(path[:length])
        self._names = None

    def name(self, path: Path, kind: str) -> str:
        """The name of a category that was added, different from all others; "" for no path."""
        return self._name(_kept(path, kind))

    def _name(self, path: Path) -> str:
        if len(path) < 2:
            return ""
        if self._names is None:
            self._names = short_names(self._paths)
        return self._names[path]

    def tree(self) -> list[dict[str, str]]:
        """Parents before their children."""
        return [
            {"name": self._name(path), "parent": self._name(path[:-1]), "kind": path[0].lower()}
            for path in sorted(self._paths, key=len)
        ]


def _kept(path: Path, kind: str) -> Path:
    return (kind.capitalize(), *path[-DEPTH_MAX + 1 :])
