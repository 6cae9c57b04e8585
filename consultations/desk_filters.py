"""Which remarks of a consultation a bulk verb or a sheet is for, read from an address.

An unknown value is a fault and finds nothing: a filter that was left out would mean more remarks than were asked for.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import BulkItem, ChapterText, Consultation, Department, Remark, Submission
from consultations.models.remarks import POSITION_STEP
from consultations.permissions import own_departments, works_for
from consultations.querysets import RemarkQuerySet
from consultations.searching import LONGEST_QUERY, Query, matching
from participation.models import District

NONE = "-"  # as a department or a topic: remarks without one
WHOLE_DOCUMENT = "0"  # as a chapter: remarks on no chapter
OVERDUE, WEEK, NO_TERM = "po-terminie", "tydzien", "brak"
CORRECTION = "poprawka-"  # before the step of a correction
NUMBER = re.compile(r"([0-9]{1,9})\.([0-9]{1,3})(/[0-9]{4})?")

ANY = pgettext_lazy("in a filter", "any")


@dataclass(frozen=True)
class DeskFilter:
    """The remarks of one consultation that were asked for, narrowed to a person's departments.

    ``params`` are the address's own words, all of them known; ``own`` the departments, None for all. What it finds
    depends on the day only where a term was asked for.
    """

    consultation: Consultation
    params: tuple[tuple[str, str], ...]
    conditions: Q
    own: frozenset[int] | None
    query: Query | None = None

    def remarks(self) -> RemarkQuerySet:
        """Exactly the remarks, in the register's order."""
        found: RemarkQuerySet = Remark.objects.filter(self.conditions, consultation=self.consultation)
        if self.own is not None:
            found = found.filter(department__in=self.own)
        if self.query is not None:
            found = matching(found, self.consultation, self.query)
        return found.order_by("position")

    @property
    def address(self) -> str:
        """The filter as the end of an address, without the question mark."""
        return urlencode(self.params)


class DeskFilterForm(forms.Form):
    """What can be asked for. The choices of chapters and topics are those of the consultation that was chosen."""

    konsultacja = forms.ChoiceField(label=_("Consultation"))
    stan = forms.ChoiceField(label=_("State"), required=False)
    komorka = forms.ChoiceField(label=_("Department"), required=False)
    rozdzial = forms.ChoiceField(label=_("Chapter"), required=False)
    temat = forms.ChoiceField(label=_("Topic"), required=False)
    termin = forms.ChoiceField(
        label=_("Department's term"),
        required=False,
        choices=[("", ANY), (OVERDUE, _("passed")), (WEEK, _("within seven days")), (NO_TERM, _("none"))],
    )
    dzielnica = forms.ChoiceField(label=_("District"), required=False)
    kanal = forms.ChoiceField(label=_("Channel"), required=False)
    q = forms.CharField(label=_("Words"), required=False, max_length=LONGEST_QUERY)
    jak = forms.CharField(
        label=_("Same text as remark"), required=False, max_length=20, help_text=_("Its number, as 12.3")
    )
    odrzucone = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=10**18)

    def __init__(self, params: Mapping[str, str], *, user: Any) -> None:
        consultations = list(Consultation.objects.order_by("-opens_at", "-pk").only("slug", "title", "translations"))
        asked = params.get("konsultacja") or (consultations[0].slug if consultations else "")
        super().__init__({**{name: params.get(name, "") for name in self.base_fields}, "konsultacja": asked})
        self.auto_id = "filter_%s"
        for field in self.fields.values():
            field.needed_sometimes = True  # type: ignore[attr-defined]  # no “(optional)” beside each of ten
        self.own = own_departments(user)
        slugs = [one.slug for one in consultations]
        self.consultation = Consultation.objects.filter(slug=asked).first() if asked in slugs else None
        departments = [one for one in Department.objects.all() if works_for(self.own, one.pk)]
        self._departments = {one.slug: one.pk for one in departments}
        self._districts = {one.slug: one for one in District.objects.only("slug", "name")}
        self._choose("konsultacja", [(one.slug, one.text("title").value) for one in consultations], any_too=False)
        self._choose(
            "stan", [*Remark.State.choices, *((f"{CORRECTION}{one.value}", one.label) for one in Remark.Correction)]
        )
        nobodys = [(NONE, _("without a department"))] if self.own is None else []
        self._choose("komorka", [*nobodys, *((one.slug, one.text("name").value) for one in departments)])
        self._chapters: dict[str, int] = {}
        chapters: list[tuple[str, Any]] = []
        topics: list[tuple[str, Any]] = []
        self._topics: dict[str, int] = {}
        if self.consultation is not None:
            for text in self._newest_chapters():
                self._chapters[str(text.number)] = text.chapter_id
                chapters.append((str(text.number), f"{text.number}. {text.text('title').value}"))
            for topic in self.consultation.topics.all():
                self._topics[topic.slug] = topic.pk
                topics.append((topic.slug, topic.text("name").value))
        self._choose("rozdzial", [(WHOLE_DOCUMENT, _("the whole document")), *chapters])
        self._choose("temat", [(NONE, _("without a topic")), *topics])
        self._choose("dzielnica", [(slug, one.name) for slug, one in self._districts.items()])
        self._choose("kanal", list(Submission.Channel.choices))

    def _choose(self, name: str, choices: list[tuple[str, Any]], *, any_too: bool = True) -> None:
        self.fields[name].choices = [*([("", ANY)] if any_too else []), *choices]  # type: ignore[attr-defined]

    def _newest_chapters(self) -> list[ChapterText]:
        texts = ChapterText.objects.filter(
            version__draft__consultation=self.consultation, version__published_at__isnull=False
        ).order_by("-version__number", "number")
        newest = list(texts)
        return [one for one in newest if one.version_id == newest[0].version_id]

    def clean_q(self) -> str:
        words = str(self.cleaned_data["q"])
        if words and Query.read(words) is None:
            raise forms.ValidationError(_("There is no word in it to look for."))
        return words

    def clean_jak(self) -> str:
        text = str(self.cleaned_data["jak"]).strip()
        if text and self._same_text(text) is None:
            raise forms.ValidationError(_("There is no such remark with a text in this consultation."))
        return text

    def _same_text(self, number: str) -> str | None:
        written = NUMBER.fullmatch(number)
        if written is None:
            return None
        position = int(written[1]) * POSITION_STEP + int(written[2])
        remark = Remark.objects.filter(consultation=self.consultation, position=position).first()
        return remark.text_hash or None if remark is not None else None

    def clean_odrzucone(self) -> int | None:
        pk: int | None = self.cleaned_data["odrzucone"]
        if pk and not BulkItem.objects.filter(action=pk, action__consultation=self.consultation).exists():
            raise forms.ValidationError(_("There is no such bulk action in this consultation."))
        return pk

    def chosen(self, *, today: dt.date) -> DeskFilter | None:
        """The filter, or none when a value is unknown: then nothing may be done, to no remark."""
        if not self.is_valid() or self.consultation is None:
            return None
        said = self.cleaned_data
        found = Q()
        if state := said["stan"]:
            step = state.removeprefix(CORRECTION)
            found &= Q(state=state) if step == state else Q(correction=step)
        if said["komorka"]:
            found &= Q(department=self._departments.get(said["komorka"]))
        if said["rozdzial"]:
            found &= Q(chapter=self._chapters.get(said["rozdzial"]))
        if said["temat"]:
            found &= Q(topic=self._topics.get(said["temat"]))
        if said["dzielnica"]:
            found &= Q(district=self._districts[said["dzielnica"]])
        if said["kanal"]:
            found &= Q(channel=said["kanal"])
        match said["termin"]:
            case "po-terminie":
                found &= Q(answer_due_on__lt=today)
            case "tydzien":
                found &= Q(answer_due_on__range=(today, today + dt.timedelta(days=7)))
            case "brak":
                found &= Q(answer_due_on__isnull=True)
        if said["jak"]:
            found &= Q(text_hash=self._same_text(said["jak"]))
        if said["odrzucone"]:
            found &= Q(pk__in=BulkItem.objects.filter(action=said["odrzucone"]).refused().values("remark"))
        return DeskFilter(
            consultation=self.consultation,
            params=tuple((name, str(value)) for name, value in said.items() if value),
            conditions=found,
            own=None if self.own is None else frozenset(self.own),
            query=Query.read(said["q"]) if said["q"] else None,
        )
