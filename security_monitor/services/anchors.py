"""Signed roots as they are handed out, to be kept where nobody who tampers can reach them."""

from typing import Any

from django.conf import settings

from security_monitor.chain.signatures import public_key
from security_monitor.models import AuditRoot


def anchor_of(root: AuditRoot) -> dict[str, Any]:
    """The root with its signature and the key that checks it: all that is needed elsewhere."""
    return {
        **root.statement(),
        "signature": root.signature,
        "public_key": public_key(settings.AUDIT_KEY),
        "signed_at": root.signed_at.isoformat(),
    }
