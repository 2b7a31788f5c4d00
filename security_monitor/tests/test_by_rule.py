"""Each rule against its attack and the honest look-alike, on a simulated town that no weight was set by."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from security_monitor.evaluation.by_rule import RuleTrial, trials_of
from security_monitor.evaluation.files import read
from security_monitor.evaluation.methods import OurRules
from security_monitor.evaluation.simulator.rows import write
from security_monitor.evaluation.simulator.town import PAIRS, simulate
from security_monitor.evaluation.trial import between, try_methods

SEED, MONTHS = 23, 18  # with fewer months TX15, which wants a silence of over a year, may not speak
# Rules that do not speak in their own attack. Of the first three other rules flag the rows before they
# add up, and a flagged row is not counted before somebody calls it honest; TX30 is a draft.
QUIET = {"TX07", "TX10", "TX11", "TX30"}
# Honest owners who get a case all the same: a laptop for 999 at a new shop; instalments at a new payee.
LOUD = {"TX10", "TX11"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> list[RuleTrial]:
    """One household per rule."""
    path = tmp_path_factory.mktemp("town") / "town.csv"
    with path.open("w", encoding="utf-8") as file:
        write(simulate(len(PAIRS), MONTHS, SEED), file)
    rows = read(path)
    return trials_of(try_methods(rows, [OurRules()], between(rows, 0.25, 7)).scenarios)


def test_every_rule_has_an_attack_and_a_look_alike(town: list[RuleTrial]) -> None:
    tried = {one.code: one for one in town if one.code}
    assert tried.keys() == PAIRS.keys()
    assert all(one.attack and one.like for one in tried.values())


def test_each_rule_but_the_named_ones_speaks_in_its_attack(town: list[RuleTrial]) -> None:
    silent = {one.code for one in town if one.attack and one.attack.seen < 1}
    assert silent == QUIET


def test_what_a_rule_cannot_see_for_quarantine_another_has_flagged(town: list[RuleTrial]) -> None:
    flagged = {one.code: one.attack.flagged for one in town if one.attack}
    assert [flagged[code] for code in ("TX07", "TX10", "TX11")] == [1.0, 1.0, 1.0]


def test_look_alikes_but_the_named_ones_get_no_case(town: list[RuleTrial]) -> None:
    loud = {one.code for one in town if one.code and one.like and one.like.flagged}
    assert loud <= LOUD


def test_a_move_is_loud_still(town: list[RuleTrial]) -> None:
    """A weakness that docs/fraud.md names: when it is mended, say so there and here."""
    moving = next(one.like for one in town if one.like_name == "moving house")
    assert moving is not None
    assert moving.flagged > 0.5


def test_the_table_needs_a_simulated_file(tmp_path: Path) -> None:
    path = tmp_path / "real.csv"
    path.write_text("user,at,amount,fraud\na,2026-01-01,5,0\na,2026-02-01,5,1\n")
    with pytest.raises(CommandError, match="names no attacks"):
        call_command("evaluate_fraud", str(path), "--by-rule", stdout=StringIO())


def test_the_command_prints_a_row_per_rule(tmp_path: Path) -> None:
    path = tmp_path / "small.csv"
    path.write_text(
        "user,at,amount,fraud,payee,scenario\n"
        "a,2026-01-01,5,0,Shop,\n"
        "a,2026-03-01,25,1,Lottery,TX28 attack\n"
        "a,2026-03-02,5,0,Shop,TX28 like: a name alike\n"
    )
    out = StringIO()
    call_command("evaluate_fraud", str(path), "--by-rule", stdout=out)
    assert (
        "| TX28 Denied payee | 1 | 0% | 0% | 0% | a name alike | 1 | 0% | 0% | 0% |"
        in out.getvalue()
    )
