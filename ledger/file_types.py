"""What a file is, by its first bytes, and whether its name agrees. Pure.

A short list of our own: the libraries for this know hundreds of types that nobody may attach, and
take a file for what any part of it looks like. Here a type counts only from the very first byte.
"""

from collections.abc import Callable
from dataclasses import dataclass

NAME_MAX = 120
TEXT_HEAD = 1024
# A browser that guesses would run these; they are no notes.
MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<svg", b"<script", b"<iframe", b"<?xml",
          b"<!--", b"<?php", b"#!")  # fmt: skip
CONTROLS_OF_TEXT = {"\t", "\n", "\r", "\f"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
FORBIDDEN_IN_NAMES = set('<>:"/\\|?*')


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that may be attached. The first of `endings` is given to a file that has none."""

    content_type: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and data[12:15] == b"VP8"


def _is_heic(data: bytes) -> bool:
    """An ISO media file that says in its first box that it holds HEVC pictures."""
    size = int.from_bytes(data[:4], "big")
    if data[4:8] != b"ftyp" or not 16 <= size <= min(len(data), 256):
        return False
    brands = {data[8:12], *(data[i : i + 4] for i in range(16, size, 4))}
    return data[8:12] in HEIC_BRANDS | {b"mif1", b"msf1"} and bool(HEIC_BRANDS & brands)


def _is_text(data: bytes) -> bool:
    """UTF-8 to the last byte, without controls, that begins neither as a page nor as a script."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:TEXT_HEAD].lower()
    if start.startswith(MARKUP) or b"%pdf-" in start:
        return False  # Readers of PDF look for their mark in the first 1,024 bytes.
    return all(c >= " " and c != "\x7f" for c in set(text) - CONTROLS_OF_TEXT)


TYPES = (
    FileType("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), lambda d: d[:3] == b"\xff\xd8\xff"),
    FileType(
        "image/png",
        ("png",),
        lambda d: d[:8] == b"\x89PNG\r\n\x1a\n" and d[12:16] == b"IHDR",
    ),
    FileType("image/gif", ("gif",), lambda d: d[:6] in (b"GIF87a", b"GIF89a")),
    FileType("image/webp", ("webp",), _is_webp),
    FileType("image/heic", ("heic", "heif"), _is_heic),
    FileType("application/pdf", ("pdf",), lambda d: d[:5] == b"%PDF-"),
    FileType("text/plain", ("txt", "text", "md", "csv", "log"), _is_text),
)


def type_of(data: bytes) -> FileType | None:
    """The type of the content, or None for what is none of ours."""
    return next((kind for kind in TYPES if data and kind.fits(data)), None)


def display_name(filename: str) -> str:
    """The name without folders and without signs that a screen, a header or a disk would obey."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    visible = "".join(
        "_" if c in FORBIDDEN_IN_NAMES else c
        for c in last
        if c.isprintable() and not "\ud800" <= c <= "\udfff"
    )
    return " ".join(visible.split()).strip(". ")


def named_as(filename: str, kind: FileType) -> str | None:
    """The name to show for a file of this type, or None where its ending is of another type.

    The last ending counts, and a name without one gets the type's own.
    """
    name = display_name(filename)
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, kind.endings[0]
    elif ending.lower() not in kind.endings:
        return None
    stem = stem[: NAME_MAX - len(ending) - 1].rstrip(". ") or "attachment"
    return f"{stem}.{ending}"
