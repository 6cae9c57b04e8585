"""Roman numerals, in which stages are counted."""

PARTS = (("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1))


def to_roman(number: int) -> str:
    """The roman numeral of a whole number from 1 to 39; ValueError outside."""
    if not 1 <= number <= 39:
        raise ValueError(f"{number} is outside 1–39.")
    letters = ""
    for letter, value in PARTS:
        count, number = divmod(number, value)
        letters += letter * count
    return letters
