"""Print throughput of the portal's pages, and of submissions, each beside a bare view of the same server.

Every page is measured in turn with its bare view, several rounds; the median of the rounds' ratios is quoted, because
machines are noisy. “kept” is the page as anonymous readers get it (kept whole for seconds); “made anew” asks for
another address each time, so that no answer is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from script.benchmark.client import Run, drive, get, post

BASE = Path(__file__).resolve().parent.parent.parent
ROUNDS = 3
DEFAULT_REMARKS = [1000, 100_000]
LARGEST_DOCUMENTS = 10_000  # remarks of a report that is measured as PDF, DOCX and pages too


def environment(database_url: str, redis_url: str, folder: str) -> dict[str, str]:
    return {
        **os.environ,
        "PORTAL_MODE": "demonstration",
        "DJANGO_SETTINGS_MODULE": "script.benchmark.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "VAR_DIR": folder,
        "PYTHONPATH": str(BASE),
    }


def manage(env: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=BASE, env=env, check=True, stdout=subprocess.DEVNULL)


def python(env: dict[str, str], code: str) -> str:
    setup = "import django; django.setup(); "
    done = subprocess.run(
        [sys.executable, "-c", setup + code], cwd=BASE, env=env, check=True, capture_output=True, text=True
    )
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def server(env: dict[str, str], port: int) -> Iterator[None]:
    """The web server as script/server starts it."""
    command = [
        str(Path(sys.executable).with_name("gunicorn")), "--config", "python:lublin2030.serving", "lublin2030.wsgi",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=BASE, env=env | {"PORT": str(port), "WEB_LOG_LEVEL": "error"})
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/zdrowie/", timeout=2)
                break
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def same(request: bytes) -> Callable[[], bytes]:
    return lambda: request


def report(name: str, page: list[Run], bare: list[Run], aim: float) -> None:
    """Print one line: the page's figures, the bare view's, the ratio."""
    ratio = statistics.median(p.per_second / b.per_second for p, b in zip(page, bare, strict=True))
    rate = statistics.median(p.per_second for p in page)
    p95 = statistics.median(p.p95_ms for p in page)
    bare_rate = statistics.median(b.per_second for b in bare)
    verdict = "" if ratio >= aim else f"  below the aim of {aim}"
    bad = {status for p in page for status in p.statuses} - {200, 204, 302}
    print(
        f"  {name:<34}{rate:8.0f}/s  p95 {p95:6.1f} ms   bare {bare_rate:7.0f}/s   ratio {ratio:5.2f}{verdict}"
        + (f"  STATUSES {bad}" if bad else ""),
        flush=True,
    )


def measure(env: dict[str, str], remarks: int, seconds: float, how_many_baskets: int, only: str) -> None:
    """Print requests per second of the pages and of submissions, each beside its bare view."""
    port = free_port()
    host = f"127.0.0.1:{port}"
    rng = random.Random(1)
    with server(env, port):
        bare_template, bare_select = get(host, "/bare/template/"), get(host, "/bare/select/")
        submissions = remarks // 3

        def anew(path: str) -> Callable[[], bytes]:
            counter = itertools.count()
            return lambda: get(host, f"{path}?x={next(counter)}.{rng.random()}")

        def register_page() -> bytes:
            return get(host, f"/konsultacje/bench/uwagi/?after={rng.randrange(1, submissions) * 1000}")

        pages: list[tuple[str, Callable[[], bytes], bytes, float]] = [
            ("front page, kept", same(get(host, "/")), bare_template, 0.5),
            ("front page, made anew", anew("/"), bare_template, 0.0),
            ("stage, kept", same(get(host, "/etapy/6/")), bare_template, 0.5),
            ("stage, made anew", anew("/etapy/6/"), bare_template, 0.0),
            ("draft chapter, kept", same(get(host, "/konsultacje/bench/projekt/3/")), bare_template, 0.5),
            ("draft chapter, made anew", anew("/konsultacje/bench/projekt/3/"), bare_template, 0.0),
            ("register, kept", same(get(host, "/konsultacje/bench/uwagi/")), bare_select, 0.3),
            ("register, random page, made anew", register_page, bare_select, 0.0),
            ("summary, kept", same(get(host, "/podsumowanie/bench/")), bare_select, 0.3),
            ("summary, made anew", anew("/podsumowanie/bench/"), bare_select, 0.0),
        ]
        for name, request, bare, aim in pages:
            if only not in name:
                continue
            drive(port, request, seconds=0.5)
            page_runs, bare_runs = [], []
            for _ in range(ROUNDS):
                page_runs.append(drive(port, request, seconds=seconds))
                bare_runs.append(drive(port, same(bare), seconds=seconds))
            report(name, page_runs, bare_runs, aim)

    if only not in "submissions":
        return
    prepared = python(
        env,
        "from script.benchmark.data import baskets;"
        f" print('\\n'.join(' '.join(basket) for basket in baskets({how_many_baskets})))",
    ).split("\n")[:-1]
    csrf = "a" * 32
    with server(env, port):
        page_runs, bare_runs = [], []
        share = len(prepared) // ROUNDS
        for turn in range(ROUNDS):
            mine = iter(prepared[turn * share : (turn + 1) * share])

            def send() -> bytes | None:
                line = next(mine, None)  # noqa: B023
                if line is None:
                    return None
                cookie_key, token, reviewed = line.split(" ")
                body = f"csrfmiddlewaretoken={csrf}&form_token={token}&reviewed={reviewed}".encode()
                cookie = f"basket={cookie_key}; csrftoken={csrf}"
                return post(host, "/konsultacje/send/zglos/sprawdz/", body, cookie=cookie)

            page_runs.append(drive(port, send, seconds=60))
            insert = post(host, "/bare/insert/", b"text=abc")
            bare_runs.append(drive(port, same(insert), seconds=seconds))
        report("submissions", page_runs, bare_runs, 0.3)
    kept = python(
        env,
        "from consultations.models import *; from consultations.services.tallies import recount;"
        "c = Consultation.objects.get(slug='send');"
        "n = list(c.submissions.order_by('number').values_list('number', flat=True));"
        "print(len(n), n == list(range(1, len(n) + 1)), recount(c) == [])",
    ).split()
    answered = sum(run.statuses.get(302, 0) for run in page_runs)
    lost = answered - int(kept[0])
    print(f"  answered {answered}, kept {kept[0]}, lost {lost}, no gap {kept[1]}, counters right {kept[2]}", flush=True)


def databases(chosen: list[str]) -> Iterator[tuple[str, str, str]]:
    """Name, database URL, Redis URL of each way to run."""
    if "sqlite" in chosen:
        yield "SQLite", "", ""
    if "postgresql" in chosen:
        yield (
            "PostgreSQL",
            os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/portal_bench"),
            os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/1"),
        )


def recreate(database_url: str) -> None:
    """An empty database of that name, made through the server's own ``postgres`` database."""
    import psycopg2

    server_url, _, name = database_url.rpartition("/")
    connection = psycopg2.connect(server_url + "/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument(
        "what", nargs="*", metavar="what", help=f"what to measure: {', '.join(WHAT)}; pages if not said"
    )
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    parser.add_argument("--remarks", nargs="+", type=int, default=DEFAULT_REMARKS)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run")
    parser.add_argument("--baskets", type=int, default=1500, help="how many submissions to send")
    parser.add_argument("--people", type=int, default=1000, help="how many register for an event")
    parser.add_argument("--only", default="", help="measure only what has this in its name")
    options = parser.parse_args()
    if unknown := set(options.what) - set(WHAT):
        parser.error(f"Not to be measured: {', '.join(sorted(unknown))}.")
    for what in options.what or ["pages"]:
        WHAT[what](options)


@contextlib.contextmanager
def portal(database_url: str, redis_url: str) -> Iterator[dict[str, str]]:
    """The environment of an empty, migrated portal that is thrown away afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite:///{folder}/bench.sqlite3"
        if database_url:
            recreate(url)
        env = environment(url, redis_url, folder)
        manage(env, "migrate", "--run-syncdb")
        manage(env, "catalogues", "compile")
        manage(env, "collectstatic", "--noinput")
        yield env


def pages(options: argparse.Namespace) -> None:
    """Throughput of pages and submissions, and the time to make a page anew by the number of remarks."""
    for name, database_url, redis_url in databases(options.databases):
        by_size: dict[int, dict[str, float]] = {}
        for remarks in options.remarks:
            with portal(database_url, redis_url) as env:
                python(env, f"from script.benchmark.data import fill; fill({remarks})")
                if database_url:
                    python(env, "from django.db import connection; connection.cursor().execute('ANALYZE')")
                print(f"\n{name}, {remarks:,} remarks", flush=True)
                by_size[remarks] = json.loads(python(env, "from script.benchmark.pages import main; main()"))
                measure(env, remarks, options.seconds, options.baskets, options.only)
        if len(by_size) > 1:
            small, large = min(by_size), max(by_size)
            print(f"\n{name}: milliseconds to make a page anew, and {large:,} / {small:,} remarks (aim: at most 1.3)")
            for page, before in by_size[small].items():
                after = by_size[large][page]
                print(f"  {page:<20}{before:7.1f} {after:7.1f}   {after / before:5.2f}")


def search(options: argparse.Namespace) -> None:
    """Milliseconds of a search in the register, and how much longer it takes in the largest than in the smallest."""
    for name, database_url, redis_url in databases(options.databases):
        by_size: dict[int, dict[str, dict[str, float]]] = {}
        for remarks in options.remarks:
            with portal(database_url, redis_url) as env:
                python(env, f"from script.benchmark.register import fill_register; fill_register({remarks})")
                by_size[remarks] = json.loads(python(env, "from script.benchmark.search import main; main()"))
                print(
                    f"\n{name}, {remarks:,} remarks: milliseconds of a search, median and 95th percentile", flush=True
                )
                for kind, times in by_size[remarks].items():
                    print(f"  {kind:<28}{times['p50']:8.1f} {times['p95']:8.1f}", flush=True)
        if len(by_size) > 1:
            small, large = min(by_size), max(by_size)
            ratio = by_size[large]["all"]["p95"] / by_size[small]["all"]["p95"]
            print(f"{name}: 95th percentile of {large:,} to {small:,}: {ratio:.2f} (aim on PostgreSQL: at most 3)")


def documents(options: argparse.Namespace) -> None:
    """Seconds to read and save a document of 400 pages, aim 30."""
    for name, database_url, redis_url in databases(options.databases):
        with portal(database_url, redis_url) as env:
            print(f"\n{name}: a document of 400 pages", flush=True)
            script(env | {"DJANGO_SETTINGS_MODULE": "tests.settings"}, "script.benchmark.imports")


def versions(options: argparse.Namespace) -> None:
    """Seconds to match and compare two versions of 2,500 passages; no database takes part."""
    print("\nTwo versions of a long document", flush=True)
    script(dict(os.environ), "script.benchmark.diff")


def table(options: argparse.Namespace) -> None:
    """Seconds to check and enter a table of 10,000 rows, aim 60."""
    for name, database_url, redis_url in databases(options.databases):
        with portal(database_url, redis_url) as env:
            print(f"\n{name}: a table of 10,000 remarks", flush=True)
            script(env, "script.benchmark.intake")


def reports(options: argparse.Namespace) -> None:
    """Seconds and memory of a report: of documents up to 10,000 remarks (aim 60 s), of data at every size asked for."""
    from script.benchmark.report import DATA, STEPS

    sizes = options.remarks if options.remarks != DEFAULT_REMARKS else [202, 10_000, 100_000]
    for name, database_url, redis_url in databases(options.databases):
        for remarks in sizes:
            with portal(database_url, redis_url) as env:
                python(env, f"from script.benchmark.data import fill; fill({remarks})")
                print(f"\n{name}: a report of {remarks:,} remarks", flush=True)
                for step in STEPS if remarks <= LARGEST_DOCUMENTS else DATA:
                    if options.only in step or step == "content":
                        script(env, "script.benchmark.report", step)


def similar(options: argparse.Namespace) -> None:
    """Seconds and memory of the search for similar remarks, aim for 100,000: 5 minutes and 1 GB."""
    for name, database_url, redis_url in databases(options.databases):
        for remarks in options.remarks:
            with portal(database_url, redis_url) as env:
                print(f"\n{name}: similar remarks among {remarks:,}", flush=True)
                script(env, "script.benchmark.similar", str(remarks))


def bulk(options: argparse.Namespace) -> None:
    """Seconds of each bulk verb on 10,000 remarks, aim 60."""
    for name, database_url, redis_url in databases(options.databases):
        with portal(database_url, redis_url) as env:
            print(f"\n{name}: bulk verbs on 10,000 remarks", flush=True)
            script(env, "script.benchmark.bulk")


def registration(options: argparse.Namespace) -> None:
    """Seconds in which so many people register for an event of a tenth as many places, and who got in."""
    people, places = options.people, options.people // 10
    for name, database_url, redis_url in databases(options.databases):
        with portal(database_url, redis_url) as env:
            env = env | {"RATE_REGISTRATIONS_PER_HOUR": "0"}  # all of them come from one address
            python(env, f"from script.benchmark.registration import make_event; make_event({places})")
            print(f"\n{name}: {people:,} people register at once for {places:,} places", flush=True)
            port = free_port()
            host, numbers, csrf = f"127.0.0.1:{port}", iter(range(people)), "a" * 32

            def send() -> bytes | None:
                number = next(numbers, None)  # noqa: B023
                if number is None:
                    return None
                body = f"csrfmiddlewaretoken={csrf}&name=Osoba+{number}&email=o{number}%40example.org&language=pl"  # noqa: B023
                return post(host, "/wydarzenia/bench/zapisy/", body.encode(), cookie=f"csrftoken={csrf}")  # noqa: B023

            with server(env, port):
                began = time.perf_counter()
                run = drive(port, send, seconds=600)
                took = time.perf_counter() - began
            proof = json.loads(
                python(env, f"from script.benchmark.registration import prove; print(prove({places}, {people}))")
            )
            print(
                f"  {took:.1f} s, {run.per_second:.0f} registrations a second, p95 {run.p95_ms:.0f} ms,"
                f" answers {run.statuses}",
                flush=True,
            )
            print(f"  {proof}", flush=True)
            wrong = [what for what, is_so in proof.items() if is_so is False]
            if wrong or proof["in"] != places:
                raise SystemExit(f"Registration did not do what it ought to: {', '.join(wrong) or 'places'}")


def field(options: argparse.Namespace) -> None:
    """Seconds until 1,000 cards of a tablet are on the server, aim 10, and once more when all are known."""
    for name, database_url, redis_url in databases(options.databases):
        with portal(database_url, redis_url) as env:
            print(f"\n{name}: 1,000 cards from the field", flush=True)
            script(env, "script.benchmark.field")


def surveys(options: argparse.Namespace) -> None:
    """Milliseconds of a survey's results with 100 and with 10,000 answers, aim 1.5 times as long."""
    for name, database_url, redis_url in databases(options.databases):
        with portal(database_url, redis_url) as env:
            print(f"\n{name}: results of a survey", flush=True)
            script(env, "script.benchmark.surveys")


def script(env: dict[str, str], module: str, *words: str) -> None:
    """Run a measurement of its own in a process of its own, so that its memory is its own."""
    subprocess.run([sys.executable, "-m", module, *words], cwd=BASE, env=env, check=True)


WHAT: dict[str, Callable[[argparse.Namespace], None]] = {
    "pages": pages,
    "search": search,
    "import": documents,
    "diff": versions,
    "table": table,
    "report": reports,
    "similar": similar,
    "bulk": bulk,
    "registration": registration,
    "field": field,
    "surveys": surveys,
}


if __name__ == "__main__":
    main()
