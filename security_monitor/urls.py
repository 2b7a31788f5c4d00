"""Routes of the watch, below /api/security/. Fixed words stand before ids."""

from django.urls import URLPattern, path

from security_monitor.api.alerts import Alerts, QuietHoursItem
from security_monitor.api.audit import AuditVerify
from security_monitor.api.backtest import BacktestItem, BacktestList
from security_monitor.api.cases import CaseItem, CaseList, CaseNotes, CasesVerdict, CaseVerdict
from security_monitor.api.events import EventItem, EventList, LoginAttempts
from security_monitor.api.lists import RiskListItem, RiskLists
from security_monitor.api.log_export import LogExport
from security_monitor.api.monitor import MonitorTransaction
from security_monitor.api.proof import AuditProof
from security_monitor.api.rules import RuleChangeItem, RuleChanges, RuleItem, RuleList
from security_monitor.api.standing import (
    DeviceItem,
    DeviceList,
    Summary,
    TrustedLocation,
    TrustedLocations,
)

urlpatterns: list[URLPattern] = [
    path("events", EventList.as_view()),
    path("events/export", LogExport.as_view()),
    path("events/<uuid:event_id>", EventItem.as_view()),
    path("login-attempts", LoginAttempts.as_view()),
    path("summary", Summary.as_view()),
    path("devices", DeviceList.as_view()),
    path("devices/<uuid:device_id>", DeviceItem.as_view()),
    path("trusted-locations", TrustedLocations.as_view()),
    path("trusted-locations/<uuid:place_id>", TrustedLocation.as_view()),
    path("alerts", Alerts.as_view()),
    path("audit/proof", AuditProof.as_view()),
    path("alerts/quiet-hours", QuietHoursItem.as_view()),
    path("audit/verify", AuditVerify.as_view()),
    path("monitor-transaction", MonitorTransaction.as_view()),
    path("lists", RiskLists.as_view()),
    path("lists/<uuid:row_id>", RiskListItem.as_view()),
    path("cases", CaseList.as_view()),
    path("cases/verdict", CasesVerdict.as_view()),
    path("cases/<uuid:case_id>", CaseItem.as_view()),
    path("cases/<uuid:case_id>/notes", CaseNotes.as_view()),
    path("cases/<uuid:case_id>/verdict", CaseVerdict.as_view()),
    path("rules", RuleList.as_view()),
    path("rules/changes", RuleChanges.as_view()),
    path("rules/changes/<uuid:change_id>", RuleChangeItem.as_view()),
    path("rules/<str:code>", RuleItem.as_view()),
    path("backtest", BacktestList.as_view()),
    path("backtest/<uuid:test_id>", BacktestItem.as_view()),
]
