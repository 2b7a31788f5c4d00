"""What most tests of the insights begin with: alice at the API on a fixed day, and her account."""

import pytest
import time_machine

from config.tests.cast import account_of

NOW = "2026-06-15T10:00:00Z"


@pytest.fixture(autouse=True)
def in_the_middle_of_june():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(api, alice):
    return api(alice)


@pytest.fixture
def main(alice):
    return account_of(alice)
