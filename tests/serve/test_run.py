"""Running the server: where it may listen, what a taken port says, how it ends."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from contextlib import closing
from dataclasses import replace

import pytest
from fake_assistant import FakeAssistant

from rag.errors import RagError, SettingError
from rag.serve.addresses import is_loopback
from rag.serve.app import create_app
from rag.serve.run import check_exposure, make_server, open_socket, serve, warn_of_plain_transport
from rag.settings import Settings


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "may-chu.tinh.vn", "8.8.8.8"])  # noqa: S104
def test_it_refuses_to_be_reachable_without_sign_in(settings: Settings, host: str) -> None:
    with pytest.raises(SettingError, match="RAG_HOST"):
        serve(replace(settings, host=host, port=0))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1"])
def test_loopback_needs_no_sign_in(settings: Settings, host: str) -> None:
    assert is_loopback(host)
    check_exposure(replace(settings, host=host))


@pytest.mark.parametrize("given", [{"public_url": "https://hoi-dap.tinh.vn"}, {"trusted_proxies": "127.0.0.1"}])
def test_a_proxy_in_front_needs_sign_in_although_the_address_is_loopback(
    settings: Settings, given: dict[str, str]
) -> None:
    with pytest.raises(SettingError, match="RAG_AUTH"):
        check_exposure(replace(settings, **given))  # type: ignore[arg-type]


def test_an_unknown_way_to_sign_in_is_refused_rather_than_ignored(settings: Settings) -> None:
    with pytest.raises(SettingError, match="RAG_AUTH"):
        check_exposure(replace(settings, auth="passwrd"))


def test_a_wrong_sub_path_is_told_before_anything_is_loaded(settings: Settings) -> None:
    with pytest.raises(SettingError, match="RAG_ROOT_PATH"):
        serve(replace(settings, root_path="tro-ly", port=0))


@pytest.mark.parametrize(("given", "is_told"), [
    ({"host": "10.0.0.5"}, True), ({"public_url": "http://hoi-dap.tinh.vn"}, True), ({}, False),
    ({"host": "10.0.0.5", "public_url": "https://hoi-dap.tinh.vn"}, False), ({"host": "127.0.0.2"}, False),
])  # fmt: skip
def test_passwords_over_a_plain_network_are_told_in_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture, given: dict[str, str], is_told: bool
) -> None:
    warn_of_plain_transport(replace(settings, auth="password", **given))  # type: ignore[arg-type]
    assert ("Không có TLS: mật khẩu" in caplog.text) is is_told


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with closing(open_socket("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RagError, match=rf"Cổng {port} đang được.*--port {port + 1}"):
            open_socket("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 99_999), ("203.0.113.7", 0)])
def test_an_address_that_cannot_be_used_is_told(host: str, port: int) -> None:
    with pytest.raises(RagError, match="Không mở được địa chỉ"):
        open_socket(host, port)


def test_it_tells_its_address_when_ready_and_ends_although_a_page_listens(settings: Settings) -> None:
    addresses: list[str] = []
    with closing(open_socket("127.0.0.1", 0)) as listener:
        here = replace(settings, port=listener.getsockname()[1])
        server = make_server(create_app(FakeAssistant(), here), here, on_ready=addresses.append)  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: bool(addresses))
            page = http.client.HTTPConnection("127.0.0.1", here.port, timeout=5)
            page.request("GET", "/gradio_api/heartbeat/abc")  # an open page: this response never ends by itself
            assert page.getresponse().read(5) == b"data:"
        finally:
            started = time.monotonic()
            server.should_exit = True
            thread.join(timeout=20)
        page.close()
    assert addresses == [f"http://127.0.0.1:{here.port}"]
    assert not thread.is_alive()
    assert time.monotonic() - started < 5


def test_an_answer_that_runs_is_finished_before_the_end(settings: Settings) -> None:
    assistant = FakeAssistant(pause_s=0.1)
    with closing(open_socket("127.0.0.1", 0)) as listener:
        here = replace(settings, port=listener.getsockname()[1])
        server = make_server(create_app(assistant, here), here)  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            page = http.client.HTTPConnection("127.0.0.1", here.port, timeout=20)
            head = {"Content-Type": "application/json", "Accept": "text/event-stream"}
            body = json.dumps({"question": "Bao nhiêu công trình?"}).encode()
            page.request("POST", "/api/v1/ask", body, head)
            response = page.getresponse()
            assert response.read(6) == b"event:"
        finally:
            server.should_exit = True
        assert b"event: done" in response.read()
        page.close()
        thread.join(timeout=20)
    assert not thread.is_alive()
    assert assistant.finished == 1


def wait_until(condition: object) -> None:
    for _ in range(400):
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("waited too long")


def test_the_socket_listens_from_the_beginning() -> None:
    with closing(open_socket("127.0.0.1", 0)) as listener:
        socket.create_connection(listener.getsockname(), timeout=2).close()
