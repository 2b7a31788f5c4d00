"""Doors that a mailbox opens: confirm an address, choose a new password, move to another address."""

from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import serializers as shapes
from accounts.services import mailbox
from accounts.views import NO_CONTENT, OpenDoor, SessionDoor, auth_schema

ACCEPTED = OpenApiResponse(description="If there is somebody to write to, a letter is under way.")


class RequestPasswordResetView(OpenDoor):
    quota = "mail"

    @auth_schema(
        operation_id="request_password_reset",
        request=shapes.AddressSerializer,
        responses={202: ACCEPTED},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Ask for a code to choose a new password with. The answer is the same for any address."""
        mailbox.ask_for_reset(self.body(shapes.AddressSerializer)["email"])
        return Response(status=202)


class ResetPasswordView(OpenDoor):
    @auth_schema(
        operation_id="reset_password",
        request=shapes.ResetPasswordSerializer,
        responses={204: NO_CONTENT},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Choose a new password with the code of a letter; all sessions end, a second factor stays."""
        fields = self.body(shapes.ResetPasswordSerializer)
        mailbox.reset_password(token=fields["token"], new=fields["new_password"])
        return Response(status=204)


class VerifyEmailView(OpenDoor):
    @auth_schema(
        operation_id="verify_email",
        request=shapes.CodeOfLetterSerializer,
        responses={204: NO_CONTENT},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Confirm that an address is mine, with the code of a letter."""
        mailbox.verify_email(self.body(shapes.CodeOfLetterSerializer)["token"])
        return Response(status=204)


class ResendVerificationView(SessionDoor):
    quota = "mail"

    @auth_schema(operation_id="verify_email_resend", request=None, responses={202: ACCEPTED})
    def post(self, request: Request) -> Response:
        """Send me the code again, unless my address is confirmed already."""
        mailbox.ask_for_verification(self.owner.pk)
        return Response(status=202)


class ChangeEmailView(SessionDoor):
    quota = "mail"
    takes_idempotency_key = False  # as for a change of the password

    @auth_schema(
        operation_id="change_email",
        request=shapes.ChangeEmailSerializer,
        responses={202: ACCEPTED},
    )
    def post(self, request: Request) -> Response:
        """Ask to move to another address: a code goes there, a notice to the old one.

        Nothing changes before the code is given, and whether the address is taken is not told.
        """
        fields = self.body(shapes.ChangeEmailSerializer)
        mailbox.ask_for_email_change(
            user_id=self.owner.pk,
            session_id=self.session_id,
            current=fields["current_password"],
            email=fields["new_email"],
        )
        return Response(status=202)


class ConfirmEmailChangeView(OpenDoor):
    @auth_schema(
        operation_id="change_email_confirm",
        request=shapes.CodeOfLetterSerializer,
        responses={204: NO_CONTENT},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Make the new address mine, with the code that was sent to it."""
        mailbox.confirm_email_change(self.body(shapes.CodeOfLetterSerializer)["token"])
        return Response(status=204)
