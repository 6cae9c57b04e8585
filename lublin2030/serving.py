"""Gunicorn's settings, the same on a laptop and in a container: ``gunicorn --config python:lublin2030.serving``.

Threads wait for the database while others work; two processes use two cores. ``script/bench`` measures it.
"""

from __future__ import annotations

import os

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
