"""What is unusual about a login, how an account stands, and what a user agent names: pure tables."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from security_monitor.behaviour.agents import device_name
from security_monitor.behaviour.catalogue import CATALOGUE, kind_of, severity_of
from security_monitor.behaviour.logins import (
    FailedLogin,
    Login,
    hits_of,
    hits_of_failure,
    share_of_hour,
)
from security_monitor.behaviour.networks import network_of
from security_monitor.behaviour.standing import Standing, summed_up
from security_monitor.engine.scores import judge

WORKDAY = [0] * 8 + [10] * 10 + [0] * 6
USUAL = {
    "device": "Firefox on Linux", "network": "203.0.113.0/24", "country": "DE", "hour": 9,
    "earlier": 100, "on_device": 90, "from_network": 80, "from_country": 100, "countries": 100,
    "by_hour": WORKDAY, "days_since_last": 1.0, "failures": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("differs", "codes", "score"),
    [
        ({}, [], 0),
        ({"on_device": 0}, ["new_device"], 20),
        ({"on_device": 0, "from_network": 0}, ["new_device"], 35),
        ({"from_country": 0}, ["new_country"], 35),
        ({"from_country": 0, "country": ""}, [], 0),
        ({"from_country": 0, "countries": 0}, [], 0),
        ({"hour": 3}, ["unusual_hour"], 15),
        ({"hour": 7}, [], 0),  # beside a usual hour
        ({"hour": 3, "by_hour": [0] * 9 + [49] + [0] * 14}, [], 0),  # too few to know
        ({"failures": 2}, [], 0),
        ({"failures": 3}, ["failed_before"], 32),
        ({"failures": 3, "on_device": 0}, ["failed_before", "new_device"], 72),
        ({"on_device": 0, "days_since_last": 91.0}, ["dormant_login", "new_device"], 52),
        ({"days_since_last": 91.0}, [], 0),
        ({"earlier": 0, "on_device": 0, "from_network": 0, "failures": 9}, [], 0),  # the first
    ],
)
def test_a_login_is_judged_by_what_differs(differs, codes, score):
    word = judge(hits_of(Login(**{**USUAL, **differs})))
    assert sorted(reason["code"] for reason in word.reasons) == codes
    assert word.score == score


@pytest.mark.parametrize(
    ("failed", "score"),
    [
        (FailedLogin(0, 1, 0), 0),
        (FailedLogin(1, 1, 1), 5),
        (FailedLogin(4, 4, 1), 20),
        (FailedLogin(5, 5, 1), 50),
        (FailedLogin(0, 20, 0), 40),
        (FailedLogin(5, 20, 10), 80),
    ],
)
def test_a_refused_login_is_judged_by_how_many_were(failed, score):
    assert judge(hits_of_failure(failed)).score == score


@given(st.lists(st.integers(0, 500), min_size=24, max_size=24))
@settings(max_examples=25)
def test_shares_of_all_hours_are_one(counts):
    assert sum(share_of_hour(counts, hour) for hour in range(24)) == pytest.approx(1)


@given(st.permutations(hits_of(Login(**{**USUAL, "on_device": 0, "from_country": 0, "hour": 3}))))
@settings(max_examples=10)
def test_the_order_of_reasons_does_not_matter(hits):
    assert judge(hits).score == 56


CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/126.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME}", "Chrome on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Safari/605.1.15",
            "Safari on macOS",
        ),
        ("curl/8.5.0", "curl"),
        ("python-requests/2.32", "python-requests"),
        ("", "unknown device"),
        ("Mozilla/5.0", "unknown device"),
        ("((((", "unknown device"),
        ("x" * 500, "x" * 80),
    ],
)  # fmt: skip
def test_a_device_is_program_and_system_without_versions(agent, name):
    assert device_name(agent) == name


@given(st.text(max_size=200))
@settings(max_examples=50)
def test_any_user_agent_has_a_name_that_fits(agent):
    assert 1 <= len(device_name(agent)) <= 80


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        (None, ""),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_of_an_address_only_the_network_is_kept(ip, network):
    assert network_of(ip) == network


def test_actions_make_kinds():
    assert kind_of("transaction.created") is None
    assert kind_of("login.failed").name == "login.failed"
    assert kind_of("session.opened").name == "login.succeeded"
    assert (kind_of("user.passkey_added").name, kind_of("user.passkey_added").risk) == (
        "user.passkey_added",
        0,
    )
    for kind in CATALOGUE.values():
        assert bool(kind.risk) == bool(kind.message), kind.name
        assert severity_of(kind, 100) == "critical"
        assert severity_of(kind, 0) == kind.severity


@pytest.mark.parametrize(
    ("now", "score", "level", "codes"),
    [
        (Standing(), 0, "low", []),
        (Standing(failures=3), 12, "low", ["failed_logins"]),
        (Standing(failures=500), 50, "medium", ["failed_logins"]),
        (Standing(worst={"refresh.reused": 90}), 90, "critical", ["refresh.reused"]),
        (Standing(risky_logins=[35, 72]), 72, "high", ["risky_logins"]),
        (Standing(open_cases=[60], sessions=6), 34, "medium", ["open_cases", "many_sessions"]),
        (Standing(worst={"login.failed": 50}, sessions=5), 0, "low", []),
    ],
)
def test_an_account_stands_as_its_factors_say(now, score, level, codes):
    judgement, advice = summed_up(now)
    assert (judgement.score, judgement.level) == (score, level)
    assert [factor["code"] for factor in judgement.reasons] == codes
    assert len(advice) == len(codes)
