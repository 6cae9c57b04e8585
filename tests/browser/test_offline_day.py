"""A day without network: 300 cards, a closed tab, a server that dies while they are sent; each is there once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.roles import Role
from participation.models import Event
from tests.browser import field
from tests.factories import EventFactory, person
from tests.ops.conftest import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

BY_FORM = 20
CARDS = 300


def texts_of(portal: field.PortalProcess) -> list[str]:
    return sorted(text for (text,) in portal.rows("SELECT text FROM participation_voice"))


def test_an_offline_day(chromium: Browser, tmp_path: Path) -> None:
    EventFactory(kind=Event.Kind.MOBILE_POINT, starts_at=timezone.now(), title="Punkt przy fontannie")
    session = field.session_of(person(Role.EXPERT))
    written = [f"Karta {number}: więcej cienia." for number in range(CARDS)]
    with field.portal_process(tmp_path) as portal:
        context = chromium.new_context(base_url=portal.url, locale="pl-PL", reduced_motion="reduce")
        field.sign_in(context, portal.url, session)
        page = context.new_page()
        field.prepare(page)

        context.set_offline(True)
        page.reload()  # even so the page is there
        field.unlock(page)
        for _press in range(3):
            page.locator("#plus").click()
        page.locator("#minus").click()
        expect(page.locator("#people")).to_have_text("2")
        field.go_to(page, "card")
        for text in written[:BY_FORM]:
            field.write_card(page, text)
        field.write_many(page, written[BY_FORM:])
        page.close()

        page = context.new_page()
        field.unlock(page)
        expect(page.locator("#queue_badge")).to_have_text(str(CARDS))
        expect(page.locator("#people")).to_have_text("2")
        assert texts_of(portal) == []

        context.set_offline(False)
        wait_until(lambda: len(texts_of(portal)) > 0, "the first cards arrive", seconds=20)
        portal.kill()
        assert 0 < len(texts_of(portal)) < CARDS
        portal.start()
        expect(page.locator("#queue_badge")).to_have_text("0", timeout=30_000)

        assert texts_of(portal) == sorted(written)
        assert portal.rows("SELECT count(*) FROM participation_fielditem WHERE state = 'kept'") == [(CARDS,)]
        wait_until(
            lambda: portal.rows("SELECT plus, minus FROM participation_fieldcount") == [(3, 1)],
            "the headcount arrives",
            seconds=10,
        )
        field.go_to(page, "queue")
        expect(page.locator("#sent_number")).to_have_text(str(CARDS))
        context.close()
