"""Routes below `/api/auth/`. None ends in a slash; the middleware forgives one."""

from django.urls import path

from accounts import mailbox_views, views

urlpatterns = [
    path("register", views.RegisterView.as_view()),
    path("login", views.LoginView.as_view()),
    path("refresh", views.RefreshView.as_view()),
    path("logout", views.LogoutView.as_view()),
    path("logout-all", views.LogoutAllView.as_view()),
    path("profile", views.ProfileView.as_view()),
    path("change-password", views.ChangePasswordView.as_view()),
    path("request-password-reset", mailbox_views.RequestPasswordResetView.as_view()),
    path("reset-password", mailbox_views.ResetPasswordView.as_view()),
    path("verify-email", mailbox_views.VerifyEmailView.as_view()),
    path("verify-email/resend", mailbox_views.ResendVerificationView.as_view()),
    path("change-email", mailbox_views.ChangeEmailView.as_view()),
    path("change-email/confirm", mailbox_views.ConfirmEmailChangeView.as_view()),
    path("sessions", views.SessionsView.as_view()),
    path("sessions/<uuid:session_id>", views.SessionView.as_view()),
    path("ws-ticket", views.StreamTicketView.as_view()),
]
