"""Every code that an answer may carry, with its sentence: ours by app, then those of the readers
of bank files, then the framework's."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings

from ledger.statements.codes import CODES

FRAMEWORK = {
    "bad_request": "The request is malformed.",
    "forbidden": "You may not do this.",
    "server_error": "Something broke on our side. It was logged under this request id.",
    "method_not_allowed": "This address has no such method. The Allow header lists those it has.",
    "not_acceptable": "Nothing in the Accept header can be given. JSON always can.",
    "unsupported_media_type": "Send the Content-Type that the documentation names.",
    "parse_error": "The body cannot be read.",
    "permission_denied": "You may not do this.",
    "throttled": "Too many requests. Retry-After says when to try again.",
    "required": "This field is required.",
    "null": "This field may not be null.",
    "blank": "This field may not be blank.",
    "empty": "This may not be empty.",
    "max_length": "This is too long.",
    "min_length": "This is too short.",
    "max_value": "This is too large.",
    "min_value": "This is too small.",
    "max_digits": "This number has too many digits.",
    "max_decimal_places": "This number has too many decimals.",
    "max_string_length": "This number has too many characters.",
    "invalid_choice": "This is none of the possible values.",
    "not_a_list": "Send a list here.",
    "not_a_dict": "Send an object here.",
    "date": "Send a date without a time, as YYYY-MM-DD.",
    "datetime": "Send a date without a time, as YYYY-MM-DD.",
    "overflow": "This number is too large.",
    "no_name": "The file has no name.",
    "password_too_short": "This password is too short.",
    "password_too_long": "This password is too long.",
    "password_too_common": "Too many people use this password.",
    "password_in_context": "Your e-mail, your name or this program's name is no password.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    sentence: str
    app: str


def all_reasons() -> list[Entry]:
    """By app from the ground up, the readers', the framework's; each in the order they are written."""
    found = []
    for config in apps.get_app_configs():
        ours = str(config.path).startswith(str(settings.BASE_DIR) + "/")
        if ours and find_spec(f"{config.name}.errors"):
            for reason in import_module(f"{config.name}.errors").Reason:
                found.append(Entry(reason.value, str(reason.label), config.name))
    known = {entry.code for entry in found}
    found += [
        Entry(code, sentence, "bank files") for code, sentence in CODES.items() if code not in known
    ]
    return found + [Entry(code, sentence, "framework") for code, sentence in FRAMEWORK.items()]
