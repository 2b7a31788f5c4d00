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
    FOLLOWING_NEEDS_ACCOUNT = (
        "following_needs_account",
        "A goal that follows a balance needs an account. Name one, or follow contributions.",
    )
    ACCOUNT_IS_FOLLOWED = (
        "account_is_followed",
        "Another goal follows this account's balance. Let this one follow contributions.",
    )
    GOAL_FOLLOWS_BALANCE = (
        "goal_follows_balance",
        "This goal follows its account's balance. Name another account to move money from or to.",
    )
    TARGET_IS_PAST = "target_is_past", "The target day must not lie in the past."
    ONE_DAY_ONLY = (
        "one_day_only",
        "`on` and `posted_on` are two names of one day. Send one of them.",
    )
    PERCENTS_EXCEED_100 = (
        "percents_exceed_100",
        "The shares of your goals would be more than 100 percent. Lower one of them.",
    )
    INCOME_HOOK_NOT_SET = "income_hook_not_set", "No income is shared out by itself. PUT sets it."
    HOOK_NEEDS_INCOME = (
        "hook_needs_income",
        "Only an income can be shared out. Choose a category of kind income.",
    )
    NOTHING_TO_ALLOCATE = (
        "nothing_to_allocate",
        "No open goal of this currency takes a part. Set allocation_percent or name a strategy.",
    )
