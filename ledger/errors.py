"""What the ledger refuses, by name."""

from django.db.models import TextChoices


class Reason(TextChoices):
    ACCOUNT_NOT_FOUND = "account_not_found", "You have no account with this id."
    CATEGORY_NOT_FOUND = "category_not_found", "You have no category with this id."
    PAYEE_NOT_FOUND = "payee_not_found", "You have no payee with this id."
    TAG_NOT_FOUND = "tag_not_found", "You have no tag with this id."
    TRANSACTION_NOT_FOUND = "transaction_not_found", "You have no transaction with this id."
    ACCOUNT_IS_CLOSED = "account_is_closed", "This account is closed. Reopen it to book on it."
    ACCOUNT_HAS_ROWS = (
        "account_has_rows",
        "This account has transactions. Close it instead; its history stays.",
    )
    ACCOUNTS_MUST_DIFFER = "accounts_must_differ", "A transfer needs two different accounts."
    AMOUNT_MUST_BE_POSITIVE = "amount_must_be_positive", "Send a positive amount here."
    AMOUNT_MUST_NOT_BE_ZERO = (
        "amount_must_not_be_zero",
        "A transaction moves an amount other than zero.",
    )
    SPLITS_MUST_SUM = "splits_must_sum", "The splits must sum to the amount of the transaction."
    TRANSFER_HAS_NO_CATEGORY = (
        "transfer_has_no_category",
        "A transfer is neither income nor spending, so it has no category and no splits.",
    )
    CHANGE_THE_TRANSFER = (
        "change_the_transfer",
        "This row is one leg of a transfer. Change the transfer, so that both legs stay equal.",
    )
    TRANSFER_AMOUNTS_MUST_MATCH = (
        "transfer_amounts_must_match",
        "Between accounts of one currency both legs move the same amount.",
    )
    TO_AMOUNT_REQUIRED = (
        "to_amount_required",
        "The accounts have different currencies: send to_amount or rate.",
    )
    ROW_IS_RECONCILED = (
        "row_is_reconciled",
        "This row is reconciled and locked. Undo the reconciliation, or post an adjustment.",
    )
    EXTERNAL_ID_TAKEN = "external_id_taken", "This account already has a row with this external_id."
    STATEMENT_DOES_NOT_MATCH = (
        "statement_does_not_match",
        "The cleared rows do not add up to the statement. Find the difference or ask for an adjustment.",
    )
    CHANGE_NOT_FOUND = (
        "change_not_found",
        "You have no change set, import or deleted transaction with this id.",
    )
    NOTHING_TO_UNDO = "nothing_to_undo", "There is no reconciliation to undo."
    NAME_TAKEN = "name_taken", "You have another one with this name."
    NAME_REQUIRED = "name_required", "A name needs at least one visible character."
    NAME_TOO_LONG = "name_too_long", "This name is longer than the books can hold."
    CATEGORY_IN_USE = (
        "category_in_use",
        "Transactions use this category. Say where they go with move_to, or archive it.",
    )
    CATEGORY_LOOP = "category_loop", "A category cannot stand below itself."
    PAYEES_MUST_DIFFER = "payees_must_differ", "A payee cannot be merged into itself."
    PAYEE_IN_USE = "payee_in_use", "Transactions name this payee. Merge it into another instead."
    CURRENCIES_MUST_DIFFER = "currencies_must_differ", "A rate needs two different currencies."
    RATE_MUST_BE_POSITIVE = "rate_must_be_positive", "A rate is greater than zero."
    COMMON_RATE = "common_rate", "This rate is common to all users and kept by the operator."
    RATE_TAKEN = "rate_taken", "You have a rate for this pair and day. Change that one."
    CURRENCY_IS_FIXED = (
        "currency_is_fixed",
        "The currency of an account cannot change. Open another account.",
    )
    DATE_OUT_OF_RANGE = "date_out_of_range", "Dates run from 1900-01-01 to ten years from today."
    RATE_NOT_FOUND = "rate_not_found", "There is no exchange rate with this id."
    RATE_TOO_FINE = (
        "rate_too_fine",
        "A rate has at most 15 significant digits, 12 of them after the point.",
    )
    TRANSFER_NOT_FOUND = "transfer_not_found", "You have no transfer with this id."
    TO_AMOUNT_OR_RATE = "to_amount_or_rate", "Send to_amount or rate, not both."
    ACCOUNT_IN_USE = (
        "account_in_use",
        "Plans, goals or debts refer to this account. Close it instead, or change them first.",
    )
    AMOUNT_MUST_NOT_BE_NEGATIVE = "amount_must_not_be_negative", "Send zero or a positive amount."
    OPENING_IS_RECONCILED = (
        "opening_is_reconciled",
        "Statements were reconciled on this opening balance. Undo the reconciliations first.",
    )
    STATEMENT_TOO_OLD = (
        "statement_too_old",
        "This account is reconciled up to a later day. Undo that reconciliation first.",
    )
    STATEMENT_IN_FUTURE = "statement_in_future", "A statement cannot be of a day to come."
    CATEGORY_KINDS_DIFFER = (
        "category_kinds_differ",
        "Income and expense do not mix: a category is of its parent's kind.",
    )
    CATEGORY_TOO_DEEP = "category_too_deep", "Categories nest at most five levels deep."
    MERGE_ONE_WAY = "merge_one_way", "Send either into or payees."
    TOO_MANY_BUCKETS = (
        "too_many_buckets",
        "This period has more than 1000 buckets. Ask for a shorter one or a coarser granularity.",
    )
    TOO_MANY_OPERATIONS = "too_many_operations", "At most 1,000 operations fit in one batch."
    # Bank files
    FILE_TOO_LARGE = "file_too_large", "The file is larger than this server takes."
    FILE_REQUIRED = "file_required", "Send the bank file as multipart field `file`."
    UNREADABLE_FILE = "unreadable_file", "This file cannot be read."
    ACCOUNT_REQUIRED = "account_required", "Say into which account this file goes."
    IMPORT_NOT_IN_PREVIEW = "import_not_in_preview", "Only an import in preview can be committed."
    IMPORT_NOT_COMMITTED = "import_not_committed", "Only a committed import can be undone."
    IMPORT_HAS_RECONCILED_ROWS = (
        "import_has_reconciled_rows",
        "Rows of this import are reconciled. Undo the reconciliation first.",
    )
    FIELD_TWICE = "field_twice", "Send each field of the form once."
    IMPORT_NOT_FOUND = "import_not_found", "You have no import with this id."
    IMPORT_LINE_NOT_FOUND = "import_line_not_found", "The file has no row that starts on this line."
    IMPORT_HAS_TRANSFERS = (
        "import_has_transfers",
        "Rows of this import are legs of transfers with other rows. Take those transfers apart first.",
    )
    MATCH_NOT_FOUND = "match_not_found", "You have no doubtful match with this id."
    MATCH_IS_ANSWERED = "match_is_answered", "This match was answered before."
    CURRENCY_DIFFERS = "currency_differs", "The file is in another currency than the account."
    # Reports
    UNKNOWN_TIMEFRAME = "unknown_timeframe", "Timeframes are daily, weekly, monthly and yearly."
    PERIOD_BACKWARDS = "period_backwards", "date_from must not be after date_to."
    # Rules, views and change sets
    RULE_NOT_FOUND = "rule_not_found", "You have no rule with this id."
    VIEW_NOT_FOUND = "view_not_found", "You have no saved view with this id."
    CHANGE_SET_NOT_FOUND = "change_set_not_found", "You have no change set with this id."
    CHANGE_SET_UNDONE = "change_set_undone", "This change set was undone before."
    INVALID_QUERY = "invalid_query", "This query is not meant as it is written."
    QUERY_OR_CONDITION = "query_or_condition", "Send query or condition, not both."
    ACTION_FIELD_REQUIRED = "action_field_required", "This action needs another field."
    PERCENTS_MUST_SUM = "percents_must_sum", "The percentages of a split sum to 100."
    TOO_MANY_RULES = "too_many_rules", "You have as many rules as the books hold."
    ORDER_NAMES_EVERY_RULE = "order_names_every_rule", "Name each of your rules exactly once."
    TOO_MANY_ROWS = (
        "too_many_rows",
        "The rule meets more rows than one change set holds. Narrow it by date_from and date_to.",
    )
    # Transfers found among rows
    LEGS_MUST_OPPOSE = (
        "legs_must_oppose",
        "One row takes money out of an account, the other brings money into another.",
    )
    ROW_IS_IN_TRANSFER = "row_is_in_transfer", "This row is a leg of a transfer already."
    REJECTION_NOT_FOUND = "rejection_not_found", "You have no rejected pair with this id."
    # Attachments
    ATTACHMENT_NOT_FOUND = "attachment_not_found", "You have no attachment with this id."
    ATTACHMENT_LOST = "attachment_lost", "The file of this attachment is gone from the storage."
    FILE_IS_EMPTY = "file_is_empty", "The file is empty."
    FILE_TYPE_NOT_TAKEN = (
        "file_type_not_taken",
        "Attachments are JPEG, PNG, GIF, WebP or HEIC pictures, PDF documents or plain text.",
    )
    EXTENSION_DISAGREES = (
        "extension_disagrees",
        "The ending of the file's name is of another type than its content.",
    )
    TOO_MANY_ATTACHMENTS = "too_many_attachments", "This transaction has as many as it can hold."
    ATTACHMENT_QUOTA_REACHED = (
        "attachment_quota_reached",
        "Your attachments fill the space that you have. Delete some first.",
    )
    TOO_MANY_FILES = "too_many_files", "At most 20 files fit in one request."
    # Suggestions
    THRESHOLD_REQUIRED = (
        "threshold_required",
        "Send a threshold, or set auto_categorise_above in your ledger preferences.",
    )
    # Recurring transactions
    RECURRING_NOT_FOUND = (
        "recurring_transaction_not_found",
        "You have no recurring transaction with this id.",
    )
    TOO_MANY_RECURRING = (
        "too_many_recurring_transactions",
        "You have as many recurring transactions as the books hold. Delete those that have ended.",
    )
    SCHEDULE_CONTRADICTS = (
        "schedule_contradicts_itself",
        "These parts of a schedule do not go together.",
    )
    SCHEDULE_IS_EMPTY = (
        "schedule_is_empty",
        "This schedule has no date at all. Change its anchor, its end or its policy.",
    )
    UNKNOWN_HOLIDAYS = (
        "unknown_holidays",
        "Send a country such as DE, or a part of one such as DE-BY.",
    )
    OCCURRENCE_NOT_FOUND = (
        "occurrence_not_found",
        "The schedule has no such date. List its occurrences to see which it has.",
    )
    OCCURRENCE_IS_DONE = (
        "occurrence_is_done",
        "This occurrence is in the books. Change or delete its transaction instead.",
    )
    NO_NEXT_OCCURRENCE = (
        "no_next_occurrence",
        "Nothing of this recurring transaction is to come, or waits for you.",
    )
    CHANGE_NOTHING = ("nothing_to_change", "Send an amount or a day.")
