"""Seconds and memory of the worker's look at 100,000 remarks, and what it finds of copies that were planted.

One remark in ten is a near copy of one other (a tenth of its words replaced), two in ten are campaign letters: a
template with words changed here and there and an ending of the sender's own, up to six tenths as long as the letter.
"""

from __future__ import annotations

import itertools
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from math import comb

import django

REMARKS = 100_000
WORDS = (15, 100)
CAMPAIGNS = (20, 200, 2000)  # letters


def planted(rng: random.Random, remarks: int) -> Iterator[tuple[str, int | None]]:
    """Texts, each with the number of the copies it belongs to; None for one that resembles no other."""
    from script.benchmark.register import vocabulary

    words = vocabulary()
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))

    def prose(size: int) -> list[str]:
        return rng.choices(words, cum_weights=weights, k=size)

    def changed(text: list[str], share: float) -> list[str]:
        return [prose(1)[0] if rng.random() < share else word for word in text]

    made, group = 0, 0
    while made < remarks * 7 // 10:
        yield " ".join(prose(rng.randint(*WORDS))), None
        made += 1
    while made < remarks * 8 // 10:
        text = prose(rng.randint(20, 80))
        for copy in (text, changed(text, 0.1)):
            yield " ".join(copy), group
        made, group = made + 2, group + 1
    while made < remarks:
        text = prose(rng.randint(40, 90))
        for _ in range(min(rng.choice(CAMPAIGNS), remarks - made)):
            opening = prose(5) if rng.random() < 0.3 else []
            yield " ".join([*opening, *changed(text, 0.05), *prose(rng.randint(0, len(text) * 6 // 10))]), group
            made += 1
        group += 1


def fill(remarks: int) -> dict[int, int]:
    """The texts as remarks of an empty, migrated portal; for each planted copy, by its key, to which copies it belongs.

    A few have a topic, from which the topics of the others are to be learnt.
    """
    from django.utils import timezone

    from consultations.models import Consultation, DraftVersion, PassageText, Remark, Submission
    from consultations.models.remarks import POSITION_STEP
    from consultations.services.tallies import recount
    from script.benchmark.data import fill as fill_portal

    fill_portal(0)
    consultation = Consultation.objects.get(slug="bench")
    version = DraftVersion.objects.get(draft__consultation=consultation)
    passages = list(PassageText.objects.filter(version=version).values_list("passage_id", "chapter__chapter_id"))
    topics = list(consultation.topics.values_list("pk", flat=True))
    rng, now = random.Random(2030), timezone.now()
    belongs: dict[int, int] = {}
    texts = list(planted(rng, remarks))
    rng.shuffle(texts)
    for first in range(0, len(texts), 5000):
        numbered = list(enumerate(texts[first : first + 5000], start=first + 1))
        sent = Submission.objects.bulk_create(
            Submission(
                consultation=consultation, number=number, verification="proper", received_at=now,
                form_token=f"form-{number}", tracking_token=f"track-{number}",
            )
            for number, _text in numbered
        )  # fmt: skip
        rows = []
        for (number, (text, _group)), submission in zip(numbered, sent, strict=True):
            passage, chapter = rng.choice(passages)
            rows.append(
                Remark(
                    consultation=consultation, submission=submission, ordinal=1, position=number * POSITION_STEP + 1,
                    version=version, target="passage", passage_id=passage, chapter_id=chapter, change=text,
                    text_hash=f"{hash(text) & (1 << 63) - 1:x}", channel="online", received_at=now, changed_at=now,
                    state="proper", topic_id=rng.choice(topics) if rng.random() < 0.1 else None,
                )
            )  # fmt: skip
        for (_number, (_text, group)), remark in zip(numbered, Remark.objects.bulk_create(rows), strict=True):
            if group is not None:
                belongs[remark.pk] = group
    Consultation.objects.filter(pk=consultation.pk).update(last_number=len(texts))
    recount(consultation)
    return belongs


def main() -> None:
    """Print how long the job takes, its peak memory, and precision and recall in pairs of remarks."""
    django.setup()
    from consultations.models import Consultation, GroupMember, TopicSuggestion
    from consultations.services.similar import find_similar

    remarks = int(sys.argv[1]) if len(sys.argv) > 1 else REMARKS
    belongs = fill(remarks)
    consultation = Consultation.objects.get(slug="bench")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    start, worked = time.perf_counter(), time.process_time()
    find_similar({"consultation": consultation.pk}, lambda done, total: None)
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = dict(GroupMember.objects.values_list("remark", "group"))
    sizes = Counter(found.values())
    real = Counter(belongs.values())
    both = Counter((group, belongs[key]) for key, group in found.items() if key in belongs)
    right = sum(comb(size, 2) for size in both.values())
    pairs = [key for key, group in belongs.items() if real[group] == 2 and key in found]
    print(
        f"  {seconds:.0f} s ({worked:.0f} s of this process), peak memory {peak} MB ({before} MB before);"
        f" groups proposed {len(sizes)}, planted {len(real)};"
        f" recall {right / sum(comb(size, 2) for size in real.values()):.4f},"
        f" of copies of one other {len(pairs) / sum(real[group] == 2 for group in belongs.values()):.4f},"
        f" precision {right / max(sum(comb(size, 2) for size in sizes.values()), 1):.4f};"
        f" topics suggested {TopicSuggestion.objects.count()}",
        flush=True,
    )
    start, worked = time.perf_counter(), time.process_time()
    find_similar({"consultation": consultation.pk}, lambda done, total: None)
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    more = GroupMember.objects.count() - len(found)
    print(f"  again: {seconds:.0f} s ({worked:.0f} s of this process), proposed anew {more}", flush=True)


if __name__ == "__main__":
    main()
