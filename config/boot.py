"""What every process does at its start, whoever starts it: refuse to serve with unsafe settings."""

from django.core.checks import ERROR, CheckMessage, run_checks

BOOT = "boot"  # the tag of the checks in config.checks


def refusals() -> list[CheckMessage]:
    """What forbids this process to start, each naming its setting."""
    return [found for found in run_checks(tags=[BOOT]) if found.level >= ERROR]


def refuse_unsafe_start() -> None:
    """End the process, with every reason at once, unless the settings are safe.

    manage.py asks the checks before each command; servers and workers do not, so they call this.
    SystemExit, because Celery swallows any other exception of a start-up signal.
    """
    found = refusals()
    if found:
        lines = [f"  {item.id}: {item.msg}" for item in found]
        raise SystemExit("\n".join(["Refusing to start with unsafe settings:", *lines]))
