"""The residents' forms: the shape of what is typed. What may be done with it is decided in ``services``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from consultations.models import (
    Basket,
    BasketRemark,
    ChapterText,
    Consultation,
    DraftVersion,
    PassageText,
    Remark,
    Topic,
)
from consultations.models.consultations import IdentityField
from consultations.models.remarks import Submission
from consultations.services.submissions import NewRemark, Sender
from lublin2030.lib.plaintext import EmailTextField, PlainTextField, normalise
from lublin2030.lib.translations import ORIGINAL, current_language
from participation.models import District

TEXT_LIMIT = 5000  # characters in each text of a remark
WHOLE_DOCUMENT = "document"


if TYPE_CHECKING:
    _TopicChoice = forms.ModelChoiceField[Topic]
else:  # the class is generic only for the type checker
    _TopicChoice = forms.ModelChoiceField


class TopicField(_TopicChoice):
    """A topic of the consultation, named in the reader's language."""

    def label_from_instance(self, obj: Topic) -> str:
        return obj.text("name").value


Kind = Remark.Kind
PASSAGE_KINDS = [
    (Kind.REWORD.value, gettext_lazy("change the text of this passage")),
    (Kind.REMOVE.value, gettext_lazy("remove this passage")),
    (Kind.ADD.value, gettext_lazy("add a text after this passage")),
    (Kind.GENERAL.value, gettext_lazy("write a remark")),
    (Kind.QUESTION.value, gettext_lazy("ask a question")),
]
OTHER_KINDS = PASSAGE_KINDS[3:]
# The text that each kind cannot do without, and what to say when it is missing.
NEEDED = {
    Kind.REWORD.value: (
        "wording",
        gettext_lazy("Write the new text. To take the passage out, choose “remove this passage” above."),
    ),
    Kind.ADD.value: ("addition", gettext_lazy("Write the text that should be added.")),
    Kind.GENERAL.value: ("change", gettext_lazy("Write your remark.")),
    Kind.QUESTION.value: ("change", gettext_lazy("Write your question.")),
}


class RemarkForm(forms.Form):
    """What one remark says. ``place`` is asked for only where the address names no passage.

    On a passage the reader edits its own text (``wording``), which is prefilled: the Polish one, because it binds. All
    fields are on the page; ``kind`` decides which of them count. A form without a kind (from before there were any)
    is understood by its texts.
    """

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you want to do?"),
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose what you want to do from this list.")},
    )
    place = forms.ChoiceField(
        label=gettext_lazy("What does your remark concern?"),
        error_messages={"invalid_choice": gettext_lazy("This place is not in the draft. Choose another.")},
    )
    wording = PlainTextField(
        label=gettext_lazy("The text as you want it"),
        help_text=gettext_lazy("This is the passage as it stands. Change it here, in place."),
        limit=TEXT_LIMIT,
        rows=4,
        required=False,
    )
    addition = PlainTextField(
        label=gettext_lazy("The text to add"),
        help_text=gettext_lazy("It would stand right after this passage."),
        limit=TEXT_LIMIT,
        rows=4,
        required=False,
    )
    change = PlainTextField(
        label=gettext_lazy("Your remark or question"),
        help_text=gettext_lazy("In your own words."),
        limit=TEXT_LIMIT,
        rows=4,
        required=False,
    )
    reason = PlainTextField(label=gettext_lazy("Why?"), limit=TEXT_LIMIT, rows=3, required=False)
    topic = TopicField(
        label=gettext_lazy("Topic"),
        queryset=Topic.objects.none(),
        required=False,
        empty_label=pgettext_lazy("topic", "none chosen"),
        error_messages={
            "invalid_choice": gettext_lazy("This topic is not on this consultation's list. Choose another.")
        },
    )
    district = forms.ModelChoiceField(
        label=gettext_lazy("Which district does it concern?"),
        queryset=District.objects.all(),
        required=False,
        empty_label=pgettext_lazy("district", "the whole city or none in particular"),
        error_messages={"invalid_choice": gettext_lazy("There is no such district. Choose one from the list.")},
    )

    def __init__(
        self,
        *args: Any,
        consultation: Consultation,
        version: DraftVersion | None,
        asks_place: bool,
        passage: PassageText | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.consultation = consultation
        self.version = version
        self.passage = passage
        # Not optional each by itself, not required either: the kind decides.
        for name in ("change", "wording", "addition"):
            self.fields[name].needed_sometimes = True  # type: ignore[attr-defined]
        cast("forms.ChoiceField", self.fields["kind"]).choices = OTHER_KINDS if passage is None else PASSAGE_KINDS
        self.initial.setdefault("kind", (Kind.GENERAL if passage is None else Kind.REWORD).value)
        cast("TopicField", self.fields["topic"]).queryset = consultation.topics.all()
        if passage is not None:
            self._begin_with(passage)
        if asks_place:
            cast("forms.ChoiceField", self.fields["place"]).choices = [
                (WHOLE_DOCUMENT, _("the whole document")),
                *self._chapters(),
            ]
        else:
            del self.fields["place"]

    def _begin_with(self, passage: PassageText) -> None:
        """Let the reader change the passage's own text, however long it is."""
        text = passage.wording
        wording = cast("PlainTextField", self.fields["wording"])
        wording.limit = max(TEXT_LIMIT, 2 * len(text))
        wording.widget.attrs |= {
            "data-limit": str(wording.limit),
            # By it the browser tells what was typed from what stood there, and shows the difference.
            "data-original": text,
            "lang": ORIGINAL,
            "rows": min(max(4, len(text) // 50 + 1), 14),
        }
        if current_language() != ORIGINAL:
            wording.help_text = _(
                "This is the Polish text of the passage, because only that text is binding. Change it here, in place."
            )
        if not self.initial.get("wording"):
            self.initial["wording"] = text

    def _chapters(self) -> list[tuple[str, str]]:
        chapters = [] if self.version is None else self.version.chapters.order_by("number")
        return [
            (str(one.number), _("chapter %(number)s. %(title)s") % {"number": one.number, "title": one.text("title")})
            for one in chapters
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "kind" in self.errors:
            return data
        kind = data.get("kind")
        if not kind:
            return self._clean_without_kind(data)
        # What the kind does not ask for does not count, so it cannot be wrong either.
        for name in {"wording", "addition"} - {NEEDED.get(kind, ("",))[0]}:
            self.errors.pop(name, None)
            data[name] = ""
        if kind not in NEEDED:
            return data
        name, sentence = NEEDED[kind]
        if name not in self.errors and not data.get(name):
            self.add_error(name, sentence)
        elif kind == Kind.REWORD and name not in self.errors and self._is_unchanged(data["wording"]):
            self.add_error(
                "wording", _("You have not changed the text yet. Change it, or choose above what else you want to do.")
            )
        return data

    def _clean_without_kind(self, data: dict[str, Any]) -> dict[str, Any]:
        if self._is_unchanged(data.get("wording", "")):
            data["wording"] = ""
        faulty = {"change", "wording"} & self.errors.keys()
        if not faulty and not data.get("change") and not data.get("wording"):
            self.add_error("change", _("Write what should change, or the wording you propose."))
        return data

    def _is_unchanged(self, wording: str) -> bool:
        return self.passage is not None and wording.split() == normalise(self.passage.wording).split()

    @property
    def keeps_own_words(self) -> bool:
        """Whether the field for one's own words is shown for every kind: there is something in it already."""
        return bool(self["change"].value())

    @property
    def chosen_chapter(self) -> ChapterText | None:
        """The chapter chosen under ``place``, or none for the whole document. Only for a valid form."""
        place = self.cleaned_data.get("place", WHOLE_DOCUMENT)
        if self.version is None or place == WHOLE_DOCUMENT:
            return None
        return self.version.chapters.select_related("chapter").get(number=int(place))

    @staticmethod
    def texts_of(kept: BasketRemark | Remark) -> dict[str, Any]:
        """The initial values with which a remark is edited: every field as it was filled in."""
        is_addition = kept.kind == Kind.ADD
        return {
            "kind": kept.kind,
            "change": kept.change,
            "wording": "" if is_addition else kept.wording,
            "addition": kept.wording if is_addition else "",
            "reason": kept.reason,
            "topic": kept.topic_id,
            "district": kept.district_id,
        }

    def remark(self, *, passage: Any = None, chapter: Any = None) -> NewRemark:
        """The remark as typed, for that passage and chapter. Only for a valid form."""
        data = self.cleaned_data
        return NewRemark(
            chosen_kind=Kind(data["kind"]) if data["kind"] else None,
            change=data["change"],
            wording=data["addition"] if data["kind"] == Kind.ADD else data["wording"],
            reason=data["reason"],
            passage=passage,
            chapter=chapter,
            version=self.version,
            topic=data.get("topic"),
            district=data.get("district"),
        )


class BasketLinkForm(forms.Form):
    """Where the link to the unsent remarks goes."""

    link_email = EmailTextField(
        label=gettext_lazy("E-mail address"),
        limit=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Write the e-mail address to which the link should go.")},
    )


class SenderForm(forms.Form):
    """Who sends. The consultation says which fields it requires; the others may stay empty."""

    sender_kind = forms.ChoiceField(
        label=gettext_lazy("I send this"),
        choices=[
            (Submission.SenderKind.PERSON.value, gettext_lazy("for myself")),
            (Submission.SenderKind.ORGANISATION.value, gettext_lazy("for an organisation")),
        ],
        widget=forms.RadioSelect,
        initial=Submission.SenderKind.PERSON.value,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the two.")},
    )
    name = PlainTextField(
        label=gettext_lazy("Name and surname, or the organisation's name"),
        help_text=gettext_lazy("We never publish a person's name. An organisation's name is public."),
        limit=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    representative = PlainTextField(
        label=gettext_lazy("Who acts for the organisation"),
        help_text=gettext_lazy("Only if you send for an organisation."),
        limit=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailTextField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("We send a copy and our answers there."),
        limit=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = PlainTextField(
        label=gettext_lazy("Phone"), limit=40, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )
    address = PlainTextField(
        label=gettext_lazy("Postal address"),
        limit=300,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    district = forms.ModelChoiceField(
        label=gettext_lazy("Your district"),
        help_text=gettext_lazy("It helps us to see from which parts of the city remarks come."),
        queryset=District.objects.all(),
        empty_label=pgettext_lazy("district", "none chosen"),
        error_messages={"invalid_choice": gettext_lazy("There is no such district. Choose one from the list.")},
    )

    MISSING = {
        IdentityField.NAME: gettext_lazy("Write your name and surname, or the organisation's name."),
        IdentityField.REPRESENTATIVE: gettext_lazy("Write who acts for the organisation."),
        IdentityField.EMAIL: gettext_lazy("Write your e-mail address."),
        IdentityField.PHONE: gettext_lazy("Write your phone number."),
        IdentityField.ADDRESS: gettext_lazy("Write your postal address."),
        IdentityField.DISTRICT: gettext_lazy("Choose your district."),
    }

    def __init__(self, *args: Any, consultation: Consultation, online: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consultation = consultation
        requires = consultation.requires_online if online else consultation.requires
        if online and consultation.asks_confirmation:
            self.fields["email"].help_text = ngettext(
                "We send a copy and our answers there. Confirm the address within %(hours)d hour after sending.",
                "We send a copy and our answers there. Confirm the address within %(hours)d hours after sending.",
                consultation.confirmation_hours,
            ) % {"hours": consultation.confirmation_hours}
        for name, sentence in self.MISSING.items():
            field = self.fields[name.value]
            field.required = requires(name)
            field.error_messages["required"] = sentence
        # Persons act for themselves: required of organisations only.
        self.fields["representative"].required = False
        self.fields["representative"].needed_sometimes = consultation.requires(  # type: ignore[attr-defined]
            IdentityField.REPRESENTATIVE
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        is_organisation = data.get("sender_kind") == Submission.SenderKind.ORGANISATION
        representative = data.get("representative")
        if is_organisation and representative == "" and self.consultation.requires(IdentityField.REPRESENTATIVE):
            self.add_error("representative", ValidationError(self.MISSING[IdentityField.REPRESENTATIVE], "required"))
        if not is_organisation and representative and "sender_kind" not in self.errors:
            self.add_error(
                "representative", _("You send this for yourself. Choose “for an organisation” or clear this field.")
            )
        return data

    @classmethod
    def typed_in(cls, post: QueryDict) -> dict[str, Any]:
        """What was typed so far, as values to show again without judging them."""
        typed = {name: post.get(name, "") for name in cls.base_fields}
        return typed | {"sender_kind": typed["sender_kind"] or Submission.SenderKind.PERSON.value}

    @staticmethod
    def values_of(basket: Basket) -> dict[str, Any]:
        """What the basket knows of its sender, as the form's values."""
        return {
            "sender_kind": basket.sender_kind,
            "name": basket.name,
            "representative": basket.representative,
            "email": basket.email,
            "phone": basket.phone,
            "address": basket.address,
            "district": basket.district_id,
        }

    def sender(self) -> Sender:
        """The sender as typed, with the page's language as that of the notices. Only for a valid form."""
        data = self.cleaned_data
        return Sender(
            kind=Submission.SenderKind(data["sender_kind"]),
            name=data["name"],
            representative=data["representative"],
            email=data["email"],
            phone=data["phone"],
            address=data["address"],
            district=data["district"],
            language=current_language(),
        )
