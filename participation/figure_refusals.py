"""What the verbs of figures and of the map refuse, in words: what is wrong, and what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from participation import errors

_WORDS: dict[type[errors.ParticipationError], str | Promise] = {
    errors.NotPermitted: _("Your role does not allow this."),
    errors.FigureChanged: _(
        "A colleague has corrected this figure since you opened the page. Nothing of yours was saved. Load the page"
        " again and look at what it says now."
    ),
    errors.FigureInItself: _("A figure cannot be a part of itself. Choose another whole."),
    errors.ReasonMissing: _("Write why it is corrected."),
    errors.BordersChanged: _("A colleague has published other borders at the same moment. Load the page again."),
}
_FAULTS: dict[str, str | Promise] = {
    "empty": _("The file is empty. Choose another."),
    "too_large": _("The file is larger than 20 MB. Export it with fewer points and choose it again."),
    "not_json": _("This is no GeoJSON file. Export the borders as GeoJSON and choose that file."),
    "too_deep": _("This is no GeoJSON file: its parts are nested too deep."),
    "not_a_collection": _("The file is JSON, but no GeoJSON “FeatureCollection”. Export the layer with all districts."),
    "too_many_features": _("The file holds more than 1,000 shapes. Export only the districts."),
    "too_many_points": _("The borders have more than 200,000 points. Simplify them before the export."),
    "geometry": _("A shape is empty or no polygon. Mend it and export the file again:"),
    "not_degrees": _("The coordinates are not degrees. Export in WGS 84 (EPSG:4326):"),
    "exchanged": _("Longitude and latitude are exchanged. GeoJSON begins with the longitude:"),
    "outside": _("A shape does not lie in Lublin:"),
    "crossing": _("A border crosses itself. Mend it and export the file again:"),
    "tangled": _("The borders are too tangled to be checked. Simplify them before the export."),
    "no_names": _("No property of the file holds the districts' names. Name the right one, or add it to the file."),
    "unknown_names": _("These shapes are no district that we know. Change their names or leave them out:"),
    "missing": _("These districts are missing in the file:"),
}


def words_of(error: errors.ParticipationError) -> str:
    """The refusal in the reader's words; of a file also which shapes it is about."""
    if isinstance(error, errors.BordersUnusable):
        names = ", ".join(name for name in error.names if name)
        return f"{_FAULTS[error.fault]} {names}".strip()
    return str(_WORDS[type(error)])


def status_of(error: errors.ParticipationError) -> int:
    """400 for a file that cannot be used or a text that is missing, 403 for a role, 409 for the rest."""
    if isinstance(error, errors.BordersUnusable | errors.ReasonMissing | errors.FigureInItself):
        return 400
    return 403 if isinstance(error, errors.NotPermitted) else 409
