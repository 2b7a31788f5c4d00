"""What the owner says of single rows of a file, by their lines."""

from dataclasses import dataclass
from typing import Any

from accounts.errors import Refusal
from ledger.errors import Reason


@dataclass(frozen=True, slots=True)
class Wishes:
    """skipped: rows that are not wanted. accepted, refused: doubtful matches that are right, or wrong.

    A line of `accepted` or `refused` whose row is matched beyond doubt, or not at all, changes nothing.
    """

    skipped: tuple[int, ...] = ()
    accepted: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()

    @classmethod
    def of(cls, fields: dict[str, Any]) -> "Wishes":
        """From names as the API has them, lists of lines or nothing."""
        return cls(*(tuple(fields.get(name) or ()) for name in FIELDS))

    def kept(self) -> dict[str, list[int]]:
        """As JSON, for `of`."""
        lists = (self.skipped, self.accepted, self.refused)
        return {name: list(lines) for name, lines in zip(FIELDS, lists, strict=True)}

    def must_fit(self, parsed: Any) -> None:
        """Refuse a line on which no row of the file starts."""
        if not (self.skipped or self.accepted or self.refused):
            return
        known = {row.line for row in parsed.rows}
        for name, lines in self.kept().items():
            for place, line in enumerate(lines):
                if line not in known:
                    raise Refusal(Reason.IMPORT_LINE_NOT_FOUND, pointer=f"/{name}/{place}")


FIELDS = ("skip_lines", "accept_matches", "refuse_matches")
NO_WISHES = Wishes()
