"""A resident at the form: what the tests of sending do over and over."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from consultations.models import Attachment, Basket, Consultation, Submission
from consultations.services import attachments, baskets
from consultations.services.submissions import Sender
from tests.factories import DURING, passage_remark
from tests.files_made import pdf, upload

COOKIE = "k" * 43
PERSON = {"sender_kind": "person", "name": "Jan Przykładowy", "email": "jan@example.org"}


def url(name: str, consultation: Consultation, *args: Any, query: str = "") -> str:
    return reverse(f"consultations:{name}", args=[consultation.slug, *args]) + query


def text_of(response: Any) -> str:
    """The page as a reader sees it: without tags, entities resolved, blanks run together."""
    html = re.sub(r"<(script|style|head)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def add(client: Client, consultation: Consultation, *, query: str = "?fragment=f1", **fields: Any) -> Any:
    return client.post(url("new_remark", consultation, query=query), {"change": "Więcej drzew."} | fields)


def hidden(response: Any) -> dict[str, str]:
    """The hidden fields of the page's forms, the token against forged requests left out."""
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode())
    return {name: value for name, value in pairs if name != "csrfmiddlewaretoken"}


def send(client: Client, consultation: Consultation) -> Any:
    """From a full basket to the answer of the button “Send”."""
    client.post(url("basket", consultation), PERSON)
    return client.post(url("review", consultation), hidden(client.get(url("review", consultation))))


def full_basket(consultation: Consultation, *, cookie_key: str = COOKIE, remarks: int = 1, **sender: Any) -> Basket:
    """A basket ready to be sent, made by the verbs."""
    for number in range(remarks):
        kept = baskets.add_remark(
            consultation,
            cookie_key=cookie_key,
            remark=passage_remark(consultation, change=f"Zmiana {number}"),
            form_token=f"form-{number}",
            language="pl",
            now=DURING,
        )
    values = {"name": "Jan Przykładowy", "email": "jan@example.org"} | sender
    return baskets.keep_sender(kept.basket, sender=Sender(**values), now=DURING)


def sent_attachment(consultation: Consultation, *, cookie_key: str = COOKIE, data: bytes | None = None) -> Attachment:
    """A PDF that came with a submission of one remark."""
    basket = full_basket(consultation, cookie_key=cookie_key)
    attachments.add_attachment(basket, upload=upload(data or pdf(), "Uwagi Kowalskiego.pdf"), now=DURING)
    sent = baskets.send_basket(basket, now=DURING).submission
    return Attachment.objects.get(submission=sent)


def attached_to(sent: Submission, **fields: Any) -> Attachment:
    """A row of a file that came with a submission; the file itself is not there."""
    values = {"name": "mapa.png", "content_type": "image/png", "size": 2048, "sha256": "0" * 64, "added_at": DURING}
    return Attachment.objects.create(submission=sent, file="zalaczniki/xx/brak", **(values | fields))


def only_submission() -> Submission:
    return Submission.objects.get()
