"""Quiet hours: the owner's wall clock, over midnight, on the days when clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.quiet import is_quiet

NIGHT = (time(22), time(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "hours", "zone", "quiet"),
    [
        ("2026-01-15 20:59", NIGHT, "Europe/Berlin", False),  # 21:59
        ("2026-01-15 21:00", NIGHT, "Europe/Berlin", True),  # the start counts
        ("2026-01-15 23:30", NIGHT, "Europe/Berlin", True),  # over midnight
        ("2026-01-16 05:59", NIGHT, "Europe/Berlin", True),
        ("2026-01-16 06:00", NIGHT, "Europe/Berlin", False),  # the end does not
        ("2026-07-15 20:00", NIGHT, "Europe/Berlin", True),  # summer: an hour earlier
        ("2026-07-16 05:00", NIGHT, "Europe/Berlin", False),
        ("2026-01-15 12:30", (time(12), time(14)), "UTC", True),  # a rest at noon
        ("2026-01-15 14:00", (time(12), time(14)), "UTC", False),
        ("2026-01-15 16:15", NIGHT, "Asia/Kathmandu", True),  # 22:00 at +05:45
        ("2024-02-29 23:00", NIGHT, "UTC", True),
        # 29 March 2026: Berlin goes from 02:00 to 03:00, so nothing is between 02:00 and 02:45.
        ("2026-03-29 00:59", (time(2), time(2, 45)), "Europe/Berlin", False),
        ("2026-03-29 01:00", (time(2), time(2, 45)), "Europe/Berlin", False),
        # 25 October 2026: 02:00 to 03:00 comes twice, and is quiet twice.
        ("2026-10-25 00:30", (time(2), time(3)), "Europe/Berlin", True),
        ("2026-10-25 01:30", (time(2), time(3)), "Europe/Berlin", True),
        ("2026-10-25 02:00", (time(2), time(3)), "Europe/Berlin", False),
        ("2026-01-15 23:30", (None, None), "UTC", False),
        ("2026-01-15 23:30", (time(22), None), "UTC", False),
        ("2026-01-15 22:00", (time(22), time(22)), "UTC", False),
    ],
)
def test_quiet_is_what_the_owners_clock_says(moment, hours, zone, quiet):
    assert is_quiet(at(moment), *hours, zone) is quiet


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        is_quiet(datetime(2026, 1, 1), *NIGHT, "UTC")


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.times(),
    st.times(),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati"]),
)
@settings(max_examples=60)
def test_hours_and_the_hours_between_them_fill_the_day(now, start, end, zone):
    assert is_quiet(now, start, end, zone) + is_quiet(now, end, start, zone) == (start != end)


def test_a_night_has_its_nine_hours_except_when_clocks_change():
    def minutes(day: datetime) -> int:
        return sum(
            is_quiet(day + timedelta(minutes=n), *NIGHT, "Europe/Berlin") for n in range(1440)
        )

    noon = ZoneInfo("UTC")
    assert minutes(datetime(2026, 1, 15, 12, tzinfo=noon)) == 540
    assert minutes(datetime(2026, 3, 28, 12, tzinfo=noon)) == 480
    assert minutes(datetime(2026, 10, 24, 12, tzinfo=noon)) == 600
