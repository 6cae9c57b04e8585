"""What a tablet keeps for a day without network: a page that is the same for everybody, and keys of one worker each."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.roles import Role
from participation.field import shell
from participation.field.keys import derived_key
from participation.field.words import WORDS
from participation.models import Event, FieldKey
from participation.services.field import field_keys, rotate_field_key
from tests.factories import DURING, EventFactory, person
from tests.factories_participation import ThemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def source(name: str) -> str:
    with open(finders.find(name), encoding="utf-8") as file:
        return file.read()


def test_the_page_is_the_same_for_everybody_and_sets_no_cookie(client, sign_in):
    anonymous = Client().get("/teren/")
    sign_in(Role.EDITOR)
    known = client.get("/teren/")
    assert anonymous.content == known.content
    assert not anonymous.cookies


def test_every_word_the_page_asks_for_is_there_and_every_word_is_asked_for(client):
    page = client.get("/teren/").content.decode()
    script = "".join(source(f"js/teren/{name}.js") for name in shell.MODULES)
    asked = set(re.findall(r'data-w(?:-label)?="(\w+)"', page))
    asked |= set(re.findall(r"words\.pl\.(\w+)", source_of_template()))
    said = {key for key in WORDS if f'"{key}"' in script}
    assert asked <= set(WORDS)
    assert set(WORDS) - asked - said == set()


def source_of_template() -> str:
    return (settings.BASE_DIR / "templates/participation/field/page.html").read_text(encoding="utf-8")


def test_the_page_speaks_three_languages(client):
    text = re.search(
        r'<script id="shell" type="application/json">(.*?)</script>', client.get("/teren/").content.decode()
    )
    words = json.loads(text[1])["words"]
    assert {code: set(texts) for code, texts in words.items()} == {code: set(WORDS) for code in ("pl", "en", "uk")}


def test_every_module_and_font_the_page_needs_is_kept(client):
    script = client.get("/teren/sw.js").content.decode()
    kept = json.loads(re.search(r"const FILES = (\[.*?\]);", script)[1])
    needed = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/teren/").content.decode())
    imported = {
        name for module in shell.MODULES for name in re.findall(r'from "\./(\w+)\.js"', source(f"js/teren/{module}.js"))
    }
    assert set(needed) <= set(kept)
    assert imported <= set(shell.MODULES)
    assert {"/teren/", "/teren/manifest.webmanifest"} <= set(kept)
    assert [path for path in kept if client.get(path).status_code != 200] == []


def test_another_release_has_another_name(client, monkeypatch):
    before = client.get("/teren/sw.js").content
    assert client.get("/teren/sw.js").content == before
    monkeypatch.setitem(WORDS, "title", "Other")
    assert client.get("/teren/sw.js").content.split(b"\n")[0] != before.split(b"\n")[0]


def test_the_worker_may_answer_for_its_own_page_only(client):
    answer = client.get("/teren/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in answer  # so that its scope is /teren/
    assert "no-cache" in answer["Cache-Control"]
    assert "worker-src 'self'" in answer["Content-Security-Policy"]


def test_the_manifest_installs_the_page(client):
    manifest = client.get("/teren/manifest.webmanifest").json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/teren/", "/teren/", "standalone")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


# -- The lists -------------------------------------------------------------------------------------------------------

AROUND = {"draft": False, "cancelled": False, "planned": True, "held": True}


@pytest.mark.parametrize("state", AROUND)
def test_events_that_residents_see_are_taken_along(client, sign_in, state):
    sign_in(Role.EXPERT)
    EventFactory(state=state, starts_at=DURING)
    assert bool(client.get("/api/field/bundle/").json()["events"]) == AROUND[state]


@pytest.mark.parametrize(("days", "taken"), [(-11, False), (-9, True), (13, True), (15, False)])
def test_events_of_the_days_around_are_taken_along(client, sign_in, days, taken):
    sign_in(Role.EXPERT)
    EventFactory(starts_at=DURING + dt.timedelta(days=days))
    assert bool(client.get("/api/field/bundle/").json()["events"]) == taken


def test_the_themes_are_those_of_the_events(client, sign_in):
    sign_in(Role.EXPERT)
    event = EventFactory(kind=Event.Kind.MOBILE_POINT, starts_at=DURING)
    theme = ThemeFactory(process=event.process)
    ThemeFactory()
    bundle = client.get("/api/field/bundle/").json()
    assert [one["slug"] for one in bundle["themes"]] == [theme.slug]
    assert [one["text"]["pl"] for one in bundle["questions"]] == [event.process.question]


# -- The keys --------------------------------------------------------------------------------------------------------


def test_a_worker_gets_256_bits_that_stay_the_same(client, sign_in):
    sign_in(Role.EXPERT)
    keys = [client.get("/api/field/key/").json()["keys"] for _ in range(2)]
    assert keys[0] == keys[1]
    assert len(base64.b64decode(keys[0][0]["key"])) == 32


def test_no_two_workers_and_no_two_portals_share_a_key(settings):
    mine, other = field_keys(person(Role.EXPERT)), field_keys(person(Role.EXPERT))
    salt = b"s" * 32
    here = derived_key(1, salt)
    assert mine[0].key != other[0].key
    assert derived_key(2, salt) != here != derived_key(1, b"t" * 32)
    settings.SECRET_KEY = "another"
    assert derived_key(1, salt) != here


def test_another_key_is_for_new_cards_and_the_old_one_still_opens():
    worker = person(Role.EXPERT)
    before = field_keys(worker)
    rotate_field_key(worker)
    after = field_keys(worker)
    assert (len(after), after[1]) == (2, before[0])
    assert FieldKey.objects.count() == 2


def test_nobody_gets_a_key_signed_out(client):
    assert client.get("/api/field/key/").status_code == 401


def test_the_session_tells_who_is_signed_in_and_nothing_else(client, sign_in):
    assert Client().get("/api/field/session/").json()["worker"] is None
    worker = sign_in(Role.AUDITOR)
    answer = client.get("/api/field/session/").json()
    assert (answer["worker"]["id"], answer["may"]) == (worker.pk, False)
    assert set(answer) == {"worker", "may", "csrf", "now"}
