"""Whatever is done to rows, in any order: the profiles are what a recomputation says."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.tests.cast import account_of
from ledger.models import Account, Transaction
from ledger.services.drafts import Draft
from ledger.services.posting import post
from ledger.services.review import review
from ledger.tests.test_verbs_keep_the_books import Household
from security_monitor.models import Profile
from security_monitor.services.rebuilding import drift_of, rebuild

STEPS = 70


class Watched(Household):
    """The verbs of the ledger's own test, on days that the windows of profiles know, and verdicts."""

    def day(self) -> date:
        back: int = self.random.choice((0, 1, 3, 8, 20, 60, 110, 400, 800))
        return timezone.now().date() - timedelta(days=back)

    def do_review(self) -> None:
        row = self.pick(Transaction)
        verdict = self.random.choice(["legitimate", "fraud"])
        review(self.user_id, row.id, verdict=verdict, reviewer_id=self.user_id)

    def do_import(self) -> None:
        account = self.pick(Account)
        drafts = [
            Draft(account_id=account.id, amount=-self.amount(), posted_on=self.day(),
                  payee=f"P{self.random.randrange(5)}", category=f"C{self.random.randrange(4)}")
            for _ in range(25)
        ]  # fmt: skip
        post(self.user_id, drafts, source="import")


@pytest.mark.parametrize("seed", range(4))
def test_profiles_follow_any_sequence_of_verbs(alice: Any, seed: int) -> None:
    house = Watched(alice.pk, seed)
    account_of(alice)
    house.do_import()
    for step in range(STEPS):
        house.step()
        if step % 10 == 9:
            assert drift_of(alice.pk) == [], house.done[-10:]
    assert drift_of(alice.pk) == []
    assert Transaction.objects.filter(risk_score__isnull=True).count() == 0


def test_a_drift_is_found_and_mended(alice: Any) -> None:
    account_of(alice)
    Watched(alice.pk, 1).do_import()
    Profile.objects.filter(kind="payee").first().delete()
    Profile.objects.filter(kind="account").update(state='{"o":{"1":7}}')
    assert len(drift_of(alice.pk)) == 2
    rebuild(alice.pk)
    assert drift_of(alice.pk) == []
