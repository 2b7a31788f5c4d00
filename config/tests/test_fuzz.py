"""schemathesis throws what the OpenAPI document allows, and what it forbids, at every operation.

Whatever comes, the server never breaks and every refusal is a problem. It is a bounded run with
fixed seeds: a test, not a search. `TEST_FUZZ_EXAMPLES` makes the search longer.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from config.tests.cast import client_of, person
from config.tests.household import household
from config.tests.operations import STREAMED

EXAMPLES = int(os.environ.get("TEST_FUZZ_EXAMPLES", "6"))
configuration = SchemathesisConfig()
configuration.projects.default.generation.update(modes=list(GenerationMode))
api = schemathesis.openapi.from_wsgi("/api/schema", WSGIHandler(), config=configuration)


@pytest.fixture
def resident(db: None) -> Iterator[dict[str, Any]]:
    """Somebody with a row of every kind, whose session no fuzzed request can end for good."""
    owner = person("ada@example.org")
    ids = household(owner)
    # As Django's own test client does: the connection is the test's and outlives a request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        with override_settings(ALLOWED_HOSTS=["*"]):
            yield {"owner": owner, "ids": ids}
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def attack(case: Any, resident: dict[str, Any]) -> None:
    kind = case.path.split("/")[2]
    for name in case.path_parameters:
        # A made-up id only ever gives 404: let most requests reach a row.
        if kind in resident["ids"] and case.method != "DELETE":
            case.path_parameters[name] = resident["ids"][kind]
    token = client_of(resident["owner"]).access
    response = case.call(headers={"Authorization": f"Bearer {token}"})
    assert response.status_code < 500, response.content
    if response.status_code >= 400 and case.method != "HEAD":
        assert response.headers["content-type"] == ["application/problem+json"]
        assert response.json()["status"] == response.status_code


def test_of(operation: Any) -> Any:
    """The test of one operation."""

    # Not `api.parametrize()`: it walks all operations for each of them, a minute and gigabytes.
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @given(case=cases)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def test(case: Any, resident: dict[str, Any]) -> None:
        attack(case, resident)

    return test


test_of.__test__ = False  # type: ignore[attr-defined]

# A function for each operation: under pytest 9.2 the tests that schemathesis makes of one function
# share one id, and pytest-xdist would run a single one of them and report success.
for found in api.get_all_operations():
    if found.ok().path in STREAMED:
        continue
    words = re.sub(r"\W+", "_", f"{found.ok().method}{found.ok().path}")
    globals()[f"test_nothing_breaks_{words.rstrip('_')}"] = test_of(found.ok())


def test_every_operation_has_its_own_test() -> None:
    made = [name for name in globals() if name.startswith("test_nothing_breaks_")]
    asked_here = [each for each in api.get_all_operations() if each.ok().path not in STREAMED]
    assert len(made) == len(asked_here) > 300
