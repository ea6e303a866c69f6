"""Signing in with OpenID Connect against a real provider on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from flows.people import accounts as signing
from flows.resources import open_resources
from tests.web.provider import CLIENT, SECRET, SUBJECT, Provider, provider
from tests.web.wards import NOW, OWN, PERIOD, Town, visiting


@pytest.fixture
def issuer() -> Iterator[Provider]:
    with provider() as running:
        yield running


def _with_issuer(town: Town, issuer: Provider) -> Town:
    more = {"oidc_issuer": issuer.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
    joined = replace(town, settings=town.settings.model_copy(update=more))
    with open_resources(joined.settings) as resources:
        signing.link_account(resources, "auditor", SUBJECT, who="test", at=NOW)
    return joined


def _come_back(town: Town, *, change: str = "") -> tuple[int, str, int]:
    with visiting(town) as client:
        leaving = client.get("/dang-nhap/ngoai")
        assert leaving.status_code == 303
        answered = httpx.get(leaving.headers["location"], timeout=180)
        back = answered.headers["location"].replace("http://testserver", "") + change
        entered = client.get(back)
        return entered.status_code, entered.text, client.get(f"/p/{OWN}/{PERIOD}/bang-diem").status_code


def test_the_citys_account_opens_the_linked_account(own_town: Town, issuer: Provider) -> None:
    status, _, table = _come_back(_with_issuer(own_town, issuer))
    assert (status, table) == (303, 200)


@pytest.mark.parametrize("flaw", ["nonce", "key", "state", "stranger"])
def test_what_does_not_fit_opens_nothing(own_town: Town, issuer: Provider, flaw: str) -> None:
    town = _with_issuer(own_town, issuer)
    issuer.forge_nonce, issuer.forge_key = flaw == "nonce", flaw == "key"
    issuer.subject = "somebody-else" if flaw == "stranger" else SUBJECT
    status, page, table = _come_back(town, change="x" if flaw == "state" else "")
    assert (status, table) == (401, 303)
    assert "tài khoản thành phố" in page.lower()


def test_an_issuer_that_does_not_answer_is_told_in_words(own_town: Town) -> None:
    settings = own_town.settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    with visiting(replace(own_town, settings=settings)) as client:
        answer = client.get("/dang-nhap/ngoai")
    assert answer.status_code == 503 and "không trả lời" in answer.text
