"""What the watch refuses, by name."""

from django.db.models import TextChoices


class Reason(TextChoices):
    CASE_NOT_FOUND = "case_not_found", "There is no case with this id."
    CASE_IS_CLOSED = (
        "case_is_closed",
        "This case is closed. A new verdict on its row opens it again.",
    )
    OWN_CASE = "own_case", "This is about your own money. Somebody else has to look at it."
    NOT_YOUR_CASE = (
        "not_your_case",
        "Somebody else is on this case. Take it over before you decide it.",
    )
    CASE_HAS_NO_ROW = "case_has_no_row", "This case is not about a row that is in the books."
    ASSIGNEE_NOT_STAFF = "assignee_not_staff", "Cases are for active staff members."
    RULE_NOT_FOUND = "risk_rule_not_found", "The watch has no rule with this code."
    CHANGE_NOT_FOUND = "rule_change_not_found", "There is no proposed change with this id."
    CHANGE_IS_DECIDED = "change_is_decided", "This change was decided before."
    FOUR_EYES = "four_eyes", "You proposed this change, so somebody else must decide it."
    BACKTEST_FIRST = (
        "backtest_first",
        "A rule goes live on the evidence of a finished backtest of the last 30 days that holds it.",
    )
    UNKNOWN_PARAMETER = "unknown_rule_parameter", "This rule has no such parameter."
    NOTHING_CHANGES = "nothing_changes", "Name a weight, a status or parameters that differ."
    RULE_WAITS = "rule_waits", "This rule waits for data that the books do not hold."
    MODEL_NOT_FOUND = "learned_model_not_found", "There is no learned model with this id."
    MODEL_IS_LIVE = "model_is_live", "This version is the live one already."
    MODEL_NOT_PROPOSED = "model_not_proposed", "Propose this version first; another must agree."
    BACKTEST_NOT_FOUND = "backtest_not_found", "There is no backtest with this id."
    ENTRY_NOT_FOUND = "list_entry_not_found", "You have no list entry with this id."
    LISTED_ALREADY = "listed_already", "This stands on that list already. Delete it first."
    SUBJECT_NOT_FOUND = "subject_not_found", "You have no payee or category with this id."
    ENDS_IN_THE_PAST = "ends_in_the_past", "Send a moment in the future."
    SNOOZE_NEEDS_END = "snooze_needs_end", "Say until when to snooze, within a year."
    NO_ACCOUNT = "no_account", "You have no open account to score this on. Make one first."
    EVENT_NOT_FOUND = "security_event_not_found", "You have no security event with this id."
    DEVICE_NOT_FOUND = "device_not_found", "You have no device with this id."
    PLACE_NOT_FOUND = "login_place_not_found", "You have no login place with this id."
    NEEDS_VERDICT = (
        "needs_verdict",
        "Say at the payment itself whether it was yours: /api/transactions/{id}/review.",
    )
