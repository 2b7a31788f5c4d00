"""The cast every test knows, loaded by pytest before Django: alice owns, mallory wants in.

The same tests run on SQLite and, with DATABASE_URL set, on PostgreSQL.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("BCRYPT_ROUNDS", "4")
os.environ.setdefault("SSL_REDIRECT", "false")
os.environ.setdefault("SECURE_COOKIES", "false")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "AUDIT_KEY"):
    os.environ.setdefault(name, f"{name.lower()}-for-tests-" + "x" * 40)

# A busy machine is no failure; and where a change is judged, the same examples are tried each time.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker and os.environ.get("REDIS_URL"):
    # Clearing the cache empties a whole Redis database: each parallel worker needs its own.
    server, _, number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{server}/{int(number) + int(worker.removeprefix('gw'))}"

PASSWORD = "correct horse battery staple"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two tests of one id are an error: in parallel runs all but one of them are lost in silence."""
    twice = [name for name, count in Counter(i.nodeid for i in items).items() if count > 1]
    if twice:
        raise pytest.UsageError(f"several tests are called {twice[0]}")


@pytest.fixture(scope="session", autouse=True)
def flush_passes_triggers() -> Iterator[None]:
    """Let the flush between tests empty tables that are append-only, as the tables' owner.

    The triggers are off for the flush's own transaction and on again before any test runs.
    """
    from django.db.backends.base.operations import BaseDatabaseOperations

    stock = BaseDatabaseOperations.execute_sql_flush

    def flush(operations: Any, statements: list[str]) -> None:
        off, on = triggers_off_and_on(operations.connection)
        stock(operations, [*off, *statements, *on])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush)
        yield


def triggers_off_and_on(connection: Any) -> tuple[list[str], list[str]]:
    """Statements that silence every trigger of ours, and those that bring them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            tables = "SELECT DISTINCT tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
            cursor.execute(tables)
            alter = [f"ALTER TABLE {row[0]} %s TRIGGER USER" for row in cursor.fetchall()]
            return [sql % "DISABLE" for sql in alter], [sql % "ENABLE" for sql in alter]
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        return [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]


@pytest.fixture
def alice(db: None) -> Any:
    return person("alice@example.org")


@pytest.fixture
def bob(db: None) -> Any:
    return person("bob@example.org")


@pytest.fixture
def mallory(db: None) -> Any:
    return person("mallory@example.org")


@pytest.fixture
def staff(db: None) -> Any:
    return person("staff@example.org", is_staff=True)


def person(email: str, **fields: Any) -> Any:
    from accounts.models import User

    return User.objects.create_user(email, PASSWORD, **fields)


@pytest.fixture
def api() -> Callable[..., Any]:
    """`api(alice)` is a client with alice's token; `api()` is a visitor's."""
    return client_of


def client_of(user: Any = None) -> Any:
    from rest_framework.test import APIClient

    from accounts.services.sessions import open_session

    client = APIClient()
    client.default_format = "json"
    if user is not None:
        access, refresh, session = open_session(user, device="test")
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        client.access, client.refresh, client.session_row = access, refresh, session
    return client


def account_of(user: Any, name: str = "Main", currency: str = "EUR", **fields: Any) -> Any:
    from ledger.models import Account

    return Account.objects.create(user=user, name=name, currency=currency, **fields)


def posted(account: Any, amount: str, day: str = "2026-01-15", **fields: Any) -> Any:
    """A booked row on an account, by the real verb."""
    from ledger.services.drafts import Draft
    from ledger.services.posting import post

    draft = Draft(
        account_id=account.id, amount=Decimal(amount), posted_on=date.fromisoformat(day), **fields
    )
    return post(account.user_id, [draft])[0].transaction


def race(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run all calls at once, from a barrier, each in a thread and on a connection of its own.

    Returns results in order; an exception is returned in its place, to be judged by the test.
    """
    from django.db import connections

    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(position: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[position] = call()
        except Exception as exc:
            results[position] = exc
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    yield
    from django.core.cache import cache

    cache.clear()
