"""The list of events with its filters, and an event's own page."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django.asserts import assertContains, assertNotContains

from lublin2030.lib.dates import warsaw
from participation.models import EventPhoto
from participation.views import EVENTS_PAGE_SIZE
from stages.models import Process
from tests.factories import DURING, DistrictFactory, EventFactory, FigureFactory, ProcessFactory, StageFactory

TITLE = re.compile(r"<h3><a[^>]*>([^<]+)</a>")
COMING, PAST = warsaw(2021, 12, 9), warsaw(2021, 11, 20)


def titles(client: Client, query: str = "") -> list[str]:
    return TITLE.findall(client.get(f"/wydarzenia/{query}").content.decode())


@pytest.fixture
def main(db: None) -> Process:
    return ProcessFactory(is_main=True)


@pytest.mark.usefixtures("during")
class TestList:
    def test_coming_events_stand_first_the_nearest_on_top_then_past_ones_the_latest_on_top(
        self, client: Client, main: Process
    ) -> None:
        for title, starts_at in [
            ("za tydzień", COMING), ("jutro", warsaw(2021, 12, 2)), ("dawno", warsaw(2020, 1, 1)), ("niedawno", PAST),
        ]:  # fmt: skip
            EventFactory(process=main, title=title, starts_at=starts_at)
        assert titles(client) == ["jutro", "za tydzień", "niedawno", "dawno"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?rodzaj=hearing", ["wysłuchanie"]),
            ("?etap=6", ["wysłuchanie"]),
            ("?dzielnica=rury", ["punkt"]),
            ("?kiedy=minione", ["punkt"]),
            ("?kiedy=nadchodzace", ["wysłuchanie"]),
            ("?rodzaj=hearing&dzielnica=rury", []),
            ("?rodzaj=&etap=&dzielnica=&kiedy=", ["wysłuchanie", "punkt"]),
        ],
    )
    def test_filters_narrow_the_list(self, client: Client, main: Process, query: str, found: list[str]) -> None:
        stage = StageFactory(process=main, number=6)
        EventFactory(process=main, title="wysłuchanie", kind="hearing", stage=stage, starts_at=COMING)
        EventFactory(
            process=main,
            title="punkt",
            kind="mobile_point",
            district=DistrictFactory(slug="rury"),
            starts_at=PAST,
        )
        assert titles(client, query) == found

    def test_what_was_chosen_stays_chosen_and_can_be_cleared(self, client: Client, main: Process) -> None:
        DistrictFactory(slug="rury", name="Rury")
        answer = client.get("/wydarzenia/?dzielnica=rury&rodzaj=debate")
        assertContains(answer, '<option value="rury" selected>Rury</option>', html=True)
        assertContains(answer, '<option value="debate" selected>', 1)
        assertContains(answer, 'href="/wydarzenia/"')

    def test_the_form_needs_no_script(self, client: Client, main: Process) -> None:
        html = client.get("/wydarzenia/").content.decode()
        form = re.search(r'<form method="get"[^>]*action="/wydarzenia/".*?</form>', html, re.S)
        assert form is not None
        assert re.findall(r'name="(\w+)"', form[0]) == ["rodzaj", "etap", "dzielnica", "kiedy"]
        assert 'type="submit"' in form[0]
        assert not re.search(r"\son\w+=", form[0])

    def test_drafts_are_nowhere(self, client: Client, main: Process) -> None:
        EventFactory(process=main, title="szkic", slug="szkic", state="draft")
        assert titles(client) == []
        assert client.get("/wydarzenia/szkic/").status_code == 404

    def test_a_cancelled_event_stays_and_says_so(self, client: Client, main: Process) -> None:
        EventFactory(process=main, slug="spotkanie", state="cancelled", starts_at=COMING)
        assertContains(client.get("/wydarzenia/"), '<span class="tag cancelled">odwołane</span>', html=True)
        assertContains(client.get("/wydarzenia/spotkanie/"), "To wydarzenie jest odwołane.")

    def test_pages_lead_through_all_past_events_with_the_filters_kept(self, client: Client, main: Process) -> None:
        for place in range(EVENTS_PAGE_SIZE + 2):
            EventFactory(
                process=main,
                title=f"nr {place}",
                kind="debate",
                starts_at=PAST - dt.timedelta(days=place // 2),
            )
        first = client.get("/wydarzenia/?rodzaj=debate").content.decode()
        link = re.search(r'rel="next" href="([^"]+)"', first)
        assert link is not None
        query = link[1].replace("&amp;", "&")
        assert "rodzaj=debate" in query
        rest = titles(client, query)
        assert len(rest) == 2
        assert sorted(TITLE.findall(first) + rest) == sorted(f"nr {place}" for place in range(EVENTS_PAGE_SIZE + 2))

    def test_queries_do_not_grow_with_the_events(self, client: Client, main: Process) -> None:
        def fill(count: int) -> None:
            for place in range(count):
                EventFactory(
                    process=ProcessFactory(),
                    stage=StageFactory(process=main, number=main.stages.count() + 1),
                    district=DistrictFactory(),
                    starts_at=COMING if place % 2 else PAST,
                )

        fill(2)
        with CaptureQueriesContext(connection) as few:
            client.get("/wydarzenia/")
        fill(6)
        with CaptureQueriesContext(connection) as many:
            client.get("/wydarzenia/")
        assert len(many) == len(few)


class TestNonsense(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(
        values=st.dictionaries(
            st.sampled_from(["rodzaj", "etap", "dzielnica", "kiedy", "after", "before", "x"]),
            st.text(max_size=30) | st.integers().map(str),
        )
    )
    def test_no_value_breaks_the_list(self, values: dict[str, str]) -> None:
        EventFactory(process=ProcessFactory(is_main=True), title="Debata", starts_at=DURING)
        query = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in values.items())
        assert self.client.get(f"/wydarzenia/?{query}").status_code == 200

    def test_an_unknown_value_does_not_narrow(self) -> None:
        EventFactory(process=ProcessFactory(is_main=True), title="Debata", starts_at=DURING)
        for query in ["rodzaj=balet", "etap=99", "etap=%00", "dzielnica=krakow", "kiedy=jutro", "rodzaj=%FF"]:
            self.assertContains(self.client.get(f"/wydarzenia/?{query}"), "Debata")


@pytest.mark.usefixtures("during")
class TestEvent:
    def test_every_known_fact_is_there(self, client: Client, main: Process) -> None:
        EventFactory(
            process=main,
            slug="debata",
            starts_at=warsaw(2021, 12, 9, 17),
            ends_at=warsaw(2021, 12, 9, 20),
            district=DistrictFactory(name="Rury"),
            address="ul. Leonarda 18",
            languages="pl,uk",
            has_sign_language=True,
            is_step_free=True,
            capacity=1200,
            is_online=True,
            online_url="https://example.org/spotkanie",
        )
        answer = client.get("/wydarzenia/debata/")
        facts = (
            "9 grudnia 2021, 17:00|>20:00<|Rury|ul. Leonarda 18|polski, ukraiński|polski język migowy|"
            "Wejście bez schodów|1\u00a0200|https://example.org/spotkanie"
        )
        for fact in facts.split("|"):
            assertContains(answer, fact)

    def test_of_a_day_without_hours_no_hour_is_shown(self, client: Client, main: Process) -> None:
        EventFactory(process=main, slug="debata", starts_at=warsaw(2021, 12, 9), all_day=True)
        for path in ["/wydarzenia/debata/", "/wydarzenia/"]:
            answer = client.get(path)
            assertContains(answer, '<time datetime="2021-12-09">9 grudnia 2021</time>', html=True)
            assertNotContains(answer, "00:00")

    def test_nothing_is_said_of_a_place_nobody_gave(self, client: Client, main: Process) -> None:
        EventFactory(process=main, slug="debata", starts_at=COMING, is_online=False)
        answer = client.get("/wydarzenia/debata/")
        for word in ("Gdzie", "online", "Online", "Dostępność</dt>", "Liczba miejsc"):
            assertNotContains(answer, word)

    def test_the_link_to_the_meeting_goes_when_the_event_is_over(self, client: Client, main: Process) -> None:
        EventFactory(process=main, slug="debata", starts_at=PAST, is_online=True, online_url="https://example.org/x")
        answer = client.get("/wydarzenia/debata/")
        assertNotContains(answer, "https://example.org/x")
        assertContains(answer, "To wydarzenie online.")

    def test_a_planned_event_whose_day_is_over_does_not_claim_it_was_held(self, client: Client, main: Process) -> None:
        EventFactory(process=main, slug="debata", starts_at=PAST, state="planned")
        answer = client.get("/wydarzenia/debata/")
        assertContains(answer, "Nie zapisaliśmy tu jeszcze, jak się odbyło.")
        assertNotContains(answer, "<dd>odbyło się</dd>")

    def test_afterwards_there_are_a_summary_figures_and_described_photographs(
        self, client: Client, main: Process
    ) -> None:
        event = EventFactory(
            process=main, slug="debata", starts_at=PAST, state="held", after_summary="Było **gwarno**."
        )
        FigureFactory(process=main, event=event, activity="Goście", value=37)
        EventPhoto.objects.bulk_create(
            [EventPhoto(event=event, image="wydarzenia/x.jpg", width=3, height=2, alt='Sala "A" pełna ludzi')]
        )
        answer = client.get("/wydarzenia/debata/")
        assertContains(answer, "Było <strong>gwarno</strong>.", html=True)
        assertContains(answer, "37 osób")
        assertContains(answer, 'alt="Sala &quot;A&quot; pełna ludzi"')
        assertContains(answer, 'width="3" height="2"')

    def test_what_is_not_translated_comes_in_polish_and_says_so(self, client: Client, main: Process) -> None:
        event = EventFactory(process=main, slug="debata", title="Debata", summary="Porozmawiamy.", starts_at=COMING)
        event.translate("title", "en", "Debate")
        event.save()
        answer = client.get("/en/wydarzenia/debata/")
        assertContains(answer, "<h1>Debate</h1>", html=True)
        assertContains(answer, '<span lang="pl">Porozmawiamy.</span>', html=True)

    def test_an_invented_event_is_marked(self, client: Client, main: Process) -> None:
        EventFactory(process=main, slug="debata", starts_at=COMING, is_demonstration=True)
        for path in ["/wydarzenia/", "/wydarzenia/debata/"]:
            assertContains(client.get(path), '<span class="demo">', 1)

    def test_markup_in_a_text_is_shown_as_text(self, client: Client, main: Process) -> None:
        EventFactory(process=main, slug="debata", title="<b>x</b>", summary="<script>y</script>", starts_at=COMING)
        answer = client.get("/wydarzenia/debata/")
        assertContains(answer, "&lt;b&gt;x&lt;/b&gt;")
        assertNotContains(answer, "<script>y")
