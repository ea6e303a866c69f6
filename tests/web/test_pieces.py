"""Pieces of uploads: side by side, in any order and size, over-long, without room; what is left behind is swept."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.examining import receiving
from flows.examining.receiving import Announced, PieceMisplaced, UploadRefused
from flows.people.sweeping import sweep_leftovers
from flows.resources import Resources, open_ledger, open_resources
from storage.errors import DiskFull
from storage.ledger import uploads
from storage.ledger.nights import Ending, NightRequest, begin_night, end_night
from tests.journeys.serving import wait_for
from tests.servers import free_ports
from tests.web.test_api import V1, token_of
from tests.web.test_uploads import SEND
from tests.web.wards import NOW, OWN, OWN_COMPONENT, Town, pdf, visiting
from web.access import Deed
from web.app import create_app

WHOLE = bytes(range(256)) * 4096
"""A MiB in which every place can be told from its neighbours."""


@contextmanager
def _begun(town: Town, data: bytes, fingerprint: str = "1") -> Iterator[tuple[Resources, dict[str, Any]]]:
    with open_resources(town.settings) as resources:
        wish = Announced("báo cáo.pdf", len(data), OWN_COMPONENT, fingerprint, "unit", NOW)
        begun = receiving.begin(resources, wish)
        with resources.database.read() as connection:
            yield resources, dict(uploads.upload_row(connection, OWN, "unit", begun["id"]))


def _send(resources: Resources, row: dict[str, Any], offset: int, *blocks: bytes) -> int:
    async def coming() -> AsyncIterator[bytes]:
        for block in blocks:
            yield block
            await asyncio.sleep(0)

    return asyncio.run(receiving.add_piece(resources, row, offset, coming()))


def _part(town: Town, row: dict[str, Any]) -> bytes:
    return (town.settings.home / "uploads" / f"{row['id']}.part").read_bytes()


def test_two_windows_that_send_one_file_at_a_time_keep_its_bytes_once(own_town: Town) -> None:
    with _begun(own_town, WHOLE) as (resources, row):
        start = threading.Barrier(3)

        def window() -> None:
            start.wait()
            at = 0
            while at < len(WHOLE):
                blocks = [WHOLE[place : place + 4096] for place in range(at, min(at + 65536, len(WHOLE)), 4096)]
                try:
                    at = _send(resources, row, at, *blocks)
                except PieceMisplaced as error:
                    at = error.received

        windows = [threading.Thread(target=window) for _ in range(3)]
        for one in windows:
            one.start()
        for one in windows:
            one.join()
        assert _part(own_town, row) == WHOLE
        ends = [receiving.finish(resources, row, where="test", at=NOW) for _ in range(2)]
    assert [end["new"] for end in ends] == [True, False] and ends[0]["sha256"] == ends[1]["sha256"]


def test_a_request_that_still_drains_after_its_retry_adds_nothing(own_town: Town) -> None:
    with _begun(own_town, WHOLE) as (resources, row):

        async def draining() -> AsyncIterator[bytes]:
            yield WHOLE[:1000]
            assert await receiving.add_piece(resources, row, 1000, _one(WHOLE[1000:5000])) == 5000
            yield WHOLE[1000:2000]

        with pytest.raises(PieceMisplaced) as late:
            asyncio.run(receiving.add_piece(resources, row, 0, draining()))
        assert late.value.received == 5000
        assert _part(own_town, row) == WHOLE[:5000]


async def _one(block: bytes) -> AsyncIterator[bytes]:
    yield block


_offsets = st.integers(0, 3000)


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.tuples(_offsets, st.lists(st.integers(0, 700), max_size=4)), max_size=12))
def test_whatever_pieces_come_what_is_kept_is_the_files_beginning(
    town: Town, pieces: list[tuple[int, list[int]]]
) -> None:
    data = WHOLE[:2048]
    with _begun(town, data, f"fuzz-{abs(hash(str(pieces)))}") as (resources, row):
        for offset, sizes in pieces:
            ends = [offset + sum(sizes[: number + 1]) for number in range(len(sizes))]
            blocks = [(data + b"?" * 9000)[end - size : end] for end, size in zip(ends, sizes, strict=True)]
            before = receiving.received(resources, row["id"])
            try:
                assert _send(resources, row, offset, *blocks) == offset + sum(sizes)
            except PieceMisplaced as error:
                assert error.received == before != offset
            except UploadRefused:
                assert offset + sum(sizes) > len(data)
            kept = _part(town, row)
            assert kept == data[: len(kept)] and len(kept) >= before


def test_more_bytes_than_the_file_has_begin_anew(own_town: Town) -> None:
    data = pdf("Ke hoach")
    with _begun(own_town, data) as (resources, row):
        (own_town.settings.home / "uploads" / f"{row['id']}.part").write_bytes(data + data)
        again = receiving.begin(resources, Announced("báo cáo.pdf", len(data), OWN_COMPONENT, "1", "unit", NOW))
    assert again == {"id": row["id"], "received": 0}


def test_a_disk_that_fills_up_is_told_in_words_and_keeps_what_came(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pdf("Bao cao")
    about = {"name": "b.pdf", "size": str(len(data)), "muc": OWN_COMPONENT}
    with visiting(own_town, "unit") as client:
        client.headers["accept"] = "application/json"
        begun = client.post(f"{SEND}/bat-dau", data=about).json()
        client.put(f"{SEND}/{begun['id']}?tu=0", content=data[:100])
        really = os.pwrite

        def full(part: int, block: bytes, at: int) -> int:
            really(part, block[:10], at)
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "pwrite", full)
            answer = client.put(f"{SEND}/{begun['id']}?tu=100", content=data[100:])
        goes_on = client.put(f"{SEND}/{begun['id']}?tu=100", content=data[100:])
    assert answer.status_code == 507 and "hết chỗ chứa" in answer.json()["error"]
    assert goes_on.json() == {"received": len(data)}


def test_a_file_for_which_there_is_no_room_is_refused_before_its_first_byte(own_town: Town) -> None:
    settings_ = own_town.settings.model_copy(update={"min_free_mib": 1 << 40})
    with open_resources(own_town.settings) as opened:
        resources = Resources(settings_, opened.database, opened.store)
        with pytest.raises(DiskFull, match="hết chỗ chứa"):
            receiving.begin(resources, Announced("a.pdf", 10, OWN_COMPONENT, "1", "unit", NOW))


def _nights_with_bundles(town: Town, count: int) -> list[Path]:
    """Folders of nights that ended, oldest first, each with a sheet and a bundle."""
    folders = []
    for days in range(count):
        at = NOW - timedelta(days=count - days)
        with open_ledger(town.settings) as database, database.write() as connection:
            asked = NightRequest(OWN, "2025", "test", "Asia/Ho_Chi_Minh")
            night = begin_night(connection, asked, owner="far:1:1", now=at)
            end_night(connection, night.id, Ending("done", None, {}, at), owner="far:1:1")
        folders.append(town.settings.home / "outbox" / night.id)
        folders[-1].mkdir(parents=True)
        for name in ("phieu.xlsx", "goi.zip"):
            (folders[-1] / name).write_bytes(b"x")
            os.utime(folders[-1] / name, (at.timestamp(), at.timestamp()))
    return folders


def test_what_nobody_comes_back_for_is_swept_and_the_rest_stays(own_town: Town) -> None:
    order = own_town.own.orders["coordinator"]
    with _begun(own_town, WHOLE) as (resources, row):
        _send(resources, row, 0, WHOLE[:10])
    nights = _nights_with_bundles(own_town, 3)
    kept = sweep_leftovers(own_town.settings, NOW)
    zips = list((own_town.settings.home / "orders").glob("*.zip"))
    _age(own_town.settings.home, days=1)
    gone = sweep_leftovers(own_town.settings, NOW + timedelta(days=14, hours=1))

    assert (kept["bundles"], kept["parts"]) == (0, 0) and zips
    assert gone["bundles"] >= len(zips) and gone["parts"] == 1 and gone["uploads"] >= 1
    assert (kept["nights"], gone["nights"]) == (0, 2)
    assert [sorted(file.name for file in night.iterdir()) for night in nights] == [
        ["phieu.xlsx"],
        ["phieu.xlsx"],
        ["goi.zip", "phieu.xlsx"],
    ]
    with visiting(own_town, "coordinator") as client:
        page = client.get(f"/p/{OWN}/2025/goi-tai-lieu/{order}").text
        fetched = client.get(f"/p/{OWN}/2025/goi-tai-lieu/{order}/tai-ve")
    assert "hết thời gian giữ" in page and fetched.status_code == 404


def _age(home: Path, *, days: int) -> None:
    for file in [*(home / "orders").iterdir(), *(home / "uploads").iterdir()]:
        then = file.stat().st_mtime - days * 86400
        os.utime(file, (then, then))


@contextmanager
def _served(town: Town) -> Iterator[int]:
    """The pages in a real server of this process: its port."""
    server = uvicorn.Server(uvicorn.Config(create_app(town.settings), port=free_ports(1)[0], log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield server.config.port
    server.should_exit = True
    thread.join()


def test_a_connection_that_breaks_in_the_middle_of_a_piece_keeps_what_came(own_town: Town) -> None:
    key = token_of(own_town, "unit", Deed.UPLOAD)
    with (
        _served(own_town) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=key, timeout=180) as client,
    ):
        wish = {"name": "a.pdf", "size": len(WHOLE), "target": OWN_COMPONENT}
        address = f"{V1}/uploads/{client.post(f'{V1}/uploads', json=wish).json()['id']}"
        with socket.create_connection(("127.0.0.1", port)) as broken:
            head = f"PUT {address}?offset=0 HTTP/1.1\r\nHost: x\r\nAuthorization: {key['Authorization']}\r\n"
            broken.sendall(f"{head}Content-Length: {len(WHOLE)}\r\n\r\n".encode() + WHOLE[:300_000])
            wait_for(lambda: client.get(address).json()["received"] == 300_000)
        rest = client.put(address, params={"offset": 300_000}, content=WHOLE[300_000:])
        kept = client.post(f"{address}/done").json()
    assert rest.json() == {"received": len(WHOLE)}
    assert kept["sha256"] == hashlib.sha256(WHOLE).hexdigest()
