"""Every route of the program. /health, /health/ready and /metrics are answered by config.health."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_safe

from accounts.api.changes import Changes
from accounts.inbox.unsubscribing import unsubscribe
from config import docs
from config.schema import schema

urlpatterns = [
    path("", require_safe(docs.front), name="front"),
    path("api/schema", require_safe(schema), name="schema"),
    path("api/docs", require_safe(docs.api_docs), name="docs"),
    path("api/docs/errors", require_safe(docs.error_codes), name="error-codes"),
    path("api/auth/", include("accounts.urls")),
    path("api/changes", Changes.as_view(), name="changes"),
    path("api/", include("accounts.delivery.urls")),
    path("api/", include("accounts.inbox.urls")),
    path("notifications/unsubscribe", unsubscribe, name="unsubscribe"),
    path("api/", include("ledger.urls")),
    path("api/", include("budgeting.urls")),
    path("api/security/", include("security_monitor.urls")),
    path("api/", include("insights.urls")),
    path("api/", include("debts.urls")),
    path("api/", include("goals.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "accounts.api.problems.bad_request"
handler403 = "accounts.api.problems.forbidden"
handler404 = "accounts.api.problems.not_found"
handler500 = "accounts.api.problems.server_error"
