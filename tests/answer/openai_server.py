"""A real HTTP server on loopback that speaks the OpenAI chat protocol, with scripted behaviour."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Script:
    """What the server does with the next requests.

    :param pieces: From the prompt's text to the pieces of the answer, streamed one by one.
    :param status: HTTP status of the reply.
    :param break_after: Close the connection after so many pieces.
    :param stall_s: Wait before each piece, from number ``stall_from`` on.
    """

    pieces: Callable[[str], list[str]] = field(default=lambda _: [])
    status: int = 200
    break_after: int | None = None
    stall_s: float = 0.0
    stall_from: int = 0
    prompts: list[str] = field(default_factory=list)


@contextmanager
def openai_server(script: Script) -> Iterator[str]:
    """Serve a script; yields the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = "\n".join(str(m["content"]) for m in body["messages"])
            script.prompts.append(prompt)
            if script.status != 200:
                self.send_response(script.status)
                self.end_headers()
                self.wfile.write(b'{"error": {"message": "scripted"}}')
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a client that gave up
                self._answer(prompt)

        def _answer(self, prompt: str) -> None:
            for number, piece in enumerate(script.pieces(prompt)):
                if number == script.break_after:
                    return
                time.sleep(script.stall_s if number >= script.stall_from else 0)
                self._send({"content": piece})
            self._send({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")

        def _send(self, delta: dict[str, str], finish: str | None = None) -> None:
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m",
                     "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}  # fmt: skip
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
