"""Signing in with OpenID Connect: the address to go to, and the account that comes back. Code flow with PKCE."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from flows.people.accounts import Opened, SignInRefused, open_session
from flows.resources import Resources
from storage.people.accounts import OPEN, account_elsewhere, account_of

_SECONDS = 10.0
_ALGORITHMS = ["RS256", "ES256", "PS256"]


class ProviderUnreachable(Exception):
    """The issuer does not answer as OpenID Connect says; the message is for people."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and what it must bring back; kept in its cookie until then."""

    address: str
    state: str
    nonce: str
    verifier: str


def depart(resources: Resources, redirect: str) -> Departure:
    """Begin a sign-in at the issuer.

    Raises:
        ProviderUnreachable: the issuer cannot be asked.
    """
    issuer, state, nonce = _issuer(resources), generate_token(32), generate_token(32)
    verifier = generate_token(64)
    with _client(resources, redirect) as client:
        address, _ = client.create_authorization_url(
            issuer["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    return Departure(address, state, nonce, verifier)


def arrive(
    resources: Resources, departed: Departure, returned: str, redirect: str, *, origin: str, at: datetime
) -> Opened:
    """Exchange what the issuer sent back (`returned`: the whole address) for a session of the account it names.

    Raises:
        SignInRefused: state, token or account do not fit.
        ProviderUnreachable: the issuer cannot be asked.
    """
    issuer = _issuer(resources)
    try:
        with _client(resources, redirect, state=departed.state) as client:
            token = client.fetch_token(
                issuer["token_endpoint"], authorization_response=returned, code_verifier=departed.verifier
            )
        subject = _subject(resources, issuer, str(token.get("id_token", "")), departed.nonce)
    except httpx.HTTPError as error:
        raise ProviderUnreachable(_sentence(resources)) from error
    except Exception as error:
        raise SignInRefused("Đăng nhập bằng tài khoản thành phố không thành công. Đề nghị thử lại.") from error
    with resources.database.write() as connection:
        name = account_elsewhere(connection, f"{resources.settings.oidc_issuer} {subject}")
        if name is None or account_of(connection, name)["state"] != OPEN:
            raise SignInRefused("Tài khoản thành phố này chưa được gắn với tài khoản nào ở đây. Hỏi người quản trị.")
        return open_session(connection, origin, at, account=name)


def _subject(resources: Resources, issuer: dict[str, Any], id_token: str, nonce: str) -> str:
    """Who the identity token is about, once its signature and every claim fit."""
    keys = KeySet.import_key_set(_fetched(issuer["jwks_uri"]))  # type: ignore[arg-type]
    claims = jwt.decode(id_token, keys, algorithms=_ALGORITHMS).claims
    jwt.JWTClaimsRegistry(
        now=int(time.time()),
        leeway=60,
        iss={"essential": True, "value": issuer["issuer"]},
        aud={"essential": True, "value": resources.settings.oidc_client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
    ).validate(claims)
    if not claims["sub"]:
        raise JoseError("no subject")
    return str(claims["sub"])


def _client(resources: Resources, redirect: str, **more: Any) -> OAuth2Client:
    settings = resources.settings
    return OAuth2Client(
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        scope="openid profile",
        redirect_uri=redirect,
        code_challenge_method="S256",
        timeout=_SECONDS,
        **more,
    )


def _issuer(resources: Resources) -> dict[str, Any]:
    issuer = resources.settings.oidc_issuer.rstrip("/")
    try:
        found = _fetched(f"{issuer}/.well-known/openid-configuration")
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderUnreachable(_sentence(resources)) from error
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise ProviderUnreachable(f"Nơi đăng nhập tự xưng là {found.get('issuer')!r}, không phải {issuer!r}.")
    return found


@functools.lru_cache(maxsize=8)
def _fetched(address: str) -> dict[str, Any]:
    """What the issuer publishes: its configuration and keys, asked once a process."""
    answer = httpx.get(address, timeout=_SECONDS, follow_redirects=False).raise_for_status()
    told: dict[str, Any] = answer.json()
    return told


def _sentence(resources: Resources) -> str:
    return (
        f"Nơi đăng nhập {resources.settings.oidc_issuer} không trả lời. "
        "Thử lại sau ít phút, hoặc đăng nhập bằng tài khoản tại đây."
    )
