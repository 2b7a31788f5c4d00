"""The door of the admin: the same limits as the API's login, and a second factor behind the password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm

from accounts.errors import Reason, Refusal
from accounts.known_devices import device_of
from accounts.models import User
from accounts.services.factors import CODE_LENGTH_MAX, methods_of, prove_factor
from accounts.services.people import prove_password
from accounts.services.telling import trace

NO_FACTOR = (
    "Staff need a second factor here. Log in to the API, set up an authenticator app"
    " (POST /api/auth/mfa/totp), and come back."
)


class StaffLoginForm(AdminAuthenticationForm):
    """E-mail, password, and the code of the authenticator app or a recovery code."""

    template = "admin/staff_login.html"
    code = forms.CharField(
        label="Code",
        required=False,
        max_length=CODE_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text"}),
        help_text="of your authenticator app, or a recovery code",
    )

    def clean(self) -> dict[str, Any]:
        """Instead of Django's own check, which knows no limits, no device and no second factor."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            try:
                self.user_cache = self._proved(email, password)
            except Refusal as refusal:
                raise forms.ValidationError(refusal.message, code=refusal.code) from None
        return self.cleaned_data

    def _proved(self, email: str, password: str) -> User:
        assert self.request is not None
        device = device_of(self.request)
        user, _ = prove_password(email=email, password=password, device=device)
        if not user.is_staff:  # Whether the password was right is nobody's business here.
            raise Refusal(Reason.INVALID_CREDENTIALS)
        if methods_of(user.pk):
            prove_factor(user, device, self.cleaned_data.get("code") or "")
        elif settings.STAFF_SECOND_FACTOR:
            raise forms.ValidationError(NO_FACTOR, code="no_factor")
        user.backend = settings.AUTHENTICATION_BACKENDS[0]
        trace("staff.logged_in", user, device=device.name)
        return user
