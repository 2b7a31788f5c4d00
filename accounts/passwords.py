"""How passwords are hashed and which are refused (NIST 800-63B: length and lists, no composition rules)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.functional import classproperty

LENGTH_MAX = 1024  # Hashing reads all of it; longer ones only cost.
CONTEXT_WORDS = ("household-books", "householdbooks", "password")


class BCryptHasher(BCryptSHA256PasswordHasher):
    """bcrypt over SHA-256 (so no byte past the 72nd is ignored), cost by BCRYPT_ROUNDS."""

    algorithm = "bcrypt_sha256"

    @classproperty
    def rounds(cls) -> int:
        return int(settings.BCRYPT_ROUNDS)


class MaximumLengthValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LENGTH_MAX:
            raise ValidationError(f"At most {LENGTH_MAX} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password has at most {LENGTH_MAX} characters."


class ContextValidator:
    """Refuses the owner's own address or name, and the program's name, as the whole password."""

    def validate(self, password: str, user: Any = None) -> None:
        folded = password.casefold()
        own = [user.email, user.email.partition("@")[0], user.name] if user is not None else []
        words = [word.casefold() for word in (*own, *CONTEXT_WORDS) if len(word) >= 4]
        if any(folded in {word, word + "1", word + "123"} for word in words):
            raise ValidationError(
                "Choose something that is not your e-mail, your name or this program's name.",
                code="password_in_context",
            )

    def get_help_text(self) -> str:
        return "Your password is not your e-mail, your name or this program's name."
