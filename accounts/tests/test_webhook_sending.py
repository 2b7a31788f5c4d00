"""Webhooks on their way out: signed, in order, at least once, by one sender, to nobody inside."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from accounts.clock import tick
from accounts.delivery import sending
from accounts.delivery.models import State
from accounts.delivery.services import create_webhook, rotate_secret
from accounts.delivery.signing import signature
from accounts.models import Clock, Event, User, Webhook, WebhookDelivery
from accounts.tasks import deliver_webhook, deliver_webhooks
from accounts.tests.hooks import HOST, open_the_world, receiving, verified
from config.tests.cast import account_of, posted, race


@pytest.fixture
def receiver(monkeypatch):
    open_the_world(monkeypatch)
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hook(alice, receiver):
    webhook, secret = create_webhook(user_id=alice.pk, url=receiver.url, kinds=["budget.*"])
    webhook.secret = secret
    return webhook


@atomic
def happened(user, kind="budget.threshold", count=1):
    seq = tick(user.pk)
    push(user.pk, seq, kind, [{"number": n} for n in range(count)])
    return seq


def delivered(webhook):
    return sending.deliver(webhook.pk)


def retry_at_once(webhook):
    Webhook.objects.filter(pk=webhook.pk).update(next_attempt_at=None)


def log_of(webhook):
    return list(WebhookDelivery.objects.filter(webhook=webhook).order_by("seq", "event_id", "id"))


def test_the_signature_is_that_of_the_specification():
    """The example of the specification's own reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_event_arrives_signed_as_the_stream_says_it(hook, alice, receiver):
    seq = happened(alice)
    assert sending.due_webhooks() == [hook.pk]
    assert deliver_webhook(str(hook.pk)) == 1
    [(headers, body)] = receiver.heard
    [frame] = receiver.frames
    assert (frame["seq"], frame["kind"], frame["data"]) == (seq, "budget.threshold", {"number": 0})
    assert verified(hook.secret, headers, body)
    assert headers["webhook-id"] == str(Event.objects.get(kind="budget.threshold").pk)
    assert headers["Host"] == receiver.url.split("/")[2]
    assert receiver.names == [HOST]
    [row] = log_of(hook)
    assert (row.state, row.attempts, row.status_code, row.body) == (
        "delivered",
        1,
        204,
        body.decode(),
    )
    assert sending.due_webhooks() == []
    assert delivered(hook) == 0
    assert len(receiver.heard) == 1


def test_rows_come_as_their_endpoint_shows_them_and_only_kinds_asked_for(alice, receiver, api):
    hook, _ = create_webhook(user_id=alice.pk, url=receiver.url, kinds=["transaction.created"])
    row = posted(account_of(alice), "-1.00")
    delivered(hook)
    [frame] = receiver.frames
    assert frame["data"] == api(alice).get(f"/api/transactions/{row.id}").json()


def test_what_was_before_the_webhook_is_not_sent(alice, receiver):
    happened(alice)
    hook, _ = create_webhook(user_id=alice.pk, url=receiver.url, kinds=["*"])
    assert delivered(hook) == 0
    assert receiver.heard == []


def test_many_events_come_in_order_across_pages(hook, alice, receiver):
    happened(alice, count=130)
    happened(alice, "budget.closed")
    assert delivered(hook) == 131
    assert [f["data"].get("number") for f in receiver.frames[:130]] == list(range(130))
    assert receiver.kinds[-1] == "budget.closed"


def test_a_failed_event_is_tried_again_before_those_behind_it(hook, alice, receiver):
    happened(alice, "budget.first")
    happened(alice, "budget.second")
    receiver.statuses, receiver.body = [500], b"broken\x00" + b"x" * 9000
    assert delivered(hook) == 0
    first, _ = log_of(hook)
    assert (first.state, first.status_code, first.attempts) == ("pending", 500, 1)
    assert first.response == ("broken\ufffd" + "x" * 500)[:500]
    assert sending.due_webhooks() == []
    assert delivered(hook) == 0
    receiver.body = b""
    retry_at_once(hook)
    assert delivered(hook) == 2
    assert receiver.kinds == ["budget.first", "budget.first", "budget.second"]
    ids = [headers["webhook-id"] for headers, _ in receiver.heard]
    assert ids[0] == ids[1] != ids[2]
    assert Webhook.objects.get().failures == 0


@pytest.mark.parametrize("attempts", range(1, 20))
def test_the_wait_grows_and_stays_near_its_mean(attempts):
    mean = sending.WAITS[min(attempts, 7) - 1]
    assert 0.8 * mean <= sending.wait_after(attempts).total_seconds() <= 1.2 * mean


def test_after_eight_attempts_it_is_given_up_and_the_next_has_its_turn(hook, alice, receiver):
    happened(alice, "budget.first")
    happened(alice, "budget.second")
    receiver.statuses = [503] * 8
    for _ in range(8):
        retry_at_once(hook)
        assert delivered(hook) == 0
    retry_at_once(hook)
    assert delivered(hook) == 1
    assert [(row.state, row.attempts) for row in log_of(hook)] == [("dead", 8), ("delivered", 1)]


def test_after_many_failures_it_is_disabled_and_its_owner_hears_of_it(hook, alice, receiver):
    happened(alice)
    Webhook.objects.update(failures=sending.FAILURES_MAX - 1)
    receiver.statuses = [500]
    delivered(hook)
    held = Webhook.objects.get()
    assert (held.enabled, held.disabled_reason) == (False, "failing")
    assert Event.objects.filter(user=alice, kind="webhook.updated", seq=held.seq).exists()
    assert sending.due_webhooks() == []
    assert delivered(hook) == 0


def test_410_disables_at_once_and_enabled_again_it_goes_on_where_it_stopped(
    hook, alice, receiver, api
):
    happened(alice, "budget.first")
    happened(alice, "budget.second")
    receiver.statuses = [410]
    delivered(hook)
    assert Webhook.objects.get().disabled_reason == "gone"
    happened(alice, "budget.third")
    assert delivered(hook) == 0
    answer = api(alice).patch(f"/api/webhooks/{hook.pk}", {"enabled": True}).json()
    assert (answer["enabled"], answer["disabled_reason"]) == (True, None)
    assert delivered(hook) == 2
    assert receiver.kinds == ["budget.first", "budget.second", "budget.third"]


def test_a_redirect_is_not_followed(hook, alice, receiver):
    happened(alice)
    receiver.statuses, receiver.headers = [302], {"Location": receiver.url}
    assert delivered(hook) == 0
    assert len(receiver.heard) == 1
    assert log_of(hook)[0].status_code == 302


def test_after_a_rotation_both_secrets_verify_for_a_day(hook, alice, receiver):
    _, new = rotate_secret(user_id=alice.pk, webhook_id=hook.pk)
    happened(alice)
    delivered(hook)
    assert verified(hook.secret, *receiver.heard[-1])
    assert verified(new, *receiver.heard[-1])
    Webhook.objects.update(previous_until=timezone.now())
    happened(alice)
    delivered(hook)
    assert not verified(hook.secret, *receiver.heard[-1])
    assert verified(new, *receiver.heard[-1])


def test_where_events_are_not_kept_any_more_it_says_resync(hook, alice, receiver):
    happened(alice)
    seq = happened(alice)
    Event.objects.filter(user=alice, seq__lte=seq).delete()
    Clock.objects.filter(user=alice).update(horizon=seq)
    happened(alice)
    assert delivered(hook) == 2
    assert receiver.kinds == ["resync", "budget.threshold"]
    assert receiver.frames[0]["data"] == {"oldest": seq}


def test_a_deactivated_owner_sends_nothing(hook, alice, receiver):
    happened(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert sending.due_webhooks() == []
    assert delivered(hook) == 0


def test_the_beat_starts_one_sender_per_webhook_that_is_due(hook, alice, bob, monkeypatch):
    create_webhook(user_id=bob.pk, url="https://example.com/", kinds=["*"])
    happened(alice)
    Webhook.objects.exclude(pk=hook.pk).update(position_seq=99)
    started = []
    monkeypatch.setattr(
        "accounts.tasks.deliver_webhook.apply_async", lambda args, **_: started.append(args)
    )
    assert deliver_webhooks() == 1
    assert started == [[str(hook.pk)]]


def test_a_body_that_kills_its_sender_does_not_do_so_for_ever(hook, alice, receiver):
    happened(alice, "budget.first")
    happened(alice, "budget.second")
    sending.take_up(hook.pk)
    WebhookDelivery.objects.filter(kind="budget.first").update(attempts=sending.ATTEMPTS_MAX)
    assert delivered(hook) == 1
    assert receiver.kinds == ["budget.second"]
    assert log_of(hook)[0].error == "sender_lost"


@pytest.fixture
def ada_hook(ada, receiver):
    return create_webhook(user_id=ada.pk, url=receiver.url, kinds=["budget.*"])[0]


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_at_once_send_once(ada, ada_hook, receiver):
    happened(ada, count=3)
    sent = race([partial(sending.deliver, ada_hook.pk)] * 20)
    assert sum(sent) == 3
    assert [f["data"]["number"] for f in receiver.frames] == [0, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_twenty_takers_at_once_make_one_row_per_event(ada, ada_hook):
    happened(ada, count=3)
    race([partial(sending.take_up, ada_hook.pk)] * 20)
    assert WebhookDelivery.objects.count() == 3


class Killed(BaseException):
    """The process is gone: no statement of it reaches the database any more."""


class Killer:
    def __init__(self, statements):
        self.left = statements

    def __call__(self, execute, *args):
        if self.left <= 0:
            raise Killed
        self.left -= 1
        return execute(*args)


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_statement_nothing_is_lost_and_a_repeat_has_its_id(ada, ada_hook, receiver):
    """Before each statement once; then another worker finds the lease run out."""
    for statements in range(60):
        receiver.heard.clear()
        happened(ada, count=2)
        killer = Killer(statements)
        try:
            with connection.execute_wrapper(killer):
                sending.deliver(ada_hook.pk)
        except Killed:
            connection.close()
        long_ago = timezone.now() - timedelta(seconds=1)
        Webhook.objects.filter(claimed_until__gt=long_ago).update(claimed_until=long_ago)
        sending.deliver(ada_hook.pk)
        ids = [headers["webhook-id"] for headers, _ in receiver.heard]
        numbers = [frame["data"]["number"] for frame in receiver.frames]
        assert list(dict.fromkeys(numbers)) == [0, 1]
        assert len(set(ids)) == 2
        assert len(ids) <= 3
        assert not WebhookDelivery.objects.exclude(state=State.DELIVERED).exists()
        if killer.left > 0:
            break
    assert 10 < statements < 59, "every statement was tried, and the last run came to its end"


def test_who_lost_the_lease_notes_nothing(hook, alice, receiver):
    happened(alice)
    sending.take_up(hook.pk)
    attempt = sending._begin(hook.pk, sending._claim(hook.pk))
    Webhook.objects.update(claimed_until=timezone.now() + timedelta(seconds=5))
    assert not sending._note(attempt, sending._sent(attempt))
    assert log_of(hook)[0].state == "pending"
