"""The category learner: what it knows is what it was told, no more, no less, in any order."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.calibration import Calibration, Outcome, fitted
from ledger.evaluation.histories import History, Lesson
from ledger.evaluation.trial import try_ours
from ledger.learning import BY_HAND, Label, Learner
from ledger.learning_features import Example, contexts_of, tokens_of
from ledger.suggesting import Suggester

NAMES = {"food": "Groceries", "fuel": "Fuel", "home": "Household", "fees": "Bank Fees"}
DAY = date(2026, 1, 1)


def row(payee="", text="", amount=-2000, account="main", day=0):
    return Example(payee, text, amount, account, DAY + timedelta(days=day))


def taught(lessons):
    learner = Learner()
    for example, label in lessons:
        learner.learn(example, label)
    return learner


def suggester(lessons):
    found = Suggester()
    found.refresh(dict(enumerate(lessons)), NAMES)
    return found


def of_rewe(count, by_hand=False):
    """Rows of two shops and one of another, each its own amount."""
    return [
        lesson
        for i in range(count)
        for lesson in (
            (row("REWE", amount=-2000 - 7 * i, day=i), Label("food", by_hand)),
            (row("Shell", amount=-5000 - 7 * i, day=i), Label("fuel", by_hand)),
            (row("Ikea", amount=-9000 - 7 * i, day=i), Label("home", by_hand)),
        )
    ]


ROWS = st.builds(
    row,
    payee=st.sampled_from(["", "REWE", "Shell", "Café Central", "PAYPAL *X"]),
    text=st.sampled_from(["", "REWE SAGT DANKE 12", "Monthly fee", "ATM 4711", "カフェ"]),
    amount=st.integers(-100_000, 100_000),
    account=st.sampled_from(["main", "card"]),
    day=st.integers(0, 2000),
)
LESSONS = st.tuples(ROWS, st.builds(Label, st.sampled_from(list(NAMES)), st.booleans()))


@given(st.lists(LESSONS, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_does_not_matter(lessons, random):
    shuffled = list(lessons)
    random.shuffle(shuffled)
    assert taught(lessons).state() == taught(shuffled).state()


@given(
    st.lists(LESSONS, max_size=8), st.lists(LESSONS, max_size=8), st.randoms(use_true_random=False)
)
@settings(max_examples=60, deadline=None)
def test_what_is_unlearned_was_never_learned(kept, gone, random):
    learner = taught([*kept, *gone])
    random.shuffle(gone)
    for lesson in gone:
        learner.unlearn(*lesson)
    assert learner.state() == taught(kept).state()
    assert taught([]).guess(row("REWE")) == []


@given(st.lists(LESSONS, min_size=1, max_size=12), ROWS)
@settings(max_examples=100, deadline=None)
def test_shares_and_confidences_are_bounded(lessons, asked):
    guesses = taught(lessons).guess(asked)
    assert sum(g.share for g in guesses) == pytest.approx(1)
    assert all(0 <= g.share <= 1 for g in guesses)
    found = suggester(lessons).ranked(asked)
    assert all(0 <= s.confidence <= 1 for s in found)
    assert [s.confidence for s in found] == sorted((s.confidence for s in found), reverse=True)
    assert sum(s.confidence for s in found) <= 1.001
    assert all(s.reason and s.category_name for s in found)


@given(st.lists(LESSONS, max_size=10), st.lists(LESSONS, max_size=10))
@settings(max_examples=40, deadline=None)
def test_a_refresh_ends_where_a_fresh_start_does(before, after):
    """Also the calibration, which is a function of the rows and nothing else."""
    moved, fresh = suggester(before), suggester(after)
    moved.refresh(dict(enumerate(after)), NAMES)
    assert moved.learner.state() == fresh.learner.state()
    assert moved.calibration == fresh.calibration


@pytest.mark.parametrize("count", [1, 10, 100])
def test_one_correction_flips_what_a_file_said(count):
    lessons = of_rewe(count)
    asked = row(text="REWE SAGT DANKE. 12345//KOELN/DE", amount=-1999, day=200)
    assert suggester(lessons).ranked(asked)[0].category == "food"
    lessons[-3] = (lessons[-3][0], Label("home", by_hand=True))
    first = suggester(lessons).ranked(asked)[0]
    assert (first.category, first.category_name) == ("home", "Household")
    if count > 2:
        assert first.reason == "You chose Household for REWE once yourself"
    assert suggester(lessons).ranked(row("Shell"))[0].category == "fuel"


def test_the_owners_many_choices_outlive_one_other():
    lessons = of_rewe(10, by_hand=True)
    lessons[-3] = (lessons[-3][0], Label("home", by_hand=True))
    found = suggester(lessons).ranked(row("REWE", day=30))
    assert found[0].category == "food"
    assert found[0].reason == "9 of your 10 rows of REWE are Groceries"


def test_of_two_choices_the_later_counts_more():
    early = (row("Kiosk", day=0), Label("food", True))
    late = (row("Kiosk", day=400), Label("home", True))
    assert taught([early, late]).guess(row("Kiosk", day=401))[0].category == "home"


def test_a_new_payee_is_known_after_one_row():
    found = suggester([*of_rewe(10), (row("Sanlam"), Label("fees", True))]).ranked(row("Sanlam"))[0]
    assert (found.category, found.reason) == ("fees", "Your one row of Sanlam is Bank Fees")
    assert found.confidence > 0.5


def test_an_unknown_payee_is_judged_by_its_words():
    lessons = [(row("Bean There Coffee"), Label("food")), (row("Coffee Republic"), Label("food"))]
    found = suggester([*lessons, *of_rewe(2)]).ranked(row("Daily Grind Coffee"))[0]
    assert (found.category, found.reason) == ("food", "“coffee” stands mostly in rows of Groceries")


def test_a_category_is_known_by_its_name_before_its_first_row():
    found = suggester([(row("REWE"), Label("food"))] * 1).ranked(row(text="Monthly bank fee"))[0]
    assert (found.category, found.reason) == ("fees", "The row says “Bank Fees”")


def test_money_in_and_money_out_are_told_apart():
    lessons = [(row("First Bank", amount=-400 - i), Label("fees")) for i in range(5)]
    lessons += [(row("First Bank", amount=300 + i), Label("home")) for i in range(5)]
    learner = taught(lessons)
    assert learner.guess(row("First Bank", amount=-450))[0].category == "fees"
    assert learner.guess(row("First Bank", amount=350))[0].category == "home"


def test_equal_amounts_tell_one_shop_s_purposes_apart():
    lessons = [(row("Apple", amount=-999, day=30 * i), Label("fees")) for i in range(4)]
    lessons += [
        (row("Apple", amount=-50_000 - 100 * i, day=30 * i), Label("home")) for i in range(4)
    ]
    assert taught(lessons).guess(row("Apple", amount=-999))[0].category == "fees"


def test_nothing_is_suggested_where_nothing_is_known():
    empty = suggester([])
    assert empty.ranked(row("REWE")) == []
    [found] = empty.suggest([row(text="REWE SAGT DANKE. 1//KOELN/DE")])
    assert (found.category, found.confidence, found.payee) == (None, 0.0, "REWE")


def test_confidence_is_no_surer_than_the_history_is_long():
    [found] = suggester([(row("REWE"), Label("food"))]).suggest([row("REWE")])
    assert found.confidence <= 0.6667
    assert Calibration().confidence(1.0, known=True, rows=8) == 0.9


def test_the_payee_of_a_line_is_the_owners_name_for_it():
    lessons = [(row("Corner shop", "ZB 4711 MUELLER GMBH", day=i), Label("food")) for i in range(2)]
    assert suggester(lessons).payee_of(row(text="ZB 22 MUELLER GMBH")) == "Corner shop"


@pytest.mark.parametrize(("slope", "bias"), [(0.5, 0.0), (1.0, 0.0), (1.0, -1.0), (2.0, 0.5)])
def test_calibration_finds_the_truth_behind_stated_shares(slope, bias):
    from math import exp, log

    dice = Random(7)

    def truth(share):
        return 1 / (1 + exp(-(bias + slope * log(share / (1 - share)))))

    def outcome():
        share = dice.uniform(0.05, 0.95)
        return Outcome(share, True, dice.random() < truth(share))

    found = fitted([outcome() for _ in range(3000)])
    for share in (0.2, 0.5, 0.8, 0.95):
        assert found.confidence(share, known=True, rows=10**6) == pytest.approx(
            truth(share), abs=0.05
        )


def test_stated_confidence_keeps_its_word_on_a_noisy_history():
    """Forty shops; at each the owner strays from its usual category as often as that shop's habit."""
    dice = Random(3)
    labels = [f"c{i}" for i in range(8)]
    usual = {
        f"Shop{chr(97 + i % 20)}{chr(97 + i // 20)}": (labels[i % 8], dice.choice([0, 0.1, 0.4]))
        for i in range(40)
    }
    lessons = []
    for i in range(3000):
        shop = dice.choice(list(usual))
        label, stray = usual[shop]
        said = dice.choice(labels) if dice.random() < stray else label
        lessons.append(Lesson(row(shop, amount=-dice.randint(100, 9000), day=i // 3), said))
    result = try_ours([History("x", tuple(lessons))])
    assert result.accuracy > 0.8
    assert result.calibration_error() < 0.04
    for _, _, count, stated, right in result.reliability():
        assert count < 60 or abs(stated - right) < 0.08
    cover, right = result.above(0.9)
    assert cover > 0.3
    assert right > 0.87


def test_features_are_bounded():
    long = row("A" * 200, " ".join(f"word{chr(97 + i % 26)}{i}" for i in range(400)))
    assert len(tokens_of(long)) < 80
    assert len(contexts_of(long)) == 3
    assert contexts_of(row()) == []
    assert BY_HAND > 1
