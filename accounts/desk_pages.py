"""What every page of the desk begins with: who may open it, and who has."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import is_person

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
