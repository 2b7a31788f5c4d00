"""Encrypting what must be read again and must not stand in a backup: seeds, secrets, numbers.

Fernet (AES-CBC and HMAC-SHA256) under keys derived from ENCRYPTION_KEYS: the first encrypts, all
decrypt. To rotate: put a new one in front, run `manage.py rotate_secrets`, take the old one away.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import TextChoices

from accounts.errors import Refusal

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


@dataclass(frozen=True, slots=True)
class Vault:
    """One kind of secret that its owner sees again. `unreadable`: refused where no key of ours opens."""

    unreadable: TextChoices

    def sealed(self, secret: str) -> str:
        """The secret as it is stored. Empty stays empty."""
        return encrypt(secret) if secret else ""

    def opened(self, token: str) -> str:
        """The secret again; refuses with 409 what was stored under a key that is gone."""
        try:
            return decrypt(token) if token else ""
        except InvalidToken:
            raise Refusal(self.unreadable, status=409) from None

    def resealed(self, token: str) -> str:
        """The same secret under the first key."""
        return self.sealed(self.opened(token))
