"""Error pages.

The pages of 500 and 503 stand alone: no database, no session.
"""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from web.api.problems import problem

RETRY_AFTER_S = "10"
THEMES = ("light", "dark")


def bad_request(request: HttpRequest, problem: str) -> HttpResponse:
    return render(request, "400.html", {"problem": problem}, status=400)


def faults_of(form: Form) -> str:
    """The first message of each invalid field, after the name of the field."""
    return "; ".join(
        f"{form.fields[name].label or name}: {errors[0]}" for name, errors in form.errors.items()
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(404, "There is nothing here.", request.path, None)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """An unavailable database is temporary: 503. Everything else is 500."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status, template = (503, "503.html") if away else (500, "500.html")
    headers = {"Retry-After": RETRY_AFTER_S} if away else None
    if request.path.startswith("/api/"):
        detail = "The shop's database is unavailable." if away else "Something went wrong."
        return problem(status, detail, request.path, headers)
    page = render_to_string(template, without_a_database(request))
    return HttpResponse(page, status=status, headers=headers)


def without_a_database(request: HttpRequest) -> dict[str, str]:
    """The context of the standalone pages."""
    theme = request.COOKIES.get("theme", "")
    return {"shop_name": settings.SHOP_NAME, "theme": theme if theme in THEMES else ""}
