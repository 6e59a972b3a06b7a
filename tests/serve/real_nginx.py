"""A real nginx with the examples of ``docs/van-hanh.md``, on a port and with a certificate of the test's own."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.conftest import REPOSITORY

DOC = REPOSITORY / "docs" / "van-hanh.md"
_NAME = "hoi-dap.tinh.example"


def free_port() -> int:
    """A port of the loopback address that nobody uses."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def own_name_example() -> str:
    """What the document says for a server with a name of its own."""
    block = re.search(r"    upstream news_rag.*?\n    }\n(?=\n\S)", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    return block[0]


def sub_path_example() -> str:
    """What it says for a sub-path, inside the server block of a site that is already there."""
    block = re.search(r"        location /tro-ly/ {.*?\n        }\n", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    return (
        f"server {{ listen 443 ssl; server_name {_NAME}; ssl_certificate /etc/ssl/hoi-dap.crt; "
        f"ssl_certificate_key /etc/ssl/hoi-dap.key;\n{block[0]}\n"
        "location / { return 404; } }"
    )


@contextmanager
def nginx(folder: Path, example: str, port: int, behind: str) -> Iterator[Path]:
    """Run it.

    :param port: Port that it listens on.
    :param behind: Address of the server that requests go to.
    :return: Its certificate.
    """
    program = shutil.which("nginx")
    assert program, "nginx is needed: apt-get install nginx-light"
    certificate = _certificate(folder)
    (folder / "nginx.conf").write_text(_configuration(folder, example, port, behind), encoding="utf-8")
    process = subprocess.Popen([program, "-c", folder / "nginx.conf", "-e", folder / "error.log", "-p", folder])
    try:
        _wait(port)
        yield certificate
    finally:
        process.terminate()
        process.wait(timeout=10)


def _certificate(folder: Path) -> Path:
    subprocess.run(
        ["/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "hoi-dap.key", "-out", folder / "hoi-dap.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "hoi-dap.crt"


def _configuration(folder: Path, example: str, port: int, behind: str) -> str:
    """The example with the test's ports and files put in."""
    site = (
        example.replace("127.0.0.1:7860", behind.removeprefix("http://"))
        .replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        .replace("/etc/ssl/hoi-dap", str(folder / "hoi-dap"))
        .replace(_NAME, "localhost")
        .replace("    http2 on;\n", "")  # nginx before 1.25.1 writes it behind `listen`
        .replace("Host $host", f"Host localhost:{port}")  # a port of the test's own is part of the name
    )
    logs = f"pid {folder}/pid; error_log {folder}/error.log; daemon off;"
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"{logs} events {{}} http {{ access_log off; {paths}\n{site} }}"


def _wait(port: int) -> None:
    for _ in range(200):
        with closing(socket.socket()) as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx did not start")
