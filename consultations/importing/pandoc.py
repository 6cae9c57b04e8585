"""Pandoc in a process of its own: no network, no files but its input, bounded time and memory."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pypandoc  # type: ignore[import-untyped]

from consultations.importing.errors import UnreadableDocument

MOST_SECONDS = 240
MOST_MEMORY = "1g"  # of pandoc's heap; a document of 400 pages takes about a quarter
READERS = {
    # “styles” tells the table of contents and captions from the text.
    "docx": "docx+styles",
    "odt": "odt",
    "markdown": "commonmark+footnotes+pipe_tables+strikeout+subscript+superscript+yaml_metadata_block",
}
HEAP_EXHAUSTED = 251  # what a Haskell program leaves with


def convert(data: bytes, kind: str) -> dict[str, Any]:
    """Pandoc's syntax tree (``meta``, ``blocks``) of the document. Raises UnreadableDocument.

    Tracked changes are accepted. ``--sandbox`` forbids pandoc every file but its input, so that a document cannot
    include others; pictures are read from the package by us.
    """
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        source = Path(folder) / f"document.{kind}"
        source.write_bytes(data)
        command = [
            pypandoc.get_pandoc_path(), "+RTS", f"-M{MOST_MEMORY}", "-RTS", "--sandbox", "--track-changes=accept",
            "--from", READERS[kind], "--to", "json", str(source),
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603  no shell, our own arguments
                command, capture_output=True, timeout=MOST_SECONDS, cwd=folder, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise UnreadableDocument("took_too_long") from error
    if done.returncode == HEAP_EXHAUSTED:
        raise UnreadableDocument("took_too_long")
    if done.returncode:
        raise UnreadableDocument("damaged")
    tree: dict[str, Any] = json.loads(done.stdout)
    return tree
