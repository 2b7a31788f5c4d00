"""`manage.py seed_demo`: a made-up household to look around in, with passwords made on the spot."""

import secrets
from argparse import ArgumentParser, BooleanOptionalAction
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.module_loading import import_string
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from accounts.errors import Refusal
from accounts.models import Letter, User
from accounts.services.people import Device, change_access, register
from ledger.demo.booking import settle, story_of
from ledger.demo.story import Story

STAFF_EMAIL = "staff@example.org"


class Command(BaseCommand):
    help = "Make a demo person with a household's books of some years; prints the password once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", default="demo@example.org")
        parser.add_argument("--years", type=float, default=3)
        parser.add_argument("--size", default="household", help="small, household, large or rows=N")
        parser.add_argument("--seed", type=int, default=7, help="the same seed, the same story")
        parser.add_argument(
            "--until", type=date.fromisoformat, default=None, help="last day (today)"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there are people already"
        )
        parser.add_argument(
            "--staff",
            action=BooleanOptionalAction,
            default=None,
            help="also make a person for the admin (in embedded mode by default)",
        )
        parser.add_argument("--i-know-this-is-production", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["i_know_this_is_production"]:
            raise CommandError(
                "This makes people with printed passwords, which production should not have."
                " Add --i-know-this-is-production if you mean it."
            )
        if options["if_empty"] and User.objects.exists():
            return
        today = options["until"] or timezone.now().date()
        try:
            story = story_of(today, options["years"], options["seed"], options["size"])
            with_staff = settings.EMBEDDED if options["staff"] is None else options["staff"]
            self._make(options["email"], story, today, with_staff)
        except (Refusal, ValueError) as problem:
            raise CommandError(getattr(problem, "message", str(problem))) from problem

    def _make(self, email: str, story: Story, today: date, with_staff: bool) -> None:
        password = secrets.token_urlsafe(12)
        with atomic():
            user = _settled(email, password)
            rows = _told(Console(file=self.stdout._out), user, story)  # type: ignore[arg-type]  # the bare stream
            for path in settings.DEMO_PLANS:
                import_string(path)(user, today)
        with connection.cursor() as cursor:
            # SQLite picks its indexes by counts that only this takes; PostgreSQL would in a minute.
            cursor.execute("ANALYZE")
        self.stdout.write(f"Demo household with {rows} rows. These passwords are shown only now:")
        self.stdout.write(f"  {user.email}  {password}")
        if with_staff and not User.objects.filter(email=STAFF_EMAIL).exists():
            password = secrets.token_urlsafe(12)
            with atomic():
                staff = _settled(STAFF_EMAIL, password)
                change_access(user_id=staff.pk, is_staff=True, is_superuser=True)
            self.stdout.write(f"  {STAFF_EMAIL}  {password}  (staff, for the admin)")


def _settled(email: str, password: str) -> User:
    """A person whose address is confirmed: nobody reads example.org, and no letter goes there."""
    user = register(email=email, password=password, device=Device("seed_demo")).user
    Letter.objects.for_user(user).delete()
    user.email_verified_at = timezone.now()
    user.save(update_fields=["email_verified_at"])
    return user


def _told(console: Console, user: User, story: Story) -> int:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Booking a demo household", total=story.months)
        return settle(user, story, progress=lambda: progress.advance(task))
