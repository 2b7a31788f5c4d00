"""Amounts, days and foreign words in a notification, as their owner writes them.

Separators and the order of a date are Django's own tables of locales. The currency is named by its
code, which no locale misreads.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import dateformat, formats, numberformat

from accounts import currencies
from accounts.days import zone

WORDS_MAX = 80
# Marks that turn the direction of a line or hide in it: nobody's payee may rearrange our sentence.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Speech:
    """How one owner reads: language tag and IANA zone."""

    locale: str = "en"
    timezone: str = "UTC"

    def money(self, amount: str, currency: str) -> str:
        """ "-1234.5", "EUR" → "-1,234.50 EUR" in English, "-1.234,50 EUR" in German; JPY no decimals."""
        places = currencies.exponent(currency)
        said = numberformat.format(
            Decimal(amount),
            self._format("DECIMAL_SEPARATOR"),
            decimal_pos=2 if places is None else places,
            grouping=self._format("NUMBER_GROUPING") or 3,
            thousand_sep=self._format("THOUSAND_SEPARATOR"),
            force_grouping=True,
            use_l10n=True,
        )
        return f"{said} {currency}"

    def day(self, day: str | date) -> str:
        """ "2026-02-28" → "Feb. 28, 2026" in English, figures in the locale's order elsewhere."""
        value = date.fromisoformat(day) if isinstance(day, str) else day
        # Django names months in English here; figures alone are right everywhere else.
        name = "DATE_FORMAT" if self._language == "en" else "SHORT_DATE_FORMAT"
        return dateformat.format(value, self._format(name))

    def moment(self, at: datetime) -> str:
        """The day and the hour on the owner's clock."""
        local = at.astimezone(zone(self.timezone))
        return f"{self.day(local.date())}, {local:%H:%M}"

    @property
    def _language(self) -> str:
        return self.locale.partition("-")[0].lower()

    def _format(self, name: str) -> Any:
        return formats.get_format(name, lang=_known(self.locale), use_l10n=True)


def _known(tag: str) -> str:
    """A tag that is safe to look up: Django imports a module of this name."""
    return tag.lower() if re.fullmatch(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})?", tag) else "en"


def plain_words(text: object, length: int = WORDS_MAX) -> str:
    """A foreign word on one line: no control or direction marks, no runs of blanks, not too long."""
    shown = "".join(
        " " if unicodedata.category(sign) in HIDDEN else sign for sign in str(text or "")
    )
    shown = " ".join(shown.split())
    return shown if len(shown) <= length else shown[: length - 1] + "…"
