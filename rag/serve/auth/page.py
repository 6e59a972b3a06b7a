"""The sign-in page: one form, no script."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from rag.lang import language, say
from rag.serve.links import link
from rag.serve.pages import looks, product_name

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def password_page(next_path: str, name: str = "", problem: str = "") -> str:
    """The form for name and password.

    :param next_path: Where to go afterwards, already found safe.
    :param problem: What went wrong with the try before.
    """
    alert = f'<p class="problem" role="alert" id="problem">{escape(problem)}</p>' if problem else ""
    described = ' aria-describedby="problem" aria-invalid="true"' if problem else ""
    focus = (" autofocus", "") if not name else ("", " autofocus")
    return _frame(
        f'{alert}<form method="post" action="{link("/sign-in")}">'
        f'<input type="hidden" name="next" value="{escape(next_path)}">'
        f'<label for="name">{say("Tên đăng nhập", "User name")}</label>'
        f'<input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none" '
        f'spellcheck="false" maxlength="64" required{described}{focus[0]}>'
        f'<label for="password">{say("Mật khẩu", "Password")}</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" '
        f"required{described}{focus[1]}>"
        f'<button type="submit">{say("Đăng nhập", "Sign in")}</button></form>'
        f'<p class="hint">{_forgotten()}</p>'
    )


def oidc_page(next_path: str, problem: str = "") -> str:
    """The button that leads to the organisation's own sign-in."""
    alert = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    label = say("Đăng nhập bằng tài khoản cơ quan", "Sign in with your organisation's account")
    address = link(f"/oidc/start?next={quote(next_path, safe='')}")
    return _frame(f'{alert}<p><a class="button" href="{address}">{label}</a></p>')


def wait_message(wait_s: int) -> str:
    """What to say to somebody who has to wait."""
    minutes = -(-wait_s // 60)
    return say(
        f"Đã nhập sai nhiều lần. Xin thử lại sau {minutes} phút.",
        f"Too many wrong tries. Please try again in {minutes} minutes.",
    )


def wrong_message() -> str:
    """What to say when the name or the password was wrong; never which of them."""
    return say("Tên đăng nhập hoặc mật khẩu không đúng.", "The user name or the password is wrong.")


def _forgotten() -> str:
    return say("Quên mật khẩu: xin liên hệ người quản trị hệ thống.", "Forgotten the password: ask the administrator.")


def _frame(body: str) -> str:
    title = say("Đăng nhập", "Sign in")
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title} · {escape(product_name())}</title>"
        f"{looks('sign-in')}</head><body>"
        f'<main><p class="product">{escape(product_name())}</p><h1>{title}</h1>{body}</main></body></html>'
    )
