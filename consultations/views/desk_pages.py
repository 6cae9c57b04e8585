"""What the desk's pages share: who may open them, doing a verb to many remarks, going on to the next in the queue."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import is_person
from consultations.desk import Place
from consultations.desk_forms import CheckedForm
from consultations.errors import ConsultationError
from consultations.models import Remark
from consultations.words import words_for

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def desk_page(may_open: Callable[[Any], bool]) -> Callable[[Page[P]], Page[P]]:
    """A page of the desk: sign in first; without the right role it is refused; never kept by a cache."""

    def decorate(page: Page[P]) -> Page[P]:
        @wraps(page)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may_open(request.user):
                raise PermissionDenied
            return page(request, *args, **kwargs)

        guarded: Page[P] = never_cache(require_http_methods(["GET", "HEAD", "POST"])(checked))
        return guarded

    return decorate


def signed_in_person(request: HttpRequest) -> User:
    """The signed-in person; ``desk_page`` has made sure of one."""
    if not is_person(request.user):
        raise PermissionDenied
    return request.user


def do_to_checked(
    request: HttpRequest,
    form: CheckedForm,
    verb: Callable[[Remark, int | None], object],
    done_in_words: Callable[[int], str],
) -> None:
    """Do the verb to every checked remark by itself, and say how many succeeded and which were refused and why."""
    done, refused = 0, dict[str, list[str]]()
    for value in form.cleaned_data["checked"]:
        key, _dash, revision = value.partition("-")
        remark = Remark.objects.select_related("consultation").filter(pk=int(key)).first()
        if remark is None:
            continue
        number = remark.public_number
        try:
            verb(remark, int(revision) if revision else None)
        except ConsultationError as error:
            refused.setdefault(words_for(error), []).append(number)
        else:
            done += 1
    if done:
        messages.success(request, done_in_words(done))
    for words, numbers in refused.items():
        told = _("Not done: %(numbers)s. %(words)s") % {"numbers": ", ".join(numbers), "words": words}
        messages.warning(request, told)


def go_on(place: Place, queue: Any, page: str, list_page: str) -> HttpResponseBase:
    """To the next in the queue, else to its beginning, else to the (empty) list."""
    following = place.next or queue.first()
    return redirect(f"desk:{page}", following.pk) if following else redirect(f"desk:{list_page}")
