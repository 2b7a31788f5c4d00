"""The documentation that the server itself gives: every operation to try, every code explained."""

from dataclasses import asdict

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.reasons import all_reasons


def front(request: HttpRequest) -> HttpResponse:
    """The page for people in a browser; for programs, where things are."""
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        response = render(request, "page.html")
        response["Cache-Control"], response["Vary"] = "no-cache", "Accept"
        return response
    places = {
        "docs": "/api/docs",
        "schema": "/api/schema",
        "errors": "/api/docs/errors",
        "health": "/health/ready",
        "admin": "/admin/",
        "stream": "/ws/stream",
    }
    return HttpResponse(
        orjson.dumps({"name": "Household books", **places}),
        content_type="application/json",
        headers={"Vary": "Accept"},
    )


def api_docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from our own files. No script stands in the page, so the strict policy holds."""
    return render(request, "docs.html")


def error_codes(request: HttpRequest) -> HttpResponse:
    """Every code; a page for browsers, JSON for programs."""
    entries = all_reasons()
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        body = orjson.dumps({"results": [asdict(entry) for entry in entries]})
        return HttpResponse(body, content_type="application/json")
    return render(request, "errors.html", {"entries": entries})
