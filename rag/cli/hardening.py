"""What ``rag doctor`` looks at in the configuration of a server: the hardening list of ``docs/van-hanh.md``.

Each check looks at the real settings and files; none changes anything.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from rag.cli.check import Check, State
from rag.errors import SettingError, StoreError
from rag.lang import say
from rag.serve.addresses import is_loopback, proxy_networks, public_origin, root_path, sends_plainly
from rag.settings import SECRET_FILE, Settings

_MOST_PROXIES = 65_536
"""Addresses that may be trusted as proxies: a network of offices, not the world."""
_FEWEST_SECRET_CHARS = 32
GRADIO = "6.31.0"
"""The version whose routes the guard knows."""


def hardening_checks(settings: Settings) -> Iterator[Check]:
    """All checks of the configuration, one after another."""
    yield _exposure(settings)
    yield _transport(settings)
    yield _proxies(settings)
    if settings.root_path:
        yield _sub_path(settings)
    yield from _secrets(settings)
    yield from _files(settings)
    yield _user()
    yield from _access(settings)
    yield from _limits(settings)
    yield _outgoing(settings)
    yield _embedding(settings)
    yield _gradio()


def _exposure(settings: Settings) -> Check:
    from rag.serve.identity import Identification
    from rag.serve.run import check_exposure

    name = say("Đăng nhập", "Sign-in")
    try:
        check_exposure(settings)
        Identification(settings)
    except SettingError as error:
        return Check(name, "problem", str(error))
    return Check(name, "ok", f"RAG_AUTH={settings.auth}, {settings.host}")


def _transport(settings: Settings) -> Check:
    name = say("Mã hóa đường truyền", "Transport")
    try:
        origin = public_origin(settings)
    except SettingError as error:
        return Check(name, "problem", str(error))
    if origin.startswith("https://"):
        return Check(name, "ok", origin)
    if not sends_plainly(settings):
        return Check(name, "ok", say("chỉ máy này", "this machine only"))
    what = {
        "password": say("mật khẩu và phiên đi qua mạng không mã hóa", "passwords and sessions cross it in plain"),
    }.get(settings.auth, say("phiên và câu hỏi đi qua mạng không mã hóa", "sessions and questions cross it in plain"))
    todo = say("đặt nginx có TLS phía trước và RAG_PUBLIC_URL=https://…",
               "put nginx with TLS in front and set RAG_PUBLIC_URL=https://…")  # fmt: skip
    return Check(name, "problem", f"{what}; {todo}")


def _proxies(settings: Settings) -> Check:
    name = "Proxy"
    try:
        networks = proxy_networks(settings)
    except SettingError as error:
        return Check(name, "problem", str(error))
    wide = [str(network) for network in networks if network.num_addresses > _MOST_PROXIES]
    if wide:
        listed = ", ".join(wide)
        return Check(name, "problem", say(f"tin quá rộng: {listed}", f"trusts too many: {listed}"))
    if settings.public_url and not networks:
        detail = say(
            "RAG_TRUSTED_PROXIES trống: mọi người bị tính chung một địa chỉ",
            "RAG_TRUSTED_PROXIES is empty: everybody is counted as one address",
        )
        return Check(name, "note", detail)
    return Check(name, "ok", settings.trusted_proxies or say("không", "none"))


def _sub_path(settings: Settings) -> Check:
    """Under a sub-path browsers take us and whatever else that host serves for one and the same site."""
    name = say("Đường dẫn con", "Sub-path")
    try:
        root, origin = root_path(settings), public_origin(settings)
    except SettingError as error:
        return Check(name, "problem", str(error))
    if not origin:
        detail = say(
            f"{root}, nhưng thiếu RAG_PUBLIC_URL: máy chủ chỉ nhận tên máy của chính nó",
            f"{root}, but RAG_PUBLIC_URL is missing: the server answers to its own names only",
        )
        return Check(name, "problem", detail)
    detail = say(
        f"{origin}{root}: mã của mọi ứng dụng khác ở {origin} làm được mọi việc thay người đang đăng nhập",
        f"{origin}{root}: scripts of any other application at {origin} can act for whoever is signed in",
    )
    return Check(name, "note", detail)


def _secrets(settings: Settings) -> Iterator[Check]:
    """Secrets that are set are long enough; the proxy way has one."""
    name = say("Khóa bí mật", "Secrets")
    short = [
        variable
        for variable, value in (
            ("RAG_PROXY_SECRET", settings.proxy_secret),
            ("RAG_EMBED_SECRET", settings.embed_secret),
        )
        if value and len(value) < _FEWEST_SECRET_CHARS
    ]
    if settings.auth == "proxy" and not settings.proxy_secret:
        short.append("RAG_PROXY_SECRET")
    listed = ", ".join(short)
    if short:
        detail = say(f"ngắn hơn 32 ký tự hoặc chưa đặt: {listed}", f"shorter than 32 characters or not set: {listed}")
        yield Check(name, "problem", detail)
    else:
        yield Check(name, "ok", say("đủ dài", "long enough"))


def _files(settings: Settings) -> Iterator[Check]:
    """Who else on this machine may read the store, its passwords and its settings."""
    name = say("Quyền tệp", "File rights")
    kept = [settings.store / "access.db", *_secret_files(settings)]
    private = [*kept, settings.store / "audit", settings.store / "rag.toml"]
    open_ones = [path for path in private if _others_may_read(path)]
    if open_ones:
        listed = ", ".join(path.name for path in open_ones)
        state: State = "problem" if set(kept) & set(open_ones) else "note"
        yield Check(name, state, say(f"người khác trên máy đọc được: {listed}", f"others may read: {listed}"))
    elif _others_may_read(settings.store):
        detail = say(
            f"người khác trên máy đọc được kho; chạy chmod 700 {settings.store}",
            f"others on this machine may read the store; run chmod 700 {settings.store}",
        )
        yield Check(name, "note", detail)
    else:
        yield Check(name, "ok", str(settings.store))


def _secret_files(settings: Settings) -> list[Path]:
    """The files that secrets were read from; a public key is none."""
    named = [where for name, where in settings.origins.items() if name != "embed_public_key" and SECRET_FILE in where]
    return [Path(where.split(SECRET_FILE, 1)[1]) for where in named]


def _others_may_read(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
    except OSError:
        return False


def _user() -> Check:
    name = say("Tài khoản chạy", "Account")
    if os.geteuid() == 0:
        detail = say(
            "đang là root; máy chủ nên chạy bằng tài khoản riêng", "root; a server should have its own account"
        )
        return Check(name, "note", detail)
    return Check(name, "ok", f"uid {os.geteuid()}")


def _access(settings: Settings) -> Iterator[Check]:
    """Somebody can administer, and the keys end some day."""
    if settings.auth == "none" or not (settings.store / "access.db").is_file():
        return
    from rag.serve.auth.database import Database
    from rag.serve.auth.keys import Keys
    from rag.serve.auth.people import People

    database = Database(settings)
    try:
        people, keys = People(database).all(), Keys(database).all()
    except StoreError as error:
        yield Check("access.db", "problem", str(error))
        return
    finally:
        database.close()
    chiefs = [one.person.name for one in people if one.person.role == "administrator"]
    if settings.auth == "password" and not chiefs:
        detail = say("chưa có; rag user add TÊN --role administrator", "none; rag user add NAME --role administrator")
        yield Check(say("Quản trị", "Administrators"), "problem", detail)
    endless = [key.id for key in keys if key.revoked is None and key.expires is None]
    if endless:
        listed = ", ".join(endless)
        yield Check(say("Khóa API", "API keys"), "note", say(f"không có hạn: {listed}", f"without an end: {listed}"))


def _limits(settings: Settings) -> Iterator[Check]:
    name = say("Giới hạn", "Limits")
    off = [
        variable
        for variable, value in (
            ("RAG_LIMIT_REQUESTS", settings.limit_requests),
            ("RAG_LIMIT_QUESTIONS", settings.limit_questions),
            ("RAG_LIMIT_ANSWERS", settings.limit_answers),
            ("RAG_LIMIT_FILES", settings.limit_files),
        )
        if not value
    ]
    if settings.auth != "none" and off:
        yield Check(name, "note", say(f"đang tắt: {', '.join(off)}", f"switched off: {', '.join(off)}"))
    if settings.log_questions:
        detail = say("câu hỏi được ghi vào nhật ký", "questions stand in the log")
        yield Check("RAG_LOG_QUESTIONS", "note", detail)


def _outgoing(settings: Settings) -> Check:
    """What leaves the machine."""
    name = say("Gửi ra ngoài", "Outgoing")
    if not settings.llm:
        return Check(name, "ok", say("không gửi gì", "nothing"))
    host = urlsplit(settings.llm_base_url).hostname or ""
    if host and is_loopback(host):
        return Check(name, "ok", f"{settings.llm}, {host}")
    place = host or settings.llm.split(":")[0]
    detail = say(f"câu hỏi và đoạn trích gửi tới {place}", f"questions and passages go to {place}")
    return Check(name, "note", detail)


def _embedding(settings: Settings) -> Check:
    name = say("Nhúng", "Embedding")
    origins = settings.embed_origins.replace(",", " ").split()
    plain = [origin for origin in origins if not origin.startswith("https://")]
    if any("*" in origin for origin in origins):
        return Check(name, "problem", say("không được dùng *", "* is not allowed"))
    if plain:
        return Check(name, "note", say(f"không có TLS: {', '.join(plain)}", f"without TLS: {', '.join(plain)}"))
    return Check(name, "ok", " ".join(origins) or say("tắt", "off"))


def _gradio() -> Check:
    found = version("gradio")
    return Check("Gradio", "ok" if found == GRADIO else "problem", found)
