"""Telephone numbers as people write them, of any country, in the one form that machines dial: ``+48815551234``."""

from __future__ import annotations

import re

HOME = "48"
DIGITS_AT_HOME = 9
LEAST_DIGITS, MOST_DIGITS = 7, 15  # E.164; shorter ones are emergency and service numbers
_WRITTEN_BETWEEN = re.compile(r"[\s.\-/()\u2010-\u2014]+")


class NotAPhoneNumber(ValueError):
    """Not a number that can be dialled from abroad."""


def normalise_phone(text: str) -> str:
    """The number with its country: ``81 555-12-34`` is Polish, ``+44 (0)20 7946 0958`` and ``00380…`` say their own.

    NotAPhoneNumber for anything else. Nothing is asked of a table of all countries' numbers: whoever wrote a number
    that does not exist is reached by mail.
    """
    written = text.strip().replace("(0)", "")  # of a British or German number: only dialled inside the country
    number = _WRITTEN_BETWEEN.sub("", written)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise NotAPhoneNumber
    if number.startswith("+"):
        at_home = digits.removeprefix(HOME)
        is_whole = len(at_home) == DIGITS_AT_HOME if digits.startswith(HOME) else len(digits) >= LEAST_DIGITS
        if not is_whole or len(digits) > MOST_DIGITS or digits.startswith("0"):
            raise NotAPhoneNumber
        return number
    at_home = digits.removeprefix("0") if len(digits) == DIGITS_AT_HOME + 1 else digits
    if at_home.startswith(HOME) and len(at_home) == len(HOME) + DIGITS_AT_HOME:
        return f"+{at_home}"
    if len(at_home) != DIGITS_AT_HOME or at_home.startswith("0"):
        raise NotAPhoneNumber
    return f"+{HOME}{at_home}"
