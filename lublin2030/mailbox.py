"""The demonstration's mailbox, ``/dev/poczta/``: the mail that was written to files, for everyone to read.

Only the demonstration has these addresses (``DEMONSTRATION_MAILBOX``); in production the check E001 keeps the portal
from starting with them.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lublin2030.lib.dates import WARSAW
from lublin2030.lib.markdown import clean_html

MOST_SHOWN = 100
NAME = re.compile(r"(?P<microseconds>[0-9]{10,20})-[0-9a-f]{8}")
BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)
HEADING = re.compile(r"<(/?)h([1-4])\b", re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """One mail file: what its headers say, and when it was written."""

    name: str
    written_at: dt.datetime
    content: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.content["subject"] or "").strip()

    @property
    def to(self) -> str:
        return str(self.content["to"] or "")

    @property
    def text(self) -> str:
        """The text part; empty when there is none."""
        return self._part("plain")

    @property
    def html(self) -> SafeString:
        """The HTML part without anything that runs, loads or restyles; its headings go below those of our page."""
        html = self._part("html")
        match = BODY.search(html)
        inner = match[1] if match else html
        return clean_html(HEADING.sub(lambda m: f"<{m[1]}h{min(int(m[2]) + 2, 4)}", inner))

    def _part(self, subtype: str) -> str:
        part = self.content.get_body((subtype,))
        return "" if part is None else str(part.get_content())


def read_mail(name: str, *, headers_only: bool = False) -> Mail | None:
    """The mail of that name (no path, no suffix), or none. A name of any other shape is never looked for."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    path = Path(settings.EMAIL_FILE_PATH) / f"{name}.eml"
    try:
        with path.open("rb") as file:
            content = BytesParser(policy=policy.default).parse(file, headersonly=headers_only)
    except FileNotFoundError:
        return None
    written_at = dt.datetime.fromtimestamp(int(match["microseconds"]) / 1_000_000, tz=WARSAW)
    return Mail(name=name, written_at=written_at, content=content)


def latest_mails(limit: int = MOST_SHOWN) -> list[Mail]:
    """The latest mails, the newest first; only their headers are read."""
    folder = Path(settings.EMAIL_FILE_PATH)
    # The names begin with the time, so their order is the order of writing.
    names = sorted((path.stem for path in folder.glob("*.eml") if NAME.fullmatch(path.stem)), reverse=True)
    mails = (read_mail(name, headers_only=True) for name in names[:limit])
    return [mail for mail in mails if mail is not None]


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The latest mails."""
    return render(request, "dev/mailbox.html", {"mails": latest_mails(), "limit": MOST_SHOWN})


@never_cache
@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: headers, text, and the HTML part cleaned."""
    found = read_mail(name)
    if found is None:
        raise Http404
    labels = {"From": gettext("From"), "To": gettext("To"), "List-Unsubscribe": "List-Unsubscribe"}
    shown = [(label, found.content[key]) for key, label in labels.items() if found.content[key]]
    return render(request, "dev/mail.html", {"mail": found, "headers": shown})
