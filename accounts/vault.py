"""Encrypting what must be read again and must not stand in a backup: the seeds of second factors.

Fernet (AES-CBC and HMAC-SHA256) under keys derived from ENCRYPTION_KEYS: the first encrypts, all
decrypt. To rotate: put a new one in front, run `manage.py rotate_secrets`, take the old one away.
"""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

LABEL = b"household-books vault\n"


@lru_cache(maxsize=4)
def _ring(secrets: tuple[str, ...]) -> MultiFernet:
    keys = [hashlib.sha256(LABEL + secret.encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def _ours() -> MultiFernet:
    return _ring(tuple(settings.ENCRYPTION_KEYS or [settings.SECRET_KEY]))


def encrypt(text: str) -> str:
    return _ours().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """The text; cryptography.fernet.InvalidToken when none of the keys made it."""
    return _ours().decrypt(text.encode()).decode()


def rotate(text: str) -> str:
    """The same secret under the first key."""
    return _ours().rotate(text.encode()).decode()
