"""How long a document of 400 pages takes from bytes to a saved version, and how much memory.

Run it as ``.venv/bin/python -m script.benchmark.imports`` in demonstration mode; all it writes is rolled back.
"""

from __future__ import annotations

import os
import resource
import time

import django


def main() -> None:
    """Print seconds and the peak of memory, of the portal's process and of the converter's."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from tests.consultations.importing.documents import large_docx

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        _measure(large_docx())
    finally:
        connection.close()
        teardown_databases(databases, verbosity=0)


def _measure(data: bytes) -> None:
    from accounts import jobs
    from accounts.roles import Role
    from consultations.models import Draft, DraftImport
    from consultations.services.imports import save_import, start_import
    from tests.factories import ConsultationFactory, person

    draft = Draft.objects.create(consultation=ConsultationFactory(), title="Projekt")
    by = person(Role.COORDINATOR)
    started = start_import(draft, format=DraftImport.Format.DOCX, by=by, data=data, file_name="400.docx")
    begun = time.perf_counter()
    jobs.run_due()
    read = time.perf_counter()
    found = DraftImport.objects.get(pk=started.pk)
    version = save_import(found, revision=found.revision, by=by)
    saved = time.perf_counter()
    words = sum(len(text.split()) for text in version.passages.values_list("wording", flat=True))
    print(f"{version.chapters.count()} chapters, {version.passages.count()} passages, {words} words")
    print(f"read by the worker: {read - begun:.1f} s; saved: {saved - read:.1f} s")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    converter = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory: {own:.0f} MB, converter {converter:.0f} MB")


if __name__ == "__main__":
    main()
