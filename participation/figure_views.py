"""The desk's pages of figures and of the map of the districts."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.desk_pages import desk_page, signed_in_person
from participation.district_map import MapFilters, draw_map
from participation.errors import ParticipationError
from participation.figure_forms import BordersForm, CorrectFigureForm
from participation.figure_refusals import status_of, words_of
from participation.ledger import LedgerRow
from participation.models import BorderSet, Figure
from participation.permissions import may_correct_figures, may_draw_the_map
from participation.services.borders import back_to_tiles, bring_in_borders, publish_borders
from participation.services.figures import correct_figure

SETS_LISTED = 50


@desk_page(may_correct_figures)
def correct(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Correct what a figure says; below, what it said before, with who, when and why."""
    figure = get_object_or_404(Figure.objects.select_related("process", "stage", "part_of", "event"), pk=pk)
    if request.method != "POST":
        return _correct_page(request, figure, CorrectFigureForm(instance=copy(figure)))
    form = CorrectFigureForm(request.POST, instance=copy(figure))
    if not form.is_valid():
        return _correct_page(request, figure, form)
    opened = copy(figure)
    opened.revision = form.cleaned_data["revision"]
    try:
        revision = correct_figure(
            opened, counted=form.counted(), why=form.cleaned_data["why"], by=signed_in_person(request)
        )
    except ParticipationError as error:
        return _correct_page(request, figure, form, error)
    if revision is None:
        messages.info(request, _("Nothing is different: the figure stays as it is."))
    else:
        messages.success(request, _("The figure is corrected. What stood there is kept."))
    return redirect("desk:correct_figure", pk)


def _correct_page(
    request: HttpRequest, figure: Figure, form: CorrectFigureForm, error: ParticipationError | None = None
) -> HttpResponse:
    corrections = figure.corrections.select_related("corrected_by", "part_of", "event").order_by("-number")
    context = {
        "figure": figure,
        "row": LedgerRow(figure),
        "form": form,
        "error": words_of(error) if error else "",
        "has_errors": bool(form.errors),
        "corrections": corrections,
        "now": timezone.now(),
    }
    return render(request, "desk/correct_figure.html", context, status=status_of(error) if error else 200)


@desk_page(may_draw_the_map)
def map_desk(request: HttpRequest) -> HttpResponseBase:
    """Bring in borders, and all that were brought in before."""
    if request.method != "POST":
        return _map_page(request, BordersForm())
    by = signed_in_person(request)
    if request.POST.get("action") == "tiles":
        if back_to_tiles(by=by):
            messages.success(request, _("The map shows tiles again."))
        return redirect("desk:map")
    form = BordersForm(request.POST, request.FILES)
    if not form.is_valid():
        return _map_page(request, form)
    upload = form.cleaned_data["file"]
    try:
        borders = bring_in_borders(
            upload.read(), source=form.cleaned_data["source"], named_by=form.cleaned_data["named_by"], by=by
        )
    except ParticipationError as error:
        return _map_page(request, form, error)
    return redirect("desk:borders", borders.pk)


def _map_page(request: HttpRequest, form: BordersForm, error: ParticipationError | None = None) -> HttpResponse:
    context = {
        "form": form,
        "sets": BorderSet.objects.history()[:SETS_LISTED],
        "public": BorderSet.objects.public(),
        "error": words_of(error) if error else "",
        "has_errors": bool(form.errors),
        "queue_name": "map",
    }
    return render(request, "desk/map.html", context, status=status_of(error) if error else 200)


@desk_page(may_draw_the_map)
def borders(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How the map looks with these borders, before or after it is public."""
    found = get_object_or_404(BorderSet, pk=pk)
    problem: ParticipationError | None = None
    if request.method == "POST":
        if request.POST.get("action") != "publish":
            raise BadRequest
        try:
            publish_borders(found, by=signed_in_person(request))
        except ParticipationError as error:
            problem = error
        else:
            messages.success(request, _("The map shows these borders now."))
            return redirect("desk:map")
    context = {
        "borders": found,
        "map": draw_map(MapFilters.read({}), found),
        "error": words_of(problem) if problem else "",
        "queue_name": "map",
    }
    return render(request, "desk/borders.html", context, status=status_of(problem) if problem else 200)
