"""What most tests of the ledger begin with: alice at the API, and her first account."""

import pytest

from config.tests.cast import account_of


@pytest.fixture
def client(api, alice):
    return api(alice)


@pytest.fixture
def main(alice):
    return account_of(alice)
