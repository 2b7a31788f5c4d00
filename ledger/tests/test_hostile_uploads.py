"""Files made to hurt, through the API: a clean 4xx with a documented code, and nothing is kept."""

import gzip
import tracemalloc

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.reasons import all_reasons
from ledger.models import ImportBatch
from ledger.tests.dialects import CSV, camt, ofx, row, zipped

pytestmark = pytest.mark.django_db
PEAK_MAX = 120_000_000  # bytes, of what Python holds while one of these is refused
ZEROS = bytes(30_000_000)
XML = '<?xml version="1.0"?>'
LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
)
HOSTILE: dict[str, str | bytes] = {
    "bomb of a table": zipped(a__csv=ZEROS),
    "bomb of camt": zipped(a__xml=ZEROS, b__xml=b"<x/>"),
    "bomb of a workbook": zipped(xl__workbook=b"", **{"xl/a": ZEROS}),
    "bomb of gzip": gzip.compress(ZEROS, 1),
    "a bomb in a bomb": gzip.compress(gzip.compress(ZEROS, 1)),
    "billion laughs": f"{XML}<!DOCTYPE D [{LAUGHS}]><Document>&l9;</Document>",
    "billion laughs in camt": camt(2).replace("<Document", f"<!DOCTYPE D [{LAUGHS}]><Document", 1),
    "external entity": camt(2).replace(
        "<Document", '<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document', 1
    ),
    "external entity in a workbook of 2003": (
        f'{XML}<!DOCTYPE W [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        "<Workbook><Row><Cell>&x;</Cell></Row></Workbook>"
    ),
    "a million columns": "Date,Amount" + ",x" * 1_000_000 + "\n2024-01-15,-10\n",
    "a million cells": "<table><tr>" + "<td>1" * 100_000,
    "NULs": b"Date,Payee,Amount\n2024-01-15,a\0b,-10\n",
    "NULs only": bytes(100_000),
    "a tag without end": "OFXHEADER:100\n<OFX><" + "A" * 1_000_000,
    "tags without end": "OFXHEADER:100\n<OFX>" + "<STMTRS><BANKTRANLIST><STMTTRN>" * 3_000,
    "deep camt": camt(2).replace("<Ntry>", "<Ntry>" + "<a>" * 20_000),
    "deep tables": "<table><tr><td>" * 5_000,
    "brackets": "<" * 1_000_000,
    "quotes": CSV + '"' * 1_000_001,
    "a line without end": "D" * 5_000_000,
    "a booking without end": "!Type:Bank\nD1/1/2024\n" + "Mx\n" * 200_000,
    "truncated ofx": ofx(row(), end=""),
    "truncated zip": zipped(a__xml=camt(2))[:-30],
    "truncated gzip": gzip.compress(b"x" * 1000)[:-12],
    "locked": b"PK\x03\x04\x14\x00\x01\x00" + bytes(100),
    "a huge number": CSV + "2024-01-15,Shop," + "9" * 100_000 + "\n",
    "a huge power": CSV + "2024-01-15,Shop,1e999999999\n",
    "half a character": "Date,Payee,Amount\n2024-01-15,Shop,-10\n".encode("utf-16")[:-1] + b"\xd8",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_cleanly_and_within_bounds(api, alice, main, name) -> None:
    data = HOSTILE[name]
    data = data.encode() if isinstance(data, str) else data
    form = {"file": SimpleUploadedFile("bank", data), "account": str(main.id)}
    tracemalloc.start()
    answer = api(alice).post("/api/imports", form, format="multipart")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < PEAK_MAX
    if answer.status_code == 201:
        # Some of it could be read: what could not is listed, and no row was made up.
        assert name in ("half a character", "deep tables")
        return
    assert answer.status_code in (400, 413), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] in {entry.code for entry in all_reasons()}
    assert "passwd" not in answer.content.decode()
    assert not ImportBatch.objects.exists()
