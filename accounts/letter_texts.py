"""What our letters say: plain text, short; the one foreign word is the name of a device."""

from django.conf import settings

from accounts.models import Letter, Purpose, User

SECRETS = {
    Purpose.VERIFY_EMAIL: (
        "Confirm your e-mail address",
        "somebody, probably you, opened an account with this address. To confirm that it is yours,"
        " give this code to the program:",
        "/api/auth/verify-email",
    ),
    Purpose.RESET_PASSWORD: (
        "Choose a new password",
        "somebody, probably you, asked for a new password. To choose one, use this code:",
        "/api/auth/reset-password",
    ),
    Purpose.CHANGE_EMAIL: (
        "Confirm your new e-mail address",
        "this is to become the address of an account. To confirm it, use this code:",
        "/api/auth/change-email/confirm",
    ),
    Purpose.RESTORE: (
        "Your account will be erased",
        "somebody, probably you, asked to erase your account with everything in it. To keep it, log in"
        " and take it back, or use this code:",
        "/api/auth/profile/restore",
    ),
    Purpose.CONFIRM_LOGIN: (
        "Code to log in",
        "somebody gave your password on a device or in a place that we do not know. If it was you,"
        " finish with this code:",
        "/api/auth/login/mfa",
    ),
}
NOTICES = {
    "password_changed": "Your password was changed and your other sessions ended",
    "password_reset": "Your password was set anew by mail and all sessions ended",
    "email_change_wanted": "Somebody logged in as you asked to change your e-mail address",
    "email_changed": "Your account now has another e-mail address",
    "new_device": "Somebody logged in to your account from a new device",
    "refresh_reused": "A copied token of one of your sessions was used, so we ended that session",
    "second_factor_added": "A second factor was added to your account",
    "second_factor_removed": "A second factor was removed from your account",
    "recovery_code_used": "A recovery code was used to log in to your account",
    "erasure_taken_back": "Your account stays: it will not be erased",
    "token_created": "A personal access token was made for your account",
}
UNWANTED = "If it was not you, change your password and end all sessions."


def text_of(letter: Letter, user: User, secret: str) -> tuple[str, str]:
    """(subject, body). The program's address comes from settings, never from a request's Host."""
    place = f"-- \nHousehold books at {settings.PUBLIC_URL}"
    if letter.purpose == Purpose.NOTICE:
        what = NOTICES[letter.data["code"]]
        lines = [f"  {name}: {value}" for name, value in letter.data.items() if name != "code"]
        when = f"  at: {letter.created_at:%Y-%m-%d %H:%M} UTC"
        told = "\n".join([when, *lines])
        return what, f"Hello,\n\n{what}.\n\n{told}\n\n{UNWANTED}\n\n{place}\n"
    subject, why, path = SECRETS[Purpose(letter.purpose)]
    field, good = "token", "for an hour"
    ignore = "If it was not you, do nothing: without the code nothing changes."
    if letter.purpose == Purpose.RESTORE:
        good = f"until {user.erase_at:%Y-%m-%d %H:%M} UTC"
        ignore = f"{UNWANTED} Nobody can undo it later."
    if letter.purpose == Purpose.CONFIRM_LOGIN:
        field, good = "code", "for ten minutes"
        facts = "\n".join(f"  {name}: {value}" for name, value in letter.data.items())
        ignore = f"{facts}\n\nIf it was not you, somebody knows your password: change it now."
    use = f'(POST {settings.PUBLIC_URL}{path}, as "{field}"; good once, {good})'
    return subject, f"Hello,\n\n{why}\n\n    {secret}\n\n{use}\n\n{ignore}\n\n{place}\n"
