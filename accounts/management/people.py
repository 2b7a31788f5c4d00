"""Whom a command is about."""

from django.core.management.base import CommandError

from accounts.models import User


def person_named(email: str) -> User:
    """The person with this e-mail, however it is spelt; CommandError where there is nobody."""
    user: User | None = User.objects.filter(email=email.strip().casefold()).first()
    if user is None:
        raise CommandError(f"There is nobody with the e-mail {email}.")
    return user
