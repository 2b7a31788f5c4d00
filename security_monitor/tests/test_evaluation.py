"""The measures by hand, and the command on a small file."""

import random
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from security_monitor.evaluation.files import read
from security_monitor.evaluation.measures import card_precision, curve
from security_monitor.evaluation.methods import FiveTimesMean, OurRules, RobustZ
from security_monitor.evaluation.trial import between, try_methods


def test_a_perfect_order_and_a_blind_one() -> None:
    perfect = curve([(3.0, True), (2.0, True), (1.0, False)])
    assert (perfect.auc, perfect.average_precision, perfect.recall_at(0.0)) == (1.0, 1.0, 1.0)
    blind = curve([(1.0, True), (1.0, False), (1.0, False), (1.0, False)])
    assert (blind.auc, blind.average_precision) == (0.5, 0.25)


def test_average_precision_by_hand() -> None:
    """Ranks: fraud, honest, fraud: 1/2 x 1 + 1/2 x 2/3."""
    found = curve([(3.0, True), (2.0, False), (1.0, True)])
    assert found.average_precision == pytest.approx(5 / 6)
    assert found.auc == pytest.approx(0.5)


def test_a_found_card_is_found_once() -> None:
    day = [("a", 0.9, True), ("b", 0.8, False), ("c", 0.1, True)]
    assert card_precision([day, day], k=1) == pytest.approx((1 + 0) / 2)
    assert card_precision([day, day], k=2) == pytest.approx((1 / 2 + 1 / 2) / 2)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Six owners who pay about 40 a day for 90 days; near the end some are robbed of 400."""
    rows, dice = [], random.Random(5)
    begin = datetime(2026, 1, 1, 12)
    for day in range(90):
        for owner in range(6):
            robbed = day > 70 and dice.random() < 0.05
            amount = 400 + dice.random() if robbed else 35 + 10 * dice.random()
            at = (begin + timedelta(days=day, minutes=owner)).isoformat()
            rows.append(f"u{owner},{at},{amount:.2f},shop{dice.randrange(3)},food,{int(robbed)}")
    path = tmp_path / "labelled.csv"
    path.write_text("user,at,amount,merchant,category,is_fraud\n" + "\n".join(rows))
    return path


def test_the_rules_find_what_stands_out(labelled: Path) -> None:
    rows = read(labelled)
    methods = [FiveTimesMean(), RobustZ(), OurRules()]
    outcome = try_methods(rows, methods, between(rows, 0.25, 7))
    assert outcome.frauds > 0
    ours = outcome.results[2]
    assert ours.recall[2] == 1.0
    assert ours.alerts_per_user_month == 0.0


def test_the_command_prints_a_table_and_refuses_what_it_cannot_read(
    labelled: Path, tmp_path: Path
) -> None:
    out = StringIO()
    call_command("evaluate_fraud", str(labelled), stdout=out)
    for name in ("5 x mean", "robust z", "our rules", "AP"):
        assert name in out.getvalue()
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="no column for user"):
        call_command("evaluate_fraud", str(bad), stdout=StringIO())
