"""Which test proves which line, where the test does not name it itself.

Keys are lines of the security checklist (1 to 88), the original's defects (S1 to S18), and the traps
of packages (R, L, W, D, C, A). A test is `file::function`. A new test names its line in its own words
and needs no entry here.
"""

MATRIX = "config/tests/test_ownership_matrix.py::"
DESK = "security_monitor/tests/test_desk.py::"

PROVED: dict[str, str] = {
    "37": MATRIX + "test_no_list_shows_anything_of_another",
    "42": DESK + "test_nobody_reviews_their_own_money",
    "46": "ledger/tests/test_transactions_api.py::test_bad_input_is_refused_by_name_and_leaves_nothing",
    "49": "budgeting/tests/test_budgets_api.py::test_a_hard_limit_holds_under_twenty_payments_at_once",
    "50": DESK + "test_two_deciders_decide_once",
    "52": "ledger/tests/test_search.py::test_a_regular_expression_is_only_text",
    "53": "ledger/tests/test_batch_api.py::test_more_than_a_thousand_operations_are_refused",
    "55": "ledger/tests/test_hostile_uploads.py::test_a_hostile_file_is_refused_cleanly_and_within_bounds",
    "56": "ledger/tests/test_attachments_api.py::test_every_type_is_served_to_be_saved_and_never_shown",
    "57": "accounts/tests/test_webhook_addresses.py::"
    "test_a_name_that_leads_inside_is_refused_whole_and_never_connected_to",
    "58": "accounts/tests/test_webhook_sending.py::test_the_signature_is_that_of_the_specification",
    "78": "config/tests/test_http.py::test_a_log_line_cannot_be_forged",
    "81": "accounts/tests/test_webhook_sending.py::test_an_event_arrives_signed_as_the_stream_says_it",
    "83": "security_monitor/tests/test_engine.py::test_a_replay_is_deterministic",
    "85": "security_monitor/tests/test_gate.py::test_history_adds_no_statement_and_no_profile",
    "86": "config/tests/test_export_everything.py::test_it_holds_every_kind_as_the_api_shows_it",
    "87": "accounts/tests/test_forgetting.py::test_only_what_is_long_dead_is_forgotten",
    "88": "config/tests/test_settings_checks.py::test_check_deploy_is_clean",
    "S5": "accounts/tests/test_logout.py::test_logout_kills_the_access_token_at_once",
    "S6": "accounts/tests/test_mailbox.py::test_line_12_a_code_is_useless_anywhere_else",
    "S8": "accounts/tests/test_stream.py::test_the_owner_hears_on_every_device_and_a_stranger_on_none",
    "S9": DESK + "test_the_desk_is_for_staff",
    "S10": "accounts/tests/test_login.py::test_unknown_wrong_and_inactive_get_the_same_answer",
    "S11": "accounts/tests/test_checklist_authentication.py::test_line_9_the_victims_device_still_gets_in",
    "S16": "accounts/tests/test_login.py::test_success_and_failure_are_on_the_trail_without_secrets",
    "S17": "accounts/tests/test_second_factor.py::test_no_token_exists_before_the_second_factor",
    "L2": "accounts/tests/test_checklist_authentication.py::test_line_8_no_header_buys_more_guesses",
    "L4": "accounts/tests/test_checklist_authentication.py::"
    "test_line_7_of_a_burst_only_so_many_reach_the_hasher",
    "C1": "config/tests/test_http.py::test_only_listed_origins_may_read",
}

# What no test of ours shows, and why.
NOT_PROVED: dict[str, str] = {
    "A3": "a matter of versions: requirements.txt pins a Django after the fixes; no user text is an alias",
}
