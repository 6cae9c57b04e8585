"""Pages that belong to no app: health, errors, and the desk's first page."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.permissions import may_enter_desk
from lublin2030.lib.desk import count_waiting, queues_for
from lublin2030.lib.translations import other_languages

OLDEST_SHOWN = 5
MOST_LISTED = 50


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """For load balancers: 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read all but the pages behind a secret or a sign-in."""
    closed = ["/zgloszenie/", "/ankiety/odpowiedz/", "/obserwowanie/", "/zapisy/", "/biurko/", "/zaplecze/", "/konto/"]
    languages = ["", *(f"/{code}" for code in other_languages())]
    paths = [*(language + path for path in closed for language in languages), "/dev/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in paths)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@never_cache
def desk_queue(request: HttpRequest, name: str) -> HttpResponseBase:
    """One queue as a plain list of its oldest entries, for queues whose work is done on other pages."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    queue = next((queue for queue in queues_for(request.user) if queue.name == name), None)
    if queue is None:
        raise PermissionDenied
    waiting = queue.oldest(request.user, MOST_LISTED)
    return render(request, "desk/queue.html", {"queue": queue, "waiting": waiting, "now": timezone.now()})


@never_cache
def desk_home(request: HttpRequest) -> HttpResponseBase:
    """What waits for me: each of my queues with its number and its oldest entries."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not may_enter_desk(request.user):
        raise PermissionDenied
    queues = queues_for(request.user)
    counts = count_waiting(queues, request.user)
    boxes = [
        {
            "queue": queue,
            "count": counts[queue.name],
            "oldest": queue.oldest(request.user, OLDEST_SHOWN) if counts[queue.name] else [],
        }
        for queue in queues
    ]
    return render(request, "desk/home.html", {"boxes": boxes, "queue_counts": counts, "now": timezone.now()})


def keeps_typed_text(view: Any) -> Any:
    """Mark a resident's form: when its token has expired, the form comes back with what was typed.

    The view is then called with ``request.form_expired = True``; it must show the form again and change nothing.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not hasattr(request, "form_expired"):
            request.form_expired = False  # type: ignore[attr-defined]
        answer: HttpResponseBase = view(request, *args, **kwargs)
        return answer

    wrapped.keeps_typed_text = True  # type: ignore[attr-defined]
    return wrapped


def is_expired(request: HttpRequest) -> bool:
    """Whether the form's token was too old, so that nothing may be changed (``keeps_typed_text``)."""
    return bool(getattr(request, "form_expired", False))


def expired_in_words() -> str:
    """What to tell whoever sent a form that had stood open too long."""
    return _("The form stood open too long, so nothing was changed. What you typed is still here: send it once more.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form whose token is missing or expired: residents get their form back, others a page with a way out."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return render(request, "403_csrf.html", status=403)
    if getattr(match.func, "keeps_typed_text", False):
        request.form_expired = True  # type: ignore[attr-defined]
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        if answer.status_code == 200:  # a redirect or a refusal of its own says what happened better
            answer.status_code = 403
        return answer
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not be read: 413 when it was too much, 400 otherwise. The text is still in the sender's browser."""
    too_big = isinstance(exception, RequestDataTooBig)
    return render(request, "400.html", {"too_big": too_big}, status=413 if too_big else 400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort: no database, no session, nothing that could fail again."""
    return render(request, "500.html", {"portal_name": settings.SPECTACULAR_SETTINGS["TITLE"]}, status=500)
