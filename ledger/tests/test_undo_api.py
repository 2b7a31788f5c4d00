"""One door for undo: change sets, imports and deletions, and nobody else's."""

from django.core.files.uploadedfile import SimpleUploadedFile

from config.tests.cast import posted
from ledger.verification import verify_user

RULE = {
    "name": "Food",
    "query": "payee:rewe",
    "actions": [{"type": "set_category", "category": "Food"}],
}


def undo(client, change_id):
    return client.post(f"/api/changes/{change_id}/undo", {})


def test_a_rule_run_is_taken_back(client, alice, main):
    row = posted(main, "-5.00", payee="Rewe")
    rule = client.post("/api/rules", RULE).json()
    done = client.post(f"/api/rules/{rule['id']}/apply", {}).json()
    assert undo(client, done["change_set"]).json() == {
        "kind": "change_set", "id": done["change_set"], "reverted": 1, "left_count": 0,
    }  # fmt: skip
    assert client.get(f"/api/transactions/{row.id}").json()["category"] is None
    assert verify_user(alice.pk) == []


def test_an_import_is_taken_back(client, alice, main):
    file = SimpleUploadedFile("bank.csv", b"Date,Payee,Amount\n2026-01-15,Kiosk,-3.20\n")
    made = client.post("/api/imports", {"file": file, "account": str(main.id)}, format="multipart")
    batch = made.json()["id"]
    assert undo(client, batch).status_code == 409
    client.post(f"/api/imports/{batch}/commit", {})
    assert undo(client, batch).json()["reverted"] == 1
    assert client.get("/api/transactions").json()["results"] == []
    assert undo(client, batch).status_code == 409
    assert verify_user(alice.pk) == []


def test_a_deletion_is_taken_back(client, alice, main):
    row = posted(main, "-5.00", payee="Rewe")
    client.delete(f"/api/transactions/{row.id}")
    assert undo(client, row.id).json()["kind"] == "transaction"
    assert client.get(f"/api/transactions/{row.id}").json()["amount"] == "-5.00"
    assert undo(client, row.id).json()["code"] == "change_not_found"
    assert verify_user(alice.pk) == []


def test_nobody_elses(api, client, main, mallory):
    row = posted(main, "-5.00")
    client.delete(f"/api/transactions/{row.id}")
    assert undo(api(mallory), row.id).status_code == 404
    assert undo(client, row.id).status_code == 200
