"""GET /api/changes: a mirror that follows it is the server, whatever happened and wherever it was cut."""

import importlib.util
import itertools
import json
import os
import random
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from accounts.mirror import kinds
from accounts.models import Clock, Event, Tombstone
from accounts.ownership import Owned
from accounts.services.forgetting import forget_expired
from accounts.tests.sockets import in_loop, stream
from config.tests.cast import account_of, client_of, posted
from config.tests.household import household
from config.tests.sources import ROOT
from ledger.services.posting import remove

OPERATIONS = int(os.environ.get("MIRROR_OPERATIONS", "150"))  # 10,000 where there is time
LISTS = {
    "account": "/api/accounts", "category": "/api/categories", "payee": "/api/payees",
    "tag": "/api/tags", "transaction": "/api/transactions", "transfer": "/api/transfers",
    "rule": "/api/rules", "view": "/api/views", "exchange_rate": "/api/exchange-rates",
    "webhook": "/api/webhooks",
}  # fmt: skip
NAMES_OF_OTHERS = {"category_name", "payee_name", "payee", "tags", "splits", "legs", "path", "etag"}


def reference_client():
    """docs/examples/sync_client.py, as it is handed out."""
    spec = importlib.util.spec_from_file_location(
        "sync_client", ROOT / "docs" / "examples" / "sync_client.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Mirror = reference_client().Mirror


def server_of(client):
    def get(path):
        response = client.get(path)
        return response.status_code, json.loads(response.content)

    return get


def mirror_of(client, **options):
    mirror = Mirror()
    mirror.catch_up(server_of(client), **options)
    return mirror


def listed(client, path):
    rows, where = {}, f"{path}?limit=500"
    while where:
        page = client.get(where).json()
        rows |= {row["id"]: row for row in page["results"]}
        where = page["next"] and f"{path}?limit=500&cursor={page['next']}"
    return rows


def own_fields(rows):
    """Rows without what they say of other rows."""
    return {
        row_id: {name: value for name, value in row.items() if name not in NAMES_OF_OTHERS}
        for row_id, row in rows.items()
    }


def assert_equal(mirror, client):
    for kind, path in LISTS.items():
        assert own_fields(mirror.rows.get(kind, {})) == own_fields(listed(client, path)), kind


class Walk:
    """Random work on the books through the API, by several clients of one owner."""

    def __init__(self, owner, dice):
        self.clients = [client_of(owner) for _ in range(3)]
        self.dice = dice
        self.accounts = [str(account_of(owner, f"Account {n}").pk) for n in range(2)]
        self.gone = []

    def step(self):
        self.client = self.dice.choice(self.clients)
        verbs = [self.post] * 4 + [self.edit, self.delete, self.restore, self.transfer, self.merge,
                                   self.rename, self.batch, self.untag, self.recategorise]  # fmt: skip
        self.dice.choice(verbs)()

    def one(self, path):
        rows = self.client.get(f"{path}?limit=20").json()["results"]
        return self.dice.choice(rows)["id"] if rows else None

    def row(self):
        return {
            "account": self.dice.choice(self.accounts),
            "amount": f"{self.dice.randint(-9000, 9000) or 1}",
            "posted_on": f"2026-0{self.dice.randint(1, 9)}-15",
            "payee": f"Payee {self.dice.randint(1, 6)}",
            "category_name": f"Category {self.dice.randint(1, 6)}",
            "tags": [f"tag{self.dice.randint(1, 4)}"],
        }

    def post(self):
        assert self.client.post("/api/transactions", self.row()).status_code == 201

    def edit(self):
        row_id = self.one("/api/transactions")
        change = {"memo": str(self.dice.random()), "posted_on": "2026-02-28"}
        self.client.patch(f"/api/transactions/{row_id}", change)

    def delete(self):
        row_id = self.one("/api/transactions")
        if self.client.delete(f"/api/transactions/{row_id}").status_code == 204:
            self.gone.append(row_id)

    def restore(self):
        if self.gone:
            self.client.post(f"/api/transactions/{self.gone.pop()}/restore")

    def transfer(self):
        source, target = self.accounts
        order = {"from_account": source, "to_account": target, "amount": "5", "posted_on": "2026-03-01"}  # fmt: skip
        made = self.client.post("/api/transfers", order).json()
        if self.dice.random() < 0.5:
            self.client.delete(f"/api/transfers/{made['id']}")

    def merge(self):
        into, other = self.one("/api/payees"), self.one("/api/payees")
        self.client.post(f"/api/payees/{into}/merge", {"payees": [other]})

    def rename(self):
        category_id = self.one("/api/categories")
        self.client.patch(f"/api/categories/{category_id}", {"name": str(self.dice.random())})

    def recategorise(self):
        self.client.delete(f"/api/categories/{self.one('/api/categories')}")

    def untag(self):
        self.client.delete(f"/api/tags/{self.one('/api/tags')}")

    def batch(self):
        rows = [self.row() for _ in range(3)]
        answer = self.client.post("/api/transactions/batch", {"creates": rows})
        assert answer.status_code == 200, answer.content


def test_after_a_random_walk_every_mirror_is_the_server(alice):
    dice = random.Random(7)
    walk = Walk(alice, dice)
    mirrors = [Mirror() for _ in range(3)]
    for _ in range(OPERATIONS):
        walk.step()
        if dice.random() < 0.1:
            chosen = dice.choice(mirrors)
            cut_short(chosen, server_of(walk.client), answers=dice.randint(1, 3))
    for mirror in mirrors:
        mirror.catch_up(server_of(walk.client), limit=7)
        assert_equal(mirror, walk.client)


def cut_short(mirror, server, answers):
    """Follow the feed for some answers, then lose the connection."""

    class Cut(Exception):
        pass

    def shaky(path):
        nonlocal answers
        if not answers:
            raise Cut
        answers -= 1
        return server(path)

    try:
        mirror.catch_up(shaky, limit=3)
    except Cut:
        return


def test_every_kind_is_there_as_its_endpoint_shows_it(api, alice):
    household(alice)
    client = api(alice)
    mirror = mirror_of(client)
    for kind, path in LISTS.items():
        rows = mirror.rows[kind]
        assert rows.keys() >= listed(client, path).keys(), kind
        for row_id, row in rows.items():
            answer = client.get(f"{path}/{row_id}")
            assert answer.status_code == 200, kind
            assert answer.json() == row, kind


def test_one_answer_is_a_few_statements_whatever_it_holds(
    api, alice, django_assert_max_num_queries
):
    main = account_of(alice)
    posted(main, "-1.00")
    client = api(alice)
    with django_assert_max_num_queries(30):
        client.get("/api/changes")
    for n in range(30):
        posted(main, f"-{n + 1}.00", payee=f"Payee {n}")
    with django_assert_max_num_queries(30):
        assert client.get("/api/changes?limit=20").json()["next"]


def test_a_deleted_row_is_a_tombstone(api, alice):
    row = posted(account_of(alice), "-1.00")
    client = api(alice)
    seq = client.get("/api/changes").json()["seq"]
    remove(alice.pk, [row.id])
    answer = client.get(f"/api/changes?since={seq}").json()
    gone = [c for c in answer["results"] if c["deleted"]]
    assert [(c["kind"], c["id"], c["data"]) for c in gone] == [("transaction", str(row.id), None)]
    assert answer["seq"] == Clock.objects.get(user=alice).seq
    assert client.get(f"/api/changes?since={answer['seq']}").json()["results"] == []


@pytest.mark.django_db(transaction=True)
def test_the_numbers_are_those_of_the_stream(api, alice):
    main = account_of(alice)
    client = api(alice)
    seq = client.get("/api/changes").json()["seq"]
    row = posted(main, "-1.00")
    answer = client.get(f"/api/changes?since={seq}").json()
    change = next(c for c in answer["results"] if c["kind"] == "transaction")

    async def scenario():
        async with stream(client.access) as socket:
            await socket.send_json_to({"resume": seq})
            return await socket.frame()

    frame = in_loop(scenario)
    assert (frame["seq"], frame["data"]) == (change["seq"], change["data"])
    assert change["id"] == str(row.id)


def test_what_happened_is_told_with_its_moment(api, alice):
    Event.objects.create(user=alice, seq=1, kind="budget.threshold", data={"percent": 80})
    Clock.objects.filter(user=alice).update(seq=1)
    [change] = [c for c in api(alice).get("/api/changes").json()["results"] if c["at"]]
    assert (change["kind"], change["data"]) == ("budget.threshold", {"percent": 80})


def test_a_stranger_sees_nothing_of_it(api, alice, mallory):
    posted(account_of(alice), "-1.00")
    cursor = api(alice).get("/api/changes?limit=1").json()["next"]
    assert api(mallory).get(f"/api/changes?cursor={cursor}").json()["results"] == []
    assert api(mallory).get("/api/changes").json()["results"] == []
    assert api().get("/api/changes").status_code == 401


def aged(user):
    """Two old deletions, forgotten; what happened since is kept."""
    main = account_of(user)
    rows = [posted(main, "-1.00"), posted(main, "-2.00")]
    remove(user.pk, [row.id for row in rows])
    old = timezone.now() - timedelta(days=settings.CHANGES_KEPT_DAYS + 1)
    Event.objects.for_user(user).update(at=old)
    kept = posted(main, "-3.00")
    forget_expired()
    return kept


def test_who_was_away_too_long_is_told_to_start_again(api, alice):
    kept = aged(alice)
    assert not Tombstone.objects.for_user(alice).exists()
    client = api(alice)
    answer = client.get("/api/changes?since=1")
    assert (answer.status_code, answer.json()["code"]) == (410, "changes_gone")
    mirror = Mirror()
    mirror.seq, mirror.rows = 1, {"transaction": {"gone": {}}}
    mirror.catch_up(server_of(client))
    assert list(mirror.rows["transaction"]) == [str(kept.id)]


def test_a_mirror_from_a_future_that_was_lost_starts_again(api, alice):
    """The server was restored from a backup: the mirror knows rows that never were."""
    assert api(alice).get("/api/changes?since=999").status_code == 410


@pytest.mark.django_db(transaction=True)
def test_the_stream_says_resync_when_part_of_what_was_missed_is_gone(api, alice):
    aged(alice)
    token = client_of(alice).access

    async def scenario():
        async with stream(token) as socket:
            await socket.send_json_to({"resume": 1})
            return await socket.frames(2)

    resync, created = in_loop(scenario)
    assert (resync["kind"], created["kind"]) == ("resync", "transaction.created")
    assert resync["data"] == {"oldest": Clock.objects.get(user=alice).horizon}


@pytest.mark.parametrize(
    "query", ["since=-1", "since=x", "since=99999999999999999999", "limit=0", "limit=501",
              "cursor=abc", "kind=account"]
)  # fmt: skip
def test_impossible_questions_are_refused(api, alice, query):
    answer = api(alice).get(f"/api/changes?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.django_db(transaction=True)
def test_what_is_written_between_two_answers_is_not_lost(api, alice):
    """What is committed between two answers comes with the next: no seq hides the rest of it."""
    main = account_of(alice)
    posted(main, "-1.00", payee="Baker")
    client = api(alice)
    mirror, numbers = Mirror(), itertools.count()

    def server(path):
        answer = client.get(path)
        if (n := next(numbers)) < 10:
            posted(main, "-1.00", payee=f"Baker {n}")
        return answer.status_code, json.loads(answer.content)

    mirror.catch_up(server, limit=2)
    mirror.catch_up(server_of(client))
    assert_equal(mirror, client)


# Parts of other rows, which show them, what the server keeps for itself, the desk's papers, what
# every login counts up.
NOT_MIRRORED = {
    "PayeeAlias", "DeletedTransaction", "Case", "CaseNote", "VerdictRecord", "StoredForecast", "Device",
}  # fmt: skip


def test_every_owned_kind_is_mirrored():
    """A new table of user data is part of the feed, or it says here why not."""
    owned = {model.__name__ for model in apps.get_models() if issubclass(model, Owned)}
    mirrored = {kind.model.__name__ for kind in kinds().values()}
    assert owned - mirrored == NOT_MIRRORED
