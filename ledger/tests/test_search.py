"""The grammar of `q`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.search import LENGTH_MAX, TERMS_MAX, Term, parse


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("", []),
        ("   ", []),
        ("coffee", [Term("", "", "coffee")]),
        ("no. 17", [Term("", "", "no."), Term("", "", "17")]),
        ('"no. 17"', [Term("", "", "no. 17")]),
        ("-work", [Term("", "", "work", True)]),
        ("payee:Aral", [Term("payee", "", "Aral")]),
        ('memo:"with Ann"', [Term("memo", "", "with Ann")]),
        ("-tag:work", [Term("tag", "", "work", True)]),
        ("amount:12.30", [Term("amount", "=", "12.30")]),
        ("amount:>10", [Term("amount", ">", "10")]),
        ("amount:<=10", [Term("amount", "<=", "10")]),
        ("date:2026-01", [Term("date", "=", "2026-01")]),
        ("12:30", [Term("", "", "12:30")]),
        ("user:alice", [Term("", "", "user:alice")]),
        ('"open', [Term("", "", '"open')]),
    ],
)
def test_a_query_is_words_phrases_and_terms(query, terms):
    assert parse(query) == terms


@given(st.text(max_size=2 * LENGTH_MAX))
def test_any_text_is_a_bounded_query(query):
    terms = parse(query)
    assert len(terms) <= TERMS_MAX
    assert all(term.value for term in terms)


def test_a_regular_expression_is_only_text():
    assert parse("(a+)+$") == [Term("", "", "(a+)+$")]
