"""Everything that one person can own, in every table, and ways to ask for it and to see it unchanged."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, models, transaction

from accounts.tests.authenticator import Authenticator
from config.tests.cast import client_of
from config.tests.household import household
from config.tests.operations import Operation, Place, put, resolved

UUIDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
ROWS = 6  # of a table are enough to find one that an operation takes


def tables() -> list[type[models.Model]]:
    """The models of the house, those that others refer to first."""
    ours = [m for m in apps.get_models() if "." not in m._meta.app_config.name]
    return sorted(ours, key=lambda m: sum(f.is_relation for f in m._meta.concrete_fields))


def is_owned(model: type[models.Model]) -> bool:
    return "user_id" in {column.attname for column in model._meta.concrete_fields}


def with_uuid(model: type[models.Model]) -> bool:
    return isinstance(model._meta.pk, models.UUIDField)


def rows_of(owner: Any) -> dict[str, list[str]]:
    """The ids of the owner's first rows by table; of tables that nobody owns, of anybody."""
    found = {}
    for model in filter(with_uuid, tables()):
        rows = model._default_manager.order_by("pk")
        if is_owned(model):
            rows = rows.filter(user_id=owner.pk)
        elif model._meta.label == "accounts.User":
            rows = rows.filter(pk=owner.pk)
        found[model._meta.label] = [str(pk) for pk in rows.values_list("pk", flat=True)[:ROWS]]
    return found


def furnish(owner: Any) -> dict[str, str]:
    """A household, and a row in every table that it leaves empty, as far as the table lets us.

    Such rows are made of the model alone: a table of tomorrow has one without a word here.
    """
    ids = household(owner)
    live_in(owner, ids)
    for _ in range(2):  # A row that refers to a table of the first round comes in the second.
        for model in tables():
            mine = {"user_id": owner.pk} if is_owned(model) else {}
            if with_uuid(model) and not model._default_manager.filter(**mine).exists():
                make_up(model, owner)
    return ids


def live_in(owner: Any, ids: dict[str, str]) -> None:
    """What must have happened to be undone: a deletion, a rule's work, a payment, an older month."""
    client, account = client_of(owner), ids["accounts"]

    def send(path: str, body: dict[str, Any] | None = None) -> Any:
        response = client.post(f"/api/{path}", body)
        assert response.status_code in (200, 201), (path, response.content)
        return response.json()

    row = {"account": account, "amount": "-4.20", "posted_on": "2026-01-16", "payee": "Toll"}
    gone = send("transactions", row)["id"]
    assert client.delete(f"/api/transactions/{gone}").status_code == 204
    kept = send("transactions", row)["id"]
    assert client.patch(f"/api/transactions/{kept}", {"tags": []}).status_code == 200
    assert send(f"rules/{ids['rules']}/apply", {})["change_set"]
    payment = {"amount": "20.00", "posted_on": "2026-02-15", "from_account": account}
    send(f"debts/{ids['debts']}/payments", payment)
    options = send("auth/mfa/passkeys/options")
    credential = Authenticator(settings.PUBLIC_URL).create(options)
    send("auth/mfa/passkeys", {"name": "Key", "credential": credential})
    other = send("budgets", {"categories": ["Bank fees"], "amount": "50", "period": "yearly"})["id"]
    send("budgets/moves", {"from_budget": ids["budgets"], "to_budget": other, "amount": "1.00"})


def make_up(model: type[models.Model], owner: Any) -> None:
    try:
        with transaction.atomic():
            model(**{
                column.attname: made_up(column, owner)
                for column in model._meta.concrete_fields
                if not column.primary_key and not column.has_default() and not column.null
            }).save(force_insert=True)  # fmt: skip
    except (Error, LookupError):
        return  # A rule of the table forbids it; what needs the row says so in its test.


def made_up(column: Any, owner: Any) -> Any:
    if column.is_relation:
        if column.related_model._meta.label == "accounts.User":
            return owner.pk
        mine = {"user_id": owner.pk} if is_owned(column.related_model) else {}
        return column.related_model._default_manager.filter(**mine).order_by("pk")[0].pk
    if column.choices:
        return column.choices[0][0]
    kind = column.get_internal_type()
    if kind == "UUIDField":
        model = next((m for m in tables() if f"{m._meta.model_name}_id" == column.attname), None)
        return rows_of(owner)[model._meta.label][0] if model else owner.pk
    samples = {"DateField": "2026-01-15", "DateTimeField": "2036-01-15T00:00:00Z", "TextField": "x",
               "JSONField": {}, "BooleanField": False, "BinaryField": b"x", "FloatField": 1.0}  # fmt: skip
    if column.attname == "currency":
        return "EUR"
    if kind in ("CharField", "FileField"):
        return "" if column.blank else f"x{owner.pk.hex}"[: column.max_length]
    return samples.get(kind, 1)


def fingerprint(owner: Any) -> dict[str, str]:
    """How many rows of each table are the owner's, and a checksum of all that they hold."""
    marks = {}
    for model in tables():
        if is_owned(model):
            rows = model._default_manager.filter(user_id=owner.pk)
        elif model._meta.label == "accounts.User":
            rows = model._default_manager.filter(pk=owner.pk)
        else:
            continue
        held = list(rows.order_by("pk").values_list())
        marks[model._meta.label] = f"{len(held)} {hashlib.sha256(repr(held).encode()).hexdigest()}"
    return marks


@contextmanager
def undone() -> Iterator[None]:
    """What happens in the block did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Answer:
    """What was answered. Two are equal when they tell the same, whatever ids and times they name."""

    status: int
    said: str
    raw: str = field(compare=False)

    @property
    def code(self) -> str:
        return str(json.loads(self.raw).get("code", "")) if self.status >= 400 else ""


def ask(
    client: Any, operation: Operation, ids: list[str], body: Any = None, **query: str
) -> Answer:
    """The answer to an operation with these ids in its path. The same request id each time."""
    path = operation.path
    for name, value in zip(operation.holes, ids, strict=True):
        path = path.replace(f"{{{name}}}", value)
    path = path.replace("{code}", "TX01").replace("{name}", "Groceries")
    options: dict[str, Any] = {"HTTP_X_REQUEST_ID": "same", "QUERY_STRING": urlencode(query)}
    if operation.media_type.startswith("multipart"):
        options |= {"data": with_file(body), "format": "multipart"}
    elif operation.media_type:
        options |= {"data": body, "format": "json"}
    response = getattr(client, operation.method)(path, **options)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    raw = content.decode(errors="replace")
    return Answer(response.status_code, TIMES.sub("TIME", UUIDS.sub("ID", raw)), raw)


def with_file(body: dict[str, Any]) -> dict[str, Any]:
    file = SimpleUploadedFile("bank.csv", b"Date,Payee,Amount\n2026-01-14,Kiosk,-3.33\n")
    return {**body, "file": [file] if isinstance(body["file"], list) else file}


def with_id(operation: Operation, body: Any, place: Place, value: str) -> Any:
    content = operation.described["requestBody"]["content"][operation.media_type]
    return put(body, place, value, resolved(content["schema"]))
