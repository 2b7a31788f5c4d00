"""The grammar of `q`, rules and views."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.search import (
    DEPTH_MAX,
    LENGTH_MAX,
    STRICT_LENGTH_MAX,
    STRICT_TERMS_MAX,
    TERMS_MAX,
    All,
    Any,
    Not,
    Term,
    all_of,
    any_of,
    negation,
    parse,
    parse_strictly,
    terms_of,
    to_text,
)
from ledger.search_json import from_json, to_json
from ledger.search_parser import QueryError


def word(value):
    return Term("", "contains", value)


A, B, C = word("a"), word("b"), word("c")


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("", []),
        ("   ", []),
        ("coffee", [word("coffee")]),
        ("no. 17", [word("no."), word("17")]),
        ('"no. 17"', [word("no. 17")]),
        ("-work", [Not(word("work"))]),
        ("--a", [Not(word("-a"))]),
        ("- a", [word("-"), word("a")]),
        ("payee:Aral", [Term("payee", "contains", "Aral")]),
        ('memo:"with Ann"', [Term("memo", "contains", "with Ann")]),
        ('memo:"say ""hi"""', [Term("memo", "contains", 'say "hi"')]),
        ("-tag:work", [Not(Term("tag", "contains", "work"))]),
        ("amount:12.30", [Term("amount", "=", "12.30")]),
        ("amount:>10", [Term("amount", ">", "10")]),
        ("amount:<=10", [Term("amount", "<=", "10")]),
        ("amount:x", [Term("amount", "=", "x")]),
        ("date:2026-01", [Term("date", "=", "2026-01")]),
        ("12:30", [word("12:30")]),
        ("user:alice", [word("user:alice")]),
        ('"open', [word('"open')]),
        ("payee:", [word("payee:")]),
        ('payee:="Cafe Roma"', [Term("payee", "is", "Cafe Roma")]),
        ("payee:=Roma", [Term("payee", "is", "Roma")]),
        ("payee:RE*", [Term("payee", "like", "RE*")]),
        ('payee:"RE*"', [Term("payee", "contains", "RE*")]),
        ('text:~"RE WE*"', [Term("text", "like", "RE WE*")]),
        ('any:="x y"', [Term("", "is", "x y")]),
        ("payee:<3", [Term("payee", "contains", "<3")]),
        ("type:refund", [Term("type", "is", "refund")]),
        ("type:=refund", [Term("type", "is", "refund")]),
        ("has:splits", [Term("has", "is", "splits")]),
        ("import:march", [Term("import", "contains", "march")]),
        ("or and AND", [word("or"), word("and"), word("AND")]),
        ("OR", [word("OR")]),
        ("a OR", [A, word("OR")]),
        ("OR a", [word("OR"), A]),
        (":)", [word(":)")]),
        ("a)", [word("a)")]),
        ("f(x)", [word("f(x)")]),
        ("(a", [word("(a")]),
        ("()", []),
        ('""', []),
    ],
)
def test_a_query_is_words_phrases_and_terms(query, terms):
    assert parse(query) == all_of(terms)


@pytest.mark.parametrize(
    ("query", "node"),
    [
        ("a b", All((A, B))),
        ("a OR b", Any((A, B))),
        ("a b OR c", Any((All((A, B)), C))),
        ("a (b OR c)", All((A, Any((B, C))))),
        ("(a)", A),
        ("((a b) c)", All((A, B, C))),
        ("-(a OR b) c", All((Not(Any((A, B))), C))),
        ("-(-a)", A),
        ("(f(x) OR a)", Any((word("f(x)"), A))),
        ('("a" OR "b")', Any((A, B))),
        (
            "(payee:a OR payee:b)",
            Any((Term("payee", "contains", "a"), Term("payee", "contains", "b"))),
        ),
        ("( ( a)", All((word("("), A))),
    ],
)
def test_groups_nest(query, node):
    assert parse(query) == node


@given(st.text(max_size=2 * LENGTH_MAX))
def test_any_text_is_a_bounded_query(query):
    terms = list(terms_of(parse(query)))
    assert len(terms) <= TERMS_MAX
    assert all(term.value for term in terms)


@given(st.text(alphabet='ab ()"-:OR=~*<payee', max_size=LENGTH_MAX))
def test_any_heap_of_operators_is_one_too(query):
    node = parse(query)
    assert all(term.value for term in terms_of(node))
    assert depth(node) <= 2 * DEPTH_MAX + 3


def depth(node):
    if isinstance(node, Term):
        return 0
    parts = (node.part,) if isinstance(node, Not) else node.parts
    return 1 + max(map(depth, parts), default=0)


def test_a_regular_expression_is_only_text():
    assert parse("(a+)+$") == word("(a+)+$")


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("a (b", 2),
        ("a b)", None),
        ("a OR", 2),
        ("OR a", 0),
        ("()", 0),
        ("catgory:food", 0),
        ("http://x", 0),
        ('payee:""', 0),
        ("payee:", 0),
        ("amount:x", 0),
        ("amount:1e3", 0),
        ("amount:" + "9" * 20, 0),
        ("date:2026-13", 0),
        ("a type:gift", 2),
        ("has:money", 0),
        ("status:lost", 0),
        ("payee:" + "*a" * 9, 0),
        ("(" * 9 + "a" + ")" * 9, 8),
        ("a " * (STRICT_TERMS_MAX + 1), None),
        ("a" * (STRICT_LENGTH_MAX + 1), None),
    ],
)
def test_a_rule_is_meant_as_it_is_written(query, position):
    with pytest.raises(QueryError) as refused:
        parse_strictly(query)
    if position is not None:
        assert refused.value.position == position


TEXT = st.text(min_size=1, max_size=12).filter(lambda t: t.count("*") < 9)
DAYS = st.sampled_from(["2026", "2026-02", "2026-02-28"])
TERM = st.one_of(
    st.builds(
        Term,
        st.sampled_from(["", "payee", "memo", "text", "category", "account", "tag", "import"]),
        st.sampled_from(["contains", "is", "like"]),
        TEXT,
    ),
    st.builds(Term, st.just("amount"), st.sampled_from(["=", "<", ">="]), st.just("12.5")),
    st.builds(Term, st.just("date"), st.sampled_from(["=", "<=", ">"]), DAYS),
    st.builds(Term, st.just("type"), st.just("is"), st.sampled_from(["income", "transfer"])),
    st.builds(Term, st.just("has"), st.just("is"), st.sampled_from(["tags", "memo"])),
)
NODE = st.recursive(
    TERM,
    lambda parts: st.one_of(
        parts.map(negation),
        st.lists(parts, min_size=1, max_size=3).map(all_of),
        st.lists(parts, min_size=1, max_size=3).map(any_of),
    ),
    max_leaves=8,
)


@given(NODE)
def test_a_tree_is_a_text_and_the_text_the_tree(node):
    assert parse_strictly(to_text(node)) == node
    assert from_json(to_json(node)) == node


@given(NODE)
def test_what_is_meant_strictly_is_meant_in_a_search_too(node):
    text = to_text(node)
    if len(text) <= LENGTH_MAX and len(list(terms_of(node))) <= TERMS_MAX:
        assert parse(text) == node


def test_every_row_is_an_empty_text():
    assert (to_text(All()), to_json(All())) == ("", {"all": []})
    assert from_json({"all": []}) == parse_strictly("") == All()


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"any": []},
        {"all": {}},
        {"all": [{"any": []}]},
        {"all": [], "any": []},
        {"not": None},
        {"field": "payee"},
        {"field": "user", "value": "x"},
        {"field": "payee", "op": ">", "value": "x"},
        {"field": "payee", "op": "is", "value": ""},
        {"field": "payee", "op": "is", "value": 5},
        {"field": "amount", "op": "=", "value": "5 OR a"},
        {"field": "date", "op": "contains", "value": "2026"},
        {"field": "type", "value": "gift"},
        {"field": "payee", "value": "x", "flags": "i"},
        {"all": [{"field": "any", "value": "a"}] * 61},
    ],
)
def test_json_that_says_nothing_is_refused(value):
    with pytest.raises(QueryError):
        from_json(value)


def test_json_may_leave_the_usual_out():
    value = {
        "all": [
            {"value": "a"},
            {"field": "amount", "value": "5"},
            {"field": "type", "value": "income"},
        ]
    }
    assert to_text(from_json(value)) == "a amount:5 type:income"
