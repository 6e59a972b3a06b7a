"""A small OpenID Connect server that really checks what it is sent; tests can make it lie."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, CLIENT_SECRET = "hoi-dap", "geheim-" * 6


@dataclass
class Issuer:
    """What the server knows and how it behaves.

    :param lie: Changes an answer's claims, header or key before it is signed.
    """

    address: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "preferred_username": "An", "name": "Văn An",
                                                            "groups": ["to-chuc"]})  # fmt: skip
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    lie: Callable[[dict[str, Any]], str | None] = lambda _claims: None
    description: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    async def about(self, _request: Request) -> Response:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        row = {"issuer": self.address, **{name: f"{self.address}/{path}" for name, path in paths.items()}}
        return JSONResponse({**row, **self.description})

    async def keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        given = dict(request.query_params)
        for name, wanted in {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256"}.items():
            if given.get(name) != wanted:
                return self._problem(f"{name} is {given.get(name)!r}")
        if "openid" not in given["scope"].split() or not given.get("nonce") or not given.get("state"):
            return self._problem("scope, nonce or state is missing")
        code = secrets.token_urlsafe(16)
        self.codes[code] = given
        query = urlencode({"code": code, "state": given["state"]})
        return RedirectResponse(f"{given['redirect_uri']}?{query}", 303)

    async def token(self, request: Request) -> Response:
        given = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(given.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return self._problem("the client did not authenticate")
        if asked is None or given.get("redirect_uri") != asked["redirect_uri"]:
            return self._problem("code or redirect_uri does not fit")
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return self._problem("the verifier does not fit the challenge")
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 120, "nonce": asked["nonce"]}
        claims |= self.person
        token = self.lie(claims) or jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _problem(self, text: str) -> Response:
        self.problems.append(text)
        return JSONResponse({"error": "invalid_request", "error_description": text}, 400)


@contextmanager
def running(issuer: Issuer) -> Iterator[Issuer]:
    """Serve it on a free loopback port."""
    routes = [
        Route("/.well-known/openid-configuration", issuer.about),
        Route("/keys", issuer.keys),
        Route("/authorize", issuer.authorize),
        Route("/token", issuer.token, methods=["POST"]),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        issuer.address = f"http://127.0.0.1:{port}"
        yield issuer
    finally:
        server.should_exit = True
        thread.join(timeout=20)
