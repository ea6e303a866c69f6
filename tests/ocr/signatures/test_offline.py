"""Checking opens no socket, whatever addresses the file names."""

from __future__ import annotations

import socket
from typing import NoReturn

import pytest

from ocr.signatures import examine_signatures
from tests.ocr.signatures.authority import AT, trust
from tests.ocr.signatures.case import signed
from tests.ocr.signatures.cases_sound import SOUND


def _refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("a socket was opened")


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in SOUND if case.name == "b01")
    stamped, plain, unknown = case.build(), signed(), signed(who="fake_leader")
    for name in ("socket", "socketpair", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, _refuse)

    assert examine_signatures(stamped, trust=trust(), at=AT).verdict.word == "PASSED"
    assert examine_signatures(plain, trust=trust(crl_days=()), at=AT).verdict.sub == "TRY_LATER"
    assert examine_signatures(unknown, trust=trust(), at=AT).verdict.sub == "NO_CERTIFICATE_CHAIN_FOUND"
