"""A resident adds a file on a phone, a wrong one first; staff make it public; anybody downloads it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.roles import Role
from consultations.models import Attachment
from tests import factories
from tests.browser.hands import say
from tests.files_made import pdf

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_wrong_file_then_a_right_one_sent_published_and_downloaded(visit, sign_in_to, axe, tmp_path):
    now = timezone.now()
    consultation = factories.consultation_with_draft(
        slug="pliki", opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=10), published_at=now
    )
    wrong, right = tmp_path / "mapa.pdf", tmp_path / "Uwagi Kowalskiego.docx"
    wrong.write_bytes(b"MZ nie PDF")
    right.write_bytes(pdf())

    page = visit(f"/konsultacje/{consultation.slug}/zglos/uwaga/?fragment=f1", width=360, javascript=False)
    page.locator("input[type=radio][name=kind][value=general]").check()
    page.get_by_label(say("Your remark or question")).fill("Więcej drzew.")
    page.get_by_role("button", name=say("Add to my submission")).click()
    page.goto(f"/konsultacje/{consultation.slug}/zglos/")
    name = page.get_by_label(say("Name and surname, or the organisation's name"))
    name.fill("Anna Przykładowa")

    page.get_by_label(say("Add files")).set_input_files(wrong)
    page.get_by_role("button", name=say("Add the chosen files")).click()
    page.locator("#id_pliki_error").wait_for()
    assert "mapa.pdf" in page.inner_text("#id_pliki_error")
    assert name.input_value() == "Anna Przykładowa"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.get_by_label(say("Add files")).set_input_files(right)
    page.get_by_role("button", name=say("Add the chosen files")).click()
    page.get_by_text("Uwagi Kowalskiego.pdf").first.wait_for()
    assert name.input_value() == "Anna Przykładowa"
    page.locator("#id_email").fill("anna@example.org")
    # Enter in a field goes on, it does not remove the file.
    page.locator("#id_email").press("Enter")
    page.wait_for_url("**/zglos/sprawdz/")
    assert "Uwagi Kowalskiego.pdf" in page.inner_text("main")
    page.get_by_role("button", name=say("Send"), exact=True).click()
    page.wait_for_url("**/potwierdzenie/")
    with page.expect_download() as own:
        page.get_by_role("link", name="Uwagi Kowalskiego.pdf").click()
    assert Path(own.value.path()).read_bytes() == pdf()

    sent = Attachment.objects.get()
    desk = visit("/", width=1280)
    sign_in_to(desk, factories.person(Role.COORDINATOR))
    desk.goto(f"/biurko/zgloszenia/{sent.submission_id}/")
    assert axe(desk) == []
    desk.get_by_role("button", name=say("Make public")).click()
    desk.get_by_role("button", name=say("Make private")).wait_for()

    public = visit(f"/konsultacje/{consultation.slug}/uwagi/1.1/", width=360)
    assert axe(public) == []
    assert "Kowalskiego" not in public.inner_text("main")
    with public.expect_download() as download:
        public.locator(".files a").click()
    assert download.value.suggested_filename == f"zalacznik-1-{consultation.year}-1.pdf"
    assert Path(download.value.path()).read_bytes() == pdf()
