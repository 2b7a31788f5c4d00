"""What debts refuse, by name."""

from django.db.models import TextChoices


class Reason(TextChoices):
    DEBT_NOT_FOUND = "debt_not_found", "You have no debt with this id."
    PAYMENT_NOT_FOUND = "payment_not_found", "This debt has no payment with this id."
    DEBT_RATE_NOT_FOUND = "debt_rate_not_found", "This debt has no rate change with this id."
    OVERPAYMENT = (
        "overpayment",
        "This is more than is owed. Send at most the payoff amount, or cap=true to pay just that.",
    )
    DEBT_IS_PAID_OFF = "debt_is_paid_off", "Nothing is owed on this debt."
    PAYING_ACCOUNT_REQUIRED = (
        "paying_account_required",
        "Say from which account this is paid, or set pay_from on the debt.",
    )
    PAYMENT_CURRENCY_DIFFERS = (
        "payment_currency_differs",
        "A debt is paid from an account of its own currency. Transfer the money there first.",
    )
    MINIMUM_REQUIRED = (
        "minimum_required",
        "Send minimum_payment, minimum_rule or term_months: one of them says what is paid.",
    )
    MINIMUM_ONE_WAY = "minimum_one_way", "Send minimum_payment or minimum_rule, not both."
    ACCOUNT_HAS_DEBT = "account_has_debt", "Another debt of yours has this account."
    BALANCE_IS_THE_ACCOUNTS = (
        "balance_is_the_accounts",
        "What is owed is the balance of the debt's account, which has transactions. Book a payment"
        " or a correction there instead.",
    )
    CURRENCY_IS_THE_ACCOUNTS = (
        "currency_is_the_accounts",
        "The currency of a debt is that of its account and cannot change.",
    )
    ONLY_A_CARD = "only_a_card", "Only a debt of type credit_card has a cycle."
    MONTHLY_TOO_SMALL = (
        "monthly_too_small",
        "This does not cover the minimum payments of all debts.",
    )
    RATE_IS_ACCRUED = (
        "rate_is_accrued",
        "Interest of these days is charged already. Let the rate begin later.",
    )
    RATE_DAY_TAKEN = (
        "rate_day_taken",
        "Another rate of this debt begins on this day. Delete it first.",
    )
    ENDS_BEFORE_START = "ends_before_start", "The last day must not lie before the first."
    NUMBER_UNREADABLE = (
        "number_unreadable",
        "The account number was encrypted with a key that this server no longer has.",
    )
