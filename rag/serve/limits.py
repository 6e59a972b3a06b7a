"""How much one person, and one address, may ask for: requests and questions a minute, answers at once, model tokens.

Counted in this process and in memory. The local user of a machine without sign-in is not limited, but shares the
places for answers like everybody.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.lang import say
from rag.serve.addresses import client_address, proxy_networks
from rag.serve.guard import ROUTE, Refusal
from rag.serve.identity import IDENTITY, Identity
from rag.serve.places import Place, Places
from rag.serve.routes import Route
from rag.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

Clock = Callable[[], float]

_MOST_KEYS = 20_000
"""People and addresses remembered; whoever was not seen for longest is forgotten, which forgives at most a minute."""
_ADDRESS_FACTOR = 6
"""An address may do as much as six people: offices share one."""
_NAMELESS_COST = 3.0
"""What a visitor without a name asks for counts three times: a third of what a person with a name may do."""
_DAY_S = 86_400.0


class TooManyError(RagError):
    """Somebody asked for more than she may.

    :ivar wait_s: Whole seconds until it is worth trying again.
    """

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = max(1, math.ceil(wait_s))


class Buckets:
    """Token buckets: so much at once, filling up again evenly.

    :param size: What a full one holds; 0 = no limit.
    :param period_s: Seconds in which an empty one fills.
    """

    def __init__(self, size: float, period_s: float, clock: Clock = time.monotonic) -> None:
        self._size = size
        self._rate = size / period_s
        self._clock = clock
        self._lock = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, key: str, cost: float = 1.0) -> float:
        """Seconds until this much can be taken; 0 = now. Takes nothing."""
        if not self._size:
            return 0.0
        with self._lock:
            missing = min(cost, self._size) - self._level(key)
        return missing / self._rate if missing > 1e-9 else 0.0

    def take(self, key: str, cost: float = 1.0) -> None:
        """Take it, below nothing if need be."""
        if not self._size:
            return
        with self._lock:
            self._levels[key] = (self._level(key) - cost, self._clock())
            self._levels.move_to_end(key)
            while len(self._levels) > _MOST_KEYS:
                self._levels.popitem(last=False)

    def _level(self, key: str) -> float:
        level, since = self._levels.get(key, (self._size, 0.0))
        return min(self._size, level + (self._clock() - since) * self._rate)


class Limits:
    """The limits of one application. Safe to use from several threads."""

    def __init__(self, settings: Settings, places: Places, clock: Clock = time.monotonic) -> None:
        people, questions = settings.limit_requests, settings.limit_questions
        self._requests = Buckets(people, 60.0, clock), Buckets(_ADDRESS_FACTOR * people, 60.0, clock)
        self._questions = Buckets(questions, 60.0, clock), Buckets(_ADDRESS_FACTOR * questions, 60.0, clock)
        self._tokens = Buckets(settings.limit_model_tokens, _DAY_S, clock)
        self._files = Buckets(settings.limit_files, 3600.0, clock)
        self._answers = settings.limit_answers
        self._proxies = proxy_networks(settings)
        self._lock = threading.Lock()
        self._open: dict[str, int] = {}
        self.places = places

    def address(self, scope: Scope) -> str:
        """Where a request comes from."""
        return client_address(scope, self._proxies)

    def request(self, identity: Identity | None, address: str) -> None:
        """Count a request.

        :raises TooManyError: If it is one too many.
        """
        self._count(self._requests, identity, address, say("yêu cầu", "requests"))

    def files(self, identity: Identity, n: int) -> None:
        """Count uploaded files.

        :raises TooManyError: If they are too many.
        """
        if identity.kind == "local":
            return
        wait_s = self._files.wait_s(identity.limit_key, n)
        if wait_s:
            raise TooManyError(_too_many(say("tệp", "files"), wait_s), wait_s)
        self._files.take(identity.limit_key, n)

    def admit(self, identity: Identity, address: str) -> Place:
        """Count a question and reserve a place for its answer, which must be left.

        :raises TooManyError: If she asks too often, has too many answers under way, or used up her model tokens.
        :raises FullError: If there is no place, nor one in line.
        """
        if identity.kind == "local":
            return self.places.reserve()
        wait_s = self._tokens.wait_s(identity.access.user)
        if wait_s:
            raise TooManyError(_used_up(), wait_s)
        release = self._enter(identity.limit_key)
        try:
            self._count(self._questions, identity, address, say("câu hỏi", "questions"))
            place = self.places.reserve()
        except RagError:
            release()
            raise
        place.then(release)
        return place

    @contextmanager
    def admitted(self, identity: Identity, address: str) -> Iterator[None]:
        """Hold a place in a thread, after waiting for it. Raises as :meth:`admit` does."""
        place = self.admit(identity, address)
        try:
            place.ticket.result()
            yield
        finally:
            place.leave()

    def spent(self, user: str, tokens: float) -> None:
        """Note what a model was asked for somebody."""
        self._tokens.take(user, tokens)

    def _count(self, buckets: tuple[Buckets, Buckets], identity: Identity | None, address: str, what: str) -> None:
        if identity is not None and identity.kind == "local":
            return
        asked = [(buckets[1], f"address:{address}")]
        if identity is not None:
            asked.append((buckets[0], identity.limit_key))
        cost = _NAMELESS_COST if identity is not None and identity.limit_key.startswith("anonymous:") else 1.0
        wait_s = max(bucket.wait_s(key, cost) for bucket, key in asked)
        if wait_s:
            raise TooManyError(_too_many(what, wait_s), wait_s)
        for bucket, key in asked:
            bucket.take(key, cost)

    def _enter(self, key: str) -> Callable[[], None]:
        with self._lock:
            if self._answers and self._open.get(key, 0) >= self._answers:
                raise TooManyError(_at_once(self._answers), 2)
            self._open[key] = self._open.get(key, 0) + 1

        def release() -> None:
            with self._lock:
                left = self._open[key] - 1
                if left:
                    self._open[key] = left
                else:
                    del self._open[key]

        return release


class Counting:
    """ASGI middleware that counts requests; behind the gate, so that it knows whose they are."""

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on.

        :raises Refusal: 429, which the guard answers with.
        """
        if scope["type"] == "http":
            route: Route = scope[ROUTE]
            identity = scope.get(IDENTITY)
            if route.needs is not None or scope["method"] == "POST":  # what stands open is static or health
                try:
                    self.limits.request(identity, self.limits.address(scope))
                except TooManyError as error:
                    raise Refusal(429, str(error), [retry_after(error)]) from None
        await self.app(scope, receive, send)


def admits(limits: Limits) -> Callable[[Any], Place]:
    """How the chat page asks for a place: a function of its request."""

    def admit(request: Any) -> Place:
        inner = getattr(request, "request", request)
        identity = inner.scope.get(IDENTITY)
        return limits.admit(identity, limits.address(inner.scope))

    return admit


def retry_after(error: TooManyError) -> tuple[bytes, bytes]:
    """The header that says when to come back."""
    return b"retry-after", str(error.wait_s).encode("ascii")


def estimated_tokens(*texts: Any) -> float:
    """About how many tokens a model sees in texts: Vietnamese has some three characters to one."""
    return sum(len(str(text)) for text in texts) / 3.0


def _too_many(what: str, wait_s: float) -> str:
    seconds = max(1, math.ceil(wait_s))
    return say(
        f"Anh chị gửi quá nhiều {what}. Xin thử lại sau {seconds} giây.",
        f"Too many {what}. Please try again in {seconds} seconds.",
    )


def _at_once(n: int) -> str:
    return say(
        f"Anh chị đang có {n} câu trả lời chưa xong. Xin đợi một câu xong đã.",
        f"You have {n} answers under way. Please wait for one to finish.",
    )


def _used_up() -> str:
    return say(
        "Anh chị đã dùng hết phần mô hình ngôn ngữ của hôm nay. Xin hỏi lại sau.",
        "You have used up today's share of the language model. Please ask again later.",
    )
