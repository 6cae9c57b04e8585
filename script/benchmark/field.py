"""Seconds until 1,000 cards of a tablet are on the server, in batches of fifty as the page of the tablets sends them.

Through the whole portal (session, token, JSON) in this process; then all of them once more, as after a connection
that broke before each answer.
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import django

CARDS = 1000
BATCH = 50


def main() -> None:
    """Print the seconds of the first turn and of the second, and what is kept."""
    django.setup()
    from django.test import Client
    from django.utils import timezone

    from accounts.models import User
    from accounts.roles import Role
    from accounts.services import grant_roles
    from lublin2030.lib.quarters import Quarter
    from participation.models import Event, Voice
    from stages.models import Process

    worker = User.objects.create_user("bench@example.org")
    grant_roles(worker, roles=[Role.EXPERT])
    process = Process.objects.create(
        slug="bench", name="Bench", question="?", first_quarter=Quarter(2026, 1), last_quarter=Quarter(2026, 4)
    )
    event = Event.objects.create(
        slug="bench", process=process, kind=Event.Kind.MOBILE_POINT, state=Event.State.HELD, title="Bench",
        starts_at=timezone.now(),
    )  # fmt: skip
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(worker)
    now = round(time.time() * 1000)
    cards = [
        {
            "id": str(uuid.uuid4()), "event": event.pk, "event_title": "Bench", "question": "?", "theme": "",
            "text": f"{number}: więcej cienia i ławek przy przystankach. " * 5, "district": "", "age_band": "25_39",
            "language": "pl", "wording": "transcript", "at": now, "offset": 0,
        }
        for number in range(CARDS)
    ]  # fmt: skip
    batches: list[dict[str, Any]] = [
        {"device": str(uuid.UUID(int=1)), "worker": worker.pk, "device_now": now, "cards": cards[first : first + BATCH],
         "counts": [{"event": event.pk, "event_title": "Bench", "plus": first + 1, "minus": 0}]}
        for first in range(0, CARDS, BATCH)
    ]  # fmt: skip

    def send() -> tuple[float, dict[str, int]]:
        results: dict[str, int] = {}
        start = time.perf_counter()
        for batch in batches:
            answer = client.post("/api/field/sync/", json.dumps(batch), content_type="application/json")
            for item in answer.json()["items"]:
                results[item["result"]] = results.get(item["result"], 0) + 1
        return time.perf_counter() - start, results

    for turn in ("sent", "sent again"):
        seconds, results = send()
        slowest = f"{seconds / len(batches) * 1000:.0f} ms a batch of {BATCH}"
        print(f"  {turn:<12}{seconds:6.2f} s, {slowest}; answers {results}; kept {Voice.objects.count()}", flush=True)


if __name__ == "__main__":
    main()
