"""manage.py load_ecb_rates: the bank's files in, common rates for everybody."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry, Clock
from ledger.models import ExchangeRate

CSV = """Date,USD,JPY,ZZZ,
2026-01-15,1.1634,184.59,N/A,
2026-01-14,1.1651,185.1,0.58274,
"""
XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>
<Cube time="2026-01-15"><Cube currency="USD" rate="1.1634"/>
<Cube currency="JPY" rate="184.59"/></Cube>
<Cube time="2026-01-14"><Cube currency="USD" rate="1.1651"/>
<Cube currency="JPY" rate="185.1"/></Cube>
</Cube></gesmes:Envelope>"""


def zipped(content: bytes, name: str = "eurofxref-hist.csv") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def load(db, tmp_path):
    def run(content: bytes | str) -> str:
        path = tmp_path / "rates"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = io.StringIO()
        call_command("load_ecb_rates", str(path), stdout=out, no_color=True)
        return out.getvalue()

    return run


@pytest.mark.parametrize("content", [CSV, XML, zipped(CSV.encode())], ids=["csv", "xml", "zip"])
def test_every_form_of_the_file_gives_the_same_rates(load, content):
    load(content)
    rows = ExchangeRate.objects.order_by("day", "quote").values_list(
        "day", "base", "quote", "rate", "source", "user"
    )
    assert list(rows) == [
        (date(2026, 1, 14), "EUR", "JPY", Decimal("185.1"), "ecb", None),
        (date(2026, 1, 14), "EUR", "USD", Decimal("1.1651"), "ecb", None),
        (date(2026, 1, 15), "EUR", "JPY", Decimal("184.59"), "ecb", None),
        (date(2026, 1, 15), "EUR", "USD", Decimal("1.1634"), "ecb", None),
    ]


def test_the_table_says_what_happened(load):
    said = load(CSV)
    for words in ("2026-01-14 to 2026-01-15", "1 (1 codes)"):
        assert words in said
    assert [line.split()[-2] for line in said.splitlines() if "New or corrected" in line] == ["4"]


def test_loading_again_changes_nothing_and_moves_no_clock(load, alice):
    load(CSV)
    before = Clock.objects.get(user=alice).seq
    said = load(CSV)
    assert [line.split()[-2] for line in said.splitlines() if "New or corrected" in line] == ["0"]
    assert ExchangeRate.objects.count() == 4
    assert Clock.objects.get(user=alice).seq == before


def test_a_corrected_rate_replaces_the_old_one_and_moves_every_clock_once(load, alice, bob):
    load(CSV)
    before = {clock.user_id: clock.seq for clock in Clock.objects.all()}
    load(CSV.replace("184.59", "184.6"))
    assert ExchangeRate.objects.get(quote="JPY", day="2026-01-15").rate == Decimal("184.6")
    after = {clock.user_id: clock.seq for clock in Clock.objects.all()}
    assert after == {user_id: seq + 1 for user_id, seq in before.items()}
    assert AuditEntry.objects.filter(action="exchange_rates.loaded").count() == 2


def test_an_owners_rate_of_the_same_day_stays(load, alice):
    ExchangeRate.objects.create(user=alice, base="EUR", quote="USD", day="2026-01-15", rate="2")
    load(CSV)
    assert ExchangeRate.objects.get(user=alice).rate == 2
    assert ExchangeRate.objects.filter(quote="USD", day="2026-01-15").count() == 2


@pytest.mark.parametrize(
    "content",
    [
        "hello",
        "",
        "Date,USD,\n2026-01-15,abc,\n",
        "Date,USD,\n2026-01-15,-1,\n",
        "Date,USD,\nyesterday,1.1,\n",
        b"PK\x03\x04 broken",
        zipped(b"x", "readme.txt"),
        b"\xff\xfe\x00",
        "<Cube><Cube time='2026-01-15'>",
        "<nothing/>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><Cube/>",
    ],
)
def test_a_file_of_something_else_exits_3_and_loads_nothing(load, content):
    with pytest.raises(CommandError) as refused:
        load(content)
    assert refused.value.returncode == 3
    assert not ExchangeRate.objects.exists()


def test_a_file_that_is_not_there_exits_2(db):
    with pytest.raises(CommandError) as refused:
        call_command("load_ecb_rates", "/nowhere/at/all.csv", stdout=io.StringIO())
    assert refused.value.returncode == 2


def test_a_bad_line_late_in_the_file_leaves_the_books_as_they_were(load):
    with pytest.raises(CommandError):
        load(CSV + "2026-01-13,1.1,x,N/A,\n")
    assert not ExchangeRate.objects.exists()
