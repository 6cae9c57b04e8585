"""Long work that a person has asked for: how far it is."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Job


@never_cache
@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The progress of one of the person's own jobs, as the piece that a page puts in place of the old one."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    found = get_object_or_404(Job, pk=pk, asked_by=request.user)
    return render(request, "desk/_job.html", {"job": found})
