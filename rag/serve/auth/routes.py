"""The routes of signing in and out. Which of them exist depends on the configured way."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from rag.lang import say
from rag.serve.addresses import client_address, proxy_networks
from rag.serve.audit import Audit
from rag.serve.auth.oidc import CALLBACK, PENDING_S, OidcError, OidcWay
from rag.serve.auth.page import POLICY, oidc_page, password_page, wait_message, wrong_message
from rag.serve.auth.password import PasswordWay, Refused, is_form
from rag.serve.auth.safe import safe_next
from rag.serve.auth.signed_in import SIGN_IN, SignedIn
from rag.serve.guard import Refusal
from rag.serve.links import link
from rag.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)

_FIELDS = 10


def add_sign_in(app: FastAPI, settings: Settings, way: object) -> None:
    """Add what the configured way needs.

    :param way: As :class:`rag.serve.identity.Identification` made it.
    """
    if isinstance(way, SignedIn):
        _add_sign_out(app, way)
    if isinstance(way, PasswordWay):
        _add_password(app, settings, way)
    if isinstance(way, OidcWay):
        _add_oidc(app, settings, way)


def page(html: str, status: int = 200, wait_s: int = 0) -> Response:
    """A sign-in page. Its referrer goes to ourselves: under ``no-referrer`` a form would not name its origin."""
    headers = {"content-security-policy": POLICY, "referrer-policy": "same-origin"}
    return HTMLResponse(html, status, {**headers, **({"retry-after": str(wait_s)} if wait_s else {})})


def _add_password(app: FastAPI, settings: Settings, way: PasswordWay) -> None:
    proxies, audit = proxy_networks(settings), Audit(settings)

    @app.get(SIGN_IN)
    def form(request: Request) -> Response:
        target = safe_next(request.query_params.get("next", ""))
        if way.identify(request):
            return RedirectResponse(link(target), 303)
        return page(password_page(target))

    @app.post(SIGN_IN)
    async def enter(request: Request) -> Response:
        if not is_form(request) or not ("origin" in request.headers or "sec-fetch-site" in request.headers):
            raise Refusal(415, say("Xin dùng biểu mẫu đăng nhập.", "Please use the sign-in form."))
        fields = await _fields(request)
        target, name = safe_next(fields.get("next", "")), fields.get("name", "")
        address = client_address(request.scope, proxies)
        found = await run_in_threadpool(way.check, name, fields.get("password", ""), address)
        failed = isinstance(found, Refused)
        await run_in_threadpool(
            audit.record, name.strip().lower()[:64], "sign-in-refused" if failed else "sign-in", address=address
        )
        if isinstance(found, Refused):
            problem = wait_message(found.wait_s) if found.wait_s else wrong_message()
            status = 429 if found.wait_s else 401
            return page(password_page(target, name[:64], problem), status, found.wait_s)
        response = RedirectResponse(link(target), 303)
        way.begin(request, response, found)
        return response


def _add_oidc(app: FastAPI, settings: Settings, way: OidcWay) -> None:
    audit = Audit(settings)

    @app.get(SIGN_IN)
    def button(request: Request) -> Response:
        target = safe_next(request.query_params.get("next", ""))
        return RedirectResponse(link(target), 303) if way.identify(request) else page(oidc_page(target))

    @app.get("/oidc/start")
    def start(request: Request) -> Response:
        target = safe_next(request.query_params.get("next", ""))
        try:
            address, secret = way.start(target)
        except OidcError as error:
            return page(oidc_page(target, str(error)), 502)
        response = RedirectResponse(address, 303)
        way.pending_cookie.write(response, secret, PENDING_S)
        return response

    @app.get(CALLBACK)
    def come_back(request: Request) -> Response:
        given = request.query_params
        try:
            person, target = way.finish(way.pending_cookie.read(request), given.get("state", ""), given.get("code", ""))
        except OidcError as error:
            log.warning("sign-in by OpenID Connect failed: %s", error.__cause__ or "no such sign-in was begun")
            response = page(oidc_page("/", str(error)), 401)
        else:
            response = RedirectResponse(link(target), 303)
            way.begin(request, response, person)
            audit.record(person.name, "sign-in")
        way.pending_cookie.clear(response)
        return response


def _add_sign_out(app: FastAPI, way: SignedIn) -> None:
    @app.post("/sign-out")
    def leave(request: Request) -> Response:
        if "origin" not in request.headers and "sec-fetch-site" not in request.headers:
            raise Refusal(403, say("Không nhận yêu cầu từ trang khác.", "Requests from other sites are not accepted."))
        way.end(request)
        response = RedirectResponse(link(SIGN_IN), 303)
        way.desk.cookie.clear(response)
        return response


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form, the first of each name."""
    try:
        text = (await request.body()).decode("utf-8")
        found = parse_qs(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_FIELDS)
    except ValueError:
        raise Refusal(422, say("Yêu cầu không hợp lệ.", "The request is not valid.")) from None
    return {name: values[0] for name, values in found.items()}
