"""Where a webhook may not go: refused when it is written down, and again when it is looked up."""

import socket
from ipaddress import ip_address

import pytest

from accounts.delivery import wire
from accounts.delivery.addresses import is_public, target_of
from accounts.errors import Refusal
from accounts.tests.hooks import HOST, dripping, receiving, trusting_context

INSIDE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
    "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1", "3fff::1", "5f00::1",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::200e"]
REFUSED = {
    "webhook_must_be_https": ["http://example.com/", "ftp://example.com/", "file:///etc/passwd",
        "gopher://example.com/", "//example.com/", "example.com", "javascript:alert(1)"],
    "webhook_url_invalid": ["https://", "https:///path", "https://user@example.com/",
        "https://user:pass@example.com/", "https://@example.com/", "https://example.com/#part",
        "https://example.com#", "https://example.com:0/", "https://example.com:65536/",
        "https://example.com:x/", "https://exa mple.com/", "https://example.com/\n", "https://example.com\\@x.org/",
        "https://[::1/", "https://exämple.com/", "https://①②⑦.⓪.⓪.①/", "https://" + "a" * 64 + ".org/",
        "https://" + "a.b" * 90 + ".org/", "https://a..org/", "https://%31%32%37.0.0.1/",
        "https://[fe80::1%25eth0]/"],
    "webhook_address_not_public": ["https://localhost/", "https://LOCALHOST./", "https://a.localhost/",
        "https://db/", "https://redis:6379/", "https://printer.local/", "https://x.internal/",
        "https://metadata.google.internal/", "https://nas.home.arpa/", "https://127.1/", "https://2130706433/",
        "https://0x7f000001/", "https://0x7f.1/", "https://0177.0.0.1/", "https://017700000001/",
        "https://127.0.0.1./", "https://[::ffff:7f00:1]/", *[f"https://{a}/" for a in INSIDE if ":" not in a],
        *[f"https://[{a}]:8443/hook" for a in INSIDE if ":" in a]],
}  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_it_is_inside(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_it_is_outside(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("code", "url"), [(code, url) for code in REFUSED for url in REFUSED[code]]
)
def test_it_is_refused_by_name(code, url):
    with pytest.raises(Refusal) as refused:
        target_of(url)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://example.com", "example.com", 443, "/", "example.com"),
        ("HTTPS://Example.COM./a?b=c&d", "example.com", 443, "/a?b=c&d", "example.com"),
        ("https://xn--exmple-cua.com:8443/", "xn--exmple-cua.com", 8443, "/", "xn--exmple-cua.com:8443"),
        ("https://8.8.8.8/x", "8.8.8.8", 443, "/x", "8.8.8.8"),
        ("https://[2606:4700::1]:444", "2606:4700::1", 444, "/", "[2606:4700::1]:444"),
    ],
)  # fmt: skip
def test_it_may_be_sent_to(url, host, port, path, authority):
    target = target_of(url)
    assert (target.host, target.port, target.path, target.authority) == (
        host,
        port,
        path,
        authority,
    )


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["2606:4700::1", "::1"], ["::ffff:10.0.0.1"], []]
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused_whole_and_never_connected_to(monkeypatch, found):
    monkeypatch.setattr(wire, "look_up", lambda host, port: found)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it connected"))
    answer = wire.post(f"https://{HOST}/", b"{}", {})
    assert (answer.status, answer.error) == (None, "webhook_address_not_public")


def test_the_name_is_looked_up_once_and_the_checked_address_is_connected_to(monkeypatch):
    """A name server that gives another address the second time is not asked a second time."""
    answers = [["8.8.8.8"], ["127.0.0.1"]]
    connected = []

    def connect(address, timeout):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(wire, "look_up", lambda host, port: answers.pop(0))
    monkeypatch.setattr(socket, "create_connection", connect)
    assert wire.post(f"https://{HOST}/", b"{}", {}).error == "not_reachable"
    assert connected == [("8.8.8.8", 443)]


def test_an_address_that_was_stored_before_a_rule_is_refused_when_sent_to():
    assert wire.post("https://127.0.0.1/", b"{}", {}).error == "webhook_address_not_public"
    assert wire.post("http://example.com/", b"{}", {}).error == "webhook_must_be_https"


def test_a_name_that_nobody_knows(monkeypatch):
    def look_up(host, port):
        raise socket.gaierror

    monkeypatch.setattr(wire, "look_up", look_up)
    assert wire.post(f"https://{HOST}/", b"{}", {}).error == "name_not_found"


@pytest.fixture
def here(monkeypatch):
    monkeypatch.setattr(wire, "is_public", lambda address: True)
    monkeypatch.setattr(wire, "look_up", lambda host, port: ["127.0.0.1"])
    with receiving() as receiver:
        yield receiver


def test_a_certificate_that_nobody_vouches_for_is_refused(here):
    answer = wire.post(here.url, b"{}", {})
    assert (answer.error, here.heard) == ("tls_failed", [])


def test_a_certificate_of_another_name_is_refused(here, monkeypatch):
    monkeypatch.setattr(wire, "tls_context", trusting_context)
    answer = wire.post(here.url.replace(HOST, "other.example.org"), b"{}", {})
    assert (answer.error, here.heard) == ("tls_failed", [])


def test_no_more_is_read_than_is_kept(here, monkeypatch):
    monkeypatch.setattr(wire, "tls_context", trusting_context)
    here.statuses, here.body = [200], "€".encode() * 1_000_000
    answer = wire.post(here.url, b"{}", {})
    assert (answer.status, answer.response) == (200, "€" * 500)


def test_who_never_answers_is_cut_at_the_deadline(here, monkeypatch):
    """A listener that takes the connection and then says nothing, not even a handshake."""
    monkeypatch.setattr(wire, "tls_context", trusting_context)
    monkeypatch.setattr(wire, "TOTAL_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = wire.post(f"https://{HOST}:{silent.getsockname()[1]}/", b"{}", {})
    assert (answer.status, answer.error) == (None, "timeout")


def test_who_drips_is_cut_at_the_deadline_too(monkeypatch, here):
    """A byte now and then meets every timeout of a socket."""
    monkeypatch.setattr(wire, "tls_context", trusting_context)
    monkeypatch.setattr(wire, "TOTAL_SECONDS", 0.4)
    with dripping(b"") as port:
        answer = wire.post(f"https://{HOST}:{port}/", b"{}", {})
    assert (answer.status, answer.error) == (None, "timeout")


@pytest.mark.parametrize(
    "said", [b"no http at all\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/1.1 20", b""]
)  # fmt: skip
def test_nonsense_is_no_answer(monkeypatch, here, said):
    monkeypatch.setattr(wire, "tls_context", trusting_context)
    with dripping(said, drips=0) as port:
        answer = wire.post(f"https://{HOST}:{port}/", b"{}", {})
    assert (answer.status, answer.error) == (None, "no_answer")


def test_a_body_that_breaks_off_leaves_the_status(monkeypatch, here):
    monkeypatch.setattr(wire, "tls_context", trusting_context)
    said = b"HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    with dripping(said, drips=0) as port:
        answer = wire.post(f"https://{HOST}:{port}/", b"{}", {})
    assert (answer.status, answer.error, answer.response) == (201, "", "")
