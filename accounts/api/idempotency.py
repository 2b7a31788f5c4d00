"""Idempotency-Key: the same POST twice happens once, and both get the one answer.

The record is written in the commit of the work itself, so a kill between the two cannot part them.
Only answers of success are kept: a refused request changed nothing and may be corrected and sent
again under its key.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db.transaction import atomic
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.rendering import to_json
from accounts.errors import Reason, Refusal
from accounts.models import IdempotencyRecord
from accounts.sql import fetch, insert_rows, is_postgres

if TYPE_CHECKING:
    from accounts.api.views import ApiView

KEY_LENGTH_MAX = 200
KEPT_HEADERS = ("ETag", "Location")
# Nearly every key is new: the model is asked only for one that is not.
KNOWN = "SELECT 1 FROM accounts_idempotencyrecord WHERE user_id = %s AND key = %s"


def answer_once(
    view: "ApiView", request: Request, work: Callable[[], Response]
) -> HttpResponseBase:
    """Do the work under the request's key, or replay the answer that the key already has."""
    try:
        with atomic():
            return _answer(view, request, work)
    except Exception as exc:
        response = view.handle_exception(exc)
        return view.finalize_response(request, response)


def _answer(view: "ApiView", request: Request, work: Callable[[], Response]) -> HttpResponseBase:
    key = request.headers["Idempotency-Key"]
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isprintable():
        raise Refusal(Reason.INVALID_IDEMPOTENCY_KEY, pointer="Idempotency-Key")
    user_id = view.owner.pk
    fingerprint = fingerprint_of(request)
    claim(user_id, key)
    records = IdempotencyRecord.objects.filter(user_id=user_id, key=key)
    known = records.first() if fetch(KNOWN, [user_id, key]) else None
    if known and known.created_at < timezone.now() - timedelta(hours=settings.IDEMPOTENCY_HOURS):
        records.delete()
    elif known:
        return replay(known, fingerprint)
    response = view.finalize_response(request, work())
    assert isinstance(response, Response)
    response.render()
    record = IdempotencyRecord(
        user_id=user_id,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        content_type=response.get("Content-Type", ""),
        headers={name: response[name] for name in KEPT_HEADERS if name in response},
        body=kept(response, view.secret_fields),
    )
    insert_rows([record])
    return response


def kept(response: Response, secret_fields: tuple[str, ...]) -> bytes:
    """The body as it is stored. A secret is shown once: the replay says null in its place."""
    body: bytes = response.content
    shown: Any = response.data
    return to_json({**shown, **dict.fromkeys(secret_fields)}) if secret_fields else body


def claim(user_id: UUID, key: str) -> None:
    """One request per key at a time. SQLite's one writer is claim enough: the second waits its turn."""
    if not is_postgres():
        return
    digest = hashlib.sha256(f"{user_id}:{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    if not fetch("SELECT pg_try_advisory_xact_lock(%s)", [number])[0][0]:
        raise Refusal(Reason.IDEMPOTENCY_IN_FLIGHT, status=409, headers={"Retry-After": "1"})


def replay(record: IdempotencyRecord, fingerprint: str) -> HttpResponse:
    if record.fingerprint != fingerprint:
        raise Refusal(Reason.IDEMPOTENCY_MISMATCH, status=422)
    response = HttpResponse(
        bytes(record.body), status=record.status, content_type=record.content_type or None
    )
    for name, value in record.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response


def fingerprint_of(request: Request) -> str:
    """sha256 over method, path with query, and the body as sent; files of a form by their content."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if (request.content_type or "").startswith("multipart/form-data"):
        form: Any = request.data
        for name, values in sorted(form.lists()):
            for value in values:
                digest.update(f"\n{name}=".encode())
                if hasattr(value, "chunks"):
                    for chunk in value.chunks():
                        digest.update(chunk)
                    value.seek(0)
                else:
                    digest.update(str(value).encode())
    else:
        digest.update(request._request.body)
    return digest.hexdigest()
