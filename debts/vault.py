"""Account numbers at rest: Fernet (AES-128-CBC and HMAC-SHA256), keys that can be exchanged.

The first of `settings.FIELD_KEYS` encrypts, all of them decrypt: put a new one in front, run
`manage.py rotate_field_keys`, then drop the old one.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from accounts.errors import Refusal
from debts.errors import Reason

PURPOSE = b"debts.account_number:"  # one secret, another key for each use


def _vault() -> MultiFernet:
    keys = [hashlib.sha256(PURPOSE + secret.encode()).digest() for secret in settings.FIELD_KEYS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def sealed(number: str) -> str:
    """The number as it is stored. Empty stays empty."""
    return _vault().encrypt(number.encode()).decode() if number else ""


def opened(token: str) -> str:
    """The number again; refuses with 409 what no key of ours opens."""
    try:
        return _vault().decrypt(token.encode()).decode() if token else ""
    except InvalidToken:
        raise Refusal(Reason.NUMBER_UNREADABLE, status=409) from None


def resealed(token: str) -> str:
    """The same number under the first key."""
    return sealed(opened(token))
