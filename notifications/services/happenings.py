"""Notice what became public and write it down, once each (docs/adr/0033)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from notifications.models import Happening, Sighting, Watch
from notifications.sources import Fact, Look, moments, sighted


@transaction.atomic
def record_happenings(*, now: dt.datetime | None = None) -> int:
    """Look at the portal and write down what is new since the last look; how many happenings there are.

    Any number may run at once: the row of ``Watch`` is held, so they look one after the other, and each fact has its
    key. The first look of all takes the portal as it is: nothing that was public before is told, but a consultation
    that has just opened or closes soon. About fifteen queries, however many followers there are.
    """
    now = now or timezone.now()
    Watch.objects.get_or_create(pk=1)
    watch = Watch.objects.select_for_update().get(pk=1)
    if watch.looked_at is not None and watch.looked_at > now:
        return 0  # another worker has looked since
    look = Look(now=now, began_at=watch.began_at or now, looked_at=watch.looked_at)
    facts = [*moments(look), *_changes(look)]
    written = _write(facts, look)
    watch.began_at, watch.looked_at = look.began_at, now
    watch.save()
    return written


def _changes(look: Look) -> list[Fact]:
    """What differs from the last look, which is remembered as it is now. At the first look nothing does."""
    before = {one.record: one for one in Sighting.objects.all()}
    known = frozenset(before)
    facts: list[Fact] = []
    new: list[Sighting] = []
    changed: list[Sighting] = []
    for seen in sighted(look, known):
        old = before.get(seen.record)
        if old is None:
            new.append(Sighting(record=seen.record, facts=seen.facts))
            if look.looked_at is not None:
                facts += seen.told(None, 0)
        elif old.facts != seen.facts:
            revision = old.revision + 1
            facts += seen.told(old.facts, revision)
            old.facts, old.revision = seen.facts, revision
            changed.append(old)
    Sighting.objects.bulk_create(new)
    Sighting.objects.bulk_update(changed, ["facts", "revision"], batch_size=200)
    return facts


def _write(facts: Iterable[Fact], look: Look) -> int:
    """Write the facts whose keys are new and that concern anything, in the order in which they happened."""
    told = [fact for fact in facts if any(fact.targets.values())]
    known = set(Happening.objects.filter(key__in=[fact.key for fact in told]).values_list("key", flat=True))
    new = sorted((fact for fact in told if fact.key not in known), key=lambda fact: fact.at)
    for fact in new:
        # One by one: a database may give the ids of one statement in any order.
        Happening.objects.create(
            key=fact.key,
            kind=fact.kind,
            occurred_at=_noticed_at(fact, look),
            recorded_at=look.now,
            context=fact.context,
            is_demonstration=fact.is_demonstration,
            **{f"{name}_id": key for name, key in fact.targets.items()},
        )
    return len(new)


def _noticed_at(fact: Fact, look: Look) -> dt.datetime:
    """The fact's moment; of one that became public with an earlier date since the last look, this look's."""
    return look.now if look.looked_at is not None and fact.at <= look.looked_at else fact.at
