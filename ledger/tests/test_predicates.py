"""A query in memory and the same query in the database choose the same rows."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.tests.cast import account_of, posted
from ledger.folding import fits, fold
from ledger.models import ImportBatch, Split, Transaction, TransactionTag
from ledger.predicates import predicate
from ledger.search import Term, all_of, any_of, negation, parse, to_text
from ledger.selectors.names import named_by, names_of, subjects_of
from ledger.selectors.search import condition
from ledger.services import books
from ledger.services.drafts import Draft, SplitDraft
from ledger.services.posting import post
from ledger.services.transfers import TransferDraft, make_transfer

pytestmark = pytest.mark.django_db

# Letters that databases fold like Python, and signs that patterns give a meaning to. The dotless ı
# and the long ſ are left out: SQLite does not take them for i and s (docs/rules.md).
SIGNS = "aAbBsSßäÄéÉñжЖπΠİ%_\\*'\" ."
WORDS = st.text(alphabet=SIGNS, min_size=1, max_size=4)
NAMES = ["Rewe", "REWE Markt", "Ärzte", "Straße 7", "Жук", "100%", "a_b", "a*b", "Π\\", "İx"]
NAMED = st.sampled_from(NAMES)
FIELDS = ["", "payee", "memo", "text", "category", "account", "tag", "import"]


def pieces(name, cut):
    """A part of a name, in another case, perhaps with a wildcard."""
    start, end, turn = cut
    part = name[start : start + end] or name
    return {0: part, 1: part.upper(), 2: part.lower(), 3: f"{part}*", 4: f"*{part.lower()}*"}[turn]


VALUE = st.one_of(
    WORDS,
    st.builds(pieces, NAMED, st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(0, 4))),
)
AMOUNTS = st.sampled_from(
    ["0", "5", "5.00", "-5", "12.3", "12.345", "0.001", "1200", "7.5", "x", "."]
)
DAYS = st.sampled_from(["2026", "2026-01", "2026-02-28", "2026-03-01", "2024-02", "never"])
TERM = st.one_of(
    st.builds(Term, st.sampled_from(FIELDS), st.sampled_from(["contains", "is", "like"]), VALUE),
    st.builds(Term, st.just("amount"), st.sampled_from(["=", "<", "<=", ">", ">="]), AMOUNTS),
    st.builds(Term, st.just("date"), st.sampled_from(["=", "<", "<=", ">", ">="]), DAYS),
    st.builds(
        Term, st.just("type"), st.just("is"),
        st.sampled_from(["income", "expense", "refund", "transfer", "gift"]),
    ),
    st.builds(Term, st.just("status"), st.just("is"), st.sampled_from(["pending", "cleared", "x"])),
    st.builds(
        Term, st.just("has"), st.just("is"),
        st.sampled_from(["splits", "tags", "category", "payee", "memo", "money"]),
    ),
)  # fmt: skip
NODE = st.recursive(
    TERM,
    lambda parts: st.one_of(
        parts.map(negation),
        st.lists(parts, min_size=0, max_size=3).map(all_of),
        st.lists(parts, min_size=0, max_size=3).map(any_of),
    ),
    max_leaves=6,
)
ROW = st.fixed_dictionaries(
    {
        "amount": st.sampled_from(["5", "-5", "-12.30", "12.3", "-0.01", "7.5", "-1200"]),
        "posted_on": st.sampled_from([date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1)]),
        "payee": st.none() | NAMED,
        "category": st.none() | NAMED,
        "memo": st.just("") | WORDS | NAMED,
        "statement_text": st.just("") | WORDS,
        "status": st.sampled_from(["pending", "cleared"]),
        "tags": st.lists(NAMED, max_size=2).map(tuple),
        "splits": st.booleans(),
        "yen": st.booleans(),
        "imported": st.booleans(),
    }
)
FEW = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)


@pytest.fixture
def home(alice, bob):
    """Two accounts and an import of alice's, a transfer, and bob's rows that no query may find."""
    main, yen = account_of(alice, "Äcker Main"), account_of(alice, "yen_100%", "JPY")
    other = account_of(alice, "Savings")
    draft = TransferDraft(
        from_account=main.id, to_account=other.id, amount=Decimal(5), posted_on=date(2026, 2, 1)
    )
    make_transfer(user_id=alice.pk, draft=draft)
    posted(account_of(bob, "Äcker Main"), "-5", payee="Rewe", category="Rewe", tags=("Rewe",))
    batch = ImportBatch.objects.create(
        user=alice, format="csv", filename="März_Straße.csv", sha256="", content=b""
    )
    return alice.pk, main, yen, batch


def draft_of(row, home):
    _, main, yen, batch = home
    fields = {k: v for k, v in row.items() if k not in ("yen", "imported", "splits", "amount")}
    amount = Decimal(row["amount"])
    account = main
    if row["yen"] and amount == int(amount):
        account = yen
    if row["splits"]:
        parts = (SplitDraft(amount=amount, category=row["category"]), SplitDraft(amount=Decimal(0)))
        fields |= {"splits": parts, "category": None}
    batch_id = batch.id if row["imported"] else None
    return Draft(account_id=account.id, amount=amount, import_batch_id=batch_id, **fields)


def chosen_in_memory(user_id, node):
    rows = books.load(user_id, list(Transaction.objects.for_user(user_id)))
    subjects = subjects_of(rows, names_of(user_id, named_by(rows)))
    wanted = predicate(node)
    return {r.transaction.id for r, s in zip(rows, subjects, strict=True) if wanted(s)}


def chosen_by_sql(user_id, node):
    rows = Transaction.objects.for_user(user_id).filter(condition(user_id, node))
    found = list(rows.values_list("id", flat=True))
    assert len(found) == len(set(found)), "no row twice"
    return set(found)


@FEW
@given(rows=st.lists(ROW, min_size=1, max_size=6), nodes=st.lists(NODE, min_size=6, max_size=6))
def test_both_choose_the_same_rows(home, rows, nodes):
    user_id = home[0]
    post(user_id, [draft_of(row, home) for row in rows])
    try:
        for node in nodes:
            assert chosen_in_memory(user_id, node) == chosen_by_sql(user_id, node), to_text(node)
    finally:
        mine = Transaction.objects.for_user(user_id).filter(transfer__isnull=True)
        for model in (Split, TransactionTag):
            model.objects.for_user(user_id)._raw_delete("default")
        mine._raw_delete("default")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("ÄRZTE", 1),
        ("payee:ärzte", 1),
        ("memo:straße", 1),
        ("memo:STRASSE", 0),
        ("payee:strasse", 1),
        ("text:жук", 1),
        ("memo:=straße", 0),
        ("memo:str*7", 1),
        ("memo:str*8", 0),
        ("account:äcker", 2),
        ("tag:ж*", 1),
        ("has:tags", 1),
        ("amount:>5", 0),
        ("amount:>=5", 3),
        ("amount:<5", 0),
        ("type:transfer", 2),
        ("-has:payee type:transfer", 2),
        ("-(payee:ärzte OR type:transfer)", 0),
        ("status:cleared -type:transfer", 1),
        ("import:märz", 0),
    ],
)
def test_letters_of_every_alphabet_fold(home, query, count):
    user_id, main, *_ = home
    post(
        user_id,
        [
            Draft(
                account_id=main.id, amount=Decimal(5), posted_on=date(2026, 1, 1),
                payee="Ärzte Straße", memo="Straße 7", statement_text="ЖУК", tags=("Жук",),
            )
        ],
    )  # fmt: skip
    node = parse(query)
    assert chosen_in_memory(user_id, node) == chosen_by_sql(user_id, node)
    assert len(chosen_by_sql(user_id, node)) == count


def test_an_id_finds_its_own_row_and_never_a_strangers(home, bob):
    user_id, main, _, batch = home
    row = posted(main, "-5", payee="A", category="B", tags=("C",), import_batch_id=batch.id)
    theirs = Transaction.objects.for_user(bob).get()
    tag = TransactionTag.objects.get(transaction=row).tag_id
    pairs = {"payee": row.payee_id, "category": row.category_id, "account": row.account_id,
             "tag": tag, "import": batch.id}  # fmt: skip
    for field, row_id in pairs.items():
        node = parse(f"{field}:{row_id}")
        found = chosen_by_sql(user_id, node)
        assert row.id in found
        assert found == chosen_in_memory(user_id, node)
    for field in ("payee", "category", "account"):
        node = parse(f"{field}:{getattr(theirs, field + '_id')}")
        assert chosen_by_sql(user_id, node) == chosen_in_memory(user_id, node) == set()


@given(st.text(alphabet="ab*", max_size=6), st.text(alphabet="ab", max_size=8))
def test_a_wildcard_is_any_run_of_signs(pattern, text):
    import re

    expected = re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text, re.DOTALL)
    assert fits(pattern, text) == bool(expected)


@given(st.text())
def test_folding_keeps_the_length_and_forgets_the_case(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_a_hostile_pattern_costs_nothing():
    assert not fits("*a" * 8 + "*b", "a" * 500)


def test_a_search_costs_one_statement_per_amount_and_category_term(home, django_assert_num_queries):
    user_id = home[0]
    with django_assert_num_queries(3):
        chosen_by_sql(user_id, parse("(rewe OR memo:x tag:y) -account:z amount:>5 category:food"))
