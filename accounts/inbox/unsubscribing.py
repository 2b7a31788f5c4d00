"""The link in a mail: no more of them, without logging in (RFC 8058)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.inbox.mail_texts import owner_of_link
from accounts.inbox.services import mail_nothing
from accounts.models import User

PAGE = "mail/unsubscribe.html"


@csrf_exempt  # There is no cookie to abuse, and a mail program has no token of ours but the signed one.
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """A GET asks, for programs follow links; a POST, by a mail program or the page's button, does it.

    It needs no cookie and gives none: the signed token alone says whose mail is meant, and all it
    can do is end that mail.
    """
    user_id = owner_of_link(request.GET.get("token", ""))
    if user_id is None or not User.objects.filter(pk=user_id).exists():
        return render(request, PAGE, {"state": "unknown"}, status=404)
    if request.method == "POST":
        mail_nothing(user_id)
        return render(request, PAGE, {"state": "done"})
    return render(request, PAGE, {"state": "asked"})
