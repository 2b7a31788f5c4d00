"""Elastic Common Schema 8.11: one JSON object a line. What ECS has no name for stands under our own."""

from datetime import UTC
from typing import Any

import orjson

from security_monitor.siem.told import DATASET, PRODUCT, Told

VERSION = "8.11.0"
ALERT_FROM = 60  # risk score
# event.category and event.type by how a kind begins; both lists are closed in ECS.
CATEGORIES: dict[str, tuple[list[str], list[str]]] = {
    "login": (["authentication"], ["start"]),
    "session": (["session"], ["end"]),
    "sessions": (["session"], ["end"]),
    "logins": (["intrusion_detection"], ["info"]),
    "ids": (["intrusion_detection"], ["info"]),
    "books": (["database"], ["access"]),
    "server": (["intrusion_detection"], ["info"]),
    "rule": (["configuration"], ["change"]),
    "account": (["iam"], ["user", "creation"]),
    "data": (["database"], ["access"]),
    "audit": (["configuration"], ["change"]),
    "risk": (["configuration"], ["change"]),
    "ledger": (["configuration"], ["change"]),
}
OTHERS = (["iam"], ["user", "change"])


def document(told: Told) -> dict[str, Any]:
    """The event, nested, without what is not known."""
    category, kind = CATEGORIES.get(told.kind.partition(".")[0], OTHERS)
    said: dict[str, Any] = _known(
        {
            "@timestamp": told.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "ecs": {"version": VERSION},
            "message": told.message,
            "event": {
                "id": told.id,
                "kind": "alert" if told.risk_score >= ALERT_FROM else "event",
                "category": category,
                "type": kind,
                "action": told.kind,
                "code": told.action,
                "outcome": "failure" if told.is_failure else "success",
                "risk_score": told.risk_score,
                "module": PRODUCT,
                "dataset": DATASET,
            },
            "log": {"level": told.severity},
            "user": {"id": told.actor_id or told.user_id, "target": {"id": told.user_id}},
            "source": {
                "ip": told.ip,
                "geo": {"country_iso_code": told.country},
            },
            "user_agent": {"original": told.agent, "name": told.device},
            "http": {"request": {"id": told.request_id}},
            "related": {
                "ip": [told.ip] if told.ip else [],
                "user": sorted({told.user_id, told.actor_id} - {""}),
            },
            PRODUCT: {
                "session_id": told.session_id,
                "network": told.network,
                "target": {"kind": told.target, "id": told.target_id},
                "reasons": [
                    {"code": reason["code"], "contribution": reason.get("contribution")}
                    for reason in told.reasons
                ],
            },
        }
    )  # fmt: skip
    return said


def line(told: Told) -> str:
    return orjson.dumps(document(told)).decode()


def _known(value: Any) -> Any:
    """Without empty texts, lists and objects. 0 and false say something and stay."""
    if not isinstance(value, dict):
        return value
    kept = {name: _known(inner) for name, inner in value.items()}
    return {name: inner for name, inner in kept.items() if inner not in ("", None, [], {})}
