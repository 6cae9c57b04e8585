"""Settings fail loudly, with the name of what is missing or wrong."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from lublin2030.lib.env import env_bool, env_int, env_list, env_str


def test_a_missing_name_is_named(monkeypatch):
    monkeypatch.delenv("PORTAL_X", raising=False)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_X"):
        env_str("PORTAL_X")


@pytest.mark.parametrize(
    ("word", "meaning"), [("1", True), ("yes", True), ("ON", True), ("0", False), ("no", False), ("", False)]
)
def test_yes_and_no(monkeypatch, word, meaning):
    monkeypatch.setenv("PORTAL_X", word)
    assert env_bool("PORTAL_X") is meaning


def test_a_word_that_is_neither_is_refused(monkeypatch):
    monkeypatch.setenv("PORTAL_X", "ture")
    with pytest.raises(ImproperlyConfigured, match="PORTAL_X"):
        env_bool("PORTAL_X")


def test_numbers_and_lists(monkeypatch):
    monkeypatch.setenv("PORTAL_X", "eight")
    with pytest.raises(ImproperlyConfigured, match="PORTAL_X"):
        env_int("PORTAL_X", 1)
    monkeypatch.setenv("PORTAL_X", " a, b ,,")
    assert env_list("PORTAL_X") == ["a", "b"]
