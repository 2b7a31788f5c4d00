"""The main job on real input: a newcomer registers, uploads a bank's file of each format, commits, looks."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from ledger.models import Account
from ledger.money import from_minor
from ledger.statements.read import read_statement_file

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "import"
FILES = {
    "ofx": "ofx_ofxparse/fixtures/checking.ofx",
    "qfx": "bankfile_corpus/corpus/banks/chase/non-ascii-byte-declared-usascii.qfx",
    "qif": "qif_quiffen/test_files/test.qif",
    "camt": "camt_viafintech/fixtures/053/valid_example.xml",
    "mt940": "mt940_wolph/betterplace/sepa_mt9401.sta",
    "csv": "csv_bank2ynab/test/test-data/test_BOI_TransactionExport.csv",
}


def newcomer() -> APIClient:
    client = APIClient()
    person = {"email": "new@example.org", "password": "a long walk by the sea"}
    answer = client.post("/api/auth/register", person, format="json")
    assert answer.status_code == 201, answer.content
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("kind", FILES)
def test_a_newcomers_file_gives_right_balances_and_a_right_month(kind: str) -> None:
    path = DATA / FILES[kind]
    if not path.exists():
        pytest.skip("the shared bank files are not beside this checkout")
    data = path.read_bytes()
    said = read_statement_file(data, filename=path.name)
    currency = next((s.currency for s in said.statements if s.currency), "") or "EUR"
    client = newcomer()
    body = {"name": "From the bank", "currency": currency}
    account = client.post("/api/accounts", body, format="json").json()["id"]

    def upload() -> dict:
        form = {"file": SimpleUploadedFile(path.name, data), "account": account}
        answer = client.post("/api/imports", form, format="multipart")
        assert answer.status_code == 201, answer.content
        return answer.json()

    preview = upload()
    assert preview["counts"]["new"] > 0
    assert client.get("/api/transactions").json()["results"] == []  # nothing before the commit
    commit = client.post(f"/api/imports/{preview['id']}/commit", {}, format="json")
    assert commit.status_code == 200, commit.content

    rows = client.get("/api/transactions", {"limit": 500}).json()["results"]
    booked = sum(Decimal(row["amount"]) for row in rows)
    assert len(rows) == preview["counts"]["new"]
    assert booked == sum(from_minor(a.balance_minor, a.currency) for a in Account.objects.all())
    assert booked == sum(row.amount for row in said.rows)
    home = client.patch("/api/auth/profile", {"currency": currency}, format="json")
    assert home.status_code == 200, home.content
    span = {
        "date_from": min(r["posted_on"] for r in rows),
        "date_to": max(r["posted_on"] for r in rows),
    }
    month = client.get("/api/transactions/summary", {**span, "pending": "include"}).json()
    transfers = sum(Decimal(r["amount"]) for r in rows if r["type"] == "transfer")
    assert Decimal(month["net"]) == booked - transfers
    assert upload()["counts"]["new"] == 0
