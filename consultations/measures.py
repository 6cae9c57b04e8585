"""What consultations let the map of the districts count: remarks."""

from __future__ import annotations

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from consultations.models import Consultation, Remark, Tally
from lublin2030.lib.numbers import grouped
from participation.measures import Measure, Narrowed, register_measure
from participation.querysets import count_by_district, within_days


def _remarks(narrowed: Narrowed) -> dict[int, int]:
    """Of consultations that show their remarks, as their registers have them. Without days from the counters."""
    shown = Consultation.objects.showing_remarks(timezone.now()).order_by()
    if narrowed.stage:
        shown = shown.filter(stage=narrowed.stage)
    days = within_days("received_at", narrowed.first, narrowed.last)
    if days:
        return count_by_district(Remark.objects.filter(consultation__in=shown, **days))
    tallies = Tally.objects.filter(consultation__in=shown, dimension=Tally.Dimension.DISTRICT, remarks__gt=0)
    counted = tallies.exclude(key="").order_by().values_list("key").annotate(total=Sum("remarks"))
    return {int(key): total for key, total in counted}


def _remarks_in_words(count: int) -> str:
    return ngettext("%(number)s remark", "%(number)s remarks", count) % {"number": grouped(count)}


def register_measures() -> None:
    """Called once when the app starts."""
    register_measure(
        Measure(
            "uwagi",
            _("remarks"),
            _("Remarks in consultations, by the district that their author named. Most name none."),
            _remarks,
            _remarks_in_words,
            order=40,
        )
    )
