"""What refuses to boot in production, each with an id and the name of the setting."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

SECRET_LENGTH_MIN = 32


@register()
def secrets_are_set(**_: Any) -> list[Error]:
    if settings.EMBEDDED:
        return []
    found = []
    values = {
        "SECRET_KEY": "" if settings.SECRET_KEY.startswith("insecure-") else settings.SECRET_KEY,
        "JWT_SIGNING_KEY": settings.JWT_SIGNING_KEY,
        "AUDIT_KEY": settings.AUDIT_KEY,
    }
    for name, value in values.items():
        if len(value.encode()) < SECRET_LENGTH_MIN:
            found.append(
                Error(
                    f"{name} is missing or shorter than {SECRET_LENGTH_MIN} bytes.",
                    hint=f"Set {name} to the output of: python -c 'import secrets; print(secrets.token_urlsafe(64))'",
                    id="config.E001",
                )
            )
    if len({value for value in values.values() if value}) < len([v for v in values.values() if v]):
        found.append(
            Error("SECRET_KEY, JWT_SIGNING_KEY and AUDIT_KEY must differ.", id="config.E002")
        )
    return found
