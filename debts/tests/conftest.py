"""What tests of debts begin with: alice at the API, her account, and a loan of hers."""

import pytest

from config.tests.cast import account_of, client_of

LOAN = {
    "name": "Car loan",
    "type": "auto",
    "principal": "10000.00",
    "apr": "0.05",
    "start_on": "2026-01-15",
    "term_months": 36,
}


@pytest.fixture
def client(api, alice):
    return api(alice)


@pytest.fixture
def main(alice):
    return account_of(
        alice, opening_minor=5_000_000, balance_minor=5_000_000, cleared_minor=5_000_000
    )


@pytest.fixture
def take(alice):
    """`take(apr="0.06")` takes up the loan of the tables with other terms; the answer's body."""

    def make(**terms):
        # A client of its own: under a frozen clock its token is of that day.
        response = client_of(alice).post("/api/debts", {**LOAN, **terms})
        assert response.status_code == 201, response.content
        return response.json()

    return make


@pytest.fixture
def pay(client, main):
    """`pay(debt, "299.71", "2026-02-15")` pays; the response."""

    def make(debt, amount, day, **more):
        body = {"amount": amount, "posted_on": day, "account": str(main.pk), **more}
        return client.post(f"/api/debts/{debt['id']}/payments", body)

    return make
