"""The floor of the stream: a bare ASGI application on the same server and WebSocket library.

One subscription to Redis and a dictionary from user to sockets. It checks the token by PyJWT, as any
server must, asks no database, keeps nothing, resumes nothing.
"""

import asyncio
import os
from typing import Any

import jwt
import orjson
import redis.asyncio as redis

from config.tuning import tune_garbage_collection

KEY = os.environ["JWT_SIGNING_KEY"]
AUDIENCE = os.environ.get("JWT_AUDIENCE", "household-books-api")
CHANNEL = "floor."
sockets: dict[str, set[Any]] = {}
state: dict[str, Any] = {}


async def listen() -> None:
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    subscription = client.pubsub()
    await subscription.psubscribe(f"{CHANNEL}*")
    async for message in subscription.listen():
        if message["type"] == "pmessage":
            user = message["channel"].decode().removeprefix(CHANNEL)
            text = message["data"].decode()
            for send in list(sockets.get(user, ())):
                await send({"type": "websocket.send", "text": text})


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    if scope["type"] != "websocket":
        return
    state.setdefault("task", None) or state.update(task=asyncio.create_task(listen()))
    header = dict(scope["headers"])[b"authorization"].decode()
    claims = jwt.decode(header[7:], KEY, algorithms=["HS256"], audience=AUDIENCE)
    await receive()
    await send({"type": "websocket.accept"})
    mine = sockets.setdefault(claims["sub"], set())
    mine.add(send)
    ready = {"seq": 0, "kind": "ready", "at": None, "data": {}}
    await send({"type": "websocket.send", "text": orjson.dumps(ready).decode()})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    mine.discard(send)


tune_garbage_collection()  # as the stream process does: else its tail is Python's collector
