"""`manage.py rotate_secrets`: encrypt every stored secret again, under the first of ENCRYPTION_KEYS."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from accounts.delivery.services import reseal_all
from accounts.models import Totp
from accounts.vault import rotate


class Command(BaseCommand):
    help = "Encrypt every stored secret under the first key; afterwards the others may go."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for row in Totp.objects.iterator():
            # Only if it is still what was read: somebody may be setting up a new app.
            rows = Totp.objects.filter(pk=row.pk, secret=row.secret)
            done += rows.update(secret=rotate(row.secret))
        done += reseal_all()
        done += sum(import_string(path)() for path in settings.SECRETS_ELSEWHERE)
        self.stdout.write(f"{done} secrets are under the first key now.")
