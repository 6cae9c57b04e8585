"""What a list of voices is asked for, read from the address. Whatever is unknown does not narrow the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils.translation import gettext

from lublin2030.lib.choices import Choice
from participation.models import District, Event, Theme, Voice
from participation.querysets import VoiceQuerySet

WAITING = "new"
EVERY = "wszystkie"


@dataclass(frozen=True)
class VoiceFilters:
    """The filters of ``/glosy/`` and of the desk's ``/biurko/glosy/``; ``state`` is the desk's alone.

    ``at_first`` is the state where none is asked for.
    """

    theme: Theme | None = None
    district: District | None = None
    channel: str = ""
    event: Event | None = None
    state: str = ""
    at_first: str = ""
    themes: list[Theme] = field(default_factory=list)
    districts: list[District] = field(default_factory=list)

    @classmethod
    def read(cls, params: Mapping[str, str], *, of_desk: bool = False, at_first: str = WAITING) -> VoiceFilters:
        """The filters of an address's parameters. Two queries, three where an event is named.

        At the desk voices wait to be read unless another state is asked for; hidden events count there.
        """
        themes, districts = list(Theme.objects.select_related("process")), list(District.objects.all())
        channel, state, slug = params.get("kanal", ""), params.get("stan", ""), params.get("wydarzenie", "")
        events = Event.objects.all() if of_desk else Event.objects.public()
        return cls(
            theme={theme.slug: theme for theme in themes}.get(params.get("temat", "")),
            district={district.slug: district for district in districts}.get(params.get("dzielnica", "")),
            channel=channel if channel in Voice.Channel.values else "",
            event=events.filter(slug=slug).first() if slug and "\x00" not in slug else None,
            state=(state if state in {*Voice.State.values, EVERY} else at_first) if of_desk else "",
            at_first=at_first if of_desk else "",
            themes=themes,
            districts=districts,
        )

    def narrow(self, voices: VoiceQuerySet) -> VoiceQuerySet:
        """The voices that match."""
        state = "" if self.state == EVERY else self.state
        return voices.matching(
            theme=self.theme, district=self.district, channel=self.channel, event=self.event, state=state
        )

    @property
    def any(self) -> bool:
        return bool(self.theme or self.district or self.channel or self.event or self.state != self.at_first)

    def query(self) -> str:
        """These filters as the beginning of an address's query, ready for one more parameter."""
        values = {
            "temat": self.theme.slug if self.theme else "",
            "dzielnica": self.district.slug if self.district else "",
            "kanal": self.channel,
            "wydarzenie": self.event.slug if self.event else "",
            "stan": "" if self.state == self.at_first else self.state,
        }
        text = urlencode({name: value for name, value in values.items() if value})
        return f"{text}&" if text else ""

    def theme_choices(self) -> list[Choice]:
        return [Choice(one.slug, one.text("name").value, one == self.theme) for one in self.themes]

    def district_choices(self) -> list[Choice]:
        return [Choice(one.slug, one.name, one == self.district) for one in self.districts]

    def channel_choices(self) -> list[Choice]:
        return [Choice(one.value, str(one.label), one == self.channel) for one in Voice.Channel]

    def state_choices(self) -> list[Choice]:
        states = [Choice(one.value, str(one.label), one == self.state) for one in Voice.State]
        return [*states, Choice(EVERY, gettext("in every state"), self.state == EVERY)]
