"""What the insights refuse, by name."""

from django.db.models import TextChoices


class Reason(TextChoices):
    TOO_MANY_DAYS = "too_many_days", "A calendar shows at most 366 days. Ask for fewer."
    ONE_OFF_AHEAD = (
        "one_off_ahead",
        "A forecast looks from tomorrow to 365 days ahead: name such a day.",
    )
    LOAN_IS_POSITIVE = "loan_is_positive", "Suppose a loan of more than zero."
    SALARY_IS_INCOME = (
        "salary_is_income",
        "A salary is a recurring transaction that brings money: name one, with an amount of zero or more.",
    )
    PERCENT_OR_AMOUNT = (
        "percent_or_amount",
        "Say how the salary changes: send either salary_percent or salary_amount.",
    )
    INSIGHT_NOT_FOUND = (
        "insight_not_found",
        "Your feed has no insight with this id, now or among those you put aside.",
    )
    SNOOZE_IN_FUTURE = "snooze_in_future", "Snooze until a day after today, at most a year ahead."
    UNTIL_OR_DAYS = "until_or_days", "Send either until or days."
    NOT_A_MONTH = "not_a_month", "Send the month as YYYY-MM."
    MONTH_AHEAD = "month_ahead", "This month has not begun: a statement tells what was."
    MOOD_NOT_FOUND = "mood_not_found", "You have no mood with this id."
    MOOD_TAKEN = (
        "mood_taken",
        "Another of your moods is on this transaction already. Change that one.",
    )
