"""A real HTTP server on loopback that speaks the OpenAI chat protocol, with scripted behaviour."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Script:
    """What the server does with the next requests.

    :param pieces: From the prompt's text to the pieces of the answer, streamed one by one.
    :param status: HTTP status of the reply.
    :param statuses: Statuses of the first requests, before ``status`` holds.
    :param break_after: Close the connection after so many pieces.
    :param stall_s: Wait before each piece, from number ``stall_from`` on.
    :param silent_s: Wait before any byte of the reply.
    :param raw: Send this in place of a stream.
    :param gone: Set when a client closed the connection before the end.
    """

    pieces: Callable[[str], Sequence[str]] = field(default=lambda _: [])
    status: int = 200
    statuses: list[int] = field(default_factory=list)
    break_after: int | None = None
    stall_s: float = 0.0
    stall_from: int = 0
    silent_s: float = 0.0
    raw: bytes = b""
    prompts: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)


@contextmanager
def openai_server(script: Script) -> Iterator[str]:
    """Serve a script; yields the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = "\n".join(str(m["content"]) for m in body["messages"])
            script.prompts.append(prompt)
            script.bodies.append(body)
            time.sleep(script.silent_s)
            status = script.statuses.pop(0) if script.statuses else script.status
            try:
                self._reply(status, prompt)
            except (BrokenPipeError, ConnectionResetError):  # a client that gave up
                script.gone.set()

        def _reply(self, status: int, prompt: str) -> None:
            if status != 200:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b'{"error": {"message": "scripted"}}')
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            if script.raw:
                self.wfile.write(script.raw)
            else:
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
    with contextlib.ExitStack() as stack:
        stack.callback(thread.join)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        yield f"http://127.0.0.1:{server.server_port}/v1"
