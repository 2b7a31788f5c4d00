"""What budgets refuse, by name."""

from django.db.models import TextChoices


class Reason(TextChoices):
    BUDGET_NOT_FOUND = "budget_not_found", "You have no budget with this id."
    BUDGET_LIMIT = (
        "budget_limit",
        "This payment would exceed a budget that blocks. Move money into it, or lower the amount.",
    )
    CATEGORY_HAS_A_BUDGET = (
        "category_has_a_budget",
        "Another active budget of this period is for this category. Change that one.",
    )
    CATEGORY_IS_INCOME = (
        "category_is_income",
        "A budget plans spending; this is an income category.",
    )
    CATEGORIES_REQUIRED = "categories_required", "Name at least one category."
    START_DAY_NEEDS_MONTHS = (
        "start_day_needs_months",
        "start_day and weekend are for monthly, quarterly and yearly budgets."
        " A weekly budget starts on the weekday of starts_on.",
    )
    BEFORE_FIRST_PERIOD = "before_first_period", "This budget starts later."
    BUDGETS_MUST_DIFFER = "budgets_must_differ", "Move money between two different budgets."
    CURRENCIES_MUST_MATCH = (
        "currencies_must_match",
        "Money moves between budgets of one currency only.",
    )
    NOT_ENOUGH_LEFT = "not_enough_left", "The budget has not that much left in this period."
    INVALID_PERIOD = (
        "invalid_period",
        "Send a day (2026-11-24), a month (2026-11) or a kind of period (weekly, monthly, ...).",
    )
