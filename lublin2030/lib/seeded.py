"""Records that a content file brought in, and how a later load leaves alone what staff have edited since."""

from django.db import models


class SeededModel(models.Model):
    """A record that may come from a content file.

    ``seed_key`` says which entry; a load creates the record when no record has that key and otherwise touches
    nothing, so whatever staff changed stays.
    """

    seed_key = models.CharField(max_length=120, unique=True, null=True, blank=True, editable=False)

    class Meta:
        abstract = True
