"""Every account rule of the catalogue that looks at logins, by its number, and its benign look-alike."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db.transaction import atomic
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import Session
from accounts.services import people, sessions
from accounts.services.people import Device as Door
from config.tests.cast import PASSWORD, person
from config.tests.sources import ROOT
from security_monitor.behaviour import freeman
from security_monitor.behaviour.logins import Login, hits_of
from security_monitor.behaviour.ranges import Ranges, packed, table_of, unpacked
from security_monitor.behaviour.travel import Jump, Spot, jump_between, km_between
from security_monitor.engine.scores import judge
from security_monitor.models import CommonTrait, LoginPlace, LoginRhythm, SecurityEvent
from security_monitor.services.places import country_of, hidden_kind_of, spot_of
from security_monitor.tests.test_login_risk import USUAL

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
HOME, JAPAN, FRANCE = "193.99.144.80", "133.11.1.1", "90.10.10.10"
VPN = "185.220.101.1"
BERLIN, PARIS, TOKYO = Spot(52.52, 13.40, 20), Spot(48.86, 2.35, 20), Spot(35.68, 139.69, 20)
MAXMIND = ROOT.parent / "shared/data/geo/maxmind/test-data/GeoIP2-City-Test.mmdb"


def enter(user, agent=FIREFOX, ip=HOME, client=None, password=PASSWORD):
    client = client or APIClient()
    client.credentials()
    body = {"email": user.email, "password": password}
    return client.post(
        "/api/auth/login", body, format="json", REMOTE_ADDR=ip, HTTP_USER_AGENT=agent
    )


def newest(user, kind="login.succeeded"):
    return SecurityEvent.objects.for_user(user).filter(kind=kind).order_by("-id").first()


def codes(event):
    return {reason["code"] for reason in event.reasons}


def at_home(user, hours=2):
    """A client with its cookie, whose last login at home was so long ago."""
    client = APIClient()
    assert enter(user, client=client).status_code == 200
    before = timezone.now() - timedelta(hours=hours)
    LoginRhythm.objects.for_user(user).update(settled_at=before)
    Session.objects.for_user(user).update(last_seen_at=before)
    return client


# --- pure


@pytest.mark.parametrize(
    ("differs", "code", "score"),
    [
        ({"jump": Jump(8000, 4000)}, "impossible_travel", 45),
        ({"jump": Jump(8000, 4000), "has_mark": True}, "impossible_travel", 22),
        ({"elsewhere": "JP"}, "distant_sessions", 40),
        ({"network_kind": "vpn", "from_network": 0}, "hidden_network", 15),
        ({"sprayed": 10, "on_device": 1}, "after_spray", 32),
        ({"unlikely": 1.0}, "unlikely_login", 60),
        ({"unlikely": 0.975}, "unlikely_login", 30),
        ({"is_staff": True, "hour": 3}, "staff_login", 58),
    ],
)
def test_each_rule_speaks_with_its_weight(differs, code, score):
    word = judge(hits_of(Login(**{**USUAL, **differs})))
    assert code in {reason["code"] for reason in word.reasons}
    assert word.score == score


@pytest.mark.parametrize(
    "differs",
    [
        {"network_kind": "vpn", "from_kind": 3, "from_network": 0, "from_country": 0},
        {"sprayed": 9},
        {"unlikely": 0.95},
        {"unlikely": None},
        {"is_staff": True},
        {"earlier": 0, "jump": Jump(8000, 4000), "elsewhere": "JP", "sprayed": 50, "unlikely": 1.0},
    ],
)
def test_what_only_looks_alike_is_quiet(differs):
    assert hits_of(Login(**{**USUAL, **differs})) == []


def test_a_journey_is_judged_after_both_radii():
    assert km_between(BERLIN, PARIS) == pytest.approx(878 - 40, abs=3)
    assert jump_between(BERLIN, TOKYO, 3.0) is not None
    assert jump_between(BERLIN, TOKYO, 12.0) is None  # a flight
    assert jump_between(BERLIN, PARIS, 0.9) == Jump(837, 930)
    assert jump_between(BERLIN, Spot(48.86, 2.35, 700), 0.0) is None  # a country, not a city
    assert jump_between(BERLIN, Spot(50.9, 11.6, 1), 0.0) is None  # too near to matter
    assert jump_between(BERLIN, TOKYO, -1.0) == jump_between(BERLIN, TOKYO, 0.0)


def test_networks_are_packed_without_loss():
    lines = {4: ["10.0.0.0/25", "10.0.0.128/25", "192.0.2.7/32"], 6: ["2001:db8::/48"]}
    made = Ranges({v: [table_of(lines[v], v), table_of([], v)] for v in (4, 6)})
    again = unpacked(packed(made))
    for ip, kind in (
        ("10.0.0.255", "vpn"), ("10.0.1.0", ""), ("192.0.2.7", "vpn"), ("192.0.2.6", ""),
        ("2001:db8:0:7::1", "vpn"), ("2001:db9::", ""), ("0.0.0.0", ""), ("nonsense", ""),
    ):  # fmt: skip
        assert again.kind_of(ip) == made.kind_of(ip) == kind, ip
    with pytest.raises(ValueError, match="packed"):
        unpacked(b"something else")


LOGINS = st.lists(
    st.tuples(
        st.sampled_from(["203.0.113.0/24", "198.51.100.0/24", "2001:db8::/64", ""]),
        st.sampled_from(["DE", "FR", ""]),
        st.sampled_from(["Firefox on Linux", "Safari on iPhone", "curl"]),
    ),
    max_size=40,
)


@given(LOGINS)
@settings(max_examples=60)
def test_as06_counts_are_what_the_logins_say(logins):
    """One login at a time makes the counts that all logins at once make."""
    counts: freeman.Traits = {}
    for login in logins:
        counts = freeman.counted(counts, freeman.traits_of(*login))
    said = [freeman.traits_of(*login) for login in logins]
    for trait in {name for traits in said for name in traits}:
        values = [traits[trait] for traits in said if trait in traits]
        assert counts[trait] == {value: values.count(value) for value in values}


def test_as06_what_others_have_and_i_do_not_is_less_likely_than_what_i_have():
    mine = freeman.traits_of("203.0.113.0/24", "DE", "Firefox on Linux")
    others = freeman.traits_of("198.51.100.0/24", "JP", "Chrome on Windows")
    own: freeman.Traits = {}
    for _ in range(20):
        own = freeman.counted(own, mine)
    common = dict.fromkeys(mine, 40)
    assert freeman.log_score(mine, own, 20, common, 100, 5) < freeman.log_score(
        others, own, 20, common, 100, 5
    )
    assert freeman.share_below(3, {1: 50, 3: 100}) is None
    assert freeman.share_below(3, {1: 150, 3: 100}) == pytest.approx(200 / 250)
    assert (freeman.weight_of(None), freeman.weight_of(0.95), freeman.weight_of(1)) == (0, 0, 60)


# --- places


def test_unknown_stays_unknown(settings, tmp_path):
    assert (spot_of(""), hidden_kind_of("")) == (None, "")
    assert spot_of("10.0.0.0/24") is None
    assert hidden_kind_of("185.220.101.0/24") == "vpn"
    broken = tmp_path / "networks.bin"
    broken.write_bytes(b"nothing")
    for path in ("", str(tmp_path / "absent.bin"), str(broken)):
        settings.NETWORKS_FILE = path
        assert hidden_kind_of("185.220.101.0/24") == ""
    settings.GEO_DATABASE = ""
    assert spot_of("193.99.144.0/24") is None


@pytest.mark.skipif(not Path(MAXMIND).exists(), reason="needs MaxMind's test databases")
def test_a_city_file_of_ones_own_gives_place_and_radius(settings):
    settings.GEO_DATABASE = str(MAXMIND)
    spot = spot_of("81.2.69.160/28")
    assert country_of("81.2.69.160") == "GB"
    assert spot is not None
    assert spot.radius_km < 300
    assert km_between(spot, Spot(51.5, -0.1, 0)) < 100


# --- from outside


def test_as07_a_login_from_the_other_side_of_the_world(alice):
    at_home(alice)
    enter(alice, agent=CHROME, ip=JAPAN)
    event = newest(alice)
    assert "impossible_travel" in codes(event)
    assert event.data.get("unavailable") is None


@pytest.mark.parametrize(
    ("hours", "ip"),
    [(20, JAPAN), (2, FRANCE), (2, VPN)],
    ids=["a flight", "a country whose border is near", "a VPN"],
)
def test_as07_is_quiet_about(alice, hours, ip):
    at_home(alice, hours)
    enter(alice, agent=CHROME, ip=ip)
    assert "impossible_travel" not in codes(newest(alice))


def test_as07_the_same_device_counts_half_and_no_place_is_no_evidence(alice, settings):
    client = at_home(alice)
    enter(alice, ip=JAPAN, client=client)
    [reason] = [r for r in newest(alice).reasons if r["code"] == "impossible_travel"]
    assert newest(alice).risk_score == 35  # new country 35 and half of 45 share their group
    assert reason["evidence"]["km"] > 5000
    settings.GEO_DATABASE = ""
    enter(alice, agent="curl/8", ip="126.1.2.3")
    assert newest(alice).data["unavailable"] == ["impossible_travel", "distant_sessions"]
    assert "impossible_travel" not in codes(newest(alice))


def test_as08_two_sessions_at_once_far_apart(alice):
    client = at_home(alice, hours=0)
    enter(alice, agent=CHROME, ip=JAPAN)
    assert "distant_sessions" in codes(newest(alice))
    # The same device, which switched its network, and a session that rests are no two people.
    enter(alice, ip=HOME, client=client)
    assert client.cookies["known_device"].value
    Session.objects.for_user(alice).update(last_seen_at=timezone.now() - timedelta(minutes=11))
    enter(alice, agent="curl/8", ip=JAPAN)
    assert "distant_sessions" not in codes(newest(alice))


def test_as08_a_vpn_beside_a_session_at_home_is_quiet(alice):
    at_home(alice, hours=0)
    enter(alice, agent=CHROME, ip=VPN)
    assert "distant_sessions" not in codes(newest(alice))


def test_as09_a_dormant_account_wakes_on_a_new_device(alice):
    at_home(alice)
    LoginRhythm.objects.update(last_at=timezone.now() - timedelta(days=200))
    enter(alice)
    assert "dormant_login" not in codes(newest(alice))  # its own device: somebody seasonal
    LoginRhythm.objects.update(last_at=timezone.now() - timedelta(days=200))
    enter(alice, agent=CHROME)
    assert "dormant_login" in codes(newest(alice))


def change_password(user, session, ip):
    from accounts.context import Origin, origin

    token = origin.set(Origin(ip=ip, actor_id=user.pk))
    try:
        people.change_password(
            user_id=user.pk, session_id=session.pk, current=PASSWORD, new="an entirely new phrase"
        )
    finally:
        origin.reset(token)


def test_as10_a_change_right_after_a_new_device(alice):
    at_home(alice)
    enter(alice, agent=CHROME, ip=FRANCE)
    change_password(alice, Session.objects.order_by("-id").first(), FRANCE)
    event = newest(alice, "password.changed")
    assert "after_new_device" in codes(event)
    assert event.risk_score >= 60


@pytest.mark.parametrize("why", ["the owner answers from home", "after a step-up", "much later"])
def test_as10_is_quiet(alice, why):
    at_home(alice)
    enter(alice, agent=CHROME, ip=FRANCE)
    session = Session.objects.order_by("-id").first()
    ip = HOME if why == "the owner answers from home" else FRANCE
    if why == "after a step-up":
        client = APIClient(REMOTE_ADDR=FRANCE)
        access = enter(alice, agent=CHROME, ip=FRANCE).json()["access"]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        done = client.post("/api/auth/step-up", {"current_password": PASSWORD}, format="json")
        assert done.status_code in (200, 204)
    if why == "much later":
        SecurityEvent.objects.update(at=timezone.now() - timedelta(minutes=11))
    change_password(alice, session, ip)
    assert "after_new_device" not in codes(newest(alice, "password.changed"))


def test_as11_wrong_codes_in_a_row(alice):
    from accounts.services.telling import trace

    for wrong in range(1, 6):
        with atomic():
            trace("user.second_factor_failed", alice)
        assert ("factor_guessed" in codes(newest(alice, "second_factor.failed"))) == (wrong == 5)


def spray(count, ip=HOME):
    for number in range(count):
        body = {"email": f"nobody{number}@example.org", "password": "a wrong password"}
        APIClient(REMOTE_ADDR=ip).post("/api/auth/login", body, format="json")


def test_as03_many_addresses_from_one_network_even_of_nobody(alice):
    for _ in range(12):  # one forgetful guest with one misspelt address is no spray
        spray(1)
    assert not any(codes(e) & {"password_spray"} for e in SecurityEvent.objects.all())
    spray(10)
    last = SecurityEvent.objects.filter(user=None).order_by("-id").first()
    assert "password_spray" in codes(last)
    assert "nobody3" not in str(SecurityEvent.objects.values())


def test_as04_a_success_from_where_the_spray_came(alice, bob):
    at_home(alice)
    client = at_home(bob)
    spray(10)
    enter(alice, agent="curl/8")
    assert "after_spray" in codes(newest(alice))
    assert newest(alice).risk_score >= 60
    enter(bob, client=client)  # a neighbour behind the same address, on a device of theirs
    assert newest(bob).risk_score == 32


def refresh(raw, agent, ip):
    return sessions.refresh(raw, device=agent, ip=ip)[1]


def test_as13_a_session_that_goes_on_elsewhere(alice):
    _, raw, session = sessions.open_session(alice, device=FIREFOX, ip=HOME)
    newer = FIREFOX.replace("128", "131")
    raw = refresh(raw, newer, HOME)  # an update
    raw = refresh(raw, newer, FRANCE)  # a train
    raw = refresh(raw, newer, VPN)
    assert newest(alice, "session.moved") is None
    raw = refresh(raw, CHROME, HOME)
    event = newest(alice, "session.moved")
    assert (event.risk_score, event.session_id, event.device) == (
        35,
        session.pk,
        "Chrome on Windows",
    )
    refresh(raw, CHROME, JAPAN)
    assert SecurityEvent.objects.filter(kind="session.moved").count() == 1  # said once a day


def test_as13_a_session_that_jumps(alice):
    _, raw, _ = sessions.open_session(alice, device=FIREFOX, ip=HOME)
    refresh(raw, FIREFOX, JAPAN)
    assert newest(alice, "session.moved") is not None


def test_as17_staff_on_a_new_device(staff, alice):
    for user in (staff, alice):
        at_home(user)
        enter(user, agent=CHROME)
    assert "staff_login" in codes(newest(staff))
    assert "staff_login" not in codes(newest(alice))


# --- counts


def test_the_first_login_of_a_person_is_never_odd(alice):
    enter(alice, agent="sqlmap/1.7", ip=VPN)
    assert newest(alice).risk_score == 0


def test_as06_common_counts_follow_every_login(alice, bob):
    for user in (alice, alice, bob):
        enter(user)
    said = {(row.trait, row.value): row.logins for row in CommonTrait.objects.all()}
    assert (said["all", ""], said["all", "people"]) == (3, 2)
    for trait, value in freeman.traits_of("193.99.144.0/24", "DE", "Firefox on Linux").items():
        assert said[trait, value] == 3
    assert LoginRhythm.objects.for_user(alice).get().traits.keys() == set(
        freeman.traits_of("193.99.144.0/24", "DE", "Firefox on Linux")
    )


def test_as06_an_unlikely_login_among_many(alice):
    for _ in range(9):
        enter(alice)
    CommonTrait.objects.update_or_create(trait="score", value="-1", defaults={"logins": 500})
    enter(alice)
    assert "unlikely_login" not in codes(newest(alice))
    enter(alice, agent=CHROME, ip=FRANCE)
    assert "unlikely_login" in codes(newest(alice))


def test_a_login_costs_the_same_after_many(alice, django_assert_num_queries):
    """Five more than without the rules on places, sessions, sprays and likelihood, and the gate."""

    def log_in():
        people.log_in(email=alice.email, password=PASSWORD, device=Door("curl/8", HOME))

    for _ in range(10):
        log_in()
    with django_assert_num_queries(32):
        log_in()


# --- trusted places


def test_a_place_is_trusted_by_word_or_by_habit(api, alice, mallory):
    at_home(alice)
    client = api(alice)
    base = "/api/security/trusted-locations"
    assert client.get(base).json()["results"] == []
    [place] = client.get(base, {"all": "true"}).json()["results"]
    assert place["trusted"] is False
    path = f"{base}/{place['id']}"
    answer = api(mallory).patch(path, {"trusted": True})
    assert (answer.status_code, answer.json()["code"]) == (404, "login_place_not_found")
    assert client.patch(path, {"trusted": True}).json()["trusted"] is True
    assert [row["id"] for row in client.get(base).json()["results"]] == [place["id"]]
    assert newest(alice, "place.trusted") is not None
    LoginPlace.objects.update(first_seen_at=timezone.now() - timedelta(days=9), logins=9)
    assert client.patch(path, {"trusted": False}).json()["trusted"] is False
    assert client.get(base).json()["results"] == []  # the owner's word goes before habit


def test_people_of_the_cast_differ(db):
    """The cast's other people have counts of their own."""
    first, second = person("one@example.org"), person("two@example.org")
    enter(first)
    assert not LoginRhythm.objects.for_user(second).exists()
