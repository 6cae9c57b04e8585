"""Gunicorn's settings, the same on a laptop and in a container: ``gunicorn --config python:lublin2030.serving``.

Threads wait for the database while others work; two processes use two cores. ``script/bench`` measures it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from lublin2030.lib.env import env_int, env_str

bind = env_str("WEB_BIND", f"127.0.0.1:{env_int('PORT', 8000)}")
worker_class = "gthread"
workers = env_int("WEB_WORKERS", 2)
threads = env_int("WEB_THREADS", 4)
preload_app = True  # loaded once, then forked: half the time to start and less memory; nothing is connected by then
timeout = 60
graceful_timeout = 5
keepalive = 15
# The workers' heartbeat is a file: in memory where possible, for on a slow disk a healthy worker would look dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  made by gunicorn with mkstemp
accesslog = None  # addresses of readers and secret links stay out of the logs
loglevel = env_str("WEB_LOG_LEVEL", "info")
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """Let threads take turns every half millisecond instead of every five.

    A thread that holds a row's lock (or SQLite's) gives the interpreter away at each statement; if it then waited five
    milliseconds to get it back, everybody who waits for the lock would wait with it. ``script/bench`` shows it.
    """
    sys.setswitchinterval(0.0005)
