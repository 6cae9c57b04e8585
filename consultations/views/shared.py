"""What reading a consultation and writing to it begin with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.shortcuts import get_object_or_404

from consultations.models import Consultation
from consultations.reading import Clock


def public_consultation(slug: str, now: dt.datetime) -> Consultation:
    """The consultation of that address if the city has published it; 404 otherwise."""
    return get_object_or_404(Consultation.objects.for_reading(now), slug=slug)


def context_of(consultation: Consultation, now: dt.datetime) -> dict[str, Any]:
    """What every page of one consultation shows."""
    return {"section": "consultations", "consultation": consultation, "clock": Clock.at(consultation, now)}
