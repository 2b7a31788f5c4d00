from security_monitor.models.chain import AuditHead, AuditRoot, AuditSeal, RootsOut
from security_monitor.models.desk import (
    Backtest,
    Case,
    CaseNote,
    CaseState,
    Outcome,
    RuleChange,
    RuleSetting,
    VerdictRecord,
)
from security_monitor.models.learned import LearnedModel, ModelState, SharedRate
from security_monitor.models.log import (
    AlertRule,
    CommonTrait,
    Device,
    LoginPlace,
    LoginRhythm,
    QuietHours,
    SecurityEvent,
)
from security_monitor.models.memory import ListEntry, ListKind, Profile, ScoringGap, Subject

__all__ = [
    "AlertRule",
    "AuditHead",
    "AuditRoot",
    "AuditSeal",
    "Backtest",
    "Case",
    "CaseNote",
    "CaseState",
    "CommonTrait",
    "Device",
    "LearnedModel",
    "ListEntry",
    "ListKind",
    "LoginPlace",
    "LoginRhythm",
    "ModelState",
    "Outcome",
    "Profile",
    "QuietHours",
    "RootsOut",
    "RuleChange",
    "RuleSetting",
    "ScoringGap",
    "SecurityEvent",
    "SharedRate",
    "Subject",
    "VerdictRecord",
]
