"""A small OpenID Connect provider on this machine: one client, one user, real tokens signed with a real key."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.servers import free_ports

CLIENT, SECRET, SUBJECT = "parindex", "client-secret-of-the-test", "nguoi-dung-77"


class Provider:
    """What the tests may turn: the subject it names, the nonce it repeats, the key it signs with."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.subject, self.forge_nonce, self.forge_key = SUBJECT, False, False
        self.asked: dict[str, dict[str, str]] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.other = RSAKey.generate_key(2048, {"kid": "1"})

    def token(self, nonce: str) -> str:
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": self.subject, "exp": int(time.time()) + 300}
        claims["nonce"] = "forged" if self.forge_nonce else nonce
        key = self.other if self.forge_key else self.key
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)


def application(provider: Provider) -> FastAPI:
    """Its four doors."""
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def configuration() -> dict[str, Any]:
        doors = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": provider.issuer} | {name: f"{provider.issuer}/{path}" for name, path in doors.items()}

    @app.get("/authorize")
    def authorize(redirect_uri: str, state: str, nonce: str, code_challenge: str, client_id: str) -> Response:
        assert client_id == CLIENT
        code = f"code-{len(provider.asked)}"
        provider.asked[code] = {"nonce": nonce, "challenge": code_challenge, "redirect": redirect_uri}
        return RedirectResponse(f"{redirect_uri}?code={code}&state={state}", status_code=303)

    @app.post("/token")
    def token(code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form()) -> Response:
        asked = provider.asked.pop(code, None)
        digest = hashlib.sha256(code_verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or (asked["challenge"], asked["redirect"]) != (challenge, redirect_uri):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": provider.token(asked["nonce"])})

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [provider.key.as_dict(private=False)]}

    return app


@contextmanager
def provider() -> Iterator[Provider]:
    """The provider, running."""
    port = free_ports(1)[0]
    made = Provider(port)
    server = uvicorn.Server(uvicorn.Config(application(made), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield made
    server.should_exit = True
    thread.join(timeout=20)
