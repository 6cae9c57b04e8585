"""axe-core finds nothing: on every page, on a phone and on a desk; ``axe`` looks at both colour schemes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from accounts import jobs
from accounts.models import User
from accounts.roles import Role
from consultations.models import Consultation, Draft, DraftImport, Remark, RemarkGroup, Submission
from consultations.services.contradictions import flag_contradiction
from consultations.services.corrections import correct_remark, withdraw_remark
from consultations.services.drafts import start_next_version
from consultations.services.groups import confirm_group, leave_group
from consultations.services.imports import start_import
from consultations.services.tables import bring_in
from notifications.links import link_to_everything
from notifications.models import Subscription
from notifications.targets import follow_url
from participation.models import District, Event, Figure
from stages.models import News, Page, Process
from summaries.models import ConsultationReport
from tests import factories
from tests.consultations.importing.documents import nasty_docx
from tests.consultations.similar import LETTER, campaign, look, sent
from tests.consultations.tables import as_csv, row
from tests.consultations.versions import changed_version
from tests.factories_events import event_with_everything
from tests.factories_following import follow
from tests.summaries.reports import making

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = [1280, 360]


@pytest.fixture
def portal():
    """The factual content; an open consultation with two versions, remarks in every state and a public summary."""
    call_command("load_lublin2030", "--without-demonstration", verbosity=0)
    now = timezone.now()
    days: dict[str, Any] = {
        "opens_at": now - timedelta(days=3),
        "closes_at": now + timedelta(days=20),
        "published_at": now,
    }
    asking = factories.consultation_with_draft(slug="z-potwierdzeniem", confirmation_hours=48, **days)
    factories.submission(asking, now=now)
    consultation = factories.consultation_with_draft(slug="otwarte", summary_published_at=now, **days)
    for state in factories.STATES:
        factories.remark_in_state(consultation, state, now=now)
    correctable = factories.submission(
        consultation, now=now,
        new_remarks=[factories.passage_remark(consultation, "f1", wording="Fragment 1.1: miasto sadzi dęby."),
                     factories.passage_remark(consultation, "f2", chosen_kind="remove", change="")],
    )  # fmt: skip
    remark = correctable.remarks.get(ordinal=1)
    content = factories.passage_remark(consultation, "f1", wording="Fragment 1.1: miasto sadzi lipy.")
    correct_remark(remark, content=content, revision=1, now=now)
    withdraw_remark(correctable.remarks.get(ordinal=2), now=now)
    changed_version(consultation, published_at=now - timedelta(days=1))
    making.frozen(making.finished(slug="ze-sprawozdaniem"), now=now)
    making.withheld(making.frozen(making.finished(slug="z-wycofanym"), now=now), now=now)
    for record in (consultation, Event.objects.latest("pk"), Process.objects.main()):
        follow(record, since=now, now=now)
    Subscription.objects.create(consultation=consultation, email="asked@example.org", created_at=now)
    return consultation


def public_pages(consultation: Consultation) -> list[str]:
    base = f"/konsultacje/{consultation.slug}/"
    token = Submission.objects.filter(verification="proper").latest("pk").tracking_token
    mine = f"/zgloszenie/{Submission.objects.get(remarks__revision=2).tracking_token}/"
    unconfirmed = Submission.objects.get(consultation__slug="z-potwierdzeniem")
    return [
        "/", "/etapy/", "/etapy/2/", "/etapy/8/", "/aktualnosci/", News.objects.latest("pk").get_absolute_url(),
        *[page.get_absolute_url() for page in Page.objects.all()],
        "/wydarzenia/", Event.objects.latest("pk").get_absolute_url(), *registration_pages(),
        "/liczby/", "/grupy-robocze/",
        "/wydarzenia/mapa/", "/wydarzenia/mapa/?miara=uwagi&od=2020-01-01", "/dzielnice/rury/", "/liczby/osoby/",
        "/konsultacje/", base, f"{base}projekt/", f"{base}projekt/1/", f"{base}uwagi/", f"{base}uwagi/1.1/",
        f"{base}projekt/1/?wersja=1", f"{base}projekt/szukaj/?q=drzewo", f"{base}projekt/porownaj/",
        f"{base}projekt/porownaj/?pokaz=wszystko", f"{base}projekt/fragment/f2/", f"{base}projekt/fragment/f3/",
        f"{base}uwagi/?q=drzewo&rozdzial=r1", f"{base}uwagi/?q=xyzzy",
        f"{base}uwagi/6.1/", f"{base}zglos/uwaga/?fragment=f1", f"{base}zglos/", f"{base}obserwuj/",
        f"/podsumowanie/{consultation.slug}/", f"/zgloszenie/{token}/", f"/zgloszenie/{token}/potwierdzenie/",
        mine, f"{mine}potwierdzenie/", f"{mine}nadawca/", f"{mine}wycofaj/", f"{mine}uwaga/1/popraw/",
        f"{mine}uwaga/1/wycofaj/", f"{mine}uwaga/2/popraw/", unconfirmed.tracking_path,
        f"/zgloszenie/potwierdz/{unconfirmed.confirmation_token}/", "/zgloszenie/potwierdz/nie-ma/",
        *[f"/konsultacje/ze-sprawozdaniem/{page}" for page in ("", "sprawozdanie/", "sprawozdanie.pdf")],
        ConsultationReport.objects.public().get().get_absolute_url() + "uwagi/1/",
        "/konsultacje/z-wycofanym/", "/konsultacje/z-wycofanym/sprawozdanie/",
        *pages_of_followers(),
        "/konto/login/", "/nie-ma-takiej-strony/", "/en/", f"/uk{base}projekt/1/",
    ]  # fmt: skip


def pages_of_followers() -> list[str]:
    asked = Subscription.objects.unconfirmed().get()
    follower = Subscription.objects.filter(process__isnull=False).get()
    mine = f"/obserwowanie/{follower.token}/"
    return [
        follow_url(District.objects.all()[0]), f"{follow_url(follower.target)}?wyslano=1",
        f"/obserwowanie/{asked.token}/potwierdz/", mine, f"{mine}?zapisano=1", f"{mine}potwierdz/", f"{mine}wypisz/",
        f"/obserwowanie/{link_to_everything(follower.reader_token)}/wszystko/", "/obserwowanie/nie-ma/",
        f"/obserwowanie/{follower.reader_token}/wypisz/codziennie/",
    ]  # fmt: skip


def registration_pages() -> list[str]:
    """An event with all it can have; its form; links of a place, of one to be confirmed and of one who waits."""
    event = event_with_everything(now=timezone.now())
    page = event.get_absolute_url()
    links = [one.link_path for one in event.registrations.order_by("number")]
    return [page, f"{page}zapisy/", f"{page}zapisy/?wyslano=1", *links, "/zapisy/nie-ma/"]


@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages(portal, visit, axe, width):
    page = visit("/", width=width)
    found = {}
    for path in public_pages(portal):
        page.goto(path)
        problems = axe(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            problems.append("the page is wider than the screen")
        if problems:
            found[path] = problems
    assert not found, "\n".join(f"{path}: {problem}" for path, all_of in found.items() for problem in all_of)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_form_with_errors(portal, visit, axe, width):
    page = visit(f"/konsultacje/{portal.slug}/zglos/uwaga/?fragment=f1", width=width)
    page.locator("main form button").last.click()
    assert page.locator("[aria-invalid=true], [role=alert]").count() > 0
    assert axe(page) == []


def similar_remarks(portal: Consultation, coordinator: User) -> list[str]:
    """The pages of a group with newcomers and one that has left, of contradictions both ways, and of topics."""
    now = timezone.now()
    first, second, *_rest = campaign(portal, 4, now=now)
    look(portal)
    group = RemarkGroup.objects.get(members__remark=first)
    confirm_group(group, joining=list(group.members.values_list("remark", flat=True)), by=coordinator)
    leave_group(group, remark=first, why="Inna ulica.", by=coordinator)
    sent(portal, LETTER, now=now)
    sent(portal, "Zieleń jest ważna.", now=now)
    for kind, wording in (("remove", ""), ("add", "Nowe zdanie.")):
        sent(portal, "", chosen_kind=kind, wording=wording, now=now)
    look(portal)
    flag_contradiction(first, second, note="Dwie różne ulice.", by=coordinator)
    page = f"/biurko/podobne/{group.pk}/"
    return [
        "/biurko/podobne/", "/biurko/podobne/?pokaz=potwierdzone", page, f"{page}?pokaz=w-grupie", f"{page}?pokaz=poza",
        "/biurko/sprzecznosci/", f"/biurko/uwagi/{first.pk}/sprzecznosc/", "/biurko/tematy/",
    ]  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
def test_the_desk(portal, visit, sign_in_to, axe, width):
    coordinator = factories.person(Role.COORDINATOR, Role.ADMINISTRATOR, Role.EDITOR)
    page = visit("/", width=width)
    sign_in_to(page, coordinator)
    submission = portal.submissions.first()
    remark = portal.remarks.filter(state="assigned").get()
    draft = Draft.objects.get(consultation=portal)
    brought_in = start_import(
        draft, format=DraftImport.Format.DOCX, data=nasty_docx(), file_name="n.docx", by=coordinator
    )
    rows = [row(received="30.11.2021"), row(letter="2", channel="gołąb")]
    table = bring_in(portal, upload=SimpleUploadedFile("uwagi.csv", as_csv(rows)), by=coordinator)
    jobs.run_due(now=timezone.now())
    Remark.objects.filter(pk=remark.pk).update(text_state="waiting", reason="Pisze Anna Nowak, tel. 600 700 800.")
    similar = similar_remarks(portal, coordinator)
    public = ConsultationReport.objects.public().get()
    withheld = ConsultationReport.objects.get(withheld_at__isnull=False)
    in_preparation = start_next_version(draft, by=coordinator)
    event = event_with_everything(now=timezone.now())
    found = {}
    for path in [
        "/biurko/projekty/", f"/biurko/projekty/{draft.pk}/import/", f"/biurko/importy/{brought_in.pk}/",
        f"/biurko/importy/{brought_in.pk}/?rozdzial=2", f"/biurko/importy/{brought_in.pk}/dopasowanie/",
        f"/biurko/importy/{brought_in.pk}/dopasowanie/?pokaz=wszystko",
        f"/biurko/importy/{brought_in.pk}/dopasowanie/?pokaz=rozdzialy",
        f"/biurko/wersje/{in_preparation.pk}/publikacja/",
        "/biurko/wpisz/", f"/biurko/wpisz/{portal.slug}/", f"/biurko/wpisz/{portal.slug}/tabela/",
        f"/biurko/wpisz/{portal.slug}/tabela/{table.pk}/", "/biurko/teksty/", f"/biurko/uwagi/{remark.pk}/tekst/",
        "/biurko/wydarzenia/", "/biurko/wydarzenia/?pokaz=do-uzupelnienia", *[
            f"/biurko/wydarzenia/{event.pk}/{page}"
            for page in ("", "?pokaz=rezerwowa", "?pokaz=zakonczone", "przenies/", "odwolaj/", "lista/")
        ],
        "/biurko/podsumowania/", *similar, "/biurko/zmiany/", f"/biurko/zmiany/{draft.versions.get(number=1).pk}/",
        "/biurko/sprawozdania/", f"/biurko/sprawozdania/{portal.slug}/",
        *[f"/biurko/sprawozdania/ze-sprawozdaniem/{page}" for page in ("", "zamroz/", f"wycofaj/{public.slug}/")],
        *[f"/biurko/sprawozdania/z-wycofanym/{page}" for page in ("", f"wycofane/{withheld.slug}/")],
        "/biurko/mapa/", f"/biurko/liczby/{Figure.objects.latest('pk').pk}/popraw/",
        "/biurko/", "/biurko/weryfikacja/", f"/biurko/zgloszenia/{submission.pk}/", "/biurko/przydzial/",
        "/biurko/odpowiedzi/", f"/biurko/uwagi/{remark.pk}/", "/biurko/publikacja/", "/biurko/wiadomosci/",
        "/biurko/obserwujacy/?co=konsultacje",
    ]:  # fmt: skip
        page.goto(path)
        assert "/konto/login/" not in page.url
        problems = axe(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            problems.append("the page is wider than the screen")
        if problems:
            found[path] = problems
    assert not found, "\n".join(f"{path}: {problem}" for path, all_of in found.items() for problem in all_of)
