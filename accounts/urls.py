"""Routes below `/api/auth/`. None ends in a slash; the middleware forgives one."""

from django.urls import path

from accounts import export_views, factor_views, mailbox_views, token_views, views

urlpatterns = [
    path("register", views.RegisterView.as_view()),
    path("login", views.LoginView.as_view()),
    path("refresh", views.RefreshView.as_view()),
    path("logout", views.LogoutView.as_view()),
    path("logout-all", views.LogoutAllView.as_view()),
    path("profile", views.ProfileView.as_view()),
    path("profile/restore", views.RestoreView.as_view()),
    path("export", export_views.ExportView.as_view()),
    path("change-password", views.ChangePasswordView.as_view()),
    path("request-password-reset", mailbox_views.RequestPasswordResetView.as_view()),
    path("reset-password", mailbox_views.ResetPasswordView.as_view()),
    path("verify-email", mailbox_views.VerifyEmailView.as_view()),
    path("verify-email/resend", mailbox_views.ResendVerificationView.as_view()),
    path("change-email", mailbox_views.ChangeEmailView.as_view()),
    path("change-email/confirm", mailbox_views.ConfirmEmailChangeView.as_view()),
    path("sessions", views.SessionsView.as_view()),
    path("sessions/<uuid:session_id>", views.SessionView.as_view()),
    path("login/mfa", factor_views.LoginMfaView.as_view()),
    path("login/mfa/passkey-options", factor_views.LoginPasskeyOptionsView.as_view()),
    path("login/passkey", factor_views.PasskeyLoginView.as_view()),
    path("login/passkey/options", factor_views.PasskeyLoginOptionsView.as_view()),
    path("step-up", factor_views.StepUpView.as_view()),
    path("step-up/passkey-options", factor_views.StepUpPasskeyOptionsView.as_view()),
    path("mfa", factor_views.MfaView.as_view()),
    path("mfa/totp", factor_views.TotpView.as_view()),
    path("mfa/totp/confirm", factor_views.TotpConfirmView.as_view()),
    path("mfa/recovery-codes", factor_views.RecoveryCodesView.as_view()),
    path("mfa/passkeys", factor_views.PasskeysView.as_view()),
    path("mfa/passkeys/options", factor_views.PasskeyOptionsView.as_view()),
    path("mfa/passkeys/<uuid:passkey_id>", factor_views.PasskeyView.as_view()),
    path("tokens", token_views.TokensView.as_view()),
    path("tokens/<uuid:token_id>", token_views.TokenView.as_view()),
    path("ws-ticket", views.StreamTicketView.as_view()),
]
