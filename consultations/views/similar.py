"""The desk's pages of groups of similar remarks, of contradictions and of suggested topics."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from consultations.desk import first_words
from consultations.desk_forms import DeskForm
from consultations.desk_groups import (
    CANDIDATES,
    PAGE,
    PAGE_OF_CONTRADICTIONS,
    PAGE_OF_GROUPS,
    read_contradictions,
    read_members,
    read_suggestions,
    sizes_of,
    topics_to_set,
    whole_text,
    with_remarks,
)
from consultations.errors import ConsultationError
from consultations.group_forms import (
    AddForm,
    ConfirmForm,
    DismissContradictionForm,
    DismissGroupForm,
    FlagForm,
    KeepForm,
    LeaveForm,
    SetTopicForm,
    SuggestionsForm,
)
from consultations.models import Consultation, Contradiction, GroupMember, Remark, RemarkGroup, TopicSuggestion
from consultations.permissions import (
    may_dismiss_contradictions,
    may_flag_contradiction,
    may_group,
    may_read_remarks,
    may_set_topics,
)
from consultations.querysets import UNGROUPED
from consultations.services.contradictions import dismiss_contradiction, flag_contradiction
from consultations.services.groups import add_to_group, confirm_group, dismiss_group, keep_in_group, leave_group
from consultations.services.similar import ask_to_find, job_of
from consultations.services.topics import refuse_suggestion, set_topic
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.words import status_for, words_for
from lublin2030.lib.paging import KeyPage, page_by_key, read_key

GROUP_LISTS = {"do-rozstrzygniecia": "to_decide", "potwierdzone": "confirmed", "odrzucone": "dismissed"}
MEMBER_LISTS = {"nowe": ["proposed"], "w-grupie": ["active"], "poza": ["refused", "left"]}


def _page(queryset: Any, request: HttpRequest, size: int) -> KeyPage[Any]:
    after, before = read_key(request.GET.get("after")), read_key(request.GET.get("before"))
    return page_by_key(queryset, key="pk", size=size, after=after, before=before)


# -- Groups ----------------------------------------------------------------------------------------------------------


@desk_page(may_group)
def similar(request: HttpRequest) -> HttpResponseBase:
    """The groups of one consultation; the button asks the worker to look for more."""
    consultations = list(Consultation.objects.filter(remark_count__gt=0).order_by("-opens_at", "-pk"))
    chosen = _chosen(request, consultations)
    if request.method == "POST":
        if chosen is None:
            raise BadRequest
        ask_to_find(chosen, by=signed_in_person(request))
        return redirect(f"{reverse('desk:similar')}?{urlencode({'konsultacja': chosen.slug})}")
    view = request.GET.get("pokaz", "")
    view = view if view in GROUP_LISTS else "do-rozstrzygniecia"
    groups = RemarkGroup.objects.filter(consultation=chosen)
    listed = getattr(groups, GROUP_LISTS[view])().with_sizes().select_related("typical", "decided_by")
    page = _page(listed, request, PAGE_OF_GROUPS)
    query = {"konsultacja": chosen.slug if chosen else "", "pokaz": view}
    context = {
        "consultations": consultations,
        "chosen": chosen,
        "job": job_of(chosen) if chosen else None,
        "view": view,
        "counts": {name: getattr(groups, listed_as)().count() for name, listed_as in GROUP_LISTS.items()},
        "rows": [{"group": group, "beginning": first_words(group.typical, 140)} for group in page.rows],
        "page": page,
        "query": f"{urlencode(query)}&",
    }
    return render(request, "desk/similar.html", context)


def _chosen(request: HttpRequest, consultations: list[Consultation]) -> Consultation | None:
    """The consultation that the address or the form names, else the latest."""
    slug = request.POST.get("konsultacja") or request.GET.get("konsultacja")
    return next((one for one in consultations if one.slug == slug), consultations[0] if consultations else None)


@desk_page(may_read_remarks)
def group(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One group: the texts beside each other, who belongs, who has left; and the verbs its state allows."""
    one = _find_group(pk)
    if request.method != "POST":
        return _group_page(request, one)
    form = _group_form(request, one)
    if not form.is_valid():
        return _group_page(request, one, form)
    try:
        told = _do_with_group(one, form, by=signed_in_person(request))
    except ConsultationError as error:
        return _group_page(request, _find_group(pk), form, error)
    messages.success(request, told)
    if form.action in {"confirm", "dismiss"}:
        to_decide = RemarkGroup.objects.to_decide().filter(consultation=one.consultation)
        following = to_decide.filter(pk__gt=pk).order_by("pk").first()
        if following is not None:
            return redirect("desk:group", following.pk)
        return redirect(f"{reverse('desk:similar')}?{urlencode({'konsultacja': one.consultation.slug})}")
    return redirect(f"{reverse('desk:group', args=[pk])}?pokaz=w-grupie")


def _find_group(pk: int) -> RemarkGroup:
    groups = RemarkGroup.objects.select_related("consultation", "typical__consultation", "decided_by")
    return get_object_or_404(groups, pk=pk)


def _group_form(request: HttpRequest, one: RemarkGroup) -> DeskForm:
    match request.POST.get("action"):
        case "confirm":
            return ConfirmForm(request.POST)
        case "dismiss":
            return DismissGroupForm(request.POST)
        case "leave":
            return LeaveForm(request.POST)
        case "keep":
            return KeepForm(request.POST)
        case "add":
            return AddForm(request.POST, consultation=one.consultation)
    raise BadRequest


def _do_with_group(one: RemarkGroup, form: DeskForm, *, by: User) -> str:
    """Do what the form asks for; what to tell the person. Raises what the verb raises."""
    values = form.cleaned_data
    if isinstance(form, ConfirmForm):
        known = _proposed(one).filter(pk__lte=values["last"]).values_list("remark", flat=True)
        unchecked = form.keys("shown") - form.keys("checked")
        joining = set(known) - unchecked
        confirm_group(one, joining=joining, refused=unchecked, label=values["label"], by=by)
        return ngettext("%(n)d remark joined the group.", "%(n)d remarks joined the group.", len(joining)) % {
            "n": len(joining)
        }
    if form.action == "dismiss":
        dismiss_group(one, why=values["why"], by=by)
        return _("The proposal is dismissed. It will not be made again.")
    remark = values.get("number") or get_object_or_404(Remark, pk=values.get("remark"), consultation=one.consultation)
    remark.consultation = one.consultation
    number = {"number": remark.public_number}
    if form.action == "leave":
        leave_group(one, remark=remark, why=values["why"], by=by)
        return _("Remark %(number)s has left the group. It keeps the answer it has.") % number
    if form.action == "keep":
        keep_in_group(one, remark=remark, revision=values["revision"], by=by)
        return _("Remark %(number)s stays in the group with its corrected text.") % number
    add_to_group(one, remark=remark, by=by)
    return _("Remark %(number)s is in the group.") % number


def _proposed(one: RemarkGroup) -> Any:
    """The proposed members that can still join."""
    return GroupMember.objects.proposed().filter(group=one).exclude(remark__state__in=UNGROUPED)


def _group_page(
    request: HttpRequest, one: RemarkGroup, tried: DeskForm | None = None, error: ConsultationError | None = None
) -> HttpResponse:
    sizes = sizes_of(one)
    first_view = "nowe" if sizes["proposed"] else "w-grupie" if one.state == RemarkGroup.State.CONFIRMED else "poza"
    view = request.GET.get("pokaz", first_view)
    view = view if view in MEMBER_LISTS else first_view
    members = _proposed(one) if view == "nowe" else GroupMember.objects.filter(group=one, state__in=MEMBER_LISTS[view])
    page = _page(members.select_related("remark__consultation", "left_by"), request, PAGE)
    last = _proposed(one).order_by("-pk").values_list("pk", flat=True).first() if view == "nowe" else None
    unchecked: set[int] = set()
    if isinstance(tried, ConfirmForm):
        unchecked = tried.keys("shown") - tried.keys("checked")
    label = one.label or first_words(one.typical, 80)
    forms: dict[str, DeskForm] = {
        "confirm": ConfirmForm(initial={"last": last, "label": label}),
        "dismiss": DismissGroupForm(),
        "add": AddForm(consultation=one.consultation),
    }
    if tried is not None and error is None:
        forms[tried.action] = tried
    context = {
        "one": one,
        "typical": one.typical,
        "typical_text": whole_text(one.typical),
        "sizes": sizes,
        "view": view,
        "rows": read_members(page.rows, one.typical),
        "page": page,
        "query": f"{urlencode({'pokaz': view})}&",
        "has_more": page.has_next or page.has_previous,
        "unchecked": unchecked,
        "forms": forms,
        "tried": tried,
        "tried_remark": read_key(tried.data.get("remark")) if tried is not None else None,
        "may_group": may_group(request.user),
        "error": words_for(error) if error else "",
        "has_errors": tried is not None and bool(tried.errors),
        "queue_name": "similar",
    }
    return render(request, "desk/group.html", context, status=status_for(error) if error else 200)


# -- Contradictions --------------------------------------------------------------------------------------------------


@desk_page(may_read_remarks)
def contradictions(request: HttpRequest) -> HttpResponseBase:
    """The contradictions that are flagged, or those that were dismissed and why."""
    if request.method != "POST":
        return _contradictions_page(request)
    form = DismissContradictionForm(request.POST)
    if not form.is_valid():
        return _contradictions_page(request, form)
    one = get_object_or_404(Contradiction, pk=form.cleaned_data["contradiction"])
    try:
        dismiss_contradiction(one, why=form.cleaned_data["why"], by=signed_in_person(request))
    except ConsultationError as error:
        return _contradictions_page(request, form, error)
    messages.success(request, _("The contradiction is dismissed. The reason is kept."))
    return redirect("desk:contradictions")


def _contradictions_page(
    request: HttpRequest, tried: DismissContradictionForm | None = None, error: ConsultationError | None = None
) -> HttpResponse:
    is_open = request.GET.get("pokaz") != "odrzucone"
    listed = Contradiction.objects.filter(state="open" if is_open else "dismissed")
    page = _page(with_remarks(listed), request, PAGE_OF_CONTRADICTIONS)
    context = {
        "conflicts": read_contradictions(page.rows),
        "page": page,
        "query": "" if is_open else "pokaz=odrzucone&",
        "is_open": is_open,
        "tried": tried if error is None else None,
        "tried_key": read_key(tried.data.get("contradiction")) if tried is not None and error is None else None,
        "may_dismiss": may_dismiss_contradictions(request.user),
        "error": words_for(error) if error else "",
        "has_errors": tried is not None and bool(tried.errors),
        "queue_name": "contradictions",
    }
    return render(request, "desk/contradictions.html", context, status=status_for(error) if error else 200)


@desk_page(may_read_remarks)
def flag(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say which other remark on the same passage contradicts this one."""
    one = get_object_or_404(Remark.objects.select_related("consultation"), pk=pk)
    form = FlagForm(request.POST if request.method == "POST" else None, consultation=one.consultation)
    error: ConsultationError | None = None
    if form.is_bound and form.is_valid():
        other = form.cleaned_data["number"]
        try:
            flag_contradiction(one, other, note=form.cleaned_data["note"], by=signed_in_person(request))
        except ConsultationError as refusal:
            error = refusal
        else:
            told = _("Remarks %(first)s and %(second)s are flagged as contradictory.")
            messages.success(request, told % {"first": one.public_number, "second": other.public_number})
            return redirect("desk:remark", pk)
    context = {
        "one": one,
        "text": whole_text(one),
        "form": form,
        "may_flag": one.passage_id is not None and may_flag_contradiction(request.user, one),
        "candidates": [
            {"remark": other, "beginning": first_words(other, 140)}
            for other in Remark.objects.to_group().about_same_place(one)[:CANDIDATES]
        ]
        if one.passage_id is not None
        else [],
        "error": words_for(error) if error else "",
        "has_errors": form.is_bound and bool(form.errors),
        "queue_name": "contradictions",
    }
    return render(request, "desk/flag.html", context, status=status_for(error) if error else 200)


# -- Topics ----------------------------------------------------------------------------------------------------------


@desk_page(may_set_topics)
def topics(request: HttpRequest) -> HttpResponseBase:
    """The suggested topics; the checked ones are set, or refused, at once."""
    form = SuggestionsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        _do_to_suggestions(request, form, by=signed_in_person(request))
        return redirect("desk:topics")
    page = _page(topics_to_set(), request, PAGE)
    context = {
        "rows": read_suggestions(page.rows),
        "page": page,
        "query": "",
        "form": form,
        "checked": request.POST.getlist("checked"),
        "queue_name": "topics",
    }
    return render(request, "desk/topics.html", context)


def _do_to_suggestions(request: HttpRequest, form: SuggestionsForm, *, by: User) -> None:
    """Accept or refuse each checked suggestion by itself; say how many succeeded and which did not and why."""
    wanted = [value.partition("-") for value in form.cleaned_data["checked"]]
    found = TopicSuggestion.objects.select_related("remark__consultation", "topic")
    by_key = found.in_bulk([int(key) for key, _dash, _topic in wanted])
    is_accepting = form.cleaned_data["action"] == "accept"
    done, refused = 0, dict[str, list[str]]()
    for key, _dash, topic in wanted:
        suggestion = by_key.get(int(key))
        # What was read: the worker may have found a better topic meanwhile.
        if suggestion is None or str(suggestion.topic_id) != topic:
            continue
        try:
            if is_accepting:
                set_topic(suggestion.remark, topic=suggestion.topic, seen=None, by=by)
            else:
                refuse_suggestion(suggestion, by=by)
        except ConsultationError as error:
            refused.setdefault(words_for(error), []).append(suggestion.remark.public_number)
        else:
            done += 1
    if is_accepting:
        told = ngettext("%(n)d topic was set.", "%(n)d topics were set.", done)
    else:
        told = ngettext("%(n)d suggestion was refused.", "%(n)d suggestions were refused.", done)
    if done:
        messages.success(request, told % {"n": done})
    for words, numbers in refused.items():
        told = _("Not done: %(numbers)s. %(words)s") % {"numbers": ", ".join(numbers), "words": words}
        messages.warning(request, told)
    if skipped := len(wanted) - done - sum(map(len, refused.values())):
        told = ngettext(
            "%(n)d suggestion has changed in the meantime. Look at it once more.",
            "%(n)d suggestions have changed in the meantime. Look at them once more.",
            skipped,
        )
        messages.warning(request, told % {"n": skipped})


@desk_page(may_set_topics)
def topic(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Set the topic of one remark, and go back to its page."""
    one = get_object_or_404(Remark.objects.select_related("consultation"), pk=pk)
    if request.method != "POST":
        return redirect("desk:remark", pk)
    form = SetTopicForm(request.POST, consultation=one.consultation)
    if not form.is_valid():
        raise BadRequest
    chosen = form.cleaned_data["topic"]
    try:
        set_topic(one, topic=chosen, seen=form.cleaned_data["seen"], by=signed_in_person(request))
    except ConsultationError as error:
        messages.error(request, words_for(error))
    else:
        if chosen is None:
            messages.success(request, _("Remark %(number)s has no topic now.") % {"number": one.public_number})
        else:
            told = _("Topic of remark %(number)s: %(topic)s.")
            messages.success(request, told % {"number": one.public_number, "topic": chosen.text("name").value})
    return redirect("desk:remark", pk)
