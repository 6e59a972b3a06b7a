"""Failures told to programs: problem details (RFC 9457) for our API, OpenAI's shape for its clients."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from rag.lang import say

API_PREFIX = "/api/"
OPENAI_PREFIX = "/v1/"


def is_for_programs(path: str) -> bool:
    """Whether whoever asks for this path is a program."""
    return path.startswith((API_PREFIX, OPENAI_PREFIX))


def title(status: int) -> str:
    """What a status means, in the language in use."""
    titles = {
        400: say("Yêu cầu không đọc được", "Bad request"),
        401: say("Cần đăng nhập", "Not signed in"),
        403: say("Không được phép", "Not allowed"),
        404: say("Không tìm thấy", "Not found"),
        405: say("Không dùng được cách gọi này", "Method not allowed"),
        408: say("Gửi quá chậm", "Request timeout"),
        409: say("Trái với trạng thái hiện tại", "Conflict"),
        413: say("Nội dung quá lớn", "Content too large"),
        415: say("Không hỗ trợ kiểu nội dung này", "Unsupported content type"),
        421: say("Sai máy chủ", "Wrong server"),
        422: say("Yêu cầu không hợp lệ", "The request is not valid"),
        429: say("Gửi quá nhiều yêu cầu", "Too many requests"),
        500: say("Máy chủ gặp sự cố", "The server had a problem"),
        502: say("Mô hình ngôn ngữ gặp sự cố", "The language model failed"),
        503: say("Máy chủ đang bận", "The server is busy"),
    }
    return titles.get(status) or HTTPStatus(status).phrase


def problem(status: int, detail: str, request_id: str, errors: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Problem details as JSON-ready values.

    :param detail: For the person, in her language; never names folders of the server.
    :param request_id: Under which the log knows the request.
    :param errors: What is wrong with single fields.
    """
    row: dict[str, Any] = {
        "type": "about:blank",
        "title": title(status),
        "status": status,
        "detail": detail,
        "request_id": request_id,
    }
    return {**row, "errors": list(errors)} if errors else row


def openai_error(status: int, detail: str, request_id: str) -> dict[str, Any]:
    """A failure in the shape that OpenAI's clients read."""
    kinds = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
    kind = kinds.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": detail, "type": kind, "param": None, "code": None, "request_id": request_id}}


def encoded(path: str, status: int, detail: str, request_id: str) -> tuple[bytes, bytes]:
    """Body and content type of a failure on a path for programs."""
    if path.startswith(OPENAI_PREFIX):
        return _json(openai_error(status, detail, request_id)), b"application/json"
    return _json(problem(status, detail, request_id)), b"application/problem+json"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
