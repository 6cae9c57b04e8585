"""Wake a worker without keeping anybody waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


class Waker:
    """Calls ``publish`` from a thread of its own, one call at a time.

    A broker that is down keeps its caller for six seconds before it fails, one that swallows packets longer; a
    resident who waits for a receipt must not wait for that. Whoever asks while a call runs is served by the next
    call, so no request to wake is lost and threads do not pile up. A failure is logged and forgotten: the sweep that
    runs by the clock sends the message.
    """

    def __init__(self, publish: Callable[[], object], *, pause: float = 0.5) -> None:
        self._publish = publish
        self._pause = pause  # seconds between two calls: one sweep sends what many submissions have written
        self._lock = threading.Lock()
        self._asked = False
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Ask for a call; returns at once."""
        with self._lock:
            self._asked = True
            if self._thread is not None and self._thread.is_alive():
                return
            self._thread = threading.Thread(target=self._run, name="wake-worker", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is being called; whether that came within the seconds."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._asked:
                    # Under the lock: who asks from now on finds no thread and starts another.
                    self._thread = None
                    return
                self._asked = False
            try:
                self._publish()
            except Exception as error:  # whatever a broker does, the caller's work is committed and stands
                log.warning("No worker was woken (%s); the next sweep sends.", type(error).__name__)
            time.sleep(self._pause)
