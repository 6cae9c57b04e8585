"""Message catalogues without the gettext tools: extract, check, translate and compile with Babel.

English stands in the source, so its catalogue is filled from the ids. Polish and Ukrainian are written by people;
``check`` fails on a missing, fuzzy or superfluous entry and on a placeholder that a translation lost.
"""

from __future__ import annotations

import fcntl
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

# For each function: which arguments are the message; (n, "c") says that the n-th is its context.
KEYWORDS: dict[str, tuple[int | tuple[int, int] | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SOURCES = ("lublin2030", "accounts", "stages", "participation", "consultations", "notifications", "summaries")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
# The names of months and such are Babel's and Django's; here stand only our own words.
MessageId = str | tuple[str, ...]


def path_of(language: str) -> Path:
    """Where the language's catalogue lies."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


@contextmanager
def _locked() -> Iterator[None]:
    """Two processes that write catalogues wait for each other."""
    Path(settings.LOCALE_PATHS[0]).mkdir(exist_ok=True)
    with (Path(settings.LOCALE_PATHS[0]) / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _python_of(path: Path) -> bytes:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    lines = templatize(text, origin=str(path)).splitlines()
    return "\n".join(line.strip() for line in lines).encode()


def extract() -> Catalog:
    """Every message of the sources: Python and templates."""
    base = Path(settings.BASE_DIR)
    found = Catalog(charset="utf-8")
    files = sorted((base / "templates").rglob("*.html")) + sorted((base / "templates").rglob("*.txt"))
    for source in SOURCES:
        files += sorted((base / source).rglob("*.py"))
    for path in files:
        if "migrations" in path.parts:
            continue
        for _line, function, messages, _comments in extract_python(
            io.BytesIO(_python_of(path)), KEYWORDS, [], {"encoding": "utf-8"}
        ):
            found_id, context = _message_id(str(function), messages)
            if found_id:
                found.add(found_id, context=context, locations=[(str(path.relative_to(base)), 0)])
    return found


def _message_id(function: str, messages: Any) -> tuple[MessageId | None, str | None]:
    """The id (with its plural) and the context of one call; no id when the text is not a plain string."""
    words: list[str | None] = list(messages) if isinstance(messages, (tuple, list)) else [messages]
    spec = KEYWORDS[function]
    context = None
    if spec is not None and isinstance(spec[0], tuple):
        context = words.pop(0)
        if context is None:
            return None, None
    if function.startswith("n") and len(words) >= 2 and words[0] and words[1]:
        return (words[0], words[1]), context
    return (words[0] or None) if words else None, context


def load(language: str) -> Catalog:
    """The language's catalogue as it lies, or an empty one."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update() -> None:
    """Bring the catalogues in line with the sources: new messages in, vanished ones out, nothing guessed."""
    with _locked():
        template = extract()
        for language, _name in settings.LANGUAGES:
            _write(language, _merged(template, load(language), language))


def _merged(template: Catalog, old: Catalog, language: str) -> Catalog:
    merged = Catalog(locale=language, charset="utf-8", project="portal", fuzzy=False)
    for message in sorted((m for m in template if m.id), key=lambda m: (str(m.id), m.context or "")):
        known = old.get(message.id, message.context)
        string: str | list[str] | tuple[str, ...] | None
        if language == "en":
            string = message.id
        elif known is not None and not known.fuzzy:
            string = known.string
        else:
            string = None
        merged.add(
            message.id,
            string=string,
            context=message.context,
            locations=sorted(set(message.locations))[:3],
            flags=message.flags,
        )
    return merged


def _write(language: str, catalogue: Catalog) -> None:
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, omit_header=False, include_lineno=False)
    # The date of writing would change the file when nothing else did.
    text = re.sub(rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By)[^\n]*\n', b"", buffer.getvalue())
    path.write_bytes(text)


def translate(texts: dict[str, dict[str, str | list[str]]]) -> list[str]:
    """Set translations: ``{id: {"pl": text or plural forms, "uk": …}}``, a context before ``\\x04``; unknown ids."""
    with _locked():
        unknown: list[str] = []
        for language in ("pl", "uk"):
            catalogue = load(language)
            by_key = {(m.context or "", m.id[0] if isinstance(m.id, tuple) else m.id): m for m in catalogue if m.id}
            for key, by_language in texts.items():
                context, _sep, message_id = key.rpartition("\x04")
                message = by_key.get((context, message_id))
                if message is None:
                    unknown.append(key)
                elif language in by_language:
                    string = by_language[language]
                    message.string = tuple(string) if isinstance(string, list) else string
            _write(language, catalogue)
        return sorted(set(unknown))


def problems() -> list[str]:
    """Everything for which ``check`` fails, in words."""
    template = extract()
    wanted = {(m.context, m.id) for m in template if m.id}
    found: list[str] = []
    for language, _name in settings.LANGUAGES:
        catalogue = load(language)
        have = {(m.context, m.id): m for m in catalogue if m.id}
        found += [f"{language}: not in the catalogue: {key[1]!r}" for key in sorted(wanted - have.keys(), key=str)]
        found += [f"{language}: no longer used: {key[1]!r}" for key in sorted(have.keys() - wanted, key=str)]
        for (_context, message_id), message in have.items():
            strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            plural = isinstance(message_id, tuple)
            if message.fuzzy:
                found.append(f"{language}: fuzzy: {message_id!r}")
            elif not all(strings) or (plural and len(strings) != catalogue.num_plurals):
                found.append(f"{language}: not translated: {message_id!r}")
            else:
                needed = set(PLACEHOLDER.findall(message_id[-1] if plural else str(message_id)))
                if needed != set(PLACEHOLDER.findall(strings[-1] or "")):
                    found.append(f"{language}: placeholders differ: {message_id!r}")
    return found


def compile_all() -> int:
    """Write the ``.mo`` files that are missing or older than their source; how many."""
    written = 0
    with _locked():
        for language, _name in settings.LANGUAGES:
            source = path_of(language)
            target = source.with_suffix(".mo")
            if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
                continue
            partial = target.with_suffix(".part")
            with partial.open("wb") as file:
                write_mo(file, load(language))
            partial.rename(target)
            written += 1
    return written
