"""The sample intranet page with the chat inside it: ``python docs/demo/serve.py`` beside a running ``rag serve``.

It stands for the organisation's own web server: it knows who is signed in and makes the token for that person.
"""

from __future__ import annotations

import argparse
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from rag.serve.embed.tokens import make_token
from rag.settings import Settings

HERE = Path(__file__).parent
FILES = {
    "/": ("index.html", "text/html"),
    "/hoi-dap": ("hoi-dap.html", "text/html"),
    "/style.css": ("style.css", "text/css"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}


def policy(assistant: str) -> str:
    """A strict policy, and the two directives that let the chat in: script-src and frame-src."""
    parts = urlsplit(assistant)
    origin = f"{parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; script-src {origin}; "
        f"frame-src {origin}; base-uri 'none'; form-action 'none'"
    )


class Page(BaseHTTPRequestHandler):
    """Serves the two pages, and the token to their scripts."""

    def __init__(self, *args: object, assistant: str, settings: Settings, user: str, groups: list[str]) -> None:
        self.assistant, self.settings, self.user, self.groups = assistant, settings, user, groups
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """A page or the stylesheet."""
        if self.path not in FILES:
            self.send_error(404)
            return
        name, kind = FILES[self.path]
        self.answer((HERE / name).read_text("utf-8").replace("{{ASSISTANT}}", self.assistant), kind)

    def do_POST(self) -> None:
        """The token of whoever is signed in here; a real page looks at its own session."""
        origin = f"http://{self.headers['Host']}"
        if self.path != "/ma-truy-cap" or self.headers.get("Origin") != origin:
            self.send_error(403)
            return
        self.answer(make_token(self.settings, self.user, origin=origin, groups=self.groups), "text/plain")

    def answer(self, text: str, kind: str) -> None:
        """Send a text under the strict policy."""
        content = text.encode("utf-8")
        self.send_response(200)
        for name, value in (
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Content-Security-Policy", policy(self.assistant)),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def server(port: int, assistant: str, settings: Settings, user: str, groups: list[str]) -> ThreadingHTTPServer:
    """The sample page's server on loopback; port 0 takes a free one."""
    handler = partial(Page, assistant=assistant, settings=settings, user=user, groups=groups)
    made = ThreadingHTTPServer(("127.0.0.1", port), handler)
    return made


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--assistant", default="http://127.0.0.1:7860")
    parser.add_argument("--user", default="an")
    parser.add_argument("--group", action="append", default=[])
    given = parser.parse_args()
    made = server(given.port, given.assistant, Settings.load(), given.user, given.group)
    print(f"http://127.0.0.1:{made.server_port}")
    made.serve_forever()


if __name__ == "__main__":
    main()
