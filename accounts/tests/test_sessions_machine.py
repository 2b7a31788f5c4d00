"""Whatever is done to sessions, in whatever order: those of the model live, and no other. Checklist 20 to 25, 30.

The model knows sets and lists, no clock and no table. After each step the oldest and newest
access token of every login is shown, and is taken if and only if its session lives. SESSION_EXAMPLES=300 digs deeper.
"""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.transaction import Atomic, set_rollback
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Session
from accounts.services.people import change_access
from config.tests.cast import PASSWORD, client_of, person

AUTH = "/api/auth/"
AGENTS = ["Browser/1.0 (X11)", "Telephone/1.0"]
EXAMPLES = os.environ.get("SESSION_EXAMPLES")
pick = st.integers(0, 20)


@dataclass
class Login:
    id: str
    agent: str
    access: list[str]
    refresh: list[str]
    is_live: bool = True
    is_fresh: bool = True  # a credential was shown a short while ago


@dataclass
class Token:
    id: str
    raw: str
    is_live: bool = True


@dataclass
class Model:
    password: str = PASSWORD
    is_enabled: bool = True
    logins: list[Login] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)


def bearer(raw: str, agent: str = "") -> Any:
    client = client_of()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}", HTTP_USER_AGENT=agent)
    return client


class Sessions(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.savepoint = Atomic(using=None, savepoint=True, durable=False)
        self.savepoint.__enter__()
        self.alice, self.bob = person("alice@example.org"), person("bob@example.org")
        self.stranger = client_of(self.bob)
        self.model = Model()

    def teardown(self) -> None:
        set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def post(self, path: str, body: dict[str, Any], agent: str) -> Any:
        return client_of().post(AUTH + path, body, HTTP_USER_AGENT=agent)

    def chosen(self, which: int) -> Login:
        """Any login there ever was, the dead ones too."""
        return self.model.logins[which % len(self.model.logins)]

    def client(self, login: Login) -> Any:
        return bearer(login.access[-1], login.agent)

    def end(self, *logins: Login) -> None:
        for login in logins:
            login.is_live = False

    has_logins = precondition(lambda self: self.model.logins)

    @rule(agent=st.sampled_from(AGENTS))
    def log_in(self, agent: str) -> None:
        body = {"email": self.alice.email, "password": self.model.password}
        answer = self.post("login", body, agent)
        assert answer.status_code == (200 if self.model.is_enabled else 401)
        if self.model.is_enabled:
            said = answer.json()
            newest = Session.objects.for_user(self.alice).order_by("-id")[0]
            login = Login(str(newest.pk), agent, [said["access"]], [said["refresh"]])
            self.model.logins.append(login)

    @rule(which=pick)
    @has_logins
    def refresh(self, which: int) -> None:
        login = self.chosen(which)
        answer = self.post("refresh", {"refresh": login.refresh[-1]}, login.agent)
        assert answer.status_code == (200 if login.is_live else 401)
        if login.is_live:
            login.access.append(answer.json()["access"])
            login.refresh.append(answer.json()["refresh"])

    @rule(which=pick, back=st.integers(2, 4), elsewhere=st.booleans())
    @has_logins
    def reuse(self, which: int, back: int, elsewhere: bool) -> None:
        """The last but one, from the same device and at once, is a slow network; all else is theft."""
        login = self.chosen(which)
        if back > len(login.refresh):
            return
        agent = "Thief/9" if elsewhere else login.agent
        answer = self.post("refresh", {"refresh": login.refresh[-back]}, agent)
        is_theft = back > 2 or elsewhere
        code = "refresh_reused" if is_theft else "refresh_superseded"
        assert answer.status_code == 401
        assert answer.json()["code"] == (code if login.is_live else "session_revoked")
        if is_theft:
            self.end(login)

    @rule(which=pick)
    @has_logins
    def log_out(self, which: int) -> None:
        login = self.chosen(which)
        answer = self.client(login).post(AUTH + "logout")
        assert answer.status_code == (204 if login.is_live else 401)
        self.end(login)

    @rule(which=pick)
    @has_logins
    def log_out_everywhere(self, which: int) -> None:
        login = self.chosen(which)
        answer = self.client(login).post(AUTH + "logout-all")
        assert answer.status_code == (204 if login.is_live else 401)
        if login.is_live:
            self.end(*self.model.logins)

    @rule(which=pick, other=pick, foreign=st.booleans())
    @has_logins
    def revoke_one(self, which: int, other: int, foreign: bool) -> None:
        login, target = self.chosen(which), self.chosen(other)
        client = self.stranger if foreign else self.client(login)
        answer = client.delete(f"{AUTH}sessions/{target.id}")
        if foreign:
            assert answer.status_code == 404
        elif not login.is_live:
            assert answer.status_code == 401
        else:
            assert answer.status_code == (204 if target.is_live else 404)
            self.end(target)

    @rule(which=pick)
    @has_logins
    def change_password(self, which: int) -> None:
        login, new = self.chosen(which), f"phrase number {len(self.model.password)} of many"
        new += "!" * (len(self.model.password) - len(PASSWORD) + 1)
        body = {"current_password": self.model.password, "new_password": new}
        answer = self.client(login).post(AUTH + "change-password", body)
        assert answer.status_code == (204 if login.is_live else 401), answer.content
        if login.is_live:
            self.model.password, login.is_fresh = new, True
            self.end(*(other for other in self.model.logins if other is not login))

    @rule()
    def disable_or_restore(self) -> None:
        """Either ends all sessions: who comes back proves anew who they are."""
        self.model.is_enabled = not self.model.is_enabled
        change_access(user_id=self.alice.pk, is_active=self.model.is_enabled)
        self.end(*self.model.logins)

    @rule(which=pick)
    @has_logins
    def let_the_proof_grow_old(self, which: int) -> None:
        login = self.chosen(which)
        long_ago = timezone.now() - timedelta(hours=3)
        Session.objects.filter(pk=login.id).update(authenticated_at=long_ago)
        login.is_fresh = False

    @rule(which=pick)
    @has_logins
    def step_up(self, which: int) -> None:
        login = self.chosen(which)
        body = {"current_password": self.model.password}
        answer = self.client(login).post(AUTH + "step-up", body)
        assert answer.status_code == (204 if login.is_live else 401)
        login.is_fresh |= login.is_live

    @rule(which=pick)
    @has_logins
    def make_a_token(self, which: int) -> None:
        login = self.chosen(which)
        body = {"name": "Script", "scopes": ["write"]}
        answer = self.client(login).post(AUTH + "tokens", body)
        if not login.is_live:
            assert answer.status_code == 401
        elif not login.is_fresh:
            assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")
        else:
            assert answer.status_code == 201
            self.model.tokens.append(Token(answer.json()["id"], answer.json()["token"]))

    @rule(which=pick, other=pick)
    @precondition(lambda self: self.model.logins and self.model.tokens)
    def revoke_a_token(self, which: int, other: int) -> None:
        login, token = self.chosen(which), self.model.tokens[other % len(self.model.tokens)]
        answer = self.client(login).delete(f"{AUTH}tokens/{token.id}")
        if login.is_live:
            assert answer.status_code == (204 if token.is_live else 404)
            token.is_live = False
        else:
            assert answer.status_code == 401

    @rule(other=pick)
    @precondition(lambda self: self.model.tokens)
    def try_a_token_where_sessions_end(self, other: int) -> None:
        """A token is no session: it closes none and opens none."""
        token = self.model.tokens[other % len(self.model.tokens)]
        answer = bearer(token.raw).post(AUTH + "logout-all")
        assert answer.status_code == (403 if token.is_live and self.model.is_enabled else 401)

    @invariant()
    def what_lives_is_what_the_model_says(self) -> None:
        for login in self.model.logins:
            for raw in {login.access[0], login.access[-1]}:
                assert bearer(raw).get("/api/tags").status_code == (200 if login.is_live else 401)
        for token in self.model.tokens:
            is_taken = token.is_live and self.model.is_enabled
            assert bearer(token.raw).get("/api/tags").status_code == (200 if is_taken else 401)
        live = [login for login in self.model.logins if login.is_live]
        if live:
            listed = self.client(live[0]).get(f"{AUTH}sessions?limit=100").json()["results"]
            assert {row["id"] for row in listed} == {login.id for login in live}
        assert self.stranger.get("/api/tags").status_code == 200


@override_settings(LOGIN_FAILURES_MAX=10_000)  # a disabled person may try as often as the steps say
def test_no_order_of_steps_revives_a_session(db: None) -> None:
    run_state_machine_as_test(
        Sessions,
        settings=settings(
            max_examples=int(EXAMPLES or 8),
            stateful_step_count=30,
            derandomize=EXAMPLES is None,
            database=None,
            deadline=None,
            phases=[
                Phase.generate,
                *([Phase.shrink] if EXAMPLES else []),
            ],  # to shrink takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
