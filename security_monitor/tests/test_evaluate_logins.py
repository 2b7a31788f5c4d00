"""The replay in memory says what the tables say; the simulator repeats itself; the command prints."""

from datetime import datetime, timedelta
from io import StringIO
from random import Random

from django.core.management import call_command
from django.utils import timezone

from accounts.models import Session
from security_monitor.behaviour.agents import device_name
from security_monitor.behaviour.networks import network_of
from security_monitor.engine.scores import judge
from security_monitor.evaluation.logins.figures import wilson
from security_monitor.evaluation.logins.replay import Attempt, Replay
from security_monitor.evaluation.logins.simulator import World
from security_monitor.services.logins import MARKED, count_login
from security_monitor.services.places import country_of, hidden_kind_of, spot_of
from security_monitor.tests.test_login_behaviour import CHROME, FIREFOX, FRANCE, HOME, JAPAN, VPN


def attempt_of(session: Session, has_mark: bool) -> Attempt:
    network = network_of(session.ip)
    return Attempt(
        at=session.created_at, user="a", who="a", network=network, is_right=True,
        device=device_name(session.device), country=country_of(session.ip), spot=spot_of(network),
        hidden=hidden_kind_of(network), has_mark=has_mark, hour=session.created_at.hour,
    )  # fmt: skip


def test_memory_and_tables_judge_alike(alice):
    dice, replay = Random(3), Replay()
    at = timezone.now() - timedelta(days=9)
    spoke = set()
    for _ in range(60):
        at += timedelta(minutes=dice.choice([3, 40, 300]))
        ip, agent = dice.choice([HOME] * 4 + [FRANCE, JAPAN, VPN]), dice.choice([FIREFOX, CHROME])
        has_mark = dice.random() < 0.5
        session = Session.objects.create(
            user=alice, device=agent, ip=ip, created_at=at, last_seen_at=at,
            expires_at=timezone.now() + timedelta(days=9),
        )  # fmt: skip
        stored = judge(count_login(alice.pk, session, MARKED if has_mark else "").hits)
        # What must be confirmed is counted either way here: the label is honest.
        assert replay.enter(attempt_of(session, has_mark)).word == stored
        spoke |= {reason["code"] for reason in stored.reasons}
    assert {"impossible_travel", "distant_sessions", "new_country"} <= spoke


def test_a_seed_makes_the_same_world_in_order():
    first, second = (World(5, people=20, days=40, quiet_days=20).attempts() for _ in range(2))
    assert first == second
    assert [a.at for a in first] == sorted(a.at for a in first)
    labels = {attempt.label for attempt in first}
    assert labels >= {"honest", "takeover, naive", "stuffing", "spray"}
    assert World(6, people=20, days=40, quiet_days=20).attempts() != first


def test_wilsons_interval_by_hand():
    share, low, high = wilson(8, 10)
    assert (share, round(low, 3), round(high, 3)) == (0.8, 0.49, 0.943)
    assert wilson(0, 0) == (0.0, 0.0, 1.0)


def test_the_command_prints_both_tables(tmp_path):
    out = StringIO()
    call_command("evaluate_logins", seed=5, people=20, days=40, warm_up=20, stdout=out)
    assert "recall of being asked" in out.getvalue()
    begin = datetime(2026, 1, 1, 10)
    rows = [f"{begin + timedelta(hours=3 * n)},193.99.144.{n % 3},ada,True," for n in range(9)]
    rows += [f"{begin + timedelta(seconds=n)},90.10.10.10,guess{n},False,error_wrong_username"
             for n in range(12)]  # fmt: skip
    head = "datetime,source_ip,username,success,failure_reason\n"
    (tmp_path / "log.csv").write_text(head + "\n".join(rows))
    window = f"start,end,source_ip\n{begin},{begin + timedelta(seconds=12)},90.10.10.10\n"
    (tmp_path / "attacks.csv").write_text(window)
    out = StringIO()
    call_command("evaluate_logins", tmp_path, stdout=out)
    [hours] = [line for line in out.getvalue().splitlines() if " hours " in line]
    assert hours.count("1.000") == 2  # the one hour of attack, and no other
