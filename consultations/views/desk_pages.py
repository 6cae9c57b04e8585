"""What the desk's pages share: who may open them, doing a verb to many remarks, going on to the next in the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.desk_pages import desk_page, signed_in_person
from consultations.desk import PAGE, Place
from consultations.desk_forms import CheckedForm, DeskForm
from consultations.errors import ConsultationError
from consultations.models import Remark
from consultations.words import status_for, words_for
from lublin2030.lib.paging import KeyPage, page_by_moment, read_key

__all__ = ["desk_page", "do_to_checked", "form_page", "go_on", "line_of_steps", "page_of", "signed_in_person"]


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


def go_on(
    place: Place, queue: Any, page: str, list_page: str, *, query: str = "", list_query: str = ""
) -> HttpResponseBase:
    """To the next in the queue, else to its beginning, else to the (empty) list; each address with its ``query``."""
    following = place.next or queue.first()
    if following is None:
        return redirect(f"{reverse(f'desk:{list_page}')}{list_query}")
    return redirect(f"{reverse(f'desk:{page}', args=[following.pk])}{query}")


def line_of_steps(labels: list[str], *, here: int) -> list[dict[str, Any]]:
    """The line of steps; all of them are done when ``here`` is past the last."""
    names = ["done" if at < here else "here" if at == here else "" for at in range(len(labels))]
    return [{"label": label, "name": name} for label, name in zip(labels, names, strict=True)]


def page_of(queue: Any, request: HttpRequest) -> KeyPage[Any]:
    """The page of the queue, the oldest first, that the address asks for. At most two queries."""
    after = read_key(request.GET.get("after"))
    return page_by_moment(queue, field="received_at", newest_first=False, size=PAGE, after=after)


def form_page(
    request: HttpRequest,
    template: str,
    tried: DeskForm | None,
    error: ConsultationError | None,
    allowed: Iterable[DeskForm],
    context: dict[str, Any],
    problem: str = "",
) -> HttpResponse:
    """The page with the forms that are allowed now. What was typed is kept, also when its form is allowed no more.

    ``problem``: why nothing was done, where no verb has refused.
    """
    forms = {form.action: form for form in allowed}
    lost: list[tuple[str, str]] = []
    problem = words_for(error) if error else problem
    if tried is not None and not problem:
        forms[tried.action] = tried
    elif tried is not None and tried.action in forms:
        # The hidden fields must be those of the record as it is now, the texts those that were typed.
        fresh = forms[tried.action]
        typed = {name: value for name, value in tried.cleaned_data.items() if not fresh.fields[name].widget.is_hidden}
        fresh.initial = {**fresh.initial, **typed}
    elif tried is not None:
        lost = [(str(field.label), str(field.value())) for field in tried.visible_fields() if field.value()]
    context |= {
        "forms": forms,
        "lost": lost,
        "error": problem,
        "has_errors": bool(tried and tried.errors),
        "now": timezone.now(),
    }
    return render(request, template, context, status=status_for(error) if error else 200)
