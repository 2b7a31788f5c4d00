"""Reading a query: one pass that finds which brackets are groups, one that builds the tree. Pure.

query := all ("OR" all)*         all := unit+
unit  := "-" unit | "(" query ")" | [field ":" [comparison]] (word | "phrase")
"""

import re

from ledger.search import (
    ANY_FIELD,
    COMPARED,
    DEPTH_MAX,
    FIELDS,
    STRICT_TERMS_MAX,
    TERMS_MAX,
    TEXTS,
    WILDCARDS_MAX,
    WORDS,
    All,
    Node,
    Term,
    all_of,
    any_of,
    negation,
)
from ledger.search_values import SIZE_MAX, size_of, span_of

FIELD = re.compile(r"([a-z]{3,10}):")
COMPARISON = re.compile(r">=|<=|>|<|=|~")
PHRASE = re.compile(r'"((?:[^"]|"")*)"')
WORD = re.compile(r"\S+")
BLANKS = re.compile(r"\s*")


class QueryError(ValueError):
    """A query that is not meant as it is written; `position` is where, from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class Parser:
    """Recursive descent over one query. strict: mistakes raise; else they are words."""

    def __init__(self, text: str, *, strict: bool) -> None:
        self.text, self.strict = text, strict
        self.at = 0
        self.left = STRICT_TERMS_MAX if strict else TERMS_MAX
        self.brackets = self._brackets()

    def parse(self) -> Node:
        return self._any()

    def _fail(self, message: str, position: int | None = None) -> None:
        if self.strict:
            raise QueryError(message, self.at if position is None else position)

    # Which brackets are groups: an opening one before a unit, a closing one behind a word.

    def _brackets(self) -> set[int]:
        """Positions of brackets that pair up; the others belong to words, as in `:)`."""
        pairs: set[int] = set()
        opened: list[int] = []
        at = 0
        while (at := self._past_blanks(at)) < len(self.text):
            start = at + (self.text[at] == "-")
            if self.text[start : start + 1] == "(":
                if len(opened) >= DEPTH_MAX:
                    self._fail(f"Groups nest at most {DEPTH_MAX} levels deep.", start)
                opened.append(start)
                at = start + 1
            elif self.text[at] == ")":
                self._close(opened, pairs, at)
                at += 1
            else:
                at = self._past_term(start, opened, pairs)
        if opened:
            self._fail("This bracket is never closed; put it in quotes if it is text.", opened[0])
        return pairs

    def _past_blanks(self, at: int) -> int:
        match = BLANKS.match(self.text, at)
        return match.end() if match else at

    def _past_term(self, start: int, opened: list[int], pairs: set[int]) -> int:
        """The end of a term; brackets that trail its word close groups, as far as any are open."""
        at = self._past_field(start)
        if phrase := PHRASE.match(self.text, at):
            return phrase.end()
        word = WORD.match(self.text, at)
        if word is None:
            return at
        said = word.group()
        bare = said.rstrip(")")
        trailing = len(said) - len(bare)
        own = min(max(bare.count("(") - bare.count(")"), 0), trailing)
        for n in range(own, trailing):
            self._close(opened, pairs, at + len(bare) + n)
        return word.end()

    def _close(self, opened: list[int], pairs: set[int], at: int) -> None:
        if opened:
            pairs.update((opened.pop(), at))
        else:
            self._fail("This bracket closes nothing; put it in quotes if it is text.", at)

    def _past_field(self, at: int) -> int:
        field = FIELD.match(self.text, at)
        if field and (field[1] in FIELDS or field[1] == ANY_FIELD):
            at = field.end()
            mark = COMPARISON.match(self.text, at)
            at = mark.end() if mark else at
        return at

    # The tree.

    def _any(self) -> Node:
        options = [self._all()]
        while self._takes_or():
            options.append(self._all())
        said = [option for option in options if option != All()]
        return any_of(said) if said else All()

    def _all(self) -> Node:
        parts: list[Node] = []
        while (unit := self._unit(is_first=not parts)) is not None:
            parts.append(unit)
        return all_of(parts)

    def _is_or(self) -> bool:
        end = self.at + 2
        return self.text.startswith("OR", self.at) and (
            end == len(self.text) or self.text[end].isspace() or end in self.brackets
        )

    def _takes_or(self) -> bool:
        """Step over an OR that stands between two units."""
        self.at = self._past_blanks(self.at)
        if not self._is_or() or self.left <= 0:
            return False
        after = self._past_blanks(self.at + 2)
        if after == len(self.text) or self._closes(after):
            return False
        self.at = after
        return True

    def _closes(self, at: int) -> bool:
        return at in self.brackets and self.text[at] == ")"

    def _unit(self, *, is_first: bool) -> Node | None:
        """The next term or group; None at an OR, at a closing bracket and at the end."""
        while True:
            self.at = self._past_blanks(self.at)
            if self.at >= len(self.text) or self._closes(self.at):
                return None
            if self._is_or():
                if not is_first and self._or_joins():
                    return None
                self._fail("OR stands between two terms; put it in quotes if it is text.")
            if self.left <= 0:
                self._fail(f"A query has at most {STRICT_TERMS_MAX} terms.")
                self.at = len(self.text)
                return None
            start = self.at
            is_not = self._negates(start)
            self.at += is_not
            unit = self._group() if self.at in self.brackets else self._term()
            if unit is not None:
                return negation(unit) if is_not else unit

    def _negates(self, at: int) -> bool:
        """Whether a minus stands right before something; alone it is a word."""
        after = self.text[at + 1 : at + 2]
        return self.text[at] == "-" and bool(after.strip()) and not self._closes(at + 1)

    def _or_joins(self) -> bool:
        after = self._past_blanks(self.at + 2)
        return after < len(self.text) and not self._closes(after)

    def _group(self) -> Node | None:
        start = self.at
        self.at += 1
        before = self.left
        node = self._any()
        self.at += 1
        if before == self.left:
            self._fail("This group is empty.", start)
            return None
        return node

    def _term(self) -> Node | None:
        start = self.at
        match = FIELD.match(self.text, start)
        field = match[1] if match else None
        if field == ANY_FIELD:
            field = ""
        if field is None or field not in FIELDS:
            if field is not None:
                self._fail(f"There is no field {field}; put the text in quotes if it is text.")
            return self._made("", "", start)
        self.at = self._past_field(start)
        assert match is not None
        if not self.strict and not PHRASE.match(self.text, self.at) and self._is_blank(self.at):
            self.at = start  # `payee:` alone searches for itself
            return self._made("", "", start)
        return self._made(field, self.text[match.end() : self.at], start)

    def _is_blank(self, at: int) -> bool:
        return not self.text[at : at + 1].strip() or at in self.brackets

    def _made(self, field: str, mark: str, start: int) -> Node | None:
        """The term whose value stands here."""
        value, is_phrase = self._value()
        if not value:
            self._fail("A value is missing here.", start)
            return None
        op, value = self._meant(field, mark, value, is_phrase, start)
        self.left -= 1
        return Term(field, op, value)

    def _value(self) -> tuple[str, bool]:
        if phrase := PHRASE.match(self.text, self.at):
            self.at = phrase.end()
            return phrase[1].replace('""', '"'), True
        start = self.at
        while self.at < len(self.text) and not self.text[self.at].isspace():
            if self.at in self.brackets:
                break
            self.at += 1
        return self.text[start : self.at], False

    def _meant(
        self, field: str, mark: str, value: str, is_phrase: bool, start: int
    ) -> tuple[str, str]:
        if field in COMPARED:
            if mark == "~":
                mark, value = "", f"~{value}"
            if not _is_comparable(field, value):
                self._fail(f"This is no {field} to compare with: {value}", start)
            return mark or "=", value
        if field in WORDS:
            if mark not in {"", "="}:
                value = mark + value
            if value not in WORDS[field]:
                self._fail(f"{field} is one of {', '.join(WORDS[field])}.", start)
            return "is", value
        assert field in TEXTS
        if mark not in {"", "=", "~"}:
            mark, value = "", mark + value
        is_pattern = mark == "~" or (not mark and not is_phrase and "*" in value)
        if value.count("*") > WILDCARDS_MAX and is_pattern:
            self._fail(f"A pattern has at most {WILDCARDS_MAX} wildcards.", start)
            is_pattern, mark = False, ""
        op = "like" if is_pattern else "is" if mark == "=" else "contains"
        return op, value


def _is_comparable(field: str, value: str) -> bool:
    if field == "date":
        return span_of(value) is not None
    size = size_of(value)
    return size is not None and size <= SIZE_MAX
