"""Secrets at rest that must be read again: Fernet (AES-128-CBC and HMAC-SHA256), exchangeable keys.

The first of `settings.FIELD_KEYS` encrypts, all of them decrypt: put a new one in front, run
`manage.py rotate_field_keys`, then drop the old one.
"""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db.models import TextChoices

from accounts.errors import Refusal


@dataclass(frozen=True, slots=True)
class Vault:
    """One kind of secret. `purpose` gives each kind a key of its own from the one setting."""

    purpose: bytes
    unreadable: TextChoices  # what is refused where no key of ours opens

    def _keys(self) -> MultiFernet:
        keys = [hashlib.sha256(self.purpose + key.encode()).digest() for key in settings.FIELD_KEYS]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def sealed(self, secret: str) -> str:
        """The secret as it is stored. Empty stays empty."""
        return self._keys().encrypt(secret.encode()).decode() if secret else ""

    def opened(self, token: str) -> str:
        """The secret again; refuses with 409 what no key of ours opens."""
        try:
            return self._keys().decrypt(token.encode()).decode() if token else ""
        except InvalidToken:
            raise Refusal(self.unreadable, status=409) from None

    def resealed(self, token: str) -> str:
        """The same secret under the first key."""
        return self.sealed(self.opened(token))
