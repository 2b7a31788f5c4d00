"""The page at `/` and time: what others do appears, and a session that ends, ends here too."""

import json
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from config.tests.browser import Served, field_of, served
from config.tests.cast import PASSWORD
from config.tests.processes import call

__all__ = ["served"]  # a fixture


def balance_of(page: Page, account: str) -> Any:
    return page.locator(f"[data-account='{account}'] .amount b")


def test_what_is_booked_elsewhere_appears(served: Served) -> None:
    ada = served.register()
    ada.book("-1.00")
    with served.visit() as visit:
        page = visit.enter(ada)
        row = ada.book("-12.30", "Elsewhere")
        shown = page.locator(f"[data-row='{row['id']}']")
        expect(shown).to_contain_text("Elsewhere")
        expect(balance_of(page, ada.account)).to_have_text("-€13.30")
        ada("PATCH", f"/api/transactions/{row['id']}", {"amount": "-20.00"})
        expect(shown).to_contain_text("-€20.00")
        ada("DELETE", f"/api/transactions/{row['id']}")
        expect(shown).to_have_count(0)
        expect(balance_of(page, ada.account)).to_have_text("-€1.00")


def test_an_alert_arrives_with_its_reasons(served: Served) -> None:
    ada = served.register()
    ada.book("-1.00")
    ada.deny("Casino")
    with served.visit() as visit:
        page = visit.enter(ada)
        expect(page.locator("#watch-calm")).to_be_visible()
        row = ada.book("-410.00", "Casino")
        card = page.locator(f"[data-flagged='{row['id']}']")
        expect(card).to_contain_text(row["risk"]["reasons"][0]["message"])
        expect(page.locator("#said")).to_contain_text("Was it yours?")
        expect(page.locator("#happened .alert").first).to_contain_text("was flagged")
        ada("PATCH", f"/api/transactions/{row['id']}/review", {"verdict": "legitimate"})
        expect(card).to_have_count(0)


def test_many_rows_at_once_appear(served: Served) -> None:
    ada = served.register()
    with served.visit() as visit:
        page = visit.enter(ada)
        row = {"account": ada.account, "amount": "-0.10", "posted_on": "2024-02-29"}
        rows = [{**row, "memo": str(n)} for n in range(300)]
        ada("POST", "/api/transactions/batch", {"creates": rows})
        expect(balance_of(page, ada.account)).to_have_text("-€30.00")
        expect(page.locator("#rows li")).to_have_count(12)
        page.get_by_role("button", name="Show more").click()
        expect(page.locator("#rows li")).to_have_count(24)


def test_without_a_socket_it_asks_for_changes(served: Served) -> None:
    ada = served.register()
    ada.book("-1.00")
    with served.visit() as visit:
        page = visit.page
        page.clock.install()
        page.route_web_socket("**/ws/stream*", lambda socket: socket.close())
        visit.sign_in(ada)
        expect(page.locator("#live")).to_have_text("Checking every 5 s")
        row = ada.book("-12.30", "Elsewhere")
        shown = page.locator(f"[data-row='{row['id']}']")
        page.clock.fast_forward(5000)
        expect(shown).to_contain_text("Elsewhere")
        expect(balance_of(page, ada.account)).to_have_text("-€13.30")
        ada("DELETE", f"/api/transactions/{row['id']}")
        page.clock.fast_forward(5000)
        expect(shown).to_have_count(0)


def test_a_feed_that_forgot_makes_it_read_everything(served: Served) -> None:
    ada = served.register()
    ada.book("-1.00")
    gone = {"status": 410, "code": "changes_gone", "detail": "Start again.", "errors": []}
    with served.visit() as visit:
        page = visit.page
        page.route_web_socket("**/ws/stream*", lambda socket: socket.close())
        page.route("**/api/changes?*", lambda route: route.fulfill(status=410, json=gone))
        visit.sign_in(ada)
        expect(page.locator("#rows li")).to_have_count(1)
        row = ada.book("-12.30", "Elsewhere")
        expect(page.locator(f"[data-row='{row['id']}']")).to_contain_text("Elsewhere")


class Line:
    """A stream between page and server that a test can cut, hold back and speak into."""

    def __init__(self, page: Page) -> None:
        self.sockets: list[WebSocketRoute] = []
        self.sent: list[Any] = []
        self.is_cut = self.is_silent = False
        page.route_web_socket("**/ws/stream*", self.opened)
        page.route("**/api/changes?*", self.asked)

    def opened(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close()
            return
        server = socket.connect_to_server()
        socket.on_message(lambda text: (self.sent.append(json.loads(text)), server.send(text)))
        server.on_message(lambda text: None if self.is_silent else socket.send(text))
        self.sockets.append(socket)

    def asked(self, route: Route) -> None:
        if self.is_cut:
            route.fulfill(status=503, json={"status": 503, "code": "away", "detail": "Away."})
        else:
            route.continue_()


def test_a_socket_that_comes_back_goes_on_where_it_was(served: Served) -> None:
    ada = served.register()
    ada.book("-1.00")
    with served.visit() as visit:
        line = Line(visit.page)
        page = visit.enter(ada)
        ada.book("-2.00", "Before")
        expect(page.locator("#rows li")).to_have_count(2)
        line.is_cut = True
        line.sockets[-1].close()
        missed = [ada.book("-3.00", f"Missed {n}") for n in range(3)]
        before = len(line.sent)
        line.is_cut = False
        expect(page.locator(f"[data-row='{missed[-1]['id']}']")).to_have_count(1)
        expect(page.locator("#rows li")).to_have_count(5)
        expect(page.locator("#live")).to_have_text("Live")
        assert line.sent[before:] in ([], [{"resume": missed[0]["seq"] - 1}])
        visit.complaints = [text for text in visit.complaints if " 503 " not in text]


def test_a_resync_makes_it_read_everything(served: Served) -> None:
    ada = served.register()
    with served.visit() as visit:
        line = Line(visit.page)
        page = visit.enter(ada)
        line.is_silent = True
        row = ada.book("-12.30", "Elsewhere")
        frame = {
            "seq": row["seq"],
            "kind": "resync",
            "at": row["created_at"],
            "data": {"oldest": 1},
        }
        expect(page.locator(f"[data-row='{row['id']}']")).to_have_count(0)
        line.sockets[-1].send(json.dumps(frame))
        expect(page.locator(f"[data-row='{row['id']}']")).to_contain_text("Elsewhere")


def sessions_of(ada: Any) -> list[Any]:
    found: list[Any] = ada("GET", "/api/auth/sessions")["results"]
    return [session for session in found if not session["current"]]


def test_a_session_ended_elsewhere_ends_here(served: Served) -> None:
    ada = served.register()
    ada.book("-12.30", "Private")
    with served.visit() as visit:
        page = visit.enter(ada)
        (session,) = sessions_of(ada)
        ada("DELETE", f"/api/auth/sessions/{session['id']}")
        expect(page.locator("#door-notice")).to_have_text("This session was ended. Log in again.")
        expect(field_of(page, "E-mail")).to_be_focused()
        assert "Private" not in page.locator("body").inner_html()
        assert "12.30" not in page.locator("body").inner_html()
        visit.enter(ada)
        expect(page.locator("#rows")).to_contain_text("Private")


def test_a_token_that_ran_out_is_renewed_once_for_all_who_ask(served: Served) -> None:
    ada = served.register()
    ada.book("-1.00")
    old = {"status": 401, "code": "token_expired", "detail": "Refresh it.", "errors": []}
    with served.visit() as visit:
        page, renewed = visit.page, []
        page.on("request", lambda request: renewed.append(1) if "refresh" in request.url else None)
        for part in ("summary", "overview", "cash-flow"):
            page.route(f"**/{part}*", lambda route: route.fulfill(status=401, json=old), times=1)
        with page.expect_response("**/api/auth/refresh"):
            visit.enter(ada)
        expect(balance_of(page, ada.account)).to_have_text("-€1.00")
        expect(page.locator("#flow svg")).to_be_visible()
        assert renewed == [1], "a second exchange would have ended the session"


def test_a_refresh_token_that_was_copied_signs_out(served: Served) -> None:
    ada = served.register()
    with served.visit() as visit:
        page = visit.page
        with page.expect_response("**/api/auth/login") as login:
            visit.enter(ada)
        stolen = login.value.json()["refresh"]
        assert call(served.port, "POST", "/api/auth/refresh", {"refresh": stolen})[0] == 200
        thief = {"User-Agent": "thief"}
        again = call(served.port, "POST", "/api/auth/refresh", {"refresh": stolen}, headers=thief)
        assert again[2]["code"] == "refresh_reused"
        expect(page.locator("#door-notice")).to_contain_text("This session was ended")


def test_signing_out_and_leaving_end_the_session(served: Served) -> None:
    ada = served.register()
    with served.visit() as visit:
        page = visit.enter(ada)
        assert len(sessions_of(ada)) == 1
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("#door-notice")).to_have_text("You are signed out.")
        assert sessions_of(ada) == []
        visit.enter(ada)
        page.reload()
        expect(field_of(page, "Password")).to_have_value("")
        for _ in range(200):
            if not sessions_of(ada):
                break
            page.wait_for_timeout(50)
        assert sessions_of(ada) == [], "a tab that is gone holds no session"
        status, _, _ = call(
            served.port, "POST", "/api/auth/login", {"email": ada.email, "password": PASSWORD}
        )
        assert status == 200
