"""The proof of one's own events is checked by a program that knows nothing of this server."""

import importlib.util
import json
import subprocess
import sys

import pytest

from accounts.audit import audit
from accounts.context import Origin, origin
from accounts.models import AuditEntry
from config.tests.cast import PASSWORD
from config.tests.sources import ROOT
from security_monitor.chain.links import Tree, levels_of, path_of
from security_monitor.models import AuditRoot
from security_monitor.services import sealing
from security_monitor.services.anchors import anchor_of
from security_monitor.services.sealing import seal_all, sign_root, sign_roots
from security_monitor.services.verifying import verify

URL = "/api/security/audit/proof"
PROGRAM = ROOT / "docs" / "examples" / "verify_proof.py"
spec = importlib.util.spec_from_file_location("verify_proof", PROGRAM)
offline = importlib.util.module_from_spec(spec)
spec.loader.exec_module(offline)


@pytest.fixture
def history(api, alice, mallory, staff):
    """Logins of alice under two roots, those of others between them, staff's hand, one unsealed."""
    for person in (alice, mallory, alice):
        log_in = {"email": person.email, "password": PASSWORD}
        answer = api().post("/api/auth/login", log_in, REMOTE_ADDR="203.0.113.9")
        assert answer.status_code == 200
        api().post("/api/auth/login", {**log_in, "password": "no"}, REMOTE_ADDR="203.0.113.9")
        seal_all()
        sign_root()
    token = origin.set(Origin("r", "192.0.2.50", staff.pk))
    audit("user.access_changed", user_id=alice.pk, data={"is_staff": False})
    origin.reset(token)
    seal_all()
    sign_root()
    audit("session.ended", user_id=alice.pk, data={"reason": "late"})
    return alice


def proof(api, user, query=""):
    answer = api(user).get(URL + query)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def test_own_events_are_proven_and_nobody_elses_are_there(api, history, mallory):
    said = proof(api, history)
    errors, proven, waiting = offline.check(said, said["public_key"])
    assert errors == []
    assert (proven, waiting) == (len(said["results"]) - 1, 1)
    assert [root["last_seq"] for root in said["roots"]] == sorted(
        {row["root"] for row in said["results"] if row["root"]}
    )
    own = {
        str(pk) for pk in AuditEntry.objects.filter(user_id=history.pk).values_list("pk", flat=True)
    }
    assert {row["id"] for row in said["results"]} <= own
    assert str(mallory.pk) not in json.dumps(said)
    assert {row["ip"] for row in said["results"]} >= {"203.0.113.9"}


def test_an_address_of_staff_is_not_shown_to_the_owner(api, history):
    [row] = [r for r in proof(api, history)["results"] if r["action"] == "user.access_changed"]
    assert (row["ip"], row["ip_salt"]) == (None, None)
    assert "192.0.2.50" not in json.dumps(row)
    assert json.loads(row["data"]) == {"is_staff": False}


def altered(said, change):
    copy = json.loads(json.dumps(said))
    rows = [row for row in copy["results"] if row["root"] and row["ip"] and row["data"]]
    change(copy, rows[0], rows[-1])
    return offline.check(copy, said["public_key"])[0]


def flipped(text):
    return text[:-1] + ("0" if text[-1] != "0" else "1")


CHANGES = {
    "data": lambda p, a, b: a.update(data=a["data"].replace("device", "advice")),
    "data_salt": lambda p, a, b: a.update(data_salt=flipped(a["data_salt"])),
    "ip": lambda p, a, b: a.update(ip="203.0.113.8"),
    "ip_salt": lambda p, a, b: a.update(ip_salt=flipped(a["ip_salt"])),
    "entry": lambda p, a, b: a.update(entry=a["entry"].replace("failed", "opened")),
    "mac": lambda p, a, b: a.update(mac=flipped(a["mac"])),
    "digest": lambda p, a, b: a.update(digest=flipped(a["digest"])),
    "action": lambda p, a, b: a.update(action="session.praised"),
    "id": lambda p, a, b: a.update(id=b["id"]),
    "at": lambda p, a, b: a.update(at="2020-01-01T00:00:00Z"),
    "seq": lambda p, a, b: a.update(seq=a["seq"] + 1),
    "path": lambda p, a, b: a.update(path=[flipped(a["path"][0]), *a["path"][1:]]),
    "no_path": lambda p, a, b: a.update(path=[]),
    "longer_path": lambda p, a, b: a.update(path=[*a["path"], "00" * 32]),
    "root": lambda p, a, b: a.update(root=next(r["last_seq"] for r in p["roots"] if r["last_seq"] != a["root"])),
    "root_gone": lambda p, a, b: p.update(roots=[r for r in p["roots"] if r["last_seq"] != a["root"]]),
    "merkle_root": lambda p, a, b: p["roots"][0].update(merkle_root="00" * 32),
    "signature": lambda p, a, b: p["roots"][0].update(signature=flipped(p["roots"][0]["signature"])),
    "hash": lambda p, a, b: p["roots"][0].update(hash="00" * 32),
    "key": lambda p, a, b: (p.update(public_key="11" * 32), [r.update(public_key="11" * 32) for r in p["roots"]]),
}  # fmt: skip
SAYS = {
    "data": "data:", "data_salt": "data:", "ip": "ip:", "ip_salt": "ip:", "entry": "entry:", "mac": "entry:",
    "digest": "entry:", "action": "shown:", "id": "shown:", "at": "shown:", "root_gone": "root:",
    "signature": "signature:", "hash": "signature:", "merkle_root": "signature:", "key": "key:",
}  # fmt: skip


@pytest.mark.parametrize("part", CHANGES)
def test_each_part_that_was_altered_is_named(api, history, part):
    errors = altered(proof(api, history), CHANGES[part])
    assert any(SAYS.get(part, "path:") in error for error in errors), errors


def test_a_root_that_was_kept_outside_is_held_against_the_proof(api, history):
    said = proof(api, history)
    kept = {root["last_seq"]: root for root in said["roots"]}
    assert offline.check(said, kept=kept)[0] == []
    seq = said["roots"][0]["last_seq"]
    kept[seq] = {**kept[seq], "merkle_root": "00" * 32}
    assert "kept:" in offline.check(said, kept=kept)[0][0]


def test_the_program_runs_by_itself(api, history, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    said = proof(api, history)
    good.write_text(json.dumps(said))
    kept = tmp_path / "roots.jsonl"
    kept.write_text("\n".join(json.dumps(anchor_of(root)) for root in AuditRoot.objects.all()))
    said["results"][1]["mac"] = "0" * 64
    bad.write_text(json.dumps(said))

    def run(*arguments):
        command = [sys.executable, "-I", str(PROGRAM), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    right = run(good, "--key", said["public_key"], "--kept", kept)
    assert (right.returncode, right.stderr) == (0, "")
    assert "0 wrong" in right.stdout
    wrong = run(good, bad)
    assert wrong.returncode == 1
    assert "entry: the text or its mac is not what was hashed" in wrong.stdout


def test_pages_and_counts(api, history):
    rows, cursor, seen = proof(api, history, "?limit=100&count=true"), "", []
    while True:
        page = proof(api, history, f"?limit=2{cursor}")
        assert offline.check(page)[0] == []
        seen += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [row["id"] for row in rows["results"]]
    assert rows["count"] == len(seen)
    assert proof(api, history, "?everything=true&count=true")["count"] >= len(seen)


def test_it_takes_few_queries_whatever_the_number_of_entries(
    api, history, django_assert_num_queries
):
    client = api(history)
    roots = len(client.get(URL).json()["roots"])
    with django_assert_num_queries(4 + roots):  # caller, entries, seals, roots, their leaves
        client.get(URL)


def test_forgotten_parts_leave_the_rest_proven(api, history):
    from accounts.services.trail import forget

    forget(AuditEntry.objects.filter(user_id=history.pk))
    said = proof(api, history)
    errors, proven, _ = offline.check(said)
    assert (errors, proven) == ([], len(said["results"]) - 1)
    assert {(row["ip"], row["data"]) for row in said["results"]} == {(None, None)}


def test_what_may_be_asked(api, alice):
    assert api().get(URL).status_code == 401
    assert api(alice).get(URL + "?limit=101").status_code == 400
    assert api(alice).get(URL + "?user=x").status_code == 400
    assert proof(api, alice)["results"] == []


@pytest.mark.parametrize("size", [*range(1, 18), 31, 32, 33, 100])
def test_every_path_of_every_tree_leads_to_its_root(size):
    digests = [f"{n:064x}" for n in range(size)]
    tree, levels = Tree(), levels_of(digests)
    for digest in digests:
        tree.add(digest)
    for index, digest in enumerate(digests):
        path = path_of(levels, index)
        assert offline.root_over(bytes.fromhex(digest), index, size, path) == tree.root()
        if size > 1:
            assert offline.root_over(bytes.fromhex(digest), index ^ 1, size, path) != tree.root()


def test_a_tree_is_bounded_and_many_roots_cover_the_rest(db, monkeypatch):
    monkeypatch.setattr(sealing, "LEAVES_MAX", 5)
    for number in range(12):
        audit("rule.tested", user_id=None, data={"number": number})
    seal_all()
    assert [(r.first_seq, r.last_seq) for r in sign_roots()] == [(1, 5), (6, 10), (11, 12)]
    assert verify().ok
