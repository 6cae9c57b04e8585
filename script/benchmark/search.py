"""How long one process takes for a search in the register, over a mix of queries, without a server and kept pages."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Max
from django.test import Client

from consultations.models import Remark
from consultations.models.remarks import POSITION_STEP
from script.benchmark.register import SENTENCES, vocabulary

ADDRESS = "/konsultacje/bench/uwagi/?"
EACH = 40


def queries(rng: random.Random) -> Iterator[tuple[str, dict[str, str]]]:
    """What readers ask for: words of every frequency, alone and together, with filters, orders and further pages."""
    words = [word for word in vocabulary() if len(word) > 3]
    ranges = {"frequent": words[5:60], "middle": words[200:900], "seldom": words[1500:]}
    last = Remark.objects.aggregate(last=Max("position"))["last"] or POSITION_STEP
    for _ in range(EACH):
        for name, among in ranges.items():
            word = rng.choice(among)
            yield name, {"q": word}
            yield f"{name}, a chapter", {"q": word, "rozdzial": str(rng.randint(1, 6))}
            yield f"{name}, further on", {"q": word, "after": str(rng.randrange(last))}
        yield "a name", {"q": f"nazwisko{rng.randrange(0, SENTENCES, 10)}"}
        yield "nothing", {"q": f"niemataki{rng.randrange(10**6)}"}
        yield "a number", {"q": f"{rng.randint(1, last // POSITION_STEP)}.1"}
        yield "two words", {"q": f"{rng.choice(ranges['frequent'])} {rng.choice(ranges['middle'])}"}
        yield "two frequent words", {"q": " ".join(rng.sample(ranges["frequent"], 2))}
        yield "frequent, newest first", {"q": rng.choice(ranges["frequent"]), "sort": "najnowsze"}
        yield "middle, lately answered", {"q": rng.choice(ranges["middle"]), "sort": "odpowiedzi"}


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def milliseconds() -> dict[str, dict[str, float]]:
    """The median and the 95th percentile of the wall time in milliseconds, of all queries and of each kind."""
    settings.PAGE_CACHE_SECONDS = 0
    # It would look through all static files for every client.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]
    client = Client()
    times: dict[str, list[float]] = {}
    for turn, seed in ((0, 1), (1, 2)):  # the first turn warms the dictionary and the database's memory
        for name, parameters in queries(random.Random(seed)):
            start = time.perf_counter()
            answer = client.get(ADDRESS + urlencode(parameters), headers={"host": "127.0.0.1"})
            taken = (time.perf_counter() - start) * 1000
            if answer.status_code != 200:
                raise RuntimeError(f"{parameters} answered {answer.status_code}.")
            if turn:
                times.setdefault("all", []).append(taken)
                times.setdefault(name, []).append(taken)
    return {
        name: {"p50": round(statistics.median(of_one), 1), "p95": round(percentile(of_one, 0.95), 1)}
        for name, of_one in times.items()
    }


def main() -> None:
    """Print the times as JSON."""
    print(json.dumps(milliseconds()))
