"""ArcSight Common Event Format, version 0: one line an event. In the header `|` and `\\` are escaped, in the
extension `=` and `\\`; line breaks are written out in both, so that nobody can begin a line of their own."""

from datetime import UTC

from security_monitor.siem.told import Told

SEVERITIES = {"info": 1, "low": 3, "medium": 5, "high": 8, "critical": 10}


def header_text(text: str) -> str:
    """A field of the header. It knows no line breaks at all: they become blanks."""
    return _plain(text, " ").replace("\\", "\\\\").replace("|", "\\|")


def value_text(text: str) -> str:
    """A value of the extension."""
    escaped = text.replace("\r\n", "\n").replace("\r", "\n")
    escaped = escaped.replace("\\", "\\\\").replace("=", "\\=").replace("\n", "\\n")
    return _plain(escaped, " ")


def _plain(text: str, instead: str) -> str:
    """Without control characters and line separators: none reaches a terminal or splits a line."""
    return "".join(c if c.isprintable() else instead for c in text)


def line(told: Told) -> str:
    head = ["CEF:0", "Household books", "security", "1", told.kind, told.message]
    extension = {
        "rt": str(int(told.at.astimezone(UTC).timestamp() * 1000)),
        "externalId": told.id,
        "act": told.action,
        "outcome": "failure" if told.is_failure else "success",
        "suid": told.actor_id or told.user_id,
        "duid": told.user_id,
        "src": told.ip if ":" not in told.ip else "",
        "c6a2": told.ip if ":" in told.ip else "",
        "c6a2Label": "Source IPv6 Address" if ":" in told.ip else "",
        "requestClientApplication": told.agent or told.device,
        "cn1": str(told.risk_score),
        "cn1Label": "riskScore",
        "cs1": told.request_id,
        "cs1Label": "requestId" if told.request_id else "",
        "cs2": told.country,
        "cs2Label": "country" if told.country else "",
        "cs3": " ".join(str(reason["code"]) for reason in told.reasons),
        "cs3Label": "reasons" if told.reasons else "",
    }
    severity = str(max(SEVERITIES[told.severity], told.risk_score // 10))
    said = " ".join(f"{name}={value_text(value)}" for name, value in extension.items() if value)
    return "|".join([*map(header_text, head), severity, said])
