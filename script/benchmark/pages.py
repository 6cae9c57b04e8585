"""How long one process takes to make each page anew, without a server and without kept pages."""

from __future__ import annotations

import json
import statistics
import time

from django.conf import settings
from django.test import Client

PAGES = {
    "front page": "/",
    "stage": "/etapy/6/",
    "draft chapter": "/konsultacje/bench/projekt/3/",
    "register": "/konsultacje/bench/uwagi/?after=100000",
    "summary": "/podsumowanie/bench/",
}
TIMES = 25


def milliseconds() -> dict[str, float]:
    """The median wall time of each page in milliseconds."""
    settings.PAGE_CACHE_SECONDS = 0
    # It would look through all static files for every client.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]
    client = Client()
    taken: dict[str, float] = {}
    for name, address in PAGES.items():
        client.get(address, headers={"host": "127.0.0.1"})
        times = []
        for _ in range(TIMES):
            start = time.perf_counter()
            answer = client.get(address, headers={"host": "127.0.0.1"})
            times.append(time.perf_counter() - start)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}.")
        taken[name] = statistics.median(times) * 1000
    return taken


def main() -> None:
    """Print the times as JSON."""
    print(json.dumps(milliseconds()))
