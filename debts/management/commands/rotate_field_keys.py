"""`manage.py rotate_field_keys`: put every account number under the first of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import Refusal
from debts.models import Debt
from debts.services.numbers import reseal


class Command(BaseCommand):
    help = "Encrypt all account numbers anew, with the first of FIELD_KEYS. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Debt.objects.exclude(number_encrypted="").values_list("user_id", "id")
        count = 0
        for user_id, debt_id in rows.iterator():
            try:
                count += reseal(user_id=user_id, debt_id=debt_id)
            except Refusal as refusal:
                raise CommandError(f"Debt {debt_id}: {refusal.message}") from refusal
        self.stdout.write(f"{count} account numbers are under the first key.")
