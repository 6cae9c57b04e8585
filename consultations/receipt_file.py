"""The receipt as a file that can be kept: what the page says, as tagged PDF."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consultations.case import revisions_of, sent_remarks
from consultations.models import Remark, Submission
from consultations.places import Placed
from consultations.services.corrections import earlier_hashes
from consultations.services.receipts import canonical_remarks, content_hash
from lublin2030.lib.masking import mask_email, mask_words
from lublin2030.lib.pdf import render_pdf
from lublin2030.lib.translations import current_language

REGIONS = {"pl": "PL", "en": "GB", "uk": "UA"}


def receipt_file(submission: Submission) -> bytes:
    """The receipt of a submission in the reader's language as PDF/UA-1; the same submission, the same bytes."""
    return render_pdf("receipt", receipt_data(submission), language=current_language())


def receipt_data(submission: Submission) -> dict[str, Any]:
    """Everything the file says, as plain texts. Its queries do not grow with the remarks."""
    consultation = submission.consultation
    placed = sent_remarks(submission)
    remarks = [one.remark for one in placed]
    number = {"number": submission.public_number}
    is_demonstration = submission.is_demonstration or consultation.is_demonstration
    return {
        "title": _("Receipt %(number)s") % number,
        "header": _("Receipt %(number)s") % number + " · Lublin 2030",
        "demonstration": _("This consultation is a demonstration: it is invented to show how the portal works.")
        if is_demonstration
        else "",
        "consultation": consultation.text("title").value,
        "facts": _facts(submission),
        "remarks_heading": _("Your remarks as we received them"),
        "remarks": [_remark(one, submission) for one in placed],
        "proof_heading": _("Proof that the text was not changed"),
        "proof": _(
            "This number (SHA-256) is computed from the text of your remarks. If one character changed, it would be"
            " another number."
        ),
        "content_hash": content_hash(remarks),
        "canonical_label": _("It is computed from exactly this text (UTF-8):"),
        "canonical": canonical_remarks(remarks),
        "earlier_heading": _("Before your corrections"),
        "earlier_columns": [_("Valid until"), _("Number (SHA-256)")],
        "earlier": [
            [to_the_second(one["until"]), one["content_hash"]] for one in earlier_hashes(revisions_of(submission))
        ],
        "note": _("A character that cannot be printed stands here by its Unicode number, like [U+2014]."),
    }


def to_the_second(moment: dt.datetime) -> str:
    """The moment in Warsaw, in the reader's language, with seconds."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S}"


def _facts(submission: Submission) -> list[list[str]]:
    is_organisation = submission.sender_kind == Submission.SenderKind.ORGANISATION
    facts = [
        [_("Number"), submission.public_number],
        [_("Received"), to_the_second(submission.received_at)],
        [_("How"), submission.get_channel_display()],
        [_("Sender"), submission.name if is_organisation else mask_words(submission.name)],
        [_("E-mail address"), mask_email(submission.email)],
    ]
    return [[label, str(value)] for label, value in facts if value]


def _remark(placed: Placed[Remark], submission: Submission) -> dict[str, Any]:
    one = placed.remark
    language = submission.language if submission.language in REGIONS else "pl"
    if placed.passage is not None:
        place = _("Passage %(number)s") % {"number": placed.passage.number}
    elif placed.chapter is not None:
        place = f"{placed.chapter.number}. {placed.chapter.text('title').value}"
    else:
        place = _("Whole document")
    # The same names as on the receipt's page.
    if one.kind == Remark.Kind.QUESTION:
        said = _("Question")
    elif one.kind == Remark.Kind.GENERAL:
        said = _("Remark")
    else:
        said = _("What should change")
    proposed = _("Text to add") if one.kind == Remark.Kind.ADD else _("Proposed wording")
    texts = [(said, one.change), (proposed, one.wording), (_("Why"), one.reason)]
    more = [(_("Kind"), one.get_kind_display())]
    if one.topic is not None:
        more.append((_("Topic"), one.topic.text("name").value))
    if one.district is not None:
        more.append((_("District"), one.district.name))
    if one.revision > 1:
        more.append((_("Revision"), str(one.revision)))
    return {
        "heading": f"{one.public_number} · {place}",
        "state": _("withdrawn by the sender") if one.state == Remark.State.WITHDRAWN else "",
        "passage": None
        if placed.passage is None
        else {"label": _("The text of the draft"), "text": placed.passage.wording},
        "texts": [[label, words] for label, words in texts if words],
        "language": language,
        "region": REGIONS[language],
        "more": [[str(label), str(value)] for label, value in more],
    }
