"""The examples of ``docs/nhung-vao-trang.md`` make tokens that count: each block is taken from the page and run."""

from __future__ import annotations

import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from rag.serve.embed.tokens import Claims, TokenReader
from rag.settings import Settings
from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "nhung-vao-trang.md").read_text(encoding="utf-8")
SETTINGS = Settings(
    store=Path("unused"), models=Path("unused"), embed_origins="https://noi-bo.example", embed_secret="k" * 48
)
SESSION = {"user": "an", "groups": ["to-chuc"]}


def block(language: str) -> str:
    """The code block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def check(claims: Claims) -> None:
    """The token names the person of the session, and her group."""
    assert (claims.person.name, claims.person.role, set(claims.person.groups)) == ("an", "reader", {"to-chuc"})
    assert claims.origin == "https://noi-bo.example"


def encode(claims: dict[str, Any], secret: str, algorithm: str) -> str:
    """What PyJWT's function of that name does."""
    return str(jwt.encode({"alg": algorithm, "typ": "JWT"}, claims, OctKey.import_key(secret), algorithms=[algorithm]))


def test_the_python_example_makes_a_token_that_counts() -> None:
    routes: dict[str, Callable[[], Any]] = {}
    post = lambda path: lambda view: routes.setdefault(path, view)  # noqa: E731
    names = {
        "app": SimpleNamespace(post=post),
        "session": SESSION,
        "time": time,
        "secrets": secrets,
        "jwt": SimpleNamespace(encode=encode),
        "SECRET": SETTINGS.embed_secret,
    }
    exec(block("python"), names)  # noqa: S102 - the page's own example is what is tested
    token, headers = routes["/ma-truy-cap"]()
    check(TokenReader(SETTINGS).read(token))
    assert headers == {"Content-Type": "text/plain", "Cache-Control": "no-store"}


@pytest.fixture
def php(tmp_path: Path) -> Iterator[httpx.Client]:
    """PHP's own server with the page's example and a page that signs somebody in."""
    program = shutil.which("php")
    assert program, "php is needed: apt-get install php-cli"
    (tmp_path / "secret").write_text(SETTINGS.embed_secret + "\n", encoding="utf-8")
    example = block("php").replace("/etc/news-rag/embed-secret", str(tmp_path / "secret"))
    (tmp_path / "token.php").write_text(f"<?php\n{example}", encoding="utf-8")
    signed_in = "<?php session_start(); $_SESSION['user'] = 'an'; $_SESSION['groups'] = ['to-chuc'];"
    (tmp_path / "login.php").write_text(signed_in, encoding="utf-8")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "-d", f"session.save_path={tmp_path}", "-S", f"127.0.0.1:{port}", "-t", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            for _ in range(200):
                try:
                    client.get("/login.php")
                    break
                except httpx.ConnectError:
                    time.sleep(0.05)
            yield client
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.mark.long
@pytest.mark.manual
def test_the_php_example_makes_a_token_that_counts(php: httpx.Client) -> None:
    answer = php.post("/token.php")
    assert answer.headers["cache-control"] == "no-store"
    check(TokenReader(SETTINGS).read(answer.text))
    assert php.get("/token.php").status_code == 403
    php.cookies.clear()
    assert php.post("/token.php").status_code == 403


def test_the_asp_net_example_sets_every_claim_that_a_token_needs() -> None:
    """Read beside the library's source, not run: no .NET is at hand. What it writes claims with makes an array of a
    ``List<string>``; other collections have become text in some of its versions.
    """
    code = block("csharp")
    for claim in ('Audience = "news-rag"', "IssuedAt =", "Expires =", '["sub"]', '["groups"]', '["origin"]', '["jti"]'):
        assert claim in code
    assert "AddMinutes(5)" in code
    assert ".ToList()" in code
    assert "HmacSha256)" in code
