"""The receipt as a file: tagged PDF that says what the page says, the same bytes for the same submission."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from consultations.receipt_file import receipt_data
from consultations.services.corrections import correct_remark, withdraw_remark
from consultations.services.receipts import content_hash
from consultations.services.submissions import Sender, renew_tracking_link
from lublin2030.lib.pdf import printable, render_pdf
from tests.factories import DURING, passage_remark, person, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def address(sent, prefix: str = "") -> str:
    return prefix + reverse("consultations:receipt_pdf", args=[sent.tracking_token])


def opened(answer) -> Any:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    return pikepdf.open(io.BytesIO(answer.content))


def kinds_of(node: Any, found: set[str] | None = None) -> set[str]:
    """The kinds of all elements of the structure tree."""
    found = set() if found is None else found
    if isinstance(node, pikepdf.Array):
        for one in node:
            kinds_of(one, found)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            found.add(str(node["/S"]))
        if "/K" in node:
            kinds_of(node["/K"], found)
    return found


@pytest.mark.parametrize(("prefix", "language"), [("", "pl-PL"), ("/en", "en-GB"), ("/uk", "uk-UA")])
def test_it_is_tagged_and_names_its_language_and_title(client, consultation, prefix, language):
    sent = submission(consultation, remarks=2)
    with opened(client.get(address(sent, prefix))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == language
        with pdf.open_metadata() as meta:
            assert sent.public_number in meta["dc:title"]
            assert meta["pdfuaid:part"] == "1"
        kinds = kinds_of(pdf.Root.StructTreeRoot.K)
    assert {"/H1", "/H2", "/H3"} <= kinds
    assert "/Table" in kinds


def test_it_says_what_the_page_says(consultation):
    new = passage_remark(consultation, "f5", wording="Nowe brzmienie.")
    sent = submission(consultation, new_remarks=[new])
    data = receipt_data(sent)
    text = str(data)
    for words in (sent.public_number, "1 grudnia 2021, 12:00:00", "J••• P•••", "s•••@example.org", consultation.title):
        assert words in text
    for words in ("Więcej drzew.", "Nowe brzmienie.", "Jest za gorąco.", "Fragment 2.2: miasto sadzi drzewa."):
        assert words in text
    assert data["content_hash"] == content_hash(sent.remarks.all())


@pytest.mark.parametrize(
    ("kind", "texts", "label"),
    [
        ("general", {"change": "Dobrze."}, "Uwaga"),
        ("question", {"change": "Kiedy?"}, "Pytanie"),
        ("add", {"change": "", "wording": "Także zimą."}, "Tekst do dodania"),
        ("reword", {"change": "", "wording": "Nowe brzmienie."}, "Proponowane brzmienie"),
    ],
)
def test_it_calls_what_was_written_by_its_kind(consultation, kind, texts, label):
    new = passage_remark(consultation, "f5", chosen_kind=kind, **texts)
    (one,) = receipt_data(submission(consultation, new_remarks=[new]))["remarks"]
    assert one["texts"][0] == [label, texts["change"] or texts["wording"]]


def test_it_never_names_the_sender(consultation):
    sender = Sender(name="Jan Przykładowy", email="jan.p@example.org", phone="81 466", address="Zielona 7")
    text = str(receipt_data(submission(consultation, sender=sender)))
    for secret in ("Przykładowy", "jan.p", "466", "Zielona"):
        assert secret not in text


def test_the_same_submission_gives_the_same_bytes(client, consultation):
    sent = submission(consultation, remarks=3)
    assert client.get(address(sent)).content == client.get(address(sent)).content


def test_it_is_kept_and_found_by_nobody(client, consultation):
    answer = client.get(address(submission(consultation)))
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "strict-origin"


def test_a_wrong_or_an_old_link_gives_nothing(client, consultation):
    sent = submission(consultation)
    old = address(sent)
    renew_tracking_link(sent, by=person(Role.COORDINATOR))
    assert client.get(old).status_code == 404
    assert client.get(reverse("consultations:receipt_pdf", args=["x" * 43])).status_code == 404


def test_after_a_correction_it_shows_the_new_text_and_the_earlier_digest(client, consultation):
    sent = submission(consultation)
    before = content_hash(sent.remarks.all())
    correct_remark(
        sent.remarks.get(), content=passage_remark(consultation, change="Więcej krzewów."), revision=1, now=DURING
    )
    data = receipt_data(sent)
    assert "Więcej krzewów." in str(data["remarks"])
    assert data["earlier"] == [["1 grudnia 2021, 12:00:00", before]]
    assert data["content_hash"] not in (before, "")
    with opened(client.get(address(sent))) as pdf:
        assert "/TH" in kinds_of(pdf.Root.StructTreeRoot.K)


def test_a_withdrawn_remark_stands_in_it_as_withdrawn(consultation):
    sent = submission(consultation, remarks=2)
    withdraw_remark(sent.remarks.get(ordinal=1), now=DURING)
    states = [one["state"] for one in receipt_data(sent)["remarks"]]
    assert states[0]
    assert states[1] == ""


def test_what_cannot_be_printed_stands_by_its_number(client, consultation):
    sent = submission(consultation, new_remarks=[passage_remark(consultation, change="Zieleń 😀 i 漢字")])
    opened(client.get(address(sent))).close()
    assert printable("Zieleń 😀\nї") == "Zieleń [U+1F600]\nї"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_text_keeps_the_file_from_being_made(text):
    data = {"title": "Tytuł", "header": "", "demonstration": "", "consultation": text, "facts": [["a", text]]}
    data |= {"remarks_heading": "b", "remarks": [], "proof_heading": "c", "proof": text, "content_hash": "0"}
    data |= {"canonical_label": "d", "canonical": text, "earlier": [], "earlier_heading": "e", "note": "f"}
    assert render_pdf("receipt", data | {"earlier_columns": []}).startswith(b"%PDF")


def test_the_number_of_queries_does_not_grow_with_the_remarks(client, consultation):
    def cost(remarks: int) -> int:
        codes = [f"f{n % 6 + 1}" for n in range(remarks)]
        sent = submission(consultation, new_remarks=[passage_remark(consultation, code) for code in codes])
        for one in sent.remarks.all():
            place = passage_remark(consultation, codes[one.ordinal - 1], change="Inaczej.")
            correct_remark(one, content=place, revision=1, now=DURING)
        with CaptureQueriesContext(connection) as queries:
            client.get(address(sent))
        return len(queries)

    assert cost(7) == cost(1)
