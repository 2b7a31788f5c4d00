"""What a file is, by its bytes; what it may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.file_types import NAME_MAX, TYPES, display_name, named_as, type_of

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 20 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 13
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 8
HEIF = b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + b"\x00" * 8
TEXT = "Grüße,\nBäckerei — 3,20 €\n".encode()
SAMPLES = {
    "image/jpeg": JPEG, "image/png": PNG, "image/gif": GIF, "image/webp": WEBP,
    "image/heic": HEIC, "application/pdf": PDF, "text/plain": TEXT,
}  # fmt: skip


def kind_of(data):
    kind = type_of(data)
    return kind and kind.content_type


def test_each_type_has_a_sample():
    assert {kind.content_type for kind in TYPES} == SAMPLES.keys()
    assert {name: kind_of(data) for name, data in SAMPLES.items()} == {n: n for n in SAMPLES}
    assert kind_of(HEIF) == "image/heic"
    assert kind_of(b"\xef\xbb\xbf" + TEXT) == "text/plain"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"\xef\xbb\xbf \n<HTML>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<?php system('id'); ?>",
        b"#!/bin/sh\nrm -rf /\n",
        b"MZ\x90\x00",
        b"\x7fELF\x02\x01\x01",
        b"PK\x03\x04" + b"\x00" * 30,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"junk before %PDF-1.7",  # readers of PDF would take it: that is what polyglots live on
        b"\x00" + JPEG,
        b"RIFF\x1a\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomavc1",  # a film
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif",
        b"\xff\xff\xff\xffftypheic\x00\x00\x00\x00heic",  # a box larger than the file
        b"caf\xe9",  # latin1
        b"a\x00b",
        b"a\x1b[2Jb",
        "a\u0000b".encode("utf-16"),
    ],
)
def test_what_is_none_of_ours(data):
    assert type_of(data) is None


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("receipt.pdf", PDF, "receipt.pdf"),
        ("Scan.PDF", PDF, "Scan.PDF"),
        ("photo.jpeg", JPEG, "photo.jpeg"),
        ("image", PNG, "image.png"),
        ("", TEXT, "attachment.txt"),
        ("...", TEXT, "attachment.txt"),
        (".pdf", PDF, "pdf.pdf"),
        ("../../etc/passwd.txt", TEXT, "passwd.txt"),
        ("C:\\Users\\me\\bill.pdf", PDF, "bill.pdf"),
        ("/", PDF, "attachment.pdf"),
        ("a\r\nSet-Cookie: x.pdf", PDF, "aSet-Cookie_ x.pdf"),
        ('"quoted".pdf', PDF, "_quoted_.pdf"),
        ("gpj\u202e.pdf", PDF, "gpj.pdf"),
        ("Beleg für Ærø 発票.pdf", PDF, "Beleg für Ærø 発票.pdf"),
        ("archive.tar.pdf", PDF, "archive.tar.pdf"),
        # The last ending counts.
        ("receipt.pdf.exe", PDF, None),
        ("receipt.jpg.html", JPEG, None),
        ("photo.png", JPEG, None),
        ("page.html", TEXT, None),
        ("picture.svg", TEXT, None),
        ("photo.jpg ", JPEG, "photo.jpg"),
        ("photo.jpg.", JPEG, "photo.jpg"),
        ("nul\x00.jpg", JPEG, "nul.jpg"),
    ],
)
def test_names(name, kind, shown):
    assert named_as(name, type_of(kind)) == shown


@given(st.text(max_size=400), st.sampled_from(TYPES))
def test_a_name_is_always_safe(name, kind):
    shown = named_as(name, kind)
    if shown is not None:
        assert 0 < len(shown) <= NAME_MAX
        assert shown.isprintable()
        assert not set(shown) & set('/\\<>:"|?*')
        assert not shown.startswith(".")
        assert shown.rpartition(".")[2].lower() in kind.endings
        shown.encode("utf-8")
    assert display_name(display_name(name)) == display_name(name)


@given(st.binary(max_size=300))
def test_no_bytes_begin_as_two_types_and_text_is_asked_last(data):
    *signed, text = TYPES
    fitting = [kind for kind in signed if kind.fits(data)]
    assert len(fitting) <= 1
    if fitting:  # "GIF87a" alone would also pass for text
        assert type_of(data) is fitting[0]
    else:
        assert type_of(data) in (text, None)
