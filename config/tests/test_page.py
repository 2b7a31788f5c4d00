"""The page at `/` in a real browser: the door, the figures, bookings, and the watch's questions."""

import re
import time
from pathlib import Path
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, Route, expect

from config.tests.browser import Person, Served, field_of, served
from config.tests.cast import PASSWORD
from config.tests.sources import ROOT

__all__ = ["served"]  # a fixture
FILES = sorted((ROOT / "config" / "static" / "page").iterdir())
SCHEMES = ["light", "dark"]


def figure(text: str) -> str:
    """The amount in what a page shows: "−€1,234.50" is "-1234.50"."""
    return re.sub(r"[^\d.\-]", "", text.replace("−", "-"))


def serious(page: Page) -> list[str]:
    """What axe finds on the page as it stands, of the two upper grades."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes']]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def test_programs_get_json_and_browsers_the_page() -> None:
    for accept in ("", "*/*", "application/json"):
        assert Client().get("/", HTTP_ACCEPT=accept).json()["docs"] == "/api/docs"
    page = Client().get("/", HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8")
    assert page["Content-Type"].startswith("text/html")
    assert page["Vary"] == "Accept"
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", page.content.decode())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_its_files_are_small_and_turn_no_text_into_html(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", text)
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie", text)
    addresses = set(re.findall(r"https?://[\w./]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}, "it needs nobody else"


def test_the_figures_are_those_of_the_api(served: Served) -> None:
    ada = served.register(currency="EUR")
    for currency, opening in (("JPY", "1200"), ("KWD", "-1.250"), ("EUR", "99999999999.07")):
        body = {"name": f"In {currency}", "currency": currency, "opening_balance": opening}
        ada("POST", "/api/accounts", body)
    ada.book("-12.30")
    with served.visit() as visit:
        page = visit.enter(ada)
        expect(page.locator("#accounts li")).to_have_count(4)
        for account in ada("GET", "/api/accounts")["results"]:
            shown = page.locator(f"[data-account='{account['id']}'] .amount b").inner_text()
            assert figure(shown) == account["balance"]
        summary = ada("GET", "/api/accounts/summary")
        assert summary["warnings"], "there is no rate, so there is no total"
        assert "exchange rate is missing" in page.locator("#total-note").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_charts_say_what_they_show(served: Served) -> None:
    ada = served.register(timezone="UTC")
    category = next(c for c in ada("GET", "/api/categories")["results"] if c["kind"] == "expense")
    budget = {"name": "Food", "categories": [category["id"]], "amount": "100.00"}
    ada("POST", "/api/budgets", {**budget, "period": "monthly"})
    today = ada("GET", "/api/accounts/summary")["on"]
    ada.book("-85.00", posted_on=today, category=category["id"])
    with served.visit() as visit:
        page = visit.enter(ada)
        flow = ada("GET", "/api/analytics/cash-flow")
        expect(page.get_by_role("img", name="Cash flow by month")).to_be_visible()
        expect(page.get_by_role("img", name="The balance to come")).to_be_visible()
        page.locator("#flow + details summary").click()
        rows = page.locator("#flow-table tbody tr")
        expect(rows).to_have_count(len(flow["buckets"]))
        shown = [figure(cell) for cell in rows.last.locator("td").all_inner_texts()]
        last = flow["buckets"][-1]
        assert shown == [last[name] for name in ("income", "expense", "net", "closing")]
        food = page.locator("#budgets li")
        expect(food).to_contain_text("€15.00 left")
        assert food.locator("i").evaluate("bar => bar.style.getPropertyValue('--part')") == "0.85"
        page.get_by_text("1 year").click()
        year = ada("GET", "/api/analytics/forecast?days=365")["days"][-1]
        expect(page.locator("#fan-readout")).to_contain_text(year["date"][:4])
        assert figure(page.locator("#fan-readout b").first.inner_text()) == year["p50"]


def test_a_wrong_password_is_said_beside_the_form(served: Served) -> None:
    ada = served.register()
    with served.visit() as visit:
        page = visit.sign_in(ada, "not the password")
        expect(page.get_by_role("alert")).to_have_text("E-mail or password is wrong.")
        expect(page.locator("#books")).to_be_hidden()


def test_a_second_factor_is_asked_for(served: Served) -> None:
    ada = served.register()
    app = pyotp.TOTP(ada("POST", "/api/auth/mfa/totp", {})["secret"])
    codes = ada("POST", "/api/auth/mfa/totp/confirm", {"code": app.now()})["recovery_codes"]
    with served.visit() as visit:
        page = visit.sign_in(ada)
        field_of(page, "Code").fill("abc")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("This code is wrong")
        field_of(page, "Code").fill(codes[0])
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("#live")).to_have_text("Live")
        page.get_by_role("button", name="Sign out").click()
        page = visit.sign_in(ada)
        field_of(page, "Code").fill(app.at(time.time() + 30))
        page.keyboard.press("Enter")
        expect(page.locator("#live")).to_have_text("Live")


ADD_PASSKEY = """async (asked) => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked);
  return (await navigator.credentials.create({ publicKey })).toJSON();
}"""
KEY = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "hasResidentKey": True,
       "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip


def test_a_passkey_is_a_second_factor_and_a_login_of_its_own(served: Served) -> None:
    ada = served.register()
    with served.visit(f"http://localhost:{served.port}") as visit:
        page = visit.page
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
        page.goto(visit.base)
        asked = ada("POST", "/api/auth/mfa/passkeys/options", {})["publicKey"]
        made = page.evaluate(ADD_PASSKEY, asked)
        ada("POST", "/api/auth/mfa/passkeys", {"name": "This device", "credential": made})
        visit.sign_in(ada)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.locator("#live")).to_have_text("Live")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.locator("#live")).to_have_text("Live")
        expect(page.locator("#person")).to_have_text(ada.email)
        page.get_by_role("button", name="Sign out").click()
        devices.send("WebAuthn.clearCredentials", {"authenticatorId": key})
        visit.sign_in(ada)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("No passkey answered")


def test_an_address_that_must_be_confirmed_first(served: Served) -> None:
    """The server answers the log-in as one with REQUIRE_VERIFIED_EMAIL would; the code is real."""
    ada = served.register()
    letter = re.compile(rf"To: {ada.email}.*?\n    (\S{{40,}})\n", re.DOTALL)
    problem = {
        "status": 403,
        "code": "email_not_verified",
        "detail": "Confirm first.",
        "errors": [],
    }
    with served.visit() as visit:
        visit.page.route(
            "**/api/auth/login", lambda r: r.fulfill(status=403, json=problem), times=1
        )
        page = visit.sign_in(ada)
        expect(page.locator("#confirm-address")).to_have_text(ada.email)
        field_of(page, "Code of the letter").fill("a wrong one")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("This code is wrong")
        for _ in range(200):
            if found := letter.search(served.log.read_text()):
                break
            page.wait_for_timeout(50)
        assert found, "the letter is in the log of the server"
        field_of(page, "Code of the letter").fill(found[1])
        page.keyboard.press("Enter")
        expect(page.locator("#live")).to_have_text("Live")
        assert ada("GET", "/api/auth/profile")["email_verified"]


def test_empty_books_show_three_ways_to_begin(served: Served) -> None:
    with served.visit() as visit:
        page = visit.page
        page.goto(served.base)
        page.get_by_role("button", name="Open your books").click()
        field_of(page, "E-mail").fill(f"{time.time_ns()}@example.org")
        field_of(page, "Password").fill("short")
        field_of(page, "Home currency").select_option("JPY")
        page.get_by_role("button", name="Open books").click()
        field = field_of(page, "Password")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_be_focused()
        field.fill(PASSWORD)
        page.keyboard.press("Enter")
        first = page.locator("#first")
        expect(first).to_be_visible()
        first.get_by_role("button", name="New account").click()
        field_of(page, "Name").fill("Dinars")
        page.locator("#account").get_by_label("Currency").select_option("KWD")
        field_of(page, "Balance today").fill("1.234,500")
        page.keyboard.press("Enter")
        expect(page.locator("#accounts")).to_contain_text("1,234.500")
        first.get_by_role("button", name="Import a file").click()
        page.locator("#import [name=file]").set_input_files(
            {"name": "bank.csv", "mimeType": "text/csv",
             "buffer": b"Date,Payee,Amount\n2026-01-15,Bakery,-320\n2026-01-28,Employer,150000\n"}
        )  # fmt: skip
        field_of(page, "Into the account").select_option(label="Main Account (JPY)")
        page.get_by_role("button", name="Look inside").click()
        expect(page.locator("#preview")).to_contain_text("2 new")
        page.get_by_role("button", name="Book 2 new rows").click()
        expect(page.locator("#rows li")).to_have_count(2)
        expect(page.locator("#rows")).to_contain_text("¥150,000")
        expect(first).to_be_hidden()


def test_nothing_can_be_opened_before_the_accounts_are_known(served: Served) -> None:
    """A click before that was lost: the dialog did not come, and no sentence said why."""
    held: list[Route] = []
    ada = served.register()
    with served.visit() as visit:
        visit.page.route("**/api/accounts/summary", lambda route: held.append(route), times=1)
        page = visit.sign_in(ada)
        book = page.locator("[data-open=booking]").first
        expect(book).to_be_visible()
        expect(book).to_be_disabled()
        while not held:
            page.wait_for_timeout(20)
        held[0].continue_()
        book.click()
        expect(page.locator("#booking select[name=account] option")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator("#booking")).to_be_hidden()
        page.get_by_role("button", name="Sign out").click()
        expect(book).to_be_disabled()


def lost(route: Route) -> None:
    """The request reaches the server, its answer never arrives."""
    route.fetch()
    route.abort()


def test_a_payment_whose_answer_got_lost_is_booked_once(served: Served) -> None:
    ada = served.register()
    ada.book("-1.00")
    with served.visit() as visit:
        page = visit.enter(ada)
        page.get_by_role("button", name="Book a payment").click()
        field_of(page, "Amount").fill("12,305")
        page.keyboard.press("Enter")
        expect(field_of(page, "Amount")).to_have_attribute("aria-invalid", "true")
        field_of(page, "Amount").fill("12,30")
        field_of(page, "Payee").fill("<img src=x onerror=alert(1)>")
        page.route("**/api/transactions", lost, times=1)
        page.get_by_role("button", name="Book", exact=True).click()
        expect(page.locator("#booking .problem")).to_contain_text("does not answer")
        page.get_by_role("button", name="Book", exact=True).click()
        expect(page.locator("#booking")).to_be_hidden()
        expect(page.locator("#rows")).to_contain_text("<img src=x onerror=alert(1)>")
        booked = ada("GET", "/api/transactions?q=onerror")["results"]
        assert [row["amount"] for row in booked] == ["-12.30"]
        visit.complaints = [text for text in visit.complaints if "ERR_FAILED" not in text]


def flagged(served: Served) -> tuple[Person, Any]:
    ada = served.register()
    ada.deny("Casino")
    return ada, ada.book("-410.00", "Casino")


def test_a_flagged_payment_is_answered_by_keyboard(served: Served) -> None:
    ada, row = flagged(served)
    other = ada.book("-80.00", "Casino")
    with served.visit() as visit:
        page = visit.enter(ada)
        card = page.locator(f"[data-flagged='{row['id']}']")
        expect(card.locator(".score b")).to_have_text(str(row["risk"]["score"]))
        shown = card.locator(".reasons li").all_inner_texts()
        assert len(shown) == len(row["risk"]["reasons"]) > 0
        for text, reason in zip(shown, row["risk"]["reasons"], strict=True):
            assert reason["message"] in text
        assert page.title().startswith("(2)")
        page.get_by_role("button", name="Not mine: Casino, -€410.00").focus()
        page.keyboard.press("Enter")
        expect(card).to_have_count(0)
        expect(page.get_by_role("button", name="Mine: Casino, -€80.00", exact=True)).to_be_focused()
        page.keyboard.press("Space")
        expect(page.locator("#watch-calm")).to_be_visible()
        expect(page.locator("#watch-title")).to_be_focused()
        expect(page.locator(f"[data-row='{row['id']}'] .tag")).to_have_text("not mine")
        expect(page.locator(f"[data-row='{other['id']}'] .tag")).to_have_text("mine")
    verdicts = [
        ada("GET", f"/api/transactions/{r['id']}")["review"]["verdict"] for r in (row, other)
    ]
    assert verdicts == ["fraud", "legitimate"]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious(served: Served, scheme: Any, width: int) -> None:
    ada, row = flagged(served)
    size = {"width": width, "height": 900}
    with served.visit(color_scheme=scheme, viewport=size, reduced_motion="reduce") as visit:
        page = visit.sign_in(ada, "wrong")
        expect(page.get_by_role("alert")).to_be_visible()
        assert serious(page) == []
        page = visit.enter(ada)
        expect(page.locator("#flow svg")).to_be_visible()
        page.locator(f"[data-row='{row['id']}'] summary").click()
        page.locator("#fan + details summary").click()
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name="Book a payment").first.click()
        expect(field_of(page, "Amount")).to_be_focused()
        assert serious(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("#booking")).to_be_hidden()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious_in_empty_books(served: Served, scheme: Any) -> None:
    with served.visit(color_scheme=scheme, reduced_motion="reduce") as visit:
        page = visit.enter(served.register())
        expect(page.locator("#first")).to_be_visible()
        expect(page.locator("#flow")).to_have_text("Nothing was booked in these months yet.")
        assert serious(page) == []
