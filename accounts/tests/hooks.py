"""A real HTTPS server to post to, and what makes this machine count as the open internet."""

import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "hooks.example.org"


@cache
def certificate():
    """(PEM of key and certificate, PEM of the certificate) for HOST, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(datetime.now(UTC) - timedelta(days=1))
    builder = builder.not_valid_after(datetime.now(UTC) + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName(HOST)])
    builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + pem, pem


def server_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(certificate()[0])
        context.load_cert_chain(path)
    return context


def trusting_context():
    return ssl.create_default_context(cadata=certificate()[1].decode())


class Receiver:
    """What arrived, and how it is answered: by `statuses`, then 204."""

    def __init__(self):
        self.heard, self.statuses, self.headers, self.body = [], [], {}, b""
        self.names = []

    @property
    def frames(self):
        return [json.loads(body) for _, body in self.heard]

    @property
    def kinds(self):
        return [frame["kind"] for frame in self.frames]


@contextmanager
def receiving():
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.heard.append((dict(self.headers), body))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = server_context()
    context.sni_callback = lambda _, name, __: receiver.names.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.url = f"https://{HOST}:{server.server_port}/hook?from=books"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def dripping(said, drips=1000):
    """A server that says this to the first who comes, then a byte at a time until it is cut off."""

    def serve():
        connection, _ = listener.accept()
        with connection:
            try:
                with server_context().wrap_socket(connection, server_side=True) as tls:
                    heard = b""
                    while not heard.endswith(b"\r\n\r\n{}"):
                        heard += tls.recv(65536)
                    tls.sendall(said)
                    for _ in range(drips):
                        tls.sendall(b"x")
                        done.wait(0.02)
            except OSError:
                pass

    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            done.set()
            thread.join()


def open_the_world(monkeypatch):
    """HOST is this machine, this machine is public, and its certificate is trusted."""

    monkeypatch.setattr(
        "accounts.delivery.wire.look_up", lambda host, port: {HOST: ["127.0.0.1"]}[host]
    )
    monkeypatch.setattr("accounts.delivery.wire.is_public", lambda address: True)
    monkeypatch.setattr("accounts.delivery.wire.tls_context", trusting_context)


def verified(secret, headers, body):
    """Whether one of the signatures is right, by the text of Standard Webhooks and not by our code."""
    sent = {name.lower(): value for name, value in headers.items()}
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = b".".join([sent["webhook-id"].encode(), sent["webhook-timestamp"].encode(), body])
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in sent["webhook-signature"].split(" ")
