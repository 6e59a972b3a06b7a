"""The chat model and its stream: bounded in time as a whole, whatever the server does."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.lang import say

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from rag.settings import Settings

_log = logging.getLogger(__name__)
_RESTING_S = 20.0
"""After a failure the model is left alone so long: who asks meanwhile is answered at once, from quotes."""


def open_model(settings: Settings) -> BaseChatModel:
    """The configured chat model.

    :raises ModelError: If its package is missing (the message gives the install line) or it cannot be set up.
    """
    from langchain.chat_models import init_chat_model

    provider = settings.llm.split(":", 1)[0]
    options = _ollama(settings) if provider == "ollama" else _others(settings)
    if settings.llm_base_url:
        options["base_url"] = settings.llm_base_url
    try:
        model: BaseChatModel = init_chat_model(settings.llm, temperature=0, **options)
        return model
    except ImportError as error:
        raise ModelError(
            say(f"RAG_LLM={settings.llm} cần thêm gói: pip install 'news-rag[{provider}]' ({error}).",
                f"RAG_LLM={settings.llm} needs a package: pip install 'news-rag[{provider}]' ({error}).")
        ) from error  # fmt: skip
    except Exception as error:  # a provider's set-up may raise anything; the person needs one line
        raise ModelError(
            say(f"Không mở được mô hình {settings.llm}: {error}", f"Cannot open the model {settings.llm}: {error}")
        ) from error


def _ollama(settings: Settings) -> dict[str, Any]:
    """Ollama cuts what does not fit its context without a word, so it is told how much there is."""
    return {
        "num_ctx": settings.llm_context,
        "num_predict": settings.llm_max_tokens,
        "client_kwargs": {"timeout": settings.llm_timeout_s},
    }


def _others(settings: Settings) -> dict[str, Any]:
    return {
        "timeout": settings.llm_timeout_s,
        "max_retries": settings.llm_retries,
        "max_tokens": settings.llm_max_tokens,
    }


class TimedModel:
    """A chat model whose every answer ends within a time limit."""

    def __init__(self, model: BaseChatModel, timeout_s: float) -> None:
        self.model = model
        self.timeout_s = timeout_s
        self._resting_until = 0.0

    def stream(
        self, messages: Callable[[], Sequence[BaseMessage]], timeout_s: float | None = None
    ) -> Generator[str, None, None]:
        """The pieces of an answer as they come.

        :param messages: Builds the messages; runs inside the chain.
        :param timeout_s: Less than the usual limit.
        :raises ModelError: If the model fails, breaks off, or is not done within the limit, at any point of its answer;
            at once where it failed a moment ago.
        """
        if monotonic() < self._resting_until:
            raise ModelError(_failed())
        try:
            stopped = threading.Event()
            yield from _timed(self._pieces(messages, stopped), stopped, timeout_s or self.timeout_s)
        except ModelError as error:
            self._resting_until = monotonic() + _RESTING_S
            _log.warning("model failed: %s", error.__cause__ or error)
            raise

    def _pieces(self, messages: Callable[[], Sequence[BaseMessage]], stopped: threading.Event) -> Iterator[str]:
        from langchain_core.output_parsers import StrOutputParser
        from langchain_core.runnables import RunnableLambda

        prompt: RunnableLambda[dict[str, str], list[BaseMessage]] = RunnableLambda(lambda _: list(messages()))
        chain = prompt | self.model | StrOutputParser()
        return chain.stream({}, config={"callbacks": [_stopper(stopped)]})


def _stopper(stopped: threading.Event) -> BaseCallbackHandler:
    """Ends a chain from inside: one that is closed from outside reads its model to the end."""
    from langchain_core.callbacks import BaseCallbackHandler

    class Stopper(BaseCallbackHandler):
        raise_error = True

        def on_llm_new_token(self, *_: Any, **__: Any) -> None:
            if stopped.is_set():
                raise StopAsking

    return Stopper()


class StopAsking(BaseException):
    """Raised inside a chain that is to end because nobody waits for the answer any more."""


_DONE = object()


def _timed(pieces: Iterator[str], stopped: threading.Event, limit_s: float) -> Generator[str, None, None]:
    """Read a stream in a thread of its own, so that one that stalls cannot hold the person up."""
    waiting: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_read, args=(pieces, waiting), daemon=True, name="model").start()
    end = monotonic() + limit_s
    try:
        while True:
            item = _next(waiting, end - monotonic())
            if item is _DONE:
                return
            if isinstance(item, Exception):
                raise ModelError(_failed()) from item
            yield item
    finally:
        stopped.set()


def _next(waiting: queue.Queue[Any], left_s: float) -> Any:
    try:
        return waiting.get(timeout=max(0.001, left_s)) if left_s > 0 else waiting.get_nowait()
    except queue.Empty:
        raise ModelError(
            say("Mô hình ngôn ngữ không trả lời kịp.", "The language model did not answer in time.")
        ) from None


def _read(pieces: Iterator[str], waiting: queue.Queue[Any]) -> None:
    try:
        for piece in pieces:
            waiting.put(piece)
    except (Exception, StopAsking) as error:  # providers raise their own types; all mean "the model failed"
        waiting.put(error)
    else:
        waiting.put(_DONE)


def _failed() -> str:
    return say("Mô hình ngôn ngữ không trả lời được.", "The language model could not answer.")
