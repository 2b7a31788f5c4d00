"""Rules on one row, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.predicates import Named, Subject, predicate
from ledger.rules import Action, Part, Rule, Target, apply, shares_of
from ledger.search import parse_strictly

MAIN = Named("Main", "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001")
SAVINGS = Target(Named("Savings", "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0002"), "EUR")
FOOD, FUN, PAY = (
    Target(Named(n), k) for n, k in (("Food", "expense"), ("Fun", "expense"), ("Pay", "income"))
)
ROW = Subject(
    posted_on=date(2026, 3, 2),
    amount_minor=-1000,
    currency="EUR",
    account=MAIN,
    payee=Named("REWE SAGT DANKE 123"),
    text="Karte 4711",
    tags=(Named("card"),),
)


def rule(query, *actions, name="r", stop=False, number=1):
    return Rule(UUID(int=number), name, predicate(parse_strictly(query)), actions, stop)


def tag(name, kind="add_tag", **more):
    return Action(kind, Target(Named(name)), **more)


def fields(rules, row=ROW, **options):
    return dict(apply(rules, row, **options).fields)


def category(target, **more):
    return Action("set_category", target, **more)


def payee(name, **more):
    return Action("set_payee", Target(Named(name)), **more)


HALF = (Part(Decimal(50), FOOD), Part(Decimal(50)))


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (category(FOOD), {"category": FOOD.named}),
        (payee("REWE"), {"payee": Named("REWE")}),
        (payee("rewe sagt danke 123"), {}),
        (tag("food"), {"tags": (Named("card"), Named("food"))}),
        (tag("CARD"), {}),
        (tag("card", "remove_tag"), {"tags": ()}),
        (tag("other", "remove_tag"), {}),
        (Action("set_memo", text="x"), {"memo": "x"}),
        (Action("set_memo", text=""), {}),
        (Action("append_memo", text="x"), {"memo": "x"}),
        (Action("set_status", text="pending"), {"status": "pending"}),
        (Action("set_status", text="cleared"), {}),
        (Action("mark_transfer_to", SAVINGS), {"transfer_to": SAVINGS.named}),
        (Action("mark_transfer_to", replace(SAVINGS, closed=True)), {}),
        (Action("mark_transfer_to", replace(SAVINGS, detail="JPY")), {}),
        (Action("mark_transfer_to", Target(MAIN, "EUR")), {}),
        (Action("notify", text="look"), {}),
        (Action("ignore"), {}),
        # What they name is gone from the books.
        (category(None), {}),
        (Action("set_payee"), {}),
        (Action("add_tag"), {}),
        (Action("mark_transfer_to"), {}),
    ],
)
def test_an_action_changes_what_it_says(action, expected):
    found = apply([rule("rewe", action)], ROW)
    assert dict(found.fields) == expected
    assert [r.name for r in found.reasons] == ["r"]


def test_a_row_that_no_rule_meets_is_untouched():
    assert apply([rule("edeka", category(FOOD))], ROW).reasons == ()


def test_rules_run_in_order_and_see_what_the_earlier_did():
    rules = [
        rule("payee:rewe*", payee("REWE"), name="clean"),
        rule("payee:=rewe", category(FOOD), name="food"),
        rule("category:food", tag("household"), name="tag"),
        rule("category:food", category(FUN), name="last word"),
    ]
    found = apply(rules, ROW)
    assert dict(found.fields) == {
        "payee": Named("REWE"),
        "category": FUN.named,
        "tags": (Named("card"), Named("household")),
    }
    assert [(r.name, r.fields) for r in found.reasons] == [
        ("clean", ("payee",)),
        ("food", ("category",)),
        ("tag", ("tags",)),
        ("last word", ("category",)),
    ]


def test_stop_stops_only_where_the_rule_is_met():
    rules = [
        rule("edeka", stop=True),
        rule("rewe", category(FOOD), stop=True),
        rule("rewe", tag("x")),
    ]
    assert fields(rules) == {"category": FOOD.named}


def test_what_is_set_back_is_no_change():
    assert fields([rule("", payee("X")), rule("", payee(ROW.payee.name))]) == {}


@pytest.mark.parametrize("said", ["category", "splits"])
def test_the_owners_word_stays(said):
    split = Action("split", parts=HALF)
    transfer = Action("mark_transfer_to", SAVINGS)
    rules = [rule("", category(FOOD), split, transfer, payee("X"))]
    assert fields(rules, said={said, "payee"}) == {}


@pytest.mark.parametrize(
    ("said", "action", "field"),
    [
        ("category", category(FOOD, overwrite=True), "category"),
        ("payee", payee("X", overwrite=True), "payee"),
        ("memo", Action("set_memo", text="x", overwrite=True), "memo"),
        ("status", Action("set_status", text="pending", overwrite=True), "status"),
        ("tags", tag("x", overwrite=True), "tags"),
        ("tags", tag("card", "remove_tag", overwrite=True), "tags"),
        ("splits", Action("split", parts=HALF, overwrite=True), "splits"),
    ],
)
def test_overwrite_is_said_per_action(said, action, field):
    assert field in fields([rule("", action)], said={said})
    assert fields([rule("", replace(action, overwrite=False))], said={said}) == {}


def test_words_are_appended_once_and_never_cut():
    noted = replace(ROW, memo="with Ann")
    rules = [rule("", Action("append_memo", text="#trip"))] * 2
    assert fields(rules, noted, said={"memo"}) == {"memo": "with Ann #trip"}
    assert fields(rules, replace(ROW, memo="x" * 496)) == {}


def test_category_and_splits_replace_each_other():
    split = Action("split", parts=HALF)
    assert set(fields([rule("", category(FOOD), split)])) == {"splits"}
    assert set(fields([rule("", split, category(FOOD))])) == {"category"}
    assert set(fields([rule("", split, Action("mark_transfer_to", SAVINGS))])) == {"transfer_to"}


def test_a_leg_of_a_transfer_has_no_category():
    leg = replace(ROW, is_transfer=True)
    assert fields([rule("", category(FOOD), Action("split", parts=HALF))], leg) == {}


def test_a_reconciled_row_keeps_its_status():
    locked = replace(ROW, status="reconciled")
    assert fields([rule("", Action("set_status", text="pending", overwrite=True))], locked) == {}


def test_a_row_is_ignored_only_on_import_and_then_no_rule_follows():
    rules = [rule("rewe", Action("ignore")), rule("", category(FOOD))]
    on_import = apply(rules, ROW, on_import=True)
    assert (on_import.ignored, dict(on_import.fields), len(on_import.reasons)) == (True, {}, 1)
    by_hand = apply(rules, ROW)
    assert (by_hand.ignored, dict(by_hand.fields)) == (False, {"category": FOOD.named})


def test_a_refund_is_known_by_the_category_that_a_rule_gave():
    money_back = replace(ROW, amount_minor=500)
    rules = [rule("", category(FOOD)), rule("type:refund", tag("refund"))]
    assert "tags" in fields(rules, money_back)
    assert "tags" not in fields([rule("", category(PAY)), rules[1]], money_back)


PERCENTS = st.lists(st.integers(1, 9999), min_size=1, max_size=8).map(
    lambda cuts: [
        Part(Decimal(b - a) / 100)
        for a, b in zip([0, *sorted(set(cuts))], [*sorted(set(cuts)), 10000], strict=True)
    ]
)


@given(st.integers(-(10**17), 10**17), PERCENTS)
def test_shares_sum_to_the_row_and_are_fair_to_one_unit(amount, parts):
    shares = shares_of(amount, parts)
    assert sum(share.amount_minor for share in shares) == amount
    for share, part in zip(shares, parts, strict=True):
        assert abs(share.amount_minor - amount * part.percent / 100) < 1


def test_a_third_each_of_ten():
    parts = (Part(Decimal("33.34")), Part(Decimal("33.33")), Part(Decimal("33.33")))
    assert [s.amount_minor for s in shares_of(-1000, parts)] == [-334, -333, -333]


ACTION = st.sampled_from(
    [
        category(FOOD), category(FUN), payee("A"), payee("B"), tag("x"), tag("card", "remove_tag"),
        Action("set_memo", text="m"), Action("append_memo", text="n"), Action("split", parts=HALF),
        Action("set_status", text="pending"), Action("mark_transfer_to", SAVINGS),
    ]
)  # fmt: skip
RULE = st.builds(
    lambda query, actions, stop: rule(query, *actions, stop=stop),
    st.sampled_from(["", "payee:a", "-has:category", "tag:x", "memo:m", "type:expense"]),
    st.lists(ACTION, min_size=1, max_size=3),
    st.booleans(),
)
SAID = st.sets(st.sampled_from(["payee", "category", "splits", "memo", "tags", "status"]))


@given(st.lists(RULE, max_size=6), SAID)
def test_no_rule_touches_what_was_said_and_every_change_has_its_reason(rules, said):
    found = apply(rules, ROW, said=said)
    touched = set(found.fields)
    assert not touched & (said - {"memo"})  # words may be added to a memo
    named = {name for reason in found.reasons for name in reason.fields}
    assert touched <= named
    assert not {"category", "splits"} <= touched
    assert apply(rules, ROW, said=said) == found
