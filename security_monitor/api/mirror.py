"""What the watch keeps for owners, for mirrors and the stream. Cases and verdicts are the desk's."""

from accounts.mirror import Kind, showing
from security_monitor.api.alerts import represent_alert, represent_quiet
from security_monitor.api.lists import represent
from security_monitor.models import AlertRule, ListEntry, QuietHours

KINDS = [
    Kind("risk_list_entry", ListEntry, showing(ListEntry.objects.for_user, represent)),
    Kind("security_alert_rule", AlertRule, showing(AlertRule.objects.for_user, represent_alert)),
    Kind("security_quiet_hours", QuietHours, showing(QuietHours.objects.for_user, represent_quiet)),
]
