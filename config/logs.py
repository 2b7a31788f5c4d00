"""structlog for every line: colours for people in embedded mode, JSON in production.

Ids only: no e-mail, token, password or IBAN is ever bound to a line.
"""

import sys
from typing import Any

import structlog

from accounts.context import origin


def add_origin(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Put the request id and the user id on every line written while a request runs."""
    where = origin.get()
    if where.request_id:
        event.setdefault("request_id", where.request_id)
    if where.actor_id:
        event.setdefault("user_id", str(where.actor_id))
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    add_origin,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def logging_config(*, level: str, json: bool) -> dict[str, Any]:
    """The dictConfig for the standard library's loggers; also configures structlog itself."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = (
        # JSON escapes CR, LF and ANSI: a line of a client's making cannot forge another line.
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
        if json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "house": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "house"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            # Whoever scans the net sends made-up hosts: a 400 each, and no traceback.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.server": {"level": "WARNING"},
            "uvicorn.access": {"level": "WARNING"},
            "uvicorn.error": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},  # tells 77 lines of each PDF
        },
    }
