"""Account numbers at rest: encrypted by the house's vault, whose keys can be exchanged."""

from cryptography.fernet import InvalidToken

from accounts.errors import Refusal
from accounts.vault import decrypt, encrypt
from debts.errors import Reason


def sealed(number: str) -> str:
    """The number as it is stored. Empty stays empty."""
    return encrypt(number) if number else ""


def opened(token: str) -> str:
    """The number again; refuses with 409 what no key of ours opens."""
    try:
        return decrypt(token) if token else ""
    except InvalidToken:
        raise Refusal(Reason.NUMBER_UNREADABLE, status=409) from None


def resealed(token: str) -> str:
    """The same number under the first key."""
    return sealed(opened(token))
