"""What the watch keeps for owners, for mirrors and the stream. Cases and verdicts are the desk's."""

from accounts.mirror import Kind, showing
from security_monitor.api.alerts import represent_alert
from security_monitor.api.lists import represent
from security_monitor.models import AlertRule, ListEntry

KINDS = [
    Kind("risk_list_entry", ListEntry, showing(ListEntry.objects.for_user, represent)),
    Kind("security_alert_rule", AlertRule, showing(AlertRule.objects.for_user, represent_alert)),
]
