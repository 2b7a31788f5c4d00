"""The arithmetic: bounded, monotone, free of order, exact, and reversible to the last counter."""

from collections.abc import Sequence
from copy import deepcopy
from math import log10
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import money
from security_monitor.engine import profiles
from security_monitor.engine.buckets import PER_DECADE, Sketch, index_of, value_of
from security_monitor.engine.catalogue import BY_CODE, RULES, hits_of, of_status
from security_monitor.engine.profiles import Entry, keys_of
from security_monitor.engine.rule import DRAFT, LIVE
from security_monitor.engine.scores import Bands, Hit, judge, score_of
from security_monitor.services.replay import Replay

TODAY = 740_000
hits = st.lists(
    st.builds(
        Hit,
        code=st.sampled_from([f"TX{n:02}" for n in range(1, 29)]),
        group=st.sampled_from("abcdef"),
        weight=st.integers(0, 95),
        message=st.just("m"),
    ),
    max_size=8,
)


@given(hits)
def test_a_score_is_bounded_and_has_a_reason(found: list[Hit]) -> None:
    word = judge(found)
    assert 0 <= word.score <= 100
    assert (word.score == 0) or word.reasons
    assert score_of([]) == 0


@given(hits, hits)
def test_more_hits_never_lower_a_score(found: list[Hit], more: list[Hit]) -> None:
    assert score_of(found + more) >= score_of(found)


@given(hits, st.randoms(use_true_random=False))
def test_order_changes_nothing(found: list[Hit], random: Any) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert score_of(shuffled) == score_of(found)
    assert judge(shuffled).score == judge(found).score


@given(hits, st.integers(0, 100))
def test_contributions_are_exact(found: list[Hit], cap: int) -> None:
    word = judge(found, cap)
    rest = {id(hit): score_of([h for h in found if h is not hit], cap) for hit in found}
    wanted = sorted(word.score - rest[id(hit)] for hit in found if hit.weight)
    assert sorted(reason["contribution"] for reason in word.reasons) == wanted


@pytest.mark.parametrize(
    ("weights", "score"), [([70], 70), ([70, 70], 91), ([45, 45], 70), ([95, 95], 100), ([1], 1)]
)
def test_noisy_or_by_hand(weights: list[int], score: int) -> None:
    assert score_of([Hit("X", str(n), w, "") for n, w in enumerate(weights)]) == score


def test_hits_of_one_group_count_once() -> None:
    assert score_of([Hit("A", "g", 40, ""), Hit("B", "g", 70, "")]) == 70


def test_bands() -> None:
    bands = Bands()
    said = [(bands.level(n), bands.action(n)) for n in (0, 29, 30, 59, 60, 79, 80, 100)]
    assert said == [
        ("low", "silent"), ("low", "silent"), ("medium", "notify"), ("medium", "notify"),
        ("high", "review"), ("high", "review"), ("critical", "hold"), ("critical", "hold"),
    ]  # fmt: skip


@given(st.integers(1, 10**13))
def test_a_bucket_holds_its_amount_and_ten_times_is_a_decade(amount: int) -> None:
    index = index_of(amount)
    assert index_of(amount * 10) == index + PER_DECADE
    assert abs(log10(value_of(index)) - log10(amount)) <= 1 / PER_DECADE


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=60))
@settings(max_examples=50)
def test_quantiles_are_within_a_bucket(amounts: list[int]) -> None:
    counts: dict[str, Any] = {}
    for amount in amounts:
        profiles.count(counts, "o", str(index_of(amount)), 1)
    sketch = Sketch(counts["o"])
    exact = sorted(index_of(amount) for amount in amounts)
    for share in (0, 0.25, 0.5, 0.95, 1):
        assert sketch.quantile(share) == exact[int(share * (len(exact) - 1))]
    median, _ = sketch.spread()
    assert median == exact[(len(exact) - 1) // 2]
    assert sketch.above(median) == sum(index > median for index in exact)


def an_id(n: int) -> UUID:
    return UUID(int=n * 0x9E3779B97F4A7C15 % 2**128)


def entry(n: int, amount: int, day: int = TODAY, **fields: Any) -> Entry:
    given = {"currency": "EUR", "payee_id": an_id(3), "category_id": an_id(4), **fields}
    return Entry(
        id=an_id(n + 100),
        user_id=an_id(1),
        account_id=an_id(2),
        exponent=money.exponent(given["currency"]),
        amount_minor=amount,
        day=day,
        month=profiles.month_of(day),
        created_day=day,
        **given,
    )


entries = st.builds(
    entry,
    n=st.integers(0, 10**6),
    amount=st.integers(-500_000, 500_000).filter(bool),
    day=st.integers(TODAY - 500, TODAY + 3),
    payee_id=st.sampled_from([None, an_id(3), an_id(5), an_id(6)]),
    category_id=st.sampled_from([None, an_id(4), an_id(7)]),
    instant=st.none() | st.integers((TODAY - 719_163 - 9) * 86400, (TODAY - 719_163) * 86400),
)


def states_of(rows: Sequence[Entry]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for row in rows:
        for key in keys_of(row):
            profiles.apply(found.setdefault(key, {}), key[0], row, 1, TODAY)
    return {key: profiles.prune(state, TODAY) for key, state in found.items() if state}


def canonical(states: dict[Any, Any]) -> dict[Any, bytes]:
    return {
        key: orjson.dumps(state, option=orjson.OPT_SORT_KEYS)
        for key, state in states.items()
        if state
    }


@given(st.lists(entries, max_size=12), st.lists(entries, max_size=6), st.randoms())
@settings(max_examples=60)
def test_counting_out_undoes_counting_in(kept: list[Entry], gone: list[Entry], random: Any) -> None:
    states = states_of(kept)
    before = canonical(states)
    for sign in (1, -1):
        random.shuffle(gone)
        for row in gone:
            for key in keys_of(row):
                profiles.apply(states.setdefault(key, {}), key[0], row, sign, TODAY)
    assert canonical(states) == before


@given(st.lists(entries, max_size=12), st.randoms())
@settings(max_examples=40)
def test_a_profile_is_a_function_of_the_set_of_rows(rows: list[Entry], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert canonical(states_of(shuffled)) == canonical(states_of(rows))


@given(st.lists(entries, max_size=8), st.lists(entries, max_size=8))
@settings(max_examples=40)
def test_merging_is_counting_together(some: list[Entry], others: list[Entry]) -> None:
    a, b = states_of(some), states_of(others)
    merged = {key: profiles.merge(deepcopy(a.get(key, {})), b.get(key, {})) for key in {*a, *b}}
    assert canonical(merged) == canonical(states_of([*some, *others]))


def test_size_does_not_grow_with_history() -> None:
    few = states_of([entry(n, -100 - n, TODAY - n % 400) for n in range(400)])
    many = states_of([entry(n, -100 - n % 400, TODAY - n % 400) for n in range(8000)])
    for key, state in many.items():
        assert len(orjson.dumps(state)) < 1.3 * len(orjson.dumps(few[key])) + 400


IN_YEN, IN_DINARS = ("JPY", 1), ("KWD", 10)  # minor units per euro cent, at the rule's own scale


@pytest.mark.parametrize(("currency", "factor"), [IN_YEN, IN_DINARS])
@given(amounts=st.lists(st.integers(50, 300_000), min_size=10, max_size=40), data=st.data())
@settings(max_examples=40)
def test_another_currency_changes_no_hit(
    currency: str, factor: int, amounts: list[int], data: Any
) -> None:
    payees = data.draw(st.lists(st.integers(10, 16), min_size=40, max_size=40))
    spoken = []
    for unit, times in (("EUR", 1), (currency, factor)):
        rows = [
            entry(n, -amount * times, TODAY - 200 + n * 5 // 2, currency=unit,
                  payee_id=an_id(payees[n]), instant=(TODAY - 719_163) * 86400 + n * 600)
            for n, amount in enumerate(amounts)
        ]  # fmt: skip
        spoken.append(
            [
                (word.score, [reason["code"] for reason in word.reasons])
                for _, word in Replay().run(rows)
            ]
        )
    assert spoken[0] == spoken[1]


@given(st.lists(entries, max_size=30))
@settings(max_examples=30)
def test_a_replay_is_deterministic(rows: list[Entry]) -> None:
    rows.sort(key=lambda row: row.day)
    first, second = (list(Replay().run(rows)) for _ in range(2))
    assert first == second


def test_every_rule_is_described() -> None:
    assert [rule.code for rule in RULES] == [*(f"TX{n:02}" for n in range(1, 32)), "ML01"]
    for rule in RULES:
        assert rule.title
        assert rule.check.__doc__
        assert 0 <= rule.weight <= 95
        assert (rule.status == DRAFT) == bool(rule.needs)


def test_a_tuned_weight_caps_what_a_rule_gives() -> None:
    tuned = BY_CODE["TX08"].with_settings(weight=10, status="", version=2, parameters={})
    before = [entry(0, -2000)]
    replay = Replay(rules=[tuned])
    for row in before:
        replay.learn(row)
    found = hits_of(replay.facts(entry(1, -2000)), of_status([tuned], LIVE))
    assert [(hit.code, hit.weight) for hit in found] == [("TX08", 10)]
