"""Nobody learns a secret address or a person's data from the log."""

from __future__ import annotations

import logging
import logging.config
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError

from lublin2030.celery import app as celery_app


@pytest.fixture
def line():
    logs: Any = settings.LOGGING
    return logging.config.DictConfigurator(logs).configure_formatter(logs["formatters"]["line"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/zgloszenie/tajne-haslo./",
        "/uk/zgloszenie/tajne-haslo/potwierdzenie/",
        "/en/obserwowanie/tajne-haslo/potwierdz/",
        "/zgloszenie/potwierdz/tajne-haslo/",
        "/zgloszenie/tajne-haslo/uwaga/1/popraw/",
        "/konsultacje/nie-ma/zglos/wroc/tajne-haslo/",
        "/en/zapisy/tajne-haslo/",
    ],
)
def test_a_secret_address_that_is_not_found_stands_in_no_line(client, caplog, line, path):
    assert client.post(path).status_code in {404, 405}
    lines = [line.format(record) for record in caplog.records if record.name == "django.request"]
    assert lines
    assert not any("tajne" in one for one in lines)
    assert any("/…/" in one for one in lines)


def test_the_row_that_the_database_refuses_is_not_quoted(line):
    try:
        try:
            row = "(1, Jan\n\nKowalski, jan@example.org)"
            raise IntegrityError(f"violates a check\nDETAIL:  Failing row contains {row}.")
        except IntegrityError as error:
            raise RuntimeError("and so on") from error
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "Internal Server Error: /", None, sys.exc_info())
    text = line.format(record)
    assert "Kowalski" not in text
    assert "jan@" not in text
    assert "violates a check" in text
    assert "RuntimeError: and so on" in text


def test_other_lines_stay_as_they_are(line):
    record = logging.LogRecord("a.b", logging.INFO, "", 1, "Sent %s of %s: /zgloszenia/5/", (1, 2), None)
    assert line.format(record).endswith("INFO a.b: Sent 1 of 2: /zgloszenia/5/")


def test_a_worker_of_celery_logs_in_the_same_way():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    celery_app.log.already_setup = False
    try:
        celery_app.log.setup_logging_subsystem(loglevel="INFO")
        assert root.handlers == handlers
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
