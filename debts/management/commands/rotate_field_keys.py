"""`manage.py rotate_field_keys`: put account numbers and webhooks' secrets under the first of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.delivery import services as delivery
from accounts.errors import Refusal
from accounts.models import Webhook
from debts.models import Debt
from debts.services.numbers import reseal


class Command(BaseCommand):
    help = "Encrypt account numbers and webhooks' secrets with the first of FIELD_KEYS. Repeatable."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Debt.objects.exclude(number_encrypted="").values_list("user_id", "id")
        count = 0
        for user_id, debt_id in rows.iterator():
            try:
                count += reseal(user_id=user_id, debt_id=debt_id)
            except Refusal as refusal:
                raise CommandError(f"Debt {debt_id}: {refusal.message}") from refusal
        self.stdout.write(f"{count} account numbers are under the first key.")
        self._reseal_webhooks()

    def _reseal_webhooks(self) -> None:
        count = 0
        for user_id, webhook_id in Webhook.objects.values_list("user_id", "id").iterator():
            try:
                count += delivery.reseal(user_id=user_id, webhook_id=webhook_id)
            except Refusal as refusal:
                raise CommandError(f"Webhook {webhook_id}: {refusal.message}") from refusal
        self.stdout.write(f"The secrets of {count} webhooks are under the first key.")
