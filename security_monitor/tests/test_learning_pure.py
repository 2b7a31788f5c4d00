"""Features, shared rates and the model's own arithmetic, without a database."""

import json
import random
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from security_monitor.engine.buckets import index_of
from security_monitor.engine.profiles import UNIX_DAY, Entry
from security_monitor.evaluation.files import Labelled
from security_monitor.evaluation.learned import IsolationForest, RulesAndLearning, Watcher
from security_monitor.evaluation.methods import OurRules
from security_monitor.evaluation.trial import Window, try_methods
from security_monitor.learning import features, recent, training
from security_monitor.learning.lessons import Lesson, Lessons
from security_monitor.learning.model import Budget, Model, load
from security_monitor.learning.shared import KEPT_DAYS, NO_RISK, WINDOWS, Rate, Shared, risk_of
from security_monitor.services.replay import Replay

DAY = 738_000


def entry(n: int, day: int, amount: int, hour: int = 12, owner: int = 1, **fields) -> Entry:
    values = {
        "id": UUID(int=n + 1), "user_id": UUID(int=owner), "account_id": UUID(int=100 + owner),
        "currency": "EUR", "exponent": 2, "amount_minor": amount, "day": DAY + day, "month": 24_000,
        "payee_id": UUID(int=1000 * owner), "category_id": UUID(int=5000 + owner),
        "instant": (DAY + day - UNIX_DAY) * 86_400 + hour * 3600, "created_day": DAY + day,
    }  # fmt: skip
    return Entry(**{**values, **fields})


payments = st.tuples(
    st.integers(0, 45), st.integers(-50_000, -1), st.integers(0, 23)
).map(lambda t: entry(0, *t))  # fmt: skip


@given(st.lists(payments, max_size=25), payments)
@settings(max_examples=80)
def test_the_last_days_are_what_a_look_at_all_rows_says(rows: list[Entry], now: Entry) -> None:
    state: dict = {}
    for row in rows:
        recent.apply(state, row, 1, now.day)
    recent.prune(state, now.day)
    median = index_of(2000)
    found = features.burst_of(state, now, median)
    before = [row for row in rows if now.day - 30 < row.day <= now.day]
    for position, days in enumerate(features.SHORT):
        window = [row for row in before if row.day > now.day - days]
        steps = [index_of(row.size) - median for row in window]
        assert found.n[position] == len(window)
        assert found.high[position] == sum(step >= features.HIGH for step in steps)
        assert found.mean[position] == pytest.approx(sum(steps) / len(steps) if steps else 0.0)
    assert found.n_30 == len(before)
    hours = [now.instant // 3600 - row.instant // 3600 for row in before if row.day > now.day - 3]
    hours = [age for age in hours if age >= 0]
    assert found.n_day == sum(age < 24 for age in hours)
    assert found.n_hour == sum(age <= 1 for age in hours)
    assert found.idle_hours == min([*hours, 72])


@given(st.lists(payments, max_size=15), st.lists(payments, max_size=5))
def test_a_row_leaves_the_last_days_without_a_trace(kept: list[Entry], gone: list[Entry]) -> None:
    today, plain, state = DAY + 45, {}, {}
    for row in kept:
        recent.apply(plain, row, 1, today)
    for row in [*gone, *kept]:
        recent.apply(state, row, 1, today)
    for row in gone:
        recent.apply(state, row, -1, today)
    assert state == plain


labels = st.tuples(st.integers(0, 60), st.integers(1, 6), st.booleans(), st.booleans())


@given(st.lists(labels, max_size=40), st.integers(0, 70))
@settings(max_examples=80)
def test_a_shops_risk_is_what_a_look_at_all_labels_says(rows: list, today: int) -> None:
    delay, rate = 7, Rate()
    rows = [row for row in rows if row[0] + delay < today]
    for day, owner, bad, usual in rows:
        rate.add(day, str(owner), is_fraud=bad, is_usual=usual)
    found = risk_of(rate, today, delay)
    kept = [row for row in rows if row[0] > today - delay - KEPT_DAYS]
    frauds = [row for row in kept if row[2]]
    for position, days in enumerate(WINDOWS):
        window = [row for row in kept if row[0] > today - delay - days]
        assert found.rows[position] == len(window)
        assert found.frauds[position] == sum(row[2] for row in window)
    if not frauds:
        assert (found.first, found.last, found.streak) == (KEPT_DAYS, KEPT_DAYS, 0)
        return
    last = max(row[0] for row in frauds)
    assert found.last == today - delay - last
    assert found.first == today - delay - min(row[0] for row in frauds)
    assert found.since == sum(row[0] > last for row in kept)
    honest = max((row[0] for row in kept if not row[2]), default=-1)
    assert found.streak == sum(row[0] > honest for row in frauds)


def test_a_rate_is_told_from_three_owners_on_and_can_be_taken_back() -> None:
    shared = Shared(owners_min=3)
    for owner in "ab":
        shared.learn(("shop|x",), DAY, owner, is_fraud=True, is_usual=True)
    assert shared.shop("shop|x", DAY + 8) == NO_RISK
    shared.learn(("shop|x",), DAY, "c", is_fraud=False, is_usual=False)
    assert shared.shop("shop|x", DAY + 8).frauds == (0, 2, 2, 2)
    assert shared.cell("shop|x", DAY + 8) == (3, 2)
    shared.learn(("shop|x",), DAY, "a", is_fraud=True, is_usual=True, sign=-1)
    assert shared.shop("shop|x", DAY + 8) == NO_RISK
    shared.learn(("shop|x",), DAY, "b", is_fraud=True, is_usual=True, sign=-1)
    shared.learn(("shop|x",), DAY, "c", is_fraud=False, is_usual=False, sign=-1)
    assert shared.rates == {}


def test_one_owner_alone_never_makes_a_rate() -> None:
    shared = Shared(owners_min=3)
    for _ in range(50):
        shared.learn(("shop|x",), DAY, "a", is_fraud=True, is_usual=True)
    assert shared.shop("shop|x", DAY + 8) == NO_RISK


@pytest.fixture(scope="module")
def lot() -> training.Labels:
    """2,000 rows over 60 days whose fraud follows two features and a little chance."""
    dice = np.random.default_rng(3)
    rows = dice.normal(size=(2000, len(features.NAMES)))
    odds = 2 * rows[:, 5] + rows[:, 8] * rows[:, 30] - 3
    frauds = dice.random(2000) < 1 / (1 + np.exp(-odds))
    days = [DAY + n * 60 // 2000 for n in range(2000)]
    return training.Labels(rows.tolist(), days, frauds.tolist(), [1.0] * 2000)


def test_our_trees_say_what_the_librarys_say(lot: training.Labels) -> None:
    grown = training.grow(np.array(lot.rows), np.array(lot.frauds), np.array(lot.weights))
    model = load(json.loads(json.dumps(training.export(grown))))
    theirs = grown.decision_function(np.array(lot.rows))
    probabilities = grown.predict_proba(np.array(lot.rows))[:, 1]
    for row, raw, probability in zip(lot.rows, theirs, probabilities, strict=True):
        assert model.raw(row) == pytest.approx(raw, abs=1e-9)
        assert model.probability(row) == pytest.approx(probability, abs=1e-9)


def test_contributions_add_up(lot: training.Labels) -> None:
    model = load(training.train(lot))
    nothing = model.platt[0] * (model.base + sum(tree[4] for tree in model.trees))
    for row in lot.rows[:50]:
        found = model.contributions(row)
        assert nothing + sum(found.values()) == pytest.approx(model.platt[0] * model.raw(row))


def test_probabilities_are_about_right_and_thresholds_keep_their_share(
    lot: training.Labels,
) -> None:
    model = load(training.train(lot))
    said = [model.probability(row) for row in lot.rows]
    assert sum(said) == pytest.approx(sum(lot.frauds), rel=0.25)
    shares = [share for share, _ in model.tail]
    values = [value for _, value in model.tail]
    assert shares == sorted(shares)
    assert values == sorted(values, reverse=True)
    assert model.threshold(0.01) == dict(model.tail)[0.01]
    assert model.threshold(0.00001) == 1.0
    assert model.threshold(0.9) == values[-1]


def test_who_pays_more_often_has_a_higher_threshold(lot: training.Labels) -> None:
    model, budget = load(training.train(lot)), Budget(per_month=1, least=0.0)
    assert budget.threshold(model, 2000) > budget.threshold(model, 50)
    assert Budget(per_month=0).threshold(model, 50) == 1.0


def test_few_labels_teach_nothing() -> None:
    with pytest.raises(training.TooFew):
        training.train(
            training.Labels(
                [[0.0] * len(features.NAMES)] * 600, [1] * 600, [False] * 600, [1.0] * 600
            )
        )
    with pytest.raises(ValueError, match="format"):
        load({"format": 99})


def stream(seed: int = 1) -> list[Labelled]:
    """Eight owners, 70 days; from day 30 on one of ten shops is bad, and some are robbed of much."""
    dice, rows = random.Random(seed), []
    for day in range(70):
        for owner in range(1, 9):
            for _ in range(2):
                shop = dice.randrange(10)
                robbed = dice.random() < 0.04
                bad = robbed or (shop == 3 and day >= 30)
                amount = -dice.randint(3000, 5000) * (9 if robbed else 1)
                row = entry(len(rows), day, amount, dice.randrange(24), owner,
                            payee_id=UUID(int=1000 * owner + shop))  # fmt: skip
                rows.append(Labelled(row, bad, f"shop{shop}", category="food"))
    return rows


def scored(rows: list[Labelled]) -> list[float]:
    watcher = Watcher(rows, 7, rows[0].entry.day)
    method = RulesAndLearning(watcher, DAY + 50, 4)
    kept: list[float] = []
    plain = method.score
    method.score = lambda *given: kept.append(plain(*given)) or kept[-1]
    try_methods(rows, [method], Window(DAY + 50, DAY + 69))
    return kept


def test_no_label_is_known_before_its_day() -> None:
    """Truth that comes later changes no earlier score: all labels of the last 12 days turned round."""
    rows = stream()
    turned = [
        replace(row, is_fraud=not row.is_fraud) if row.entry.day >= DAY + 58 else row
        for row in rows
    ]
    for row in rows:
        assert row.entry.day <= DAY + 69
    # Told when day + 7 < today: what lies on day 58 is first known on day 66.
    until = sum(row.entry.day < DAY + 66 for row in rows)
    first, second = scored(rows), scored(turned)
    assert first[:until] == second[:until]
    assert any(first[:until])
    assert first[until:] != second[until:]


def test_learning_finds_what_the_rules_cannot_see() -> None:
    rows = stream()
    watcher = Watcher(rows, 7, rows[0].entry.day)
    methods = [OurRules(), RulesAndLearning(watcher, DAY + 50, 7)]
    rules, learned = try_methods(rows, methods, Window(DAY + 50, DAY + 69)).results
    assert learned.average_precision > max(0.8, rules.average_precision)
    assert learned.flagged_fraud > 0


def test_honest_rows_that_are_not_drawn_need_no_features() -> None:
    """The shortcut of the evaluation changes no score."""
    rows = stream()
    whole, lazy = Watcher(rows, 7, rows[0].entry.day), Watcher(rows, 7, DAY + 50)
    for watcher in (whole, lazy):
        watcher.lessons._one_in = 3
    lazy._used = {r.entry.id for r in rows if r.is_fraud or r.entry.day >= DAY + 50
                  or lazy.lessons.is_drawn(r.entry.id.int)}  # fmt: skip
    said = []
    for watcher in (whole, lazy):
        method = RulesAndLearning(watcher, DAY + 50, 10)
        try_methods(rows, [method], Window(DAY + 50, DAY + 69))
        said.append(method._alarmed)
        assert len(watcher.lessons.labels.rows) < len(rows)
    assert said[0] == said[1]
    assert whole.lessons.labels.rows == lazy.lessons.labels.rows


def test_our_isolation_forest_is_the_librarys() -> None:
    rows = stream()
    watcher = Watcher(rows, 7, rows[0].entry.day)
    method = IsolationForest(watcher, DAY + 69)
    replay, kept = Replay(), []
    for row in rows:
        facts = replay.facts(row.entry)
        kept.append(method.score(row.entry, facts, replay.judge(facts)))
        replay.learn(row.entry)
        if row.entry.day == DAY + 69:
            break
    from sklearn.ensemble import IsolationForest as Library

    before = np.array(list(method._last)[:-1], dtype=np.float32)
    library = Library(n_estimators=100, max_samples=256, random_state=7).fit(before)
    last = np.array([method._last[-1]], dtype=np.float32)
    assert kept[-1] == pytest.approx(-library.score_samples(last)[0], abs=1e-6)


def test_a_lesson_sees_only_the_rates_of_its_day() -> None:
    lessons = Lessons(7, 100, owners_min=1)
    own = [0.0] * len(features.OWN)
    places = ("shop|x", "cell|x", "kind|x")
    before = lessons.row(own, places, DAY)
    lessons.label(Lesson(1, DAY - 8, "a", places, before), True)
    after = lessons.row(own, places, DAY)
    assert after[features.INDEX["shop_fraud_28"]] == 1
    assert before[features.INDEX["shop_fraud_28"]] == 0
    assert isinstance(load(training.export(_tiny())), Model)


def _tiny():
    rows = np.random.default_rng(1).normal(size=(100, len(features.NAMES)))
    return training.grow(rows, rows[:, 0] > 0, np.ones(100))
