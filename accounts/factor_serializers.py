"""The shapes of second factors and of personal access tokens, in and out."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import StrictSerializer, TextField, fail
from accounts.errors import Reason
from accounts.models import Passkey, PersonalToken
from accounts.serializers import PasswordField
from accounts.services.factors import CODE_LENGTH_MAX
from accounts.services.personal_tokens import SCOPES


class CodeSerializer(StrictSerializer):
    code = TextField(max_length=CODE_LENGTH_MAX, allow_blank=False)


class MfaTokenSerializer(StrictSerializer):
    mfa_token = TextField(max_length=100, allow_blank=False, help_text="as the login answered")


class OneProof(StrictSerializer):
    """Exactly one of the proofs that the subclass names."""

    proofs: tuple[str, ...] = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in self.proofs) != 1:
            raise fail(Reason.ONE_PROOF)
        return attrs


class LoginMfaSerializer(MfaTokenSerializer, OneProof):
    proofs = ("code", "credential")
    code = TextField(
        max_length=CODE_LENGTH_MAX, required=False, allow_blank=False, help_text="app or recovery"
    )
    credential = serializers.DictField(required=False, help_text="what the passkey signed")


class StepUpSerializer(OneProof):
    proofs = ("current_password", "code", "credential")
    current_password = PasswordField(required=False)
    code = TextField(max_length=CODE_LENGTH_MAX, required=False, allow_blank=False)
    credential = serializers.DictField(required=False, help_text="what the passkey signed")


class FactorsSerializer(serializers.Serializer[Any]):
    methods = serializers.ListField(child=serializers.CharField())
    recovery_codes_left = serializers.IntegerField()


class TotpSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="base32, to type in")
    otpauth_uri = serializers.CharField(help_text="to show as a QR code")


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(child=serializers.CharField())


class CodesLeftSerializer(serializers.Serializer[Any]):
    left = serializers.IntegerField()


class PasskeyOptionsSerializer(serializers.Serializer[Any]):
    publicKey = serializers.DictField(help_text="as WebAuthn Level 3 writes it in JSON")


class OpenQuestionSerializer(PasskeyOptionsSerializer):
    passkey_token = serializers.CharField(
        help_text="to send back with what was signed; five minutes"
    )


class PasskeyLoginSerializer(StrictSerializer):
    passkey_token = TextField(max_length=500, allow_blank=False)
    credential = serializers.DictField(help_text="what the passkey signed, with its userHandle")


class NewPasskeySerializer(StrictSerializer):
    name = TextField(max_length=100, allow_blank=False)
    credential = serializers.DictField(help_text="what the authenticator made")


class PasskeySerializer(serializers.Serializer[Passkey]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class AddedPasskeySerializer(PasskeySerializer):
    recovery_codes = serializers.ListField(child=serializers.CharField(), required=False)


class PasskeyPageSerializer(serializers.Serializer[Any]):
    results = PasskeySerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor")
    previous = serializers.CharField(allow_null=True, help_text="cursor")
    count = serializers.IntegerField(required=False, help_text="with ?count=true")


class NewTokenSerializer(StrictSerializer):
    name = TextField(max_length=100, allow_blank=False)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=list(SCOPES)), min_length=1, max_length=3
    )
    expires_at = serializers.DateTimeField(required=False, help_text="at most 366 days from now")


class TokenSerializer(serializers.Serializer[PersonalToken]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    hint = serializers.CharField(help_text="how the token begins")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class MadeTokenSerializer(TokenSerializer):
    token = serializers.CharField(help_text="for the Authorization header; shown only now")


class TokenPageSerializer(serializers.Serializer[Any]):
    results = TokenSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor")
    previous = serializers.CharField(allow_null=True, help_text="cursor")
    count = serializers.IntegerField(required=False, help_text="with ?count=true")


def represent_passkey(key: Passkey) -> dict[str, Any]:
    return {
        "id": key.pk,
        "name": key.name,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
    }


def represent_token(row: PersonalToken) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "scopes": row.scopes.split(),
        "hint": row.hint,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
    }
