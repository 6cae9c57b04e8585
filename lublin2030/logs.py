"""Log lines that everybody who keeps the server may read: no secret address and nobody's data stands in them."""

from __future__ import annotations

import logging
import re

# Whoever knows one of these addresses can read a case or unsent remarks, end a following or set a password. Django
# names the address of every answer from 400 on, also of one that a mail program has only lengthened by a full stop.
SECRET = re.compile(
    r"/(ankiety/odpowiedz|ankiety/[^/\s]+/(?:kod|kiosk)|zgloszenie/potwierdz"
    r"|zgloszenie|zglos/wroc|obserwowanie|zapisy|konto/password/reset/key)/[^/\s]+"
)
# PostgreSQL quotes the whole row that it refuses, with the name and the address in it.
ROW = re.compile(r"DETAIL: .*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL)


class WithoutSecrets(logging.Formatter):
    """A line (and its traceback) as usual, with “…” in place of secrets and of quoted rows."""

    def format(self, record: logging.LogRecord) -> str:
        return ROW.sub("DETAIL: …", SECRET.sub(r"/\1/…", super().format(record)))
