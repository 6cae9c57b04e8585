"""Bring in borders of the districts, show them on the map, and go back to tiles."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from lublin2030.lib.plaintext import normalise
from participation.borders.drawing import draw
from participation.borders.geometry import TooTangled
from participation.borders.reading import read_borders
from participation.borders.simplifying import TooManyPoints, count_points, simplify_to
from participation.errors import BordersChanged, BordersUnusable, NotPermitted
from participation.models import BorderSet, District
from participation.permissions import may_draw_the_map

MOST_POINTS_SHOWN = 4_000  # some 30 kB of drawing, half of it packed
TOLERANCE = 50.0  # decimetres; a unit of the drawing


def bring_in_borders(
    data: bytes, *, source: str, by: User, named_by: str = "", now: dt.datetime | None = None
) -> BorderSet:
    """Keep the file's borders, simplified, for a preview; the map does not change. The file itself is not kept.

    ``named_by``: the property that holds the districts' names, empty to look for it. Raises NotPermitted, and
    BordersUnusable with the reason.
    """
    if not may_draw_the_map(by):
        raise NotPermitted
    read = read_borders(data, named_by=named_by.strip(), districts=list(District.objects.all()))
    try:
        shapes = simplify_to(read.shapes, most_points=MOST_POINTS_SHOWN, tolerance=TOLERANCE)
    except (TooTangled, TooManyPoints) as error:
        raise BordersUnusable("tangled") from error
    drawing = draw(shapes)
    return BorderSet.objects.create(
        source=normalise(source),
        outlines=drawing.outlines,
        width=drawing.width,
        height=drawing.height,
        points_read=read.points,
        points_kept=count_points(shapes),
        brought_at=now or timezone.now(),
        brought_by=by,
    )


def publish_borders(borders: BorderSet, *, by: User, now: dt.datetime | None = None) -> None:
    """Draw the map with these borders instead of tiles or of others. Those that are public already stay so.

    Raises NotPermitted, and BordersChanged when a colleague has published others at the same moment.
    """
    if not may_draw_the_map(by):
        raise NotPermitted
    now = now or timezone.now()
    try:
        with transaction.atomic():
            others = BorderSet.objects.filter(state=BorderSet.State.PUBLIC).exclude(pk=borders.pk)
            others.update(state=BorderSet.State.RETIRED, retired_at=now)
            waiting = BorderSet.objects.filter(pk=borders.pk).exclude(state=BorderSet.State.PUBLIC)
            waiting.update(state=BorderSet.State.PUBLIC, published_at=now, published_by=by, retired_at=None)
    except IntegrityError as error:
        raise BordersChanged from error
    borders.refresh_from_db()


def back_to_tiles(*, by: User, now: dt.datetime | None = None) -> bool:
    """Draw the map with tiles again; whether borders were shown. Raises NotPermitted."""
    if not may_draw_the_map(by):
        raise NotPermitted
    public = BorderSet.objects.filter(state=BorderSet.State.PUBLIC)
    return bool(public.update(state=BorderSet.State.RETIRED, retired_at=now or timezone.now()))
