"""The page's tokens: which count, and each kind that must not."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from rag.errors import RagError, SettingError
from rag.serve.embed.origins import embed_origins
from rag.serve.embed.tokens import LONGEST_S, TokenError, TokenReader, make_token
from rag.settings import Settings
from tests.serve.world import PAGE, SECRET

NOW = 1_800_000_000
SETTINGS = Settings(
    store=Path("unused"), models=Path("unused"), embed_origins=f"{PAGE} http://10.0.0.5:8080", embed_secret=SECRET
)
CLAIMS = {
    "sub": "an", "name": "Nguyễn Văn An", "groups": ["to-chuc"], "origin": PAGE, "aud": "news-rag",
    "iat": NOW, "exp": NOW + 300, "jti": "0123456789abcdef",
}  # fmt: skip


def signed(changes: dict[str, Any] | None = None, key: Any = None, alg: str = "HS256", **header: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **(changes or {})}.items() if value is not None}
    return str(jwt.encode({"alg": alg, **header}, claims, key or OctKey.import_key(SECRET), algorithms=[alg]))


def unsigned(header: dict[str, Any], signature: str = "") -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part(header)}.{part(CLAIMS)}.{signature}"


def test_a_good_token_names_the_person() -> None:
    claims = TokenReader(SETTINGS).read(signed(), NOW)
    assert (claims.person.name, claims.person.display) == ("an", "Nguyễn Văn An")
    assert claims.person.groups == {"to-chuc"}
    assert claims.origin == PAGE
    assert claims.expires == NOW + 300


def test_a_page_can_never_make_editors_or_administrators() -> None:
    claims = TokenReader(SETTINGS).read(signed({"role": "administrator", "scopes": ["admin"]}), NOW)
    assert claims.person.role == "reader"


@pytest.mark.parametrize(("changes", "reason"), [
    ({"exp": NOW}, "expired"), ({"exp": NOW - 1, "iat": NOW - 300}, "expired"), ({"exp": None}, "times"),
    ({"exp": "9999999999"}, "times"), ({"exp": True}, "times"), ({"exp": NOW + LONGEST_S + 1}, "times"),
    ({"exp": 1e300}, "times"), ({"iat": None}, "times"), ({"iat": NOW + 60, "exp": NOW + 120}, "times"),
    ({"nbf": NOW + 60}, "times"), ({"nbf": "x"}, "times"),
    ({"aud": "other"}, "audience"), ({"aud": None}, "audience"), ({"aud": ["x", "y"]}, "audience"),
    ({"aud": "news-rag2"}, "audience"), ({"aud": {"news-rag": 1}}, "audience"),
    ({"origin": "https://evil.example"}, "origin"), ({"origin": None}, "origin"), ({"origin": [PAGE]}, "origin"),
    ({"origin": PAGE + ".evil.example"}, "origin"), ({"origin": "null"}, "origin"), ({"origin": "*"}, "origin"),
    ({"jti": None}, "jti"), ({"jti": "short"}, "jti"), ({"jti": "x" * 200}, "jti"), ({"jti": 12345678}, "jti"),
    ({"sub": None}, "person"), ({"sub": ""}, "person"), ({"sub": "a b"}, "person"), ({"sub": ["an"]}, "person"),
    ({"sub": "<img src=x>"}, "person"), ({"name": {"x": 1}}, "person"), ({"groups": "to-chuc"}, "person"),
    ({"groups": ["g"] * 51}, "groups"),
])  # fmt: skip
def test_claims_that_do_not_fit_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TokenError, match=f"^{reason}$"):
        TokenReader(SETTINGS).read(signed(changes), NOW)


RSA, EC = RSAKey.generate_key(2048), ECKey.generate_key("P-256")


@pytest.mark.parametrize("token", [
    unsigned({"alg": "none"}), unsigned({"alg": "None"}), unsigned({"alg": "NONE", "typ": "JWT"}), unsigned({}),
    unsigned({"alg": "HS256"}), unsigned({"alg": "HS256"}, "AAAA"), unsigned({"alg": ""}, "AAAA"),
    signed(key=OctKey.import_key("m" * 48)), signed(alg="HS384"), signed(alg="HS512"),
    signed(key=RSA, alg="RS256"), signed(key=EC, alg="ES256"), signed() + "x",
    signed()[:-4], signed().replace(".", "..", 1), signed() + ".", "." + signed(), "", "ey", "..", "a.b.c",
    "x" * 9000, "é.é.é", "emb_" + "a" * 43, json.dumps(CLAIMS),
])  # fmt: skip
def test_forged_tokens_are_refused(token: str) -> None:
    with pytest.raises(TokenError):
        TokenReader(SETTINGS).read(token, NOW)


def test_a_key_inside_the_token_counts_for_nothing() -> None:
    own = OctKey.import_key("z" * 48)
    with pytest.raises(TokenError):
        TokenReader(SETTINGS).read(signed(key=own, jwk=own.as_dict(), kid="z"), NOW)
    with pytest.raises(TokenError):
        TokenReader(SETTINGS).read(signed(key=own, jku="https://evil.example/keys"), NOW)


@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256")])
def test_public_keys_work_and_only_for_their_own_algorithms(key: Any, alg: str) -> None:
    pem = key.as_pem(private=False).decode()
    reader = TokenReader(replace(SETTINGS, embed_secret="", embed_public_key=pem))
    assert reader.read(signed(key=key, alg=alg), NOW).person.name == "an"
    # The public key is no secret: a token that is signed with it as if it were one must not pass.
    body = unsigned({"alg": "HS256"}).rstrip(".")
    mac = hmac.new(pem.encode(), body.encode(), "sha256").digest()
    confused = f"{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
    for forged in (signed(), confused, unsigned({"alg": "none"})):
        with pytest.raises(TokenError):
            reader.read(forged, NOW)


@pytest.mark.parametrize("change", [
    {"embed_secret": "short"}, {"embed_secret": "", "embed_public_key": "no key"}, {"embed_public_key": "both"},
    {"embed_secret": "", "embed_public_key": RSA.as_pem(private=True).decode()},
])  # fmt: skip
def test_keys_that_are_no_keys_are_refused_at_the_start(change: dict[str, str]) -> None:
    with pytest.raises(SettingError):
        TokenReader(replace(SETTINGS, **change))  # type: ignore[arg-type]


def test_without_a_key_no_token_counts() -> None:
    with pytest.raises(TokenError):
        TokenReader(replace(SETTINGS, embed_secret="")).read(signed(), NOW)


def test_the_command_makes_tokens_that_count() -> None:
    token = make_token(SETTINGS, "an", origin=PAGE, name="An", groups=["to-chuc"])
    assert TokenReader(SETTINGS).read(token).person.groups == {"to-chuc"}
    with pytest.raises(RagError):
        make_token(SETTINGS, "an", origin="https://evil.example")
    with pytest.raises(RagError):
        make_token(replace(SETTINGS, embed_secret=""), "an", origin=PAGE)


@pytest.mark.parametrize(("given", "found"), [
    ("", ()), ("https://a.example", ("https://a.example",)), ("HTTPS://A.example/ ", ("https://a.example",)),
    ("https://a.example:443,http://b:80", ("https://a.example", "http://b")),
    ("http://[::1]:8080", ("http://[::1]:8080",)), ("http://10.0.0.5:8080 http://10.0.0.5:8080", ("http://10.0.0.5:8080",)),
])  # fmt: skip
def test_origins_are_read_as_browsers_send_them(given: str, found: tuple[str, ...]) -> None:
    assert embed_origins(replace(SETTINGS, embed_origins=given)) == found


@pytest.mark.parametrize("given", [
    "*", "https://*.example", "null", "a.example", "https://a.example/path", "https://u:p@a.example", "ftp://a.example",
    "https://a.example?x", "https://a.example#x", "javascript:alert(1)", "https://", "https://a.example;script-src",
    "https://cơ-quan.example", "https://a.example:99999", "https://a.example:x", "http://127.0.0.1:7860",
])  # fmt: skip
def test_what_is_no_origin_or_our_own_is_refused(given: str) -> None:
    with pytest.raises(SettingError):
        embed_origins(replace(SETTINGS, embed_origins=given))
