"""What the pages cost: the score table of a year of nights, the weight of the first page, a large upload, a download.

`./dev bench tests/bench/web.py [--nights 365] [--mib 1024]`. Servers are real uvicorn processes; ratios count.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader

from flows.people.accounts import Opened
from flows.resources import Resources, open_resources
from flows.scores.browsing import domains, run, standing_run
from flows.scores.inputs import criteria_of
from storage.scored.runs import RunRecord, record_run
from tests.servers import free_ports
from tests.web.wards import OWN, PERIOD, Town, make_town
from web.cookies import SESSION

CLIENTS, SECONDS = 8, 6.0
HERE = f"/p/{OWN}/{PERIOD}"
_BARE = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
_ROW = (
    "{% for item in items %}<tr><th scope='row'><a href='/x/{{ item.id }}'>{{ item.id }}</a></th><td><b>{{ item.name }}"
    "</b><br><span>{{ item.because }}</span></td><td>{{ item.points or '-' }}</td><td>{{ item.max_points }}</td>"
    "<td>{{ item.state }}</td><td>{{ item.responsible }}</td><td>{{ item.deadline }}</td></tr>{% endfor %}"
)


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser()
    words.add_argument("--nights", type=int, default=365)
    words.add_argument("--mib", type=int, default=1024)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        town = make_town(Path(folder) / "home")
        opened = town.sessions["coordinator"]
        with serving(_ours, town) as ours, serving(_bare, town) as bare:
            _pages(ours, bare, opened, "one night")
            _fill_year(town, asked.nights)
            _pages(ours, bare, opened, f"{asked.nights} nights")
            _weight(ours, opened)
            _upload(ours, opened, asked.mib)
            _download(ours, bare, opened, town)


def _pages(ours: Server, bare: Server, opened: Opened, said: str) -> None:
    """Requests a second under eight clients, and processor time of the server for one: the second is less noisy."""
    plain = _loaded(bare, "/table", {})
    print(f"{'bare template':<16} {said:<11} {_said(plain)}")
    for name in ("bang-diem", "hom-nay", "tieu-chi/3.3.2"):
        found = _loaded(ours, f"{HERE}/{name}", {SESSION: opened.secret})
        rate, cpu = found["rate"] / plain["rate"], plain["cpu"] / found["cpu"]
        print(f"{name:<16} {said:<11} {_said(found)}  ratio {rate:.2f} (by processor time {cpu:.2f})")


def _said(found: dict[str, float]) -> str:
    return f"{found['rate']:6.0f} requests/s  p95 {found['p95']:5.1f} ms  processor {found['cpu']:.2f} ms"


def _loaded(server: Server, path: str, cookies: dict[str, str]) -> dict[str, float]:
    before = server.processor_seconds()
    found = asyncio.run(_load(server.address + path, cookies))
    spent = server.processor_seconds() - before
    return found | {"cpu": spent / (found["rate"] * SECONDS) * 1000}


async def _load(address: str, cookies: dict[str, str]) -> dict[str, float]:
    """Eight clients ask as fast as they can; rate and 95th percentile in milliseconds."""
    took: list[float] = []
    until = time.perf_counter() + SECONDS

    async def one() -> None:
        async with httpx.AsyncClient(cookies=cookies, timeout=30) as client:
            await client.get(address)
            while time.perf_counter() < until:
                start = time.perf_counter()
                (await client.get(address)).raise_for_status()
                took.append(time.perf_counter() - start)

    await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return {"rate": len(took) / SECONDS, "p95": statistics.quantiles(took, n=20)[18] * 1000}


def _fill_year(town: Town, nights: int) -> None:
    """A run for every night of a year, each a little different."""
    with open_resources(town.settings) as resources:
        first = standing_run(resources, PERIOD)
        score = dict(first["score"])
        for number in range(nights):
            _another(resources, first, score, number)


def _another(resources: Resources, first: Any, score: dict[str, Any], number: int) -> None:
    at = datetime.now(UTC) - timedelta(days=400 - number)
    items = [dict(item) for item in score["components"]]
    items[10]["points"] = items[10]["expected"] = f"{number % 100 / 100:.2f}"
    record = RunRecord({**score, "components": items}, first["inputs_sha256"], str(number), {}, "bench", at)
    with resources.database.write() as connection:
        record_run(connection, record)


def _weight(ours: Server, opened: Opened) -> None:
    """Bytes over the wire of the first page with everything it loads."""
    with httpx.Client(base_url=ours.address) as client:
        for name in ("/dang-nhap", f"{HERE}/hom-nay", f"{HERE}/bang-diem"):
            if name != "/dang-nhap":
                client.cookies.set(SESSION, opened.secret)
            page = client.get(name)
            files = set(_assets(page.text))
            bytes_ = [_wire(client, path) for path in [name, *files]]
            print(f"weight {name}: {sum(bytes_) / 1024:.0f} KB in {len(bytes_)} files")


def _assets(page: str) -> Iterator[str]:
    for mark in ('src="/static/', 'href="/static/'):
        for part in page.split(mark)[1:]:
            yield "/static/" + part.split('"')[0]


def _wire(client: httpx.Client, path: str) -> int:
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        return sum(map(len, answer.iter_raw()))


def _upload(ours: Server, opened: Opened, mib: int) -> None:
    """One large file in pieces of 4 MiB: seconds, and how much the server's memory grew."""
    size, piece = mib << 20, b"%" * (4 << 20)
    headers = {"x-form-key": opened.form_key, "accept": "application/json"}
    before = ours.memory()
    most, start = before, time.perf_counter()
    with httpx.Client(base_url=ours.address, cookies={SESSION: opened.secret}, headers=headers, timeout=120) as client:
        about = {"name": "lon.pdf", "size": str(size), "muc": "1.7.1"}
        begun = client.post(f"{HERE}/nop-tai-lieu/bat-dau", data=about).json()
        for at in range(0, size, len(piece)):
            client.put(f"{HERE}/nop-tai-lieu/{begun['id']}?tu={at}", content=piece).raise_for_status()
            most = max(most, ours.memory())
        client.post(f"{HERE}/nop-tai-lieu/{begun['id']}/xong").raise_for_status()
        most = max(most, ours.memory())
    took = time.perf_counter() - start
    print(f"upload of {mib} MiB: {took:.1f} s ({mib / took:.0f} MiB/s), memory grew by {(most - before) >> 20} MiB")


def _download(ours: Server, bare: Server, opened: Opened, town: Town) -> None:
    """A large bundle against the same file from a bare FastAPI application."""
    path = town.settings.home / "orders" / f"bo-tai-lieu_{OWN}_{town.own.run}_{town.own.orders['coordinator']}.zip"
    with path.open("ab") as bundle:
        bundle.truncate(512 << 20)
    address = f"{HERE}/goi-tai-lieu/{town.own.orders['coordinator']}/tai-ve"
    pairs = []
    for _ in range(3):
        pairs.append((_fetched(ours.address + address, opened), _fetched(f"{bare.address}/file?path={path}", None)))
    ratios = sorted(theirs / mine for mine, theirs in pairs)
    print(f"bundle download: {512 / pairs[-1][0]:.0f} MiB/s, ratio to a plain file {ratios[1]:.2f}")


def _fetched(address: str, opened: Opened | None) -> float:
    start = time.perf_counter()
    cookies = {SESSION: opened.secret} if opened else {}
    with httpx.Client(cookies=cookies, timeout=120) as client, client.stream("GET", address) as answer:
        answer.raise_for_status()
        for _ in answer.iter_raw(1 << 20):
            pass
    return time.perf_counter() - start


class Server:
    """A uvicorn in a process of its own."""

    def __init__(self, process: Any, port: int) -> None:
        self.process, self.address = process, f"http://127.0.0.1:{port}"

    def processor_seconds(self) -> float:
        """Processor time that the process has used."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Resident bytes of the process."""
        return int(psutil.Process(self.process.pid).memory_info().rss)


@contextmanager
def serving(make: Callable[[Town], FastAPI], town: Town) -> Iterator[Server]:
    """Start an application and wait until it answers."""
    port = free_ports(1)[0]
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(make, town, port))
    process.start()
    server = Server(process, port)
    try:
        _wait(server)
        yield server
    finally:
        process.terminate()
        process.join()


def _serve(make: Callable[[Town], FastAPI], town: Town, port: int) -> None:
    uvicorn.run(make(town), port=port, log_level="error", access_log=False)


def _wait(server: Server) -> None:
    for _ in range(300):
        try:
            httpx.get(server.address + "/dang-nhap")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


def _ours(town: Town) -> FastAPI:
    from web.app import create_app

    return create_app(town.settings)


def _bare(town: Town) -> FastAPI:
    """The same rows from a template, without sign-in, database or anything else; and a file."""
    app = FastAPI()
    with open_resources(town.settings) as resources:
        found = run(resources, town.own.run)
        assert domains(resources, found) and criteria_of(resources, found)
    template = _BARE.from_string("<!doctype html><table>" + _ROW + "</table>")

    @app.get("/table")
    def table(request: Request) -> HTMLResponse:
        return HTMLResponse(template.render(items=found["score"]["components"], request=request))

    @app.get("/file")
    def file(path: str) -> FileResponse:
        return FileResponse(path)

    return app


if __name__ == "__main__":
    main()
