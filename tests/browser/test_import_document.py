"""A coordinator brings in the nasty DOCX, describes its pictures, saves, publishes; a resident reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import jobs
from accounts.roles import Role
from consultations.models import Draft, DraftVersion
from tests import factories
from tests.browser.hands import say
from tests.consultations.importing.documents import nasty_docx

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_document_becomes_a_version_that_residents_read(visit, axe, sign_in_to, tmp_path: Path):
    consultation = factories.consultation_with_draft(slug="plan")
    draft = Draft.objects.get(consultation=consultation)
    file = tmp_path / "plan.docx"
    file.write_bytes(nasty_docx())
    page = visit("/")
    sign_in_to(page, factories.person(Role.COORDINATOR))

    page.goto(f"/biurko/projekty/{draft.pk}/import/")
    assert axe(page) == []
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name=say("Read the document")).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    jobs.run_due(now=timezone.now())

    # The page shows the preview by itself when the work is done.
    expect(page.get_by_role("heading", name=say("What could not be kept"))).to_be_visible(timeout=15_000)
    expect(page.get_by_text("1.1", exact=True)).to_be_visible()
    assert axe(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 900})

    save = page.get_by_role("button", name=say("Save as version %(number)s") % {"number": 2})
    save.click()
    expect(page.get_by_role("alert")).to_contain_text(
        say("A picture has no description yet. Say what it shows, or mark it as mere decoration.")
    )
    for field in page.locator("textarea[name^=alt-]").all():
        field.fill("Plan miasta")
    page.get_by_role("button", name=say("Save the descriptions")).click()
    expect(page.get_by_text(say("Every picture is described."))).to_be_visible()
    save.click()
    page.get_by_role("button", name=say("Publish version %(number)s now") % {"number": 2}).click()
    page.wait_for_url("**/biurko/projekty/")
    assert axe(page) == []
    assert DraftVersion.objects.get(number=2).published_at is not None

    resident = visit("/konsultacje/plan/projekt/1/")
    expect(resident.get_by_text("Mieszkańcy wszyscy chcą parków.")).to_be_visible()
    resident.goto("/konsultacje/plan/projekt/2/")
    expect(resident.get_by_role("img", name="Plan miasta").first).to_be_visible()
    for image in resident.locator("img").all():
        image.scroll_into_view_if_needed()  # pictures further down are fetched when they come near
        expect(image).not_to_have_js_property("naturalWidth", 0)
