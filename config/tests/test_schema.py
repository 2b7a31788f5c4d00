"""The OpenAPI document: valid, complete, honest: what it gives as an example, the server takes."""

import re
from collections.abc import Iterator
from copy import deepcopy
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts import event_source
from config.schema import METHODS, document
from config.tests.cast import client_of, person
from config.tests.household import household
from config.tests.operations import STREAMED
from config.tests.test_doors import API_ROUTES, PAGES, PUBLIC

DOCUMENT = document()
OPERATIONS = [
    (path, method, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if method in METHODS
]
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
# Which of the household's rows a field of a body means, where its name is not that of a list.
MEANT = {
    "account": "accounts",
    "from_account": "accounts",
    "to_account": "other_account",
    "category": "categories",
    "move_to": "categories",
    "payee": "payees",
    "into": "other_payee",
    "id": "transactions",
    "transaction": "transactions",
}


def test_it_is_made_without_warnings() -> None:
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    assert out.getvalue().startswith("openapi: 3.1")


def test_it_is_served_as_json_and_as_yaml() -> None:
    as_json = Client().get("/api/schema")
    assert as_json["Content-Type"] == "application/json"
    assert as_json.json()["openapi"].startswith("3.1")
    as_yaml = Client().get("/api/schema", HTTP_ACCEPT="application/yaml")
    assert yaml.safe_load(as_yaml.content)["paths"].keys() == as_json.json()["paths"].keys()


def test_every_route_is_in_it() -> None:
    paths = DOCUMENT["paths"].keys() - STREAMED
    documented = {re.sub(r"\{\w+\}", "*", path.strip("/")) for path in paths}
    routes = {re.sub(r"<[^>]+>", "*", route) for route in API_ROUTES} - PAGES
    assert documented == routes


def test_the_stream_is_told_as_it_is() -> None:
    stream = DOCUMENT["paths"][event_source.PATH]["get"]
    asked = {item["name"] for item in stream["parameters"] if item["in"] == "query"}
    schemes = DOCUMENT["components"]["securitySchemes"]
    keys = {schemes[name].get("name") for each in stream["security"] for name in each} - {None}
    assert asked | keys == event_source.PARAMETERS
    assert {str(status) for status in event_source.STATUS.values()} < stream["responses"].keys()
    content = stream["responses"]["200"]["content"]["text/event-stream"]
    ids = re.findall(r"^id: (.+)$", content["example"], re.MULTILINE)
    places = [event_source.position_of(each) for each in ids]
    assert places == sorted(places)
    assert len(places) == 2


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_is_described(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation.get("summary"), "needs a docstring"
    assert operation.get("tags")
    problem = operation["responses"]["default"]["content"]
    assert set(problem) == {"application/problem+json"}
    is_public = (path.strip("/"), method) in PUBLIC
    assert bool(operation.get("security")) != is_public


def test_no_two_operations_share_a_name() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def examples() -> Iterator[tuple[str, str, str, Any]]:
    for path, method, operation in OPERATIONS:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, example in content.get("examples", {}).items():
            yield path, method, name, example["value"]


EXAMPLES = list(examples())


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 10


def filled(value: Any, ids: dict[str, str], word: str = "") -> Any:
    """The example with the ids of our household in place of those that the author made up."""
    if isinstance(value, dict):
        return {name: filled(item, ids, name) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids, word.rstrip("s") if word != "ids" else "id") for item in value]
    if isinstance(value, str) and UUID.match(value):
        return ids[MEANT.get(word, word)]
    return value


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method", "name", "example"), EXAMPLES)
def test_the_server_takes_the_example(path: str, method: str, name: str, example: Any) -> None:
    example = deepcopy(example)
    if path.startswith("/api/auth/"):
        if path.endswith("/register"):
            client = APIClient()
        elif "email" in example:
            owner = person(example["email"])
            owner.set_password(example["password"])
            owner.save()
            client = APIClient()
        else:
            client = client_of(person("ada@example.org"))
            if "refresh" in example:
                example["refresh"] = client.refresh
        ids: dict[str, str] = {}
    else:
        owner = person("ada@example.org")
        client, ids = client_of(owner), household(owner)
    kind = path.split("/")[2]
    address = re.sub(r"\{\w+\}", ids.get(kind, ""), path)
    response = getattr(client, method)(address, filled(example, ids), format="json")
    assert response.status_code < 300, (address, response.content)
