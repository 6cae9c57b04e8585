"""How long a report takes and how much memory: its content, each of its formats, its pages. Each step by itself.

Run it as ``script/bench report``; a step is one process, so that its memory is its own.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable

import django

STEPS = ["content", "pdf", "docx", "xlsx", "csv", "json", "page", "table"]
DATA = ["content", "xlsx", "csv", "json"]  # what is measured at sizes of which no document is made


def main(step: str) -> None:
    """Do one step on the consultation ``bench`` and print its seconds and its peak of memory."""
    django.setup()
    from django.utils import translation

    begun = time.perf_counter()
    with translation.override("pl"):
        told = _steps()[step]()
    seconds = time.perf_counter() - begun
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    apart = f", typesetter {child:.0f} MB" if step == "pdf" else ""
    print(f"  {step:<8}{seconds:8.1f} s   peak memory {own:5.0f} MB{apart}   {told}", flush=True)


def _steps() -> dict[str, Callable[[], str]]:
    from summaries.reports.files import DATA as WRITERS
    from summaries.reports.files import DOCUMENTS

    steps: dict[str, Callable[[], str]] = {
        "content": _content,
        "page": lambda: _get(""),
        "table": lambda: _get("uwagi/1/"),
    }
    steps |= {format: lambda format=format: _data(format) for format in WRITERS}  # type: ignore[misc]
    steps |= {format: lambda format=format: _document(format) for format in DOCUMENTS}  # type: ignore[misc]
    return steps


def _content() -> str:
    from django.utils import timezone

    from consultations.models import Consultation
    from summaries.models import ConsultationReport
    from summaries.reports.services import take_snapshot

    now = timezone.now()
    report = ConsultationReport.objects.create(consultation=Consultation.objects.get(slug="bench"), made_at=now)
    return f"{take_snapshot(report).row_count:,} remarks"


def _data(format: str) -> str:
    from summaries.models import ConsultationReport
    from summaries.reports.files import DATA as WRITERS

    with tempfile.TemporaryFile() as written:
        WRITERS[format](ConsultationReport.objects.get(), written)
        return f"{written.tell() / 1e6:.1f} MB"


def _document(format: str) -> str:
    from summaries.models import ConsultationReport
    from summaries.reports.files import DOCUMENTS
    from summaries.reports.volumes import volumes_of

    report = ConsultationReport.objects.get()
    sizes = [len(DOCUMENTS[format](report, volume)) for volume in volumes_of(report)]
    return f"{len(sizes)} volume(s), {sum(sizes) / 1e6:.1f} MB"


def _get(page: str) -> str:
    """A page of the draft, as the desk shows it; the public page of a frozen report is the same."""
    from django.conf import settings
    from django.contrib.auth.models import Group
    from django.test import Client

    from accounts.models import User
    from accounts.roles import Role

    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]
    user, _created = User.objects.get_or_create(email="bench@example.org")
    user.groups.add(Group.objects.get(name=Role.COORDINATOR.value))
    client = Client()
    client.force_login(user)
    answer = client.get(f"/biurko/sprawozdania/bench/projekt/{page}", headers={"host": "127.0.0.1"})
    return f"{answer.status_code}, {len(answer.content) / 1000:.0f} kB"


if __name__ == "__main__":
    main(sys.argv[1])
