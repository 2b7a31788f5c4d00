"""The country of an address, from a database file on this machine. Nobody is asked, nothing guessed.

The file that comes along is by the Number Resource Organization (CC BY 4.0, geo/NRO_LICENSE).
"""

from functools import cache
from pathlib import Path
from typing import Any

import maxminddb
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)


@cache
def _reader(path: str) -> Any:
    """The open database, or None with a line in the log: places then stay unknown."""
    try:
        return maxminddb.open_database(path)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as failure:
        log.error("geo.unreadable", file=Path(path).name, error=type(failure).__name__)
        return None


def country_of(ip: str | None) -> str:
    """Two letters, or '' for addresses that are private, unknown or none."""
    path = settings.GEO_DATABASE
    reader = _reader(path) if path and ip else None
    if reader is None:
        return ""
    try:
        found = reader.get(ip)
    except (ValueError, maxminddb.InvalidDatabaseError):
        return ""
    return _code_in(found)


def _code_in(record: Any) -> str:
    """From a flat record (`country_code`) or one of GeoIP2 and GeoLite2 (`country.iso_code`)."""
    if not isinstance(record, dict):
        return ""
    country = record.get("country")
    code = record.get("country_code") or (
        country.get("iso_code") if isinstance(country, dict) else country
    )
    return code if isinstance(code, str) and len(code) == 2 else ""
