"""Running the server: one address, checked before anything is loaded, and an orderly end."""

from __future__ import annotations

import contextlib
import errno
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn

from rag.errors import RagError, SettingError
from rag.lang import say
from rag.serve.addresses import is_loopback, public_origin, root_path, sends_plainly
from rag.serve.identity import way_of
from rag.serve.patience import PatientProtocol
from rag.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.assistant import Assistant

log = logging.getLogger(__name__)

DRAIN_S = 30
"""Time for running answers to finish after the signal to stop."""

OnReady = Callable[[str], None]


def serve(settings: Settings, *, on_ready: OnReady | None = None) -> None:
    """Open the assistant and serve it until interrupted.

    :param settings: ``host`` and ``port`` say where; port 0 takes a free one.
    :param on_ready: Called once with the address of the chat page when it can be opened.
    :raises RagError: If the address may not or cannot be used, or the store cannot be opened.
    """
    check_exposure(settings)
    root_path(settings)
    with contextlib.closing(open_socket(settings.host, settings.port)) as listener:
        from rag.assistant import Assistant
        from rag.serve.app import create_app
        from rag.serve.audit import Audit
        from rag.serve.logs import set_up_logs
        from rag.serve.metrics import metrics_served

        here = replace(settings, port=listener.getsockname()[1])
        set_up_logs(here)
        warn_of_plain_transport(here)
        Audit(here).expire()
        with contextlib.closing(Assistant.open(settings=here)) as assistant, _ended_by_signals():
            app = create_app(assistant, here)
            with metrics_served(app.state.metrics, here.metrics_port), _warmed(assistant):
                make_server(app, here, on_ready=on_ready).run(sockets=[listener])


@contextlib.contextmanager
def _warmed(assistant: Assistant) -> Iterator[None]:
    """Meanwhile read what is read at first use, so that the first visitor does not wait for it."""

    def warm() -> None:
        try:
            assistant.suggestions()
        except Exception:  # the visitor will be told
            log.exception("could not warm up")

    thread = threading.Thread(target=warm, name="warm-up")
    thread.start()
    try:
        yield
    finally:
        thread.join()


def check_exposure(settings: Settings) -> None:
    """Refuse to be reachable by others while nobody has to sign in.

    :raises SettingError: If ``host`` is not a loopback address and ``auth`` is ``none``, or ``auth`` is unknown.
    """
    way_of(settings)
    if settings.auth != "none":
        return
    public = urlsplit(public_origin(settings)).hostname or "localhost"
    if not is_loopback(settings.host):
        raise SettingError(
            say(
                f"RAG_HOST là {settings.host}: máy khác sẽ vào được mà không cần đăng nhập. Đặt RAG_HOST=127.0.0.1, "
                "hoặc chọn cách đăng nhập bằng RAG_AUTH; muốn tự dùng từ máy khác, hãy đi qua đường hầm SSH.",
                f"RAG_HOST is {settings.host}: other machines could enter without signing in. Set RAG_HOST=127.0.0.1, "
                "or choose a sign-in with RAG_AUTH; to use it alone from another machine, go through an SSH tunnel.",
            )
        )
    if settings.trusted_proxies or not is_loopback(public):
        raise SettingError(
            say(
                "Có máy chủ proxy phía trước (RAG_PUBLIC_URL, RAG_TRUSTED_PROXIES) mà RAG_AUTH là none: ai tới được "
                "proxy cũng vào được. Hãy chọn cách đăng nhập bằng RAG_AUTH.",
                "A proxy stands in front (RAG_PUBLIC_URL, RAG_TRUSTED_PROXIES) while RAG_AUTH is none: whoever reaches "
                "it could enter. Choose a sign-in with RAG_AUTH.",
            )
        )


def warn_of_plain_transport(settings: Settings) -> None:
    """Say in the log, at every start, that whoever listens on the network can take what people sign in with."""
    if settings.auth != "none" and sends_plainly(settings):
        log.warning(
            say(
                "Không có TLS: mật khẩu, phiên đăng nhập và câu hỏi đi qua mạng không mã hóa, "
                "ai nghe trên mạng cũng lấy được. Đặt nginx có TLS phía trước và "
                "RAG_PUBLIC_URL=https://… (docs/van-hanh.md).",
                "No TLS: passwords, sessions and questions cross the network in plain; whoever listens can take them. "
                "Put nginx with TLS in front and set RAG_PUBLIC_URL=https://… (docs/van-hanh.md).",
            )
        )


def open_socket(host: str, port: int) -> socket.socket:
    """Take the address now, so that a taken port is told before the minutes of loading.

    :raises RagError: If it cannot be used; the message says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # Listening at once is what makes a second server fail; early visitors wait in the backlog.
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise RagError(_why_not(host, port, error)) from error
    return listener


def _why_not(host: str, port: int, error: Exception) -> str:
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return say(
            f"Cổng {port} đang được chương trình khác dùng. Tắt chương trình đó, hoặc chọn cổng khác: "
            f"rag serve --port {port + 1}",
            f"Port {port} is in use by another program. Stop it, or choose another: rag serve --port {port + 1}",
        )
    return say(f"Không mở được địa chỉ {host}:{port}: {error}.", f"Cannot listen on {host}:{port}: {error}.")


class Server(uvicorn.Server):
    """Uvicorn that tells when it is ready and ends the pages' endless streams before it waits for the rest."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of the pages that only wait, then finish the answers that run."""
        self._app.state.end_streams()
        await super().shutdown(sockets=sockets)


def make_server(app: FastAPI, settings: Settings, *, on_ready: OnReady | None = None) -> Server:
    """A server for the application, silent and not trusting any proxy.

    :param settings: ``host`` and ``port`` as they are listened on.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=DRAIN_S,
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    root = root_path(settings)
    address = f"http://{host}:{settings.port}{root and root + '/'}"
    return Server(config, app, lambda: on_ready(address) if on_ready else None)


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let Ctrl+C and SIGTERM end the block quietly: uvicorn raises them again after its own clean end.

    SIGTERM would kill the process there, before the assistant is closed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, previous)
