"""A real browser for tests of the page: Debian's Chromium, driven by Playwright.

Whatever a visit does, the console must stay clean and no request may leave the server's origin.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from config.tests.cast import PASSWORD
from config.tests.processes import call, free_port, manage, running, until

CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 20_000  # Machines under test are busy.
# A refused request is no fault of the page; the browser reports every one of them.
REFUSED = re.compile(r"^Failed to load resource: the server responded with a status of 4\d\d")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; without it the test is skipped, and fails where CI=true."""
    if CHROMIUM is None and os.environ.get("CI") == "true":
        pytest.fail("CI needs the Debian package chromium.")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def field_of(page: Page, label: str) -> Locator:
    """The field with this label in whichever form is open."""
    return page.get_by_label(label).locator("visible=true")


@dataclass
class Person:
    """Somebody with a login, who also uses the API by other means."""

    port: int
    email: str
    access: str
    account: str  # the one that registration made

    @classmethod
    def register(cls, port: int, **fields: str) -> "Person":
        email = f"{uuid4().hex}@example.org"
        body = {"email": email, "password": PASSWORD, **fields}
        status, _, answer = call(port, "POST", "/api/auth/register", body)
        assert status == 201, answer
        return cls(port, email, answer["access"], answer["user"]["default_account"])

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        status, _, answer = call(self.port, method, path, body, token=self.access)
        assert status < 300, answer
        return answer

    def book(self, amount: str, payee: str = "Bakery", **fields: str) -> Any:
        today = datetime.now(UTC).date().isoformat()
        row = {"account": self.account, "amount": amount, "posted_on": today, **fields}
        return self("POST", "/api/transactions", {**row, "payee": payee})

    def deny(self, payee: str) -> None:
        """From now on every payment to this payee is flagged."""
        found = self("POST", "/api/payees", {"name": payee})
        self("POST", "/api/security/lists", {"kind": "deny", "payee": found["id"]})


@dataclass
class Visit:
    """A tab with cookies of its own. `complaints` collects what must not happen."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)
        self.page.on("websocket", lambda socket: self._stays(socket.url.replace("ws", "http", 1)))

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning") and not REFUSED.match(message.text):
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith("data:"):
            self._stays(request.url)

    def _stays(self, url: str) -> None:
        if not url.startswith(self.base + "/"):
            self.complaints.append(f"left the origin: {url}")

    def sign_in(self, person: Person, password: str = PASSWORD) -> Page:
        self.page.goto(self.base)
        field_of(self.page, "E-mail").fill(person.email)
        field_of(self.page, "Password").fill(password)
        self.page.keyboard.press("Enter")
        return self.page

    def enter(self, person: Person) -> Page:
        """Signed in, everything read, the stream open."""
        page = self.sign_in(person)
        expect(page.locator("#live")).to_have_text("Live")
        return page


@dataclass
class Served:
    """One embedded server and one browser, which the tests of a module share."""

    browser: Browser
    port: int
    log: Path

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def register(self, **fields: str) -> Person:
        return Person.register(self.port, **fields)

    @contextmanager
    def visit(self, base: str = "", **options: Any) -> Iterator[Visit]:
        with visiting(self.browser, base or self.base, **options) as visit:
            yield visit


@contextmanager
def visiting(browser: Browser, base: str, **options: Any) -> Iterator[Visit]:
    """A visit that ends without complaints."""
    context = browser.new_context(locale="en-GB", **options)
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page(), base)
    visit.watch()
    try:
        yield visit
        assert not visit.complaints
    finally:
        context.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("page")
    log, port = folder / "serve.log", free_port()
    variables = {"DATA_DIR": str(folder / "var"), "PORT": str(port), "BCRYPT_ROUNDS": "4"}
    with chromium() as browser:
        migrated = manage("migrate", "-v0", **variables)
        assert migrated.returncode == 0, migrated.stderr
        with running([sys.executable, "manage.py", "serve"], log, **variables) as process:
            until(lambda: call(port, "GET", "/health")[0] == 200, log, process)
            yield Served(browser, port, log)
