"""The one way our code says no on purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field. `pointer` is a JSON pointer into the request (RFC 6901)."""

    pointer: str
    code: str
    message: str


class Refusal(Exception):
    """A rule was broken. The code names the rule; the label is its sentence.

    `detail` replaces the sentence where figures help; `pointer` names the field it is about;
    `extra` adds members to the answer (for example the amount that is missing).
    """

    def __init__(
        self,
        reason: TextChoices,
        *,
        status: int = 400,
        detail: str = "",
        pointer: str = "",
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(reason.value)
        self.code: str = reason.value
        self.message: str = detail or str(reason.label)
        self.status = status
        self.headers = headers or {}
        self.extra = extra or {}
        self.errors = tuple(errors) or (
            (FieldError(pointer, self.code, self.message),) if pointer else ()
        )


class Reason(TextChoices):
    """Refusals of the ground floor and of the API itself."""

    INVALID = "invalid", "Some fields need attention."
    MALFORMED = "malformed_json", "The body is not valid JSON."
    TOO_DEEP = "json_too_deep", "The JSON is nested too deeply."
    DUPLICATE_KEY = "duplicate_key", "The same key stands twice in one JSON object."
    BODY_MUST_BE_AN_OBJECT = "body_must_be_an_object", "Send a JSON object."
    BODY_TOO_LARGE = "body_too_large", "The body is larger than this server takes."
    UNKNOWN_FIELD = "unknown_field", "This field does not exist or cannot be set."
    UNKNOWN_PARAMETER = "unknown_parameter", "This query parameter does not exist here."
    REPEATED_PARAMETER = "repeated_parameter", "Send each query parameter once."
    INVALID_PARAMETER = "invalid_parameter", "This query parameter has an impossible value."
    INVALID_CURSOR = (
        "invalid_cursor",
        "This cursor was not made by this list. Start again without it.",
    )
    INVALID_TEXT = "invalid_text", "This text has characters that cannot be stored."
    MONEY_MUST_BE_A_STRING = (
        "money_must_be_a_string",
        'Send amounts as a decimal string such as "12.30" or as an integer, never as a float.',
    )
    INVALID_AMOUNT = "invalid_amount", 'This is not an amount: send plain digits such as "-12.30".'
    TOO_MANY_DECIMALS = "too_many_decimals", "This currency has fewer decimals."
    AMOUNT_TOO_LARGE = "amount_too_large", "This amount is larger than the books can hold."
    UNKNOWN_CURRENCY = "unknown_currency", "This is not an ISO 4217 currency code."
    NOT_FOUND = "not_found", "There is nothing of yours at this address."
    REFERENCE_NOT_FOUND = "reference_not_found", "There is nothing of yours with this id."
    CHANGES_GONE = (
        "changes_gone",
        "The changes since then are not kept any more. Start again with since=0.",
    )
    STALE = (
        "stale",
        "Somebody changed this since you read it. Read it again and repeat your change.",
    )
    INVALID_IDEMPOTENCY_KEY = (
        "invalid_idempotency_key",
        "An Idempotency-Key is 1 to 200 printable characters.",
    )
    IDEMPOTENCY_IN_FLIGHT = (
        "idempotency_in_flight",
        "A request with this Idempotency-Key is still running. Repeat in a moment.",
    )
    IDEMPOTENCY_MISMATCH = (
        "idempotency_mismatch",
        "This Idempotency-Key was used with another request. Use a new key.",
    )
    # People
    EMAIL_TAKEN = (
        "email_taken",
        "An account with this e-mail exists. Log in or choose another e-mail.",
    )
    INVALID_CREDENTIALS = "invalid_credentials", "E-mail or password is wrong."
    NOT_AUTHENTICATED = "not_authenticated", "Send an access token in the Authorization header."
    TOKEN_INVALID = "token_invalid", "This token is not valid. Log in again."
    TOKEN_EXPIRED = "token_expired", "This token has expired. Refresh it."
    SESSION_REVOKED = "session_revoked", "This session was ended. Log in again."
    REFRESH_SUPERSEDED = (
        "refresh_superseded",
        "This refresh token was exchanged a moment ago. Use the new pair.",
    )
    REFRESH_REUSED = (
        "refresh_reused",
        "This refresh token was used before. The session was ended for safety; log in again.",
    )
    WRONG_PASSWORD = "wrong_password", "The current password is wrong."
    WEAK_PASSWORD = "weak_password", "This password is not safe enough."
    UNKNOWN_TIMEZONE = "unknown_timezone", "This is not an IANA time zone such as Europe/Berlin."
    INVALID_LOCALE = "invalid_locale", "This is not a language tag such as en or de-AT."
    TICKET_INVALID = "ticket_invalid", "This stream ticket is used up or too old. Get a new one."
    BUSY = "busy", "Too many people are logging in at this moment. Try again in a few seconds."
    TOO_MANY_ATTEMPTS = (
        "too_many_attempts",
        "Too many failed attempts. Wait as long as Retry-After says, or use a device you used before.",
    )
    QUOTA_USED_UP = "quota_used_up", "Too many requests. Retry-After says when to try again."
    LINK_INVALID = (
        "link_invalid",
        "This code is wrong, used up or too old. Ask for a new one.",
    )
    EMAIL_NOT_VERIFIED = (
        "email_not_verified",
        "Confirm your e-mail address first, with the code that we sent to it.",
    )
    LOGIN_UNCONFIRMED = (
        "login_unconfirmed",
        "This login is unlike your others. We mailed you a code: send it with mfa_token to"
        " /api/auth/login/mfa within ten minutes, or log in on a device you used before.",
    )
    WRONG_CODE = (
        "wrong_code",
        "This code is wrong or was used before. Wait for the next one, and check the phone's clock.",
    )
    FACTOR_EXISTS = (
        "factor_exists",
        "An authenticator app is set up already. Remove it before you set up another.",
    )
    NOTHING_TO_CONFIRM = "nothing_to_confirm", "No authenticator app waits to be confirmed."
    NO_FACTOR = "no_factor", "You have no such second factor. Set one up first."
    STEP_UP_REQUIRED = (
        "step_up_required",
        "Prove again that it is you: POST /api/auth/step-up, then repeat this request.",
    )
    CHALLENGE_INVALID = "challenge_invalid", "This login was begun too long ago. Begin it again."
    ONE_PROOF = "one_proof", "Send exactly one proof."
    PASSKEY_INVALID = "passkey_invalid", "This is not what the passkey had to sign."
    TOO_MANY_PASSKEYS = (
        "too_many_passkeys",
        "You have as many passkeys as one person may. Remove one.",
    )
    SESSION_NEEDED = "session_needed", "A personal access token may not do this. Log in."
    SCOPE_MISSING = "scope_missing", "The scopes of this token do not reach so far."
    SCOPE_NOT_YOURS = "scope_not_yours", "Only staff may make a token with the scope admin."
    IMPOSSIBLE_EXPIRY = "impossible_expiry", "A token ends in the future and within 366 days."
    TOO_MANY_TOKENS = "too_many_tokens", "You have as many tokens as one person may. Revoke one."
    # Notifications
    NOTIFICATION_NOT_FOUND = "notification_not_found", "You have no notification with this id."
    UNKNOWN_NOTIFICATION_KIND = (
        "unknown_notification_kind",
        "Nobody is told of such a kind. GET /api/notifications/preferences lists those there are.",
    )
    QUIET_HOURS_NEED_BOTH = (
        "quiet_hours_need_both",
        "Quiet hours have a beginning and an end: send both, or null for both.",
    )
    LAST_SUPERUSER = (
        "last_superuser",
        "This is the last superuser. Make somebody else one first.",
    )
    NO_ERASURE = "no_erasure", "This account is not to be erased: there is nothing to take back."
    # Webhooks
    WEBHOOK_NOT_FOUND = "webhook_not_found", "You have no webhook with this id."
    DELIVERY_NOT_FOUND = "delivery_not_found", "This webhook has no delivery with this id."
    WEBHOOK_URL_INVALID = (
        "webhook_url_invalid",
        "Send a plain web address, without user, password or fragment.",
    )
    WEBHOOK_MUST_BE_HTTPS = (
        "webhook_must_be_https",
        "Send an https address: events are never sent in the clear.",
    )
    WEBHOOK_ADDRESS_NOT_PUBLIC = (
        "webhook_address_not_public",
        "This address is private or reserved. Send one that is reached over the internet.",
    )
    WEBHOOK_KIND_INVALID = (
        "webhook_kind_invalid",
        'Send kinds of events such as "transaction.created", "budget.*" or "*".',
    )
    TOO_MANY_WEBHOOKS = "too_many_webhooks", "Ten webhooks are the most. Delete one first."
    WEBHOOK_IS_DISABLED = (
        "webhook_is_disabled",
        "This webhook is disabled. Set enabled to true first.",
    )
    TOO_MANY_DELIVERIES_WAIT = (
        "too_many_deliveries_wait",
        "Two hundred deliveries of this webhook wait already. Try again when they are sent.",
    )
    WEBHOOK_SECRET_UNREADABLE = (
        "webhook_secret_unreadable",
        "The secret was stored under a key that is gone. Rotate the secret.",
    )
