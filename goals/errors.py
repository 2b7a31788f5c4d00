"""Why goals say no."""

from django.db.models import TextChoices


class Reason(TextChoices):
    GOAL_NOT_FOUND = "goal_not_found", "You have no goal with this id."
    GOAL_NAME_TAKEN = "goal_name_taken", "You have a goal of this name. Choose another name."
    GOAL_IS_MET = "goal_is_met", "This goal has all it needs. Raise its target to put more in."
    GOAL_HAS_LESS = (
        "goal_has_less",
        "This goal holds less than that. Take out at most what is saved.",
    )
    GOAL_CURRENCY_DIFFERS = (
        "goal_currency_differs",
        "The goal and this account have different currencies. Choose an account of the goal's.",
    )
    GOAL_HAS_MONEY = (
        "goal_has_money",
        "Money is saved for this goal. Withdraw it before you change its account.",
    )
    TARGET_IS_PAST = "target_is_past", "The target day must not lie in the past."
    PERCENTS_EXCEED_100 = (
        "percents_exceed_100",
        "The shares of your goals would be more than 100 percent. Lower one of them.",
    )
    NOTHING_TO_ALLOCATE = (
        "nothing_to_allocate",
        "No open goal of this currency takes a part. Set allocation_percent or name a strategy.",
    )
