"""Revocation lists come into the dated archive from a real HTTP server, and only those that are genuine."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ocr.signatures import TrustStore, examine_signatures
from ocr.signatures.crl_update import update_crls
from tests.ocr.signatures.authority import AT, pki
from tests.ocr.signatures.case import signed
from tests.servers import answering


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which it is served."""
    served = tmp_path / "www"
    served.mkdir()
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(served)))) as port:
        yield served, f"http://127.0.0.1:{port}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A trust folder without revocation lists."""
    trust = tmp_path / "trust"
    pki().write_trust(trust)
    for file in (trust / "crls").iterdir():
        file.unlink()
    return trust


def test_fetched_lists_decide_about_signatures(server: tuple[Path, str], folder: Path) -> None:
    served, address = server
    for name in ("root", "ca"):
        (served / f"{name}.crl").write_bytes(pki().crl(name, "2026-11-20"))
    addresses = [f"{address}/{name}.crl" for name in ("root", "ca")]
    before = examine_signatures(signed(), trust=TrustStore.load(folder), at=AT).verdict

    updates = update_crls(folder, allowed_hosts=["127.0.0.1"], addresses=addresses)

    assert before.sub == "TRY_LATER"
    assert [update.outcome for update in updates] == ["new", "new"]
    assert examine_signatures(signed(), trust=TrustStore.load(folder), at=AT).verdict.word == "PASSED"
    again = update_crls(folder, allowed_hosts=["127.0.0.1"], addresses=addresses)
    assert [update.outcome for update in again] == ["unchanged", "unchanged"]


def test_every_day_is_kept_beside_the_others(server: tuple[Path, str], folder: Path) -> None:
    served, address = server
    for day in ("2026-11-19", "2026-11-20"):
        (served / "ca.crl").write_bytes(pki().crl("ca", day))
        update_crls(folder, allowed_hosts=["127.0.0.1"], addresses=[f"{address}/ca.crl"])

    assert sorted(file.name[:10] for file in (folder / "crls").rglob("*.crl")) == ["2026-11-19", "2026-11-20"]


def test_false_unknown_and_forbidden_sources_are_refused(server: tuple[Path, str], folder: Path) -> None:
    served, address = server
    (served / "fake.crl").write_bytes(pki().crl("fake_ca", "2026-11-20"))
    (served / "page.crl").write_bytes(b"<html>not found</html>")
    addresses = [f"{address}/{name}" for name in ("fake.crl", "page.crl", "missing.crl")]
    addresses += ["http://other.test.invalid/ca.crl", "file:///etc/passwd"]

    updates = update_crls(folder, allowed_hosts=["127.0.0.1"], addresses=addresses)

    assert [update.outcome for update in updates] == ["refused", "refused", "unreachable", "refused", "refused"]
    assert list((folder / "crls").rglob("*.crl")) == []
