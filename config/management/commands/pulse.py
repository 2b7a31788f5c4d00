"""`manage.py pulse worker beat`: were they heard of lately? For a container's check."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import pulse


class Command(BaseCommand):
    help = "Exit with 1 unless each named part was heard of within 90 seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parts", nargs="+", choices=[pulse.WORKER, pulse.BEAT])

    def handle(self, *args: Any, parts: list[str], **options: Any) -> None:
        for part in parts:
            age = pulse.age(part)
            if age is None or age > pulse.LATE_AFTER_SECONDS:
                raise CommandError(f"{part} was not heard of lately (age: {age} s)")
            self.stdout.write(f"{part}: {age} s ago")
