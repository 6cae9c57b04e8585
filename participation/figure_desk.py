"""The map of the districts in the desk's menu: a page to go to, nothing waits there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lublin2030.lib.desk import Queue, register_queue
from participation.permissions import may_draw_the_map


def register_map_queue() -> None:
    """Called once when the app starts."""
    register_queue(
        Queue(
            name="map",
            label=_("Map"),
            url_name="desk:map",
            may_see=may_draw_the_map,
            order=95,
            empty=_("Borders of the districts for the public map."),
            is_work=False,
        )
    )
