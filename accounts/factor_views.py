"""Doors to second factors: the other half of a login, step-up, the app, recovery codes, passkeys."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import factor_serializers as shapes
from accounts import serializers as people_shapes
from accounts.api.lists import ListQuery, simple_page
from accounts.known_devices import device_of
from accounts.models import Challenge, Passkey
from accounts.services import challenges, factors, passkeys, people
from accounts.services.people import step_up
from accounts.views import NO_CONTENT, OpenDoor, SessionDoor, auth_schema, signed_in


class LoginMfaView(OpenDoor):
    @auth_schema(
        operation_id="login_mfa",
        request=shapes.LoginMfaSerializer,
        responses={200: people_shapes.SignedInSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Finish a login with a code of the app, a recovery code, or what a passkey signed."""
        device = device_of(request)
        person = people.finish_login(device=device, **self.body(shapes.LoginMfaSerializer))
        return signed_in(person, device, status=200)


class LoginPasskeyOptionsView(OpenDoor):
    @auth_schema(
        operation_id="login_passkey_options",
        request=shapes.MfaTokenSerializer,
        responses={200: shapes.PasskeyOptionsSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Get what a passkey must sign to finish this login."""
        token = self.body(shapes.MfaTokenSerializer)["mfa_token"]
        return Response(passkeys.request_options(challenges.find(token, Challenge.Purpose.LOGIN)))


class PasskeyLoginOptionsView(OpenDoor):
    @auth_schema(
        operation_id="passkey_login_options",
        request=None,
        responses={200: shapes.OpenQuestionSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Get what a passkey must sign to log in by itself, without an e-mail or a password."""
        token, options = passkeys.open_question()
        return Response({"passkey_token": token, **options})


class PasskeyLoginView(OpenDoor):
    @auth_schema(
        operation_id="passkey_login",
        request=shapes.PasskeyLoginSerializer,
        responses={200: people_shapes.SignedInSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Log in by a passkey alone, which must have verified its user (fingerprint, face or PIN)."""
        device = device_of(request)
        person = people.log_in_by_passkey(device=device, **self.body(shapes.PasskeyLoginSerializer))
        return signed_in(person, device, status=200)


class FreshDoor(SessionDoor):
    """A door that opens only shortly after a proof of who speaks (step-up), also to a live session."""

    takes_idempotency_key = False  # Its answers hold secrets.

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("POST", "PUT", "PATCH", "DELETE"):
            factors.require_fresh(self.owner.pk, self.session_id)


class StepUpView(SessionDoor):
    takes_idempotency_key = False

    @auth_schema(
        operation_id="step_up", request=shapes.StepUpSerializer, responses={204: NO_CONTENT}
    )
    def post(self, request: Request) -> Response:
        """Prove again who speaks: by a second factor, or by the password if there is none."""
        step_up(
            self.owner.pk, self.session_id, device_of(request), **self.body(shapes.StepUpSerializer)
        )
        return Response(status=204)


class StepUpPasskeyOptionsView(SessionDoor):
    takes_idempotency_key = False

    @auth_schema(
        operation_id="step_up_passkey_options",
        request=None,
        responses={200: shapes.PasskeyOptionsSerializer},
    )
    def post(self, request: Request) -> Response:
        """Get what a passkey must sign for a step-up of this session."""
        purpose = Challenge.Purpose.STEP_UP
        challenges.put(self.owner, purpose, session_id=self.session_id)
        challenge = challenges.find_of_session(self.session_id, purpose)
        return Response(passkeys.request_options(challenge))


class MfaView(SessionDoor):
    @auth_schema(operation_id="mfa", responses={200: shapes.FactorsSerializer})
    def get(self, request: Request) -> Response:
        """Show which second factors I have."""
        methods = factors.methods_of(self.owner.pk)
        left = factors.codes_left(self.owner.pk)
        return Response({"methods": methods, "recovery_codes_left": left})


class TotpView(FreshDoor):
    @auth_schema(operation_id="totp_begin", request=None, responses={200: shapes.TotpSerializer})
    def post(self, request: Request) -> Response:
        """Begin to set up an authenticator app; it counts once a code of it is confirmed."""
        secret, uri = factors.begin_totp(self.owner)
        return Response({"secret": secret, "otpauth_uri": uri})

    @auth_schema(operation_id="totp_remove", responses={204: NO_CONTENT})
    def delete(self, request: Request) -> Response:
        """Remove the authenticator app. Needs a step-up."""
        factors.remove_totp(self.owner.pk)
        return Response(status=204)


class TotpConfirmView(FreshDoor):
    @auth_schema(
        operation_id="totp_confirm",
        request=shapes.CodeSerializer,
        responses={200: shapes.RecoveryCodesSerializer},
    )
    def post(self, request: Request) -> Response:
        """Confirm the app with a code of it; answers ten recovery codes, shown only now."""
        code = self.body(shapes.CodeSerializer)["code"]
        codes = factors.confirm_totp(self.owner.pk, code, device_of(request))
        return Response({"recovery_codes": codes})


class RecoveryCodesView(FreshDoor):
    @auth_schema(operation_id="recovery_codes", responses={200: shapes.CodesLeftSerializer})
    def get(self, request: Request) -> Response:
        """Show how many of my recovery codes are left."""
        return Response({"left": factors.codes_left(self.owner.pk)})

    @auth_schema(
        operation_id="recovery_codes_renew",
        request=None,
        responses={200: shapes.RecoveryCodesSerializer},
    )
    def post(self, request: Request) -> Response:
        """Get ten new recovery codes; the old ones are void. Needs a step-up."""
        return Response({"recovery_codes": factors.renew_codes(self.owner.pk)})


class PasskeyOptionsView(FreshDoor):
    @auth_schema(
        operation_id="passkey_options",
        request=None,
        responses={200: shapes.PasskeyOptionsSerializer},
    )
    def post(self, request: Request) -> Response:
        """Get what `navigator.credentials.create()` takes, to add a passkey."""
        return Response(passkeys.creation_options(self.owner, self.session_id))


class PasskeysView(FreshDoor):
    query = ListQuery

    @auth_schema(
        operation_id="passkeys",
        parameters=[ListQuery],
        responses={200: shapes.PasskeyPageSerializer},
    )
    def get(self, request: Request) -> Response:
        """List my passkeys."""
        rows = Passkey.objects.for_user(self.owner)
        return Response(simple_page(rows, self.parameters(), shapes.represent_passkey))

    @extend_schema(parameters=[])
    @auth_schema(
        operation_id="passkey_add",
        request=shapes.NewPasskeySerializer,
        responses={201: shapes.AddedPasskeySerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a passkey; the first factor of a person also answers recovery codes, shown only now."""
        fields = self.body(shapes.NewPasskeySerializer)
        key, codes = passkeys.add(self.owner, self.session_id, **fields)
        shown = {"recovery_codes": codes} if codes else {}
        return Response({**shapes.represent_passkey(key), **shown}, status=201)


class PasskeyView(FreshDoor):
    @auth_schema(operation_id="passkey_remove", responses={204: NO_CONTENT})
    def delete(self, request: Request, passkey_id: UUID) -> Response:
        """Remove a passkey of mine. Needs a step-up."""
        passkeys.remove(self.owner.pk, passkey_id)
        return Response(status=204)
