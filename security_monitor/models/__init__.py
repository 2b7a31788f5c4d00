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
from security_monitor.models.memory import ListEntry, ListKind, Profile, ScoringGap, Subject

__all__ = [
    "Backtest",
    "Case",
    "CaseNote",
    "CaseState",
    "ListEntry",
    "ListKind",
    "Outcome",
    "Profile",
    "RuleChange",
    "RuleSetting",
    "ScoringGap",
    "Subject",
    "VerdictRecord",
]
