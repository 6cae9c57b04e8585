"""The desk's list of summaries."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.desk import may_read_summaries, readable_summaries
from consultations.errors import ConsultationError
from consultations.models import Consultation
from consultations.permissions import may_publish
from consultations.services.summaries import hide_summary, publish_summary
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.words import status_for, words_for
from lublin2030.lib.paging import read_key


@desk_page(may_read_summaries)
def summaries(request: HttpRequest) -> HttpResponseBase:
    """The summaries this person may read; coordinators open them to everybody or close them again."""
    if request.method == "POST":
        consultation = get_object_or_404(Consultation, pk=read_key(request.POST.get("consultation")))
        verbs = {"publish_summary": publish_summary, "hide_summary": hide_summary}
        verb = verbs.get(request.POST.get("action", ""))
        if verb is None:
            raise BadRequest
        try:
            verb(consultation, by=signed_in_person(request))
        except ConsultationError as error:
            return _summaries_page(request, error)
        told = (
            _("The summary is public: %(title)s.")
            if consultation.summary_published_at
            else _("Only councillors and staff can read the summary now: %(title)s.")
        )
        messages.success(request, told % {"title": consultation.text("title").value})
        return redirect("desk:summaries")
    return _summaries_page(request)


def _summaries_page(request: HttpRequest, error: ConsultationError | None = None) -> HttpResponse:
    context = {
        "consultations": readable_summaries(request.user),
        "may_publish": may_publish(request.user),
        "error": words_for(error) if error else "",
        "now": timezone.now(),
    }
    return render(request, "desk/summaries.html", context, status=status_for(error) if error else 200)
