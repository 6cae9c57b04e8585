"""``python -m lublin2030.probe web|worker|beat``: is this container's process well? Exit code 0 says yes.

Docker runs it beside the process, so it needs no other program in the image.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

SECONDS = 5
# Beat writes its schedule down every three minutes; three times missed means that it stands still.
BEAT_SILENCE_SECONDS = 9 * 60


def web_is_well() -> bool:
    """The web server answers, and so does its database. Asks under the portal's own name: others are refused."""
    request = Request(
        f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/zdrowie/",
        headers={"Host": urlsplit(os.environ.get("PORTAL_URL", "")).hostname or "127.0.0.1"},
    )
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        return bool(answer.status == 200)


def worker_is_well() -> bool:
    """This machine's Celery worker answers through the broker."""
    from lublin2030.celery import app

    return bool(app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=SECONDS))


def beat_is_well() -> bool:
    """Beat wrote down its schedule lately. The data base behind it may add an ending to the file's name."""
    schedule = Path(os.environ.get("BEAT_SCHEDULE", "/tmp/celerybeat-schedule"))  # noqa: S108  a tmpfs in the container
    written = [path.stat().st_mtime for path in schedule.parent.glob(schedule.name + "*")]
    return bool(written) and time.time() - max(written) < BEAT_SILENCE_SECONDS


PROBES = {"web": web_is_well, "worker": worker_is_well, "beat": beat_is_well}


def main(arguments: list[str]) -> int:
    """0 when the process is well, 1 when not, 2 when the question is wrong."""
    if len(arguments) != 1 or arguments[0] not in PROBES:
        print(f"Say which: {', '.join(PROBES)}.", file=sys.stderr)
        return 2
    try:
        return 0 if PROBES[arguments[0]]() else 1
    except OSError as error:
        print(f"{arguments[0]} does not answer: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
