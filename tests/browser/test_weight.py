"""A first visit to any public page transfers at most 100 kB compressed, fonts included, from one host."""

from __future__ import annotations

import gzip

import pytest
from django.core.management import call_command

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = 100_000


@pytest.mark.parametrize("language", ["", "/en", "/uk"])
def test_a_first_visit_is_light(chromium, live_server, language):
    call_command("load_lublin2030", "--without-demonstration", verbosity=0)
    consultation = factories.consultation_with_draft(chapters=2, passages=15)
    for _ in range(12):
        factories.submission(consultation, remarks=5)
    pages = {}
    for path in ["/", "/etapy/2/", "/liczby/", "/konsultacje/", *[
        f"/konsultacje/{consultation.slug}/{rest}" for rest in ("", "projekt/1/", "uwagi/", "uwagi/1.1/")
    ]]:  # fmt: skip
        page = chromium.new_context(base_url=live_server.url).new_page()
        parts: dict[str, int] = {}

        def weigh(response, parts=parts):
            body = response.body()
            is_font = response.url.endswith(".woff2")
            parts[response.url] = len(body) if is_font else len(gzip.compress(body))

        page.on("response", weigh)
        page.goto(language + path)
        pages[path] = page, parts
    heavy = {}
    for path, (page, parts) in pages.items():  # after all have been opened, so that their waits are one
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(100)
        assert len(parts) > 3
        if sum(parts.values()) > LIMIT:
            heavy[path] = parts
        page.context.close()
    assert heavy == {}
