"""The technician's commands about trust, with a real HTTP server of this machine."""

from __future__ import annotations

import functools
import json
import shutil
import sqlite3
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.settings import Settings
from flows.keeping.trust import PinRefused, pin_certificate, trust_state
from tests.journeys.commands import NIGHT, parindex
from tests.ocr.signatures.authority import AT, leaf, pki
from tests.servers import answering


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    served = tmp_path / "www"
    served.mkdir()
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(served)))) as port:
        yield served, f"http://127.0.0.1:{port}"


def test_a_root_is_trusted_only_with_the_fingerprint_that_came_another_way(tmp_path: Path) -> None:
    home, right = tmp_path / "ward", leaf("root").fingerprint
    files = {name: _file(tmp_path, name) for name in ("root", "ca", "leader")}
    settings = Settings.model_validate({"home": home})

    with pytest.raises(PinRefused, match="KHÁC với dấu vân tay đã nhập"):
        pin_certificate(settings, files["root"], confirmed="ab" * 32, kind="official_duty", name="", at=AT)
    assert trust_state(settings, at=AT)["anchors"] == []
    pinned = parindex(home, "trust", "pin", str(files["root"]), "--fingerprint", right.upper(), "--name", "Gốc thử")
    pin_certificate(settings, files["ca"], confirmed=leaf("ca").fingerprint, kind="public", name="", at=AT)
    with pytest.raises(PinRefused, match=r"staff\.yaml"):
        pin_certificate(settings, files["leader"], confirmed=leaf("leader").fingerprint, kind="public", name="", at=AT)

    state = trust_state(settings, at=AT)
    assert pinned.returncode == 0, pinned.stderr
    (anchor,) = state["anchors"]
    assert (anchor["fingerprint"], anchor["verified"], anchor["kind"]) == (right, True, "official_duty")
    assert [one["issuer"] for one in state["intermediates"]] == [anchor["name"]]
    policy = (home / "trust" / "policy.yaml").read_text(encoding="utf-8")
    assert "Gốc thử" in policy and "UNVERIFIED" in policy and "# SHA-1" in policy


def _file(folder: Path, name: str) -> Path:
    """A certificate as it was downloaded."""
    file = folder / f"{name}.crt"
    file.write_bytes(leaf(name).der)
    return file


def test_revocation_lists_come_from_allowed_hosts_alone_and_are_told_in_the_custody_log(
    tmp_path: Path, server: tuple[Path, str]
) -> None:
    served, address = server
    home = tmp_path / "ward"
    pki().write_trust(home / "trust")
    shutil.rmtree(home / "trust" / "crls")
    for name in ("root", "ca"):
        (served / f"{name}.crl").write_bytes(pki().crl(name, "2025-12-20", "2026-02-20"))
    asked = [f"--address={address}/{name}.crl" for name in ("root", "ca", "gone")]
    asked += ["--address=ldap://127.0.0.1/cn=ca", "--address=http://elsewhere.test.invalid/ca.crl"]

    done = parindex(home, "trust", "update", "--host", "127.0.0.1", *asked, "--json", "--at", NIGHT)

    told = json.loads(done.stdout)
    mine = [one for one in told["updates"] if one["address"].startswith((address, "ldap", "http://elsewhere"))]
    assert [one["outcome"] for one in mine] == ["new", "new", "unreachable", "refused", "refused"]
    assert "LDAP" in mine[3]["detail"] and done.returncode == 1
    assert told["trust_before"] != told["trust_after"] == told["state"]["digest"]
    with sqlite3.connect(home / "parindex.db") as connection:
        ((subject, detail),) = connection.execute("select subject, detail from custody where event = 'trust_updated'")
    assert subject == told["trust_after"] and len(json.loads(detail)["new"]) == 2
