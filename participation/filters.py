"""What a reader asked the list of events for, read from the address. Whatever is unknown does not narrow the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils.translation import gettext

from lublin2030.lib.choices import Choice
from participation.models import District, Event
from participation.querysets import EventQuerySet
from stages.models import Stage

COMING = "nadchodzace"
PAST = "minione"


@dataclass(frozen=True)
class EventFilters:
    """The filters of ``/wydarzenia/``; ``stages`` and ``districts`` are those that can be chosen."""

    kind: str = ""
    stage: Stage | None = None
    district: District | None = None
    when: str = ""
    stages: list[Stage] = field(default_factory=list)
    districts: list[District] = field(default_factory=list)

    @classmethod
    def read(cls, params: Mapping[str, str]) -> EventFilters:
        """The filters of an address's parameters. Two queries: what can be chosen decides what is known."""
        stages = list(Stage.objects.of_main_process())
        districts = list(District.objects.all())
        kind, when = params.get("rodzaj", ""), params.get("kiedy", "")
        return cls(
            kind=kind if kind in Event.Kind.values else "",
            stage={str(stage.number): stage for stage in stages}.get(params.get("etap", "")),
            district={district.slug: district for district in districts}.get(params.get("dzielnica", "")),
            when=when if when in {COMING, PAST} else "",
            stages=stages,
            districts=districts,
        )

    @property
    def any(self) -> bool:
        return bool(self.kind or self.stage or self.district or self.when)

    def chosen(self) -> EventQuerySet:
        """The public events of the kind, the stage and the district, whenever they are, with what a list shows."""
        return Event.objects.public().matching(kind=self.kind, stage=self.stage, district=self.district).for_list()

    def query(self, *, when: str | None = None) -> str:
        """These filters as the beginning of an address's query, ready for one more parameter."""
        values = {
            "rodzaj": self.kind,
            "etap": str(self.stage.number) if self.stage else "",
            "dzielnica": self.district.slug if self.district else "",
            "kiedy": self.when if when is None else when,
        }
        text = urlencode({name: value for name, value in values.items() if value})
        return f"{text}&" if text else ""

    def kind_choices(self) -> list[Choice]:
        return [Choice(kind.value, str(kind.label), kind == self.kind) for kind in Event.Kind]

    def stage_choices(self) -> list[Choice]:
        return [
            Choice(str(stage.number), f"{stage.roman}. {stage.text('short_title')}", stage == self.stage)
            for stage in self.stages
        ]

    def district_choices(self) -> list[Choice]:
        return [Choice(one.slug, one.name, one == self.district) for one in self.districts]

    def when_choices(self) -> list[Choice]:
        return [
            Choice(COMING, gettext("coming"), self.when == COMING),
            Choice(PAST, gettext("past"), self.when == PAST),
        ]
