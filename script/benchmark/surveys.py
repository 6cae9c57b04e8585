"""How long the results of a survey take with 100 answers and with 10,000, given through the portal's own services."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

import django

FEW, MANY = 100, 10_000
ROUNDS = 30


def main() -> None:
    """Print the seconds of answering, the milliseconds of the page at both sizes, and their ratio."""
    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from lublin2030.loading import base, current, surveys
    from participation.models import District, Survey
    from participation.services.surveys.answering import AGE, DISTRICT, begin_answer, keep_answers, send_answer

    settings.PAGE_CACHE_SECONDS = 0
    # It would look through all static files for every client.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]
    now = timezone.now()
    base.load()
    current.load(now=now)  # the process to which the survey belongs
    surveys.load(now=now)
    survey = Survey.objects.get(seed_key=surveys.SURVEY)
    districts = list(District.objects.values_list("slug", flat=True))
    rng, client = random.Random(2030), Client(HTTP_HOST="127.0.0.1")

    def answer() -> None:
        typed: dict[str, Any] = {
            "czesto": rng.choice("12"), "jak": rng.choice("1234"), "zadowolenie": str(rng.randint(0, 10)),
            "stan": {row: rng.choice("123") for row in "1234"}, "brakuje": rng.sample("123456", 2),
            "kolejnosc": dict(zip("123", rng.sample("123", 3), strict=True)), "pomoc": "3",
            DISTRICT: rng.choice(districts), AGE: rng.choice(["15_24", "25_39", "40_59", "60_74"]),
        }  # fmt: skip
        draft = begin_answer(survey, language="pl", now=now)
        keep_answers(draft, typed=typed, page=1, now=now)
        send_answer(draft, now=now)

    # Groups are compared only after closing; answers go on coming with the moment before it.
    Survey.objects.filter(pk=survey.pk).update(closes_at=timezone.now())

    def milliseconds(query: str) -> float:
        taken = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            page = client.get(f"/ankiety/{survey.slug}/wyniki/{query}")
            taken.append((time.perf_counter() - start) * 1000)
            if page.status_code != 200:
                raise RuntimeError(f"The results answered {page.status_code}.")
        return statistics.median(taken[3:])

    given = Survey.objects.get(pk=survey.pk).answer_count
    pages = {"all together": "", "by district": "?przekroj=dzielnica"}
    of_page: dict[str, dict[int, float]] = {name: {} for name in pages}
    for size in (FEW, MANY):
        start = time.perf_counter()
        for _ in range(size - given):
            answer()
        seconds, added, given = time.perf_counter() - start, size - given, size
        print(f"  {size:>6,} answers: {added / seconds:.0f} a second", flush=True)
        for name, query in pages.items():
            of_page[name][size] = milliseconds(query)
    for name, taken in of_page.items():
        ratio = taken[MANY] / taken[FEW]
        print(
            f"  results {name}: {taken[FEW]:.1f} ms of {FEW}, {taken[MANY]:.1f} ms of {MANY:,} answers;"
            f" {ratio:.2f} (aim at most 1.5)",
            flush=True,
        )


if __name__ == "__main__":
    main()
