"""How passwords are hashed and which are refused (NIST 800-63B: length and lists, no composition rules)."""

import gzip
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.functional import classproperty

from accounts.errors import Reason, Refusal

LENGTH_MAX = 1024  # Hashing reads all of it; longer ones only cost.
COMMON = Path(__file__).parent / "data" / "common-passwords.txt.gz"
CONTEXT_WORDS = ("household-books", "householdbooks", "household books", "password")
WORD_LENGTH_MIN = 4  # A shorter name stands in too many words to mean anything.
REST_LENGTH_MIN = 4  # "ada.lovelace1!" is the owner's name with a little paint on it.
# How long a request may stand in line for the hasher. The line is as long as there are threads that
# answer, so only a machine that is very busy with something else ever comes near it.
BUSY_SECONDS = 60


@lru_cache(maxsize=4)
def _places(limit: int) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(limit)


@contextmanager
def place_at_the_hasher() -> Iterator[None]:
    """One of HASHING_AT_ONCE places in this process: a flood of logins leaves the cores to others.

    Refuses with 503 when none comes free in time.
    """
    places = _places(settings.HASHING_AT_ONCE or os.cpu_count() or 1)
    if not places.acquire(timeout=BUSY_SECONDS):
        raise Refusal(Reason.BUSY, status=503, headers={"Retry-After": str(BUSY_SECONDS)})
    try:
        yield
    finally:
        places.release()


class BCryptHasher(BCryptSHA256PasswordHasher):
    """bcrypt over SHA-256 (so no byte past the 72nd is ignored), cost by BCRYPT_ROUNDS."""

    algorithm = "bcrypt_sha256"

    @classproperty
    def rounds(cls) -> int:
        return int(settings.BCRYPT_ROUNDS)

    def encode(self, password: str, salt: Any) -> str:  # verify() comes through here too
        with place_at_the_hasher():
            return str(super().encode(password, salt))


class MaximumLengthValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LENGTH_MAX:
            raise ValidationError(f"At most {LENGTH_MAX} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password has at most {LENGTH_MAX} characters."


@cache
def common_passwords() -> frozenset[str]:
    """Some 30,000, in lower case, from the list that comes with the program (accounts/data)."""
    return frozenset(gzip.decompress(COMMON.read_bytes()).decode().split("\n"))


class CommonPasswordValidator:
    """Refuses what stands on the list, in whatever case: guessing begins with that list."""

    def validate(self, password: str, user: Any = None) -> None:
        if password.casefold().strip() in common_passwords():
            raise ValidationError("Too many people use this password.", code="password_too_common")

    def get_help_text(self) -> str:
        return "Your password is none that many people use."


class ContextValidator:
    """Refuses the owner's own address or name, and the program's name, also with a little added."""

    def validate(self, password: str, user: Any = None) -> None:
        folded = password.casefold()
        own = _words_of(user) if user is not None else set()
        painted = any(
            word in folded and len(folded.replace(word, "", 1)) < REST_LENGTH_MIN
            for word in own | set(CONTEXT_WORDS[:-1])
        )
        if painted or folded in {
            word + tail for word in CONTEXT_WORDS for tail in ("", "1", "123")
        }:
            raise ValidationError(
                "Choose something that is not your e-mail, your name or this program's name.",
                code="password_in_context",
            )

    def get_help_text(self) -> str:
        return "Your password is not your e-mail, your name or this program's name."


def _words_of(user: Any) -> set[str]:
    """What is known of a person by everybody: address, its two halves, the name and its parts."""
    mailbox, _, host = user.email.partition("@")
    parts = [user.email, mailbox, host, user.name, *re.split(r"[\W_]+", f"{mailbox} {user.name}")]
    return {part.casefold() for part in parts if len(part) >= WORD_LENGTH_MIN}
