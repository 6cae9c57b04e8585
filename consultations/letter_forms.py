"""The page on which a letter is typed in: one form for the letter, one for each of its remarks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from consultations.forms import TEXT_LIMIT
from consultations.models import Consultation, DraftVersion, Remark, Submission, Topic
from consultations.services.intake import kind_fits
from consultations.services.submissions import MOST_REMARKS, NewRemark, Sender
from consultations.written_places import FoundPlace, find_places
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.plaintext import (
    EmailTextField,
    ShortTextField,
)
from lublin2030.lib.typed_dates import at_the_earliest, read_day, read_moment
from participation.models import District

TYPED_CHANNELS = [choice for choice in Submission.Channel if choice != Submission.Channel.ONLINE]
PREFIX = "r"
REMARK_FIELDS = ("place", "kind", "change", "wording", "reason", "topic")

# The first letter chooses the kind in a list that has the focus: one key, in each language its own.
KINDS = [
    ("", pgettext_lazy("kind of remark", "by what is typed")),
    (Remark.Kind.REWORD.value, pgettext_lazy("kind of remark, first letter is its key", "c – change the wording")),
    (Remark.Kind.REMOVE.value, pgettext_lazy("kind of remark, first letter is its key", "r – remove the passage")),
    (Remark.Kind.ADD.value, pgettext_lazy("kind of remark, first letter is its key", "a – add after the passage")),
    (Remark.Kind.GENERAL.value, pgettext_lazy("kind of remark, first letter is its key", "n – other remark")),
    (Remark.Kind.QUESTION.value, pgettext_lazy("kind of remark, first letter is its key", "q – question")),
]


class LetterEmailField(ShortTextField):
    """An e-mail address of the letter."""

    default_validators = EmailTextField.default_validators


class LetterForm(forms.Form):
    """What came, how, when, and from whom. What the sender left out stays empty: the verification judges that."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=[(one.value, one.label) for one in TYPED_CHANNELS]
    )
    received = forms.CharField(
        label=gettext_lazy("We received it on"),
        help_text=gettext_lazy("With an hour if you know it: 01.12.2021 14:30. The year may be left out."),
        error_messages={"required": gettext_lazy("Write the day on which we received it.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    lodged = forms.CharField(
        label=gettext_lazy("Handed in or posted on"),
        help_text=gettext_lazy("As the stamp or the postmark says. By this day the term is judged."),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    signed = forms.BooleanField(label=gettext_lazy("It is signed"), required=False, initial=True)
    version = forms.ModelChoiceField(
        label=gettext_lazy("The numbers are those of version"), queryset=DraftVersion.objects.none(), empty_label=None
    )
    sender_kind = forms.ChoiceField(label=gettext_lazy("It comes from"), choices=Submission.SenderKind.choices)
    name = ShortTextField(
        label=gettext_lazy("Name and surname, or the organisation's name"), limit=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    representative = ShortTextField(
        label=gettext_lazy("Who acts for the organisation"), limit=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    email = LetterEmailField(
        label=gettext_lazy("E-mail address"), limit=254, required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    phone = ShortTextField(
        label=gettext_lazy("Phone"), limit=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    address = ShortTextField(
        label=gettext_lazy("Postal address"), limit=300, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    district = forms.ModelChoiceField(
        label=gettext_lazy("District"), queryset=District.objects.all(), required=False,
        empty_label=pgettext_lazy("district", "none chosen"),
    )  # fmt: skip
    scan = forms.FileField(
        label=gettext_lazy("Scan of the letter"),
        help_text=gettext_lazy(
            "PDF, JPG or PNG, at most 10 MB. An unfinished letter is kept without it: choose it just before you enter."
        ),
        required=False,
        error_messages={"empty": gettext_lazy("This file is empty. Choose another one.")},
    )

    def __init__(
        self,
        *args: Any,
        consultation: Consultation,
        versions: Sequence[DraftVersion],
        version: DraftVersion | None,
        now: dt.datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.consultation = consultation
        self.now = now
        self.default_version = version
        if len(versions) > 1:
            field = self.fields["version"]
            field.queryset = DraftVersion.objects.filter(pk__in=[one.pk for one in versions])  # type: ignore[attr-defined]
            field.required = False
            field.initial = None if version is None else version.pk
        else:
            del self.fields["version"]
        for name in ("version", "name", "representative", "email", "phone", "address", "district", "lodged", "scan"):
            if name in self.fields:
                # Nothing of it is ours to demand: most labels would only repeat “(optional)”.
                self.fields[name].needed_sometimes = True  # type: ignore[attr-defined]

    def clean_received(self) -> dt.datetime:
        """The moment of receipt; a day alone counts from its beginning."""
        moment = read_moment(self.cleaned_data["received"], today=warsaw_day(self.now))
        if moment is None:
            raise forms.ValidationError(_("Write the day like this: 01.12.2021. An hour may follow: 14:30."))
        return at_the_earliest(*moment, not_before=self.consultation.opens_at)

    def clean_lodged(self) -> dt.date | None:
        text = self.cleaned_data["lodged"].strip()
        if not text:
            return None
        day = read_day(text, today=warsaw_day(self.now))
        if day is None:
            raise forms.ValidationError(_("Write the day like this: 01.12.2021."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        received, lodged = data.get("received"), data.get("lodged")
        if received is not None and received > self.now:
            self.add_error("received", _("This day is still to come. Check the date."))
        if received is not None and received < self.consultation.opens_at:
            opened = warsaw_day(self.consultation.opens_at)
            self.add_error(
                "received",
                _("The consultation opened on %(day)s. Nothing can have come before.") % {"day": f"{opened:%d.%m.%Y}"},
            )
        if received is not None and lodged is not None and lodged > warsaw_day(received):
            self.add_error("lodged", _("This is later than the day we received it. Check both dates."))
        if data.get("representative") and data.get("sender_kind") == Submission.SenderKind.PERSON:
            self.add_error("representative", _("A person acts for oneself. Choose “organisation” or clear this field."))
        return data

    @property
    def chosen_version(self) -> DraftVersion | None:
        """The version whose numbers the letter quotes."""
        chosen: DraftVersion | None = getattr(self, "cleaned_data", {}).get("version")
        return chosen or self.default_version

    def sender(self) -> Sender:
        """The sender as typed; notices go out in Polish. Only for a valid form."""
        data = self.cleaned_data
        return Sender(
            kind=Submission.SenderKind(data["sender_kind"]),
            name=data["name"],
            representative=data["representative"],
            email=data["email"],
            phone=data["phone"],
            address=data["address"],
            district=data["district"],
        )


class LetterRemarkForm(forms.Form):
    """One remark of the letter. Left empty it is no remark."""

    place = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": "8"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS, required=False)
    change = ShortTextField(label=gettext_lazy("What to change"), limit=TEXT_LIMIT, rows=2, required=False)
    wording = ShortTextField(label=gettext_lazy("Proposed wording"), limit=TEXT_LIMIT, rows=2, required=False)
    reason = ShortTextField(label=gettext_lazy("Why"), limit=TEXT_LIMIT, rows=2, required=False)
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)

    def __init__(self, *args: Any, topics: Mapping[str, Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topics = topics
        # Read once for all the remarks of the letter.
        self.fields["topic"].choices = [  # type: ignore[attr-defined]
            ("", pgettext_lazy("topic", "none chosen")),
            *((key, topic.text("name").value) for key, topic in topics.items()),
        ]
        self.found: FoundPlace | None = None
        for field in self.fields.values():
            field.needed_sometimes = True  # type: ignore[attr-defined]

    @property
    def written_place(self) -> str:
        """The place as typed, whether the form was sent or is shown for the first time."""
        return str(self["place"].value() or "")

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed: a kind alone is no remark."""
        return not any(str(self[name].value() or "").strip() for name in ("place", "change", "wording", "reason"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        faulty = {"change", "wording"} & self.errors.keys()
        said = data.get("change") or data.get("wording") or data.get("kind") == Remark.Kind.REMOVE
        if not self.is_blank and not faulty and not said:
            self.add_error("change", _("Write what should change, or the wording proposed."))
        return data

    def settle(self, found: FoundPlace | None) -> None:
        """Say where the place is, or that there is none; and whether the kind fits it. Only after ``is_valid``."""
        self.found = found
        if found is None:
            self.add_error(
                "place", _("There is no such place in the draft. Write 3.2, f12, 3 for a chapter, 0 for the whole.")
            )
            return
        data = self.cleaned_data
        kind = Remark.Kind(data["kind"]) if data.get("kind") else None
        if kind is not None and not kind_fits(
            kind, on_passage=found.passage is not None, has_wording=bool(data.get("wording"))
        ):
            if found.passage is None:
                self.add_error("kind", _("This kind needs a passage. Write its number, or choose another kind."))
            else:
                self.add_error("wording", _("Write the new wording, or choose another kind."))

    def remark(self) -> NewRemark:
        """The remark as typed. Only for a valid form whose place is settled."""
        data, found = self.cleaned_data, self.found or FoundPlace()
        kind = data["kind"]
        return NewRemark(
            change=data["change"],
            wording=data["wording"],
            reason=data["reason"],
            chosen_kind=Remark.Kind(kind) if kind else None,
            passage=None if found.passage is None else found.passage.passage,
            chapter=None if found.chapter is None else found.chapter.chapter,
            version=None if found.chapter is None else found.version,
            topic=self.topics.get(data["topic"]),
        )


class Letter:
    """The letter's form with its remarks' forms, from what was sent or from a draft."""

    def __init__(
        self,
        *,
        consultation: Consultation,
        versions: Sequence[DraftVersion],
        version: DraftVersion | None,
        now: dt.datetime,
        data: Any = None,
        files: Any = None,
        content: Mapping[str, Any] | None = None,
        more: int = 0,
    ) -> None:
        content = content or {}
        topics = {str(topic.pk): topic for topic in consultation.topics.all()}
        self.is_bound = data is not None
        self.form = LetterForm(
            data, files, initial=content.get("fields", {}),
            consultation=consultation, versions=versions, version=version, now=now,
        )  # fmt: skip
        kept = content.get("remarks", [])
        count = remark_count(data) if data is not None else max(len(kept), 1)
        self.remarks = [
            LetterRemarkForm(
                data if data is not None and number < count else None,
                prefix=f"{PREFIX}-{number}",
                initial=kept[number] if number < len(kept) else {},
                topics=topics,
            )
            for number in range(min(count + more, MOST_REMARKS))
        ]
        self.blank = LetterRemarkForm(prefix=f"{PREFIX}-__number__", topics=topics)
        self.version = version

    def show_places(self) -> None:
        """Find the places that are written, for showing their texts. At most two queries."""
        version = self.form.chosen_version
        written = {one.written_place for one in self.remarks if not one.is_blank}
        found = find_places(version, written)
        for one in self.remarks:
            one.found = found.get(one.written_place)

    def is_valid(self) -> bool:
        """Whether everything that was sent can be entered; each fault stands at its field."""
        good = self.form.is_valid()
        filled = self.filled
        for one in filled:
            one.is_valid()
        found = find_places(self.form.chosen_version, {one.written_place for one in filled})
        for one in filled:
            one.settle(found[one.written_place])
            good = good and not one.errors
        if not filled:
            self.form.add_error(None, _("Type in at least one remark."))
            good = False
        return good

    @property
    def filled(self) -> list[LetterRemarkForm]:
        """The remarks in which something is typed."""
        return [one for one in self.remarks if one.is_bound and not one.is_blank]

    @property
    def faults(self) -> list[dict[str, str]]:
        """Every fault with the field it belongs to, for the head of the page."""
        faults = [{"label": "", "id": "", "words": str(words)} for words in self.form.non_field_errors()]
        for number, form in [(0, self.form), *enumerate(self.remarks, start=1)]:
            for bound in form if form.is_bound else ():
                if bound.errors:
                    label = (
                        str(bound.label)
                        if number == 0
                        else _("remark %(n)d: %(field)s") % {"n": number, "field": bound.label}
                    )
                    faults.append({"label": label, "id": bound.id_for_label, "words": " ".join(map(str, bound.errors))})
        return faults

    @property
    def scan(self) -> Any:
        scan: Any = self.form.cleaned_data.get("scan")
        return scan


def remark_count(data: Any) -> int:
    """How many remarks' fields a sent form holds; at most one submission's."""
    text = str(data.get(f"{PREFIX}-count", ""))
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    return max(1, min(count, MOST_REMARKS))


def content_of(data: Any) -> dict[str, Any]:
    """A sent form as the content of a draft: what was typed, field by field; empty remarks at the end fall away."""
    fields = {name: str(data[name]) for name in LetterForm.base_fields if name in data and name != "scan"}
    fields["signed"] = data.get("signed") or ""
    remarks = [
        {name: str(data.get(f"{PREFIX}-{number}-{name}", "")) for name in REMARK_FIELDS}
        for number in range(remark_count(data))
    ]
    while remarks and not any(remarks[-1].values()):
        remarks.pop()
    return {"fields": fields, "remarks": remarks}


def says_something(content: Mapping[str, Any]) -> bool:
    """Whether there is anything worth keeping: a sender or a remark, not dates alone."""
    fields = content.get("fields", {})
    return bool(content.get("remarks")) or any(
        fields.get(name) for name in ("name", "representative", "email", "phone", "address")
    )
