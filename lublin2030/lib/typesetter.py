"""Sets one document and ends: a program of its own, started by ``lublin2030.lib.pdf``.

Standard input: JSON with the source, the root, the inputs and the bounds. Standard output: the PDF.
"""

from __future__ import annotations

import json
import resource
import sys


def main() -> None:
    """Exit code 1 when the document cannot be set; nothing of it is printed."""
    request = json.load(sys.stdin.buffer)
    resource.setrlimit(resource.RLIMIT_AS, (request["most_bytes"], request["most_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (request["most_seconds"], request["most_seconds"]))
    import typst

    try:
        content = typst.compile(
            request["source"],
            root=request["root"],
            sys_inputs=request["inputs"],
            pdf_standards=["ua-1"],
            timestamp=0,
            ignore_system_fonts=True,
        )
    except Exception:  # its message quotes the document, which can hold anything
        sys.exit(1)
    sys.stdout.buffer.write(content)


if __name__ == "__main__":
    main()
