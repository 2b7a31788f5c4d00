"""Numbers of a beancount ledger: arithmetic, with commas only between thousands."""

import re
from decimal import Decimal, DivisionByZero, InvalidOperation

from ledger.statements.journal_amounts import BadAmount

EXPRESSION_MAX = 200  # Tokens.
DEPTH_MAX = 20
DIGITS_MAX = 28

CURRENCY = re.compile(r"[A-Z](?:[A-Z0-9'._\-]{0,22}[A-Z0-9])?(?![a-z])|/[A-Z0-9'._\-]{0,22}[A-Z]")
_TOKEN = re.compile(r"[ \t\n]*(?:(?P<number>\d[\d,]*(?:\.\d*)?|\.\d+)|(?P<sign>[-+*/()]))")


class Numbers:
    """Reads from `text` one expression or currency after the other."""

    def __init__(self, text: str, place: int = 0) -> None:
        self.text, self.place = text, place
        self.tokens = 0

    def number(self) -> Decimal | None:
        """The expression that stands here; None where none does. Raises BadAmount."""
        start = self.place
        token = self._peek()
        if token is None or token["sign"] in ("*", "/", ")"):
            return None
        try:
            value = self._sum(0)
        except (DivisionByZero, InvalidOperation) as error:
            raise BadAmount(f"“{self.text[start:].strip()[:40]}” is not an amount.") from error
        if value and not -18 < value.adjusted() < 18:
            raise BadAmount(f"“{self.text[start:].strip()[:40]}” is too large for an amount.")
        return value

    def currency(self) -> str:
        """The currency that stands here, or ""."""
        self.skip()
        found = CURRENCY.match(self.text, self.place)
        if not found:
            return ""
        self.place = found.end()
        return found[0]

    def skip(self) -> None:
        while self.place < len(self.text) and self.text[self.place] in " \t\n":
            self.place += 1

    def word(self, *words: str) -> str:
        """The first of `words` that stands here, taken; or ""."""
        self.skip()
        for word in words:
            if self.text.startswith(word, self.place):
                self.place += len(word)
                return word
        return ""

    def _peek(self) -> "re.Match[str] | None":
        return _TOKEN.match(self.text, self.place)

    def _take(self, signs: str) -> str:
        token = self._peek()
        if token is None or not token["sign"] or token["sign"] not in signs:
            return ""
        self.tokens += 1
        if self.tokens > EXPRESSION_MAX:
            raise BadAmount("The amount is a calculation that is too long.")
        self.place = token.end()
        return token["sign"]

    def _sum(self, depth: int) -> Decimal:
        value = self._product(depth)
        while sign := self._take("+-"):
            other = self._product(depth)
            value = value + other if sign == "+" else value - other
        return value

    def _product(self, depth: int) -> Decimal:
        value = self._factor(depth)
        while sign := self._take("*/"):
            other = self._factor(depth)
            value = value * other if sign == "*" else value / other
        return value

    def _factor(self, depth: int) -> Decimal:
        if depth > DEPTH_MAX:
            raise BadAmount("The amount is a calculation that is nested too deeply.")
        if sign := self._take("+-"):
            value = self._factor(depth + 1)
            return -value if sign == "-" and value else value
        if self._take("("):
            value = self._sum(depth + 1)
            if not self._take(")"):
                raise BadAmount("A bracket of the amount is not closed.")
            return value
        token = self._peek()
        if token is None or not token["number"] or len(token["number"]) > DIGITS_MAX:
            raise BadAmount(
                f"“{self.text[self.place : self.place + 40].strip()}” is not an amount."
            )
        self.tokens += 1
        self.place = token.end()
        return Decimal(token["number"].replace(",", ""))
