"""Every setting with its unit, default and environment variable; the only module that reads the environment.

A value comes from an argument, else from the environment (``RAG_*``), else from ``rag.toml`` beside the store, else
from the default here. ``rag doctor`` prints each value with where it came from.

The store is found by this rule, first match wins: ``--store`` / ``Settings.load(store)``; ``RAG_STORE``; the
``vectorstore`` folder of the source checkout this package runs from; the per-user data folder. The current directory
plays no part.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from rag.errors import SettingError
from rag.lang import Language, say, use_language

BUNDLED_ENCODER = "bundled-e5-small"


def _setting(default: Any, env: str, unit: str, doc: str) -> Any:
    return field(default=default, metadata={"env": env, "unit": unit, "doc": doc})


def _secret(env: str, doc: str) -> Any:
    """A setting that is never printed and never stands in ``rag.toml``: from the environment, or a file it names."""
    return field(default="", repr=False, metadata={"env": env, "unit": "", "doc": doc, "secret": True})


SECRET_FILE = "_FILE: "  # noqa: S105 - no secret
"""Between a variable and the path of the file that holds its secret, in :attr:`Settings.origins`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Make one with :meth:`load`; tests may construct it directly."""

    store: Path
    models: Path
    lang: Language = _setting("vi", "RAG_LANG", "", "language of the interface: vi or en")
    encoder: str = _setting(BUNDLED_ENCODER, "RAG_ENCODER", "", "encoder: bundled-e5-small, a model name or a folder")
    chunk_size: int = _setting(900, "RAG_CHUNK_SIZE", "characters", "length aimed at for a passage")
    threads: int = _setting(0, "RAG_THREADS", "threads", "threads of the encoder; 0 = the machine's cores")
    top_k: int = _setting(12, "RAG_TOP_K", "passages", "passages read for an answer")
    n_candidates: int = _setting(100, "RAG_N_CANDIDATES", "passages", "passages fetched by each leg before fusion")
    dense_weight: float = _setting(0.5, "RAG_DENSE_WEIGHT", "0 to 1", "weight of the dense leg in the fusion")
    reader: str = _setting("trained", "RAG_READER", "", "finds short answers: trained (and rules), or rules alone")
    max_question: int = _setting(2000, "RAG_MAX_QUESTION", "characters", "longest question accepted")
    caution: float = _setting(0.42, "RAG_CAUTION", "0 to 1", "trades coverage for risk; higher answers less often")
    llm: str = _setting("", "RAG_LLM", "", "provider:model of an optional language model; empty = quote only")
    llm_base_url: str = _setting("", "RAG_LLM_BASE_URL", "", "address of an OpenAI-compatible server")
    llm_timeout_s: float = _setting(
        30.0, "RAG_LLM_TIMEOUT", "seconds", "time allowed for a model's whole answer, repeats included"
    )
    llm_context: int = _setting(8192, "RAG_LLM_CONTEXT", "tokens", "what the model reads and writes at most, in all")
    llm_max_tokens: int = _setting(800, "RAG_LLM_MAX_TOKENS", "tokens", "longest answer of a model")
    llm_retries: int = _setting(1, "RAG_LLM_RETRIES", "times", "repeats after a failed call")
    host: str = _setting("127.0.0.1", "RAG_HOST", "", "address that the server listens on")
    port: int = _setting(7860, "RAG_PORT", "", "port that the server listens on")
    auth: str = _setting("none", "RAG_AUTH", "", "who may enter: none (loopback only), password, proxy or oidc")
    session_hours: float = _setting(12.0, "RAG_SESSION_HOURS", "hours", "longest time signed in")
    session_idle_min: float = _setting(120.0, "RAG_SESSION_IDLE", "minutes", "unused time that ends a session")
    editor_groups: str = _setting("", "RAG_EDITOR_GROUPS", "", "groups (proxy, oidc) of editors, by commas")
    admin_groups: str = _setting("", "RAG_ADMIN_GROUPS", "", "groups (proxy, oidc) of administrators, by commas")
    proxy_user_header: str = _setting("X-Remote-User", "RAG_PROXY_USER_HEADER", "", "header with the user's name")
    proxy_groups_header: str = _setting("X-Remote-Groups", "RAG_PROXY_GROUPS_HEADER", "", "header with the groups")
    proxy_secret: str = _secret("RAG_PROXY_SECRET", "secret that the proxy sends in X-Proxy-Secret")
    oidc_issuer: str = _setting("", "RAG_OIDC_ISSUER", "", "address of the OpenID Connect server")
    oidc_client_id: str = _setting("", "RAG_OIDC_CLIENT_ID", "", "name of this assistant there")
    oidc_client_secret: str = _secret("RAG_OIDC_CLIENT_SECRET", "its secret there")
    oidc_scopes: str = _setting("openid profile email", "RAG_OIDC_SCOPES", "", "what is asked for")
    oidc_user_claim: str = _setting("preferred_username", "RAG_OIDC_USER_CLAIM", "", "claim with the user's name")
    oidc_groups_claim: str = _setting("groups", "RAG_OIDC_GROUPS_CLAIM", "", "claim with the groups")
    public_url: str = _setting("", "RAG_PUBLIC_URL", "", "origin that people reach it by, such as https://host")
    root_path: str = _setting("", "RAG_ROOT_PATH", "", "sub-path that people reach it under, such as /tro-ly")
    trusted_proxies: str = _setting("", "RAG_TRUSTED_PROXIES", "", "addresses or networks of proxies, by spaces")
    embed_origins: str = _setting("", "RAG_EMBED_ORIGINS", "", "origins that may embed the chat, separated by spaces")
    embed_secret: str = _secret("RAG_EMBED_SECRET", "secret that the embedding page's server signs tokens with (HS256)")
    embed_public_key: str = _secret("RAG_EMBED_PUBLIC_KEY", "or the public key of that server, as PEM (RS256, ES256)")
    embed_audience: str = _setting("news-rag", "RAG_EMBED_AUDIENCE", "", "value of aud in those tokens")
    embed_anonymous: int = _setting(0, "RAG_EMBED_ANONYMOUS", "0 or 1", "1 = the embedded chat works without a token")
    answers_at_once: int = _setting(4, "RAG_ANSWERS_AT_ONCE", "answers", "answers worked on at the same time")
    answers_waiting: int = _setting(46, "RAG_ANSWERS_WAITING", "answers", "answers that may wait for their turn")
    upload_files: int = _setting(20, "RAG_UPLOAD_FILES", "files", "files in one upload")
    upload_mb: int = _setting(60, "RAG_UPLOAD_MB", "MiB", "size of one upload, all files together")
    limit_requests: int = _setting(300, "RAG_LIMIT_REQUESTS", "a minute", "requests of one person; 0 = no limit")
    limit_questions: int = _setting(20, "RAG_LIMIT_QUESTIONS", "a minute", "questions of one person; 0 = no limit")
    limit_answers: int = _setting(4, "RAG_LIMIT_ANSWERS", "answers", "answers under way for one person; 0 = no limit")
    limit_files: int = _setting(500, "RAG_LIMIT_FILES", "an hour", "files that one person adds; 0 = no limit")
    limit_model_tokens: int = _setting(0, "RAG_LIMIT_MODEL_TOKENS", "a day", "of the model, one person; 0 = no limit")
    log: str = _setting("", "RAG_LOG", "", "json or text; empty = text on a terminal, json elsewhere")
    log_questions: int = _setting(0, "RAG_LOG_QUESTIONS", "0 or 1", "1 = questions stand in the log")
    metrics_port: int = _setting(0, "RAG_METRICS_PORT", "", "loopback port for /metrics without sign-in; 0 = none")
    audit_days: int = _setting(365, "RAG_AUDIT_DAYS", "days", "how long the audit log is kept")
    load_wall_s: float = _setting(30.0, "RAG_LOAD_WALL", "seconds", "clock time allowed to read one document")
    load_cpu_s: int = _setting(20, "RAG_LOAD_CPU", "seconds", "processor time allowed to read one document")
    load_memory_mb: int = _setting(1536, "RAG_LOAD_MEMORY", "MiB", "memory allowed to the reading process")
    load_max_file_mb: int = _setting(50, "RAG_LOAD_MAX_FILE", "MiB", "largest file read (rows: no limit)")
    load_max_chars: int = _setting(5_000_000, "RAG_LOAD_MAX_CHARS", "characters", "longest text of one document")
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each value came from: ``argument``, the environment variable's name, ``rag.toml`` or ``default``.

    For a secret in a file of its own: the variable, :data:`SECRET_FILE` and the file's path.
    """

    @classmethod
    def load(cls, store: str | Path | None = None, *, env: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Collect the settings and choose the language of the interface.

        :param store: Folder of the store; ``None`` follows the rule in the module's docstring.
        :param env: Environment to read; the process's own when ``None``.
        :param given: Values that win over everything; ``None`` means "not given".
        :raises SettingError: If a value has the wrong type; the message names the variable.
        """
        environ = os.environ if env is None else env
        if environ.get("RAG_LANG") in ("vi", "en"):
            use_language("en" if environ["RAG_LANG"] == "en" else "vi")
        folder, store_origin = _find_store(store, environ)
        table = _read_toml(folder / "rag.toml")
        values: dict[str, Any] = {}
        origins: dict[str, str] = {"store": store_origin}
        for item in fields(cls):
            if "env" not in item.metadata:
                continue
            values[item.name], origins[item.name] = _choose(item, given, environ, table)
        if values["lang"] not in ("vi", "en"):
            raise SettingError(
                say(
                    f"RAG_LANG là {values['lang']!r}; cần 'vi' hoặc 'en'.",
                    f"RAG_LANG is {values['lang']!r}; expected 'vi' or 'en'.",
                )
            )
        use_language(values["lang"])
        models, origins["models"] = _find_models(environ)
        return cls(store=folder, models=models, origins=origins, **values)


def default_store() -> Path:
    """The store used when none is named: the checkout's ``vectorstore``, else the per-user data folder."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "vectorstore").is_dir():
        return checkout / "vectorstore"
    import platformdirs

    return Path(platformdirs.user_data_dir("news-rag", appauthor=False)) / "vectorstore"


def _find_store(given: str | Path | None, environ: Mapping[str, str]) -> tuple[Path, str]:
    if given:
        return Path(given).expanduser().absolute(), "argument"
    if environ.get("RAG_STORE"):
        return Path(environ["RAG_STORE"]).expanduser().absolute(), "RAG_STORE"
    return default_store(), "default"


def _find_models(environ: Mapping[str, str]) -> tuple[Path, str]:
    """Prepared encoders are shared by all stores of a machine: they depend on the package alone."""
    if environ.get("RAG_MODELS"):
        return Path(environ["RAG_MODELS"]).expanduser().absolute(), "RAG_MODELS"
    return default_store() / "models", "default"


def _read_toml(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(
            say(f"Không đọc được {path.name}: {error}.", f"Cannot read {path.name}: {error}.")
        ) from error


def _choose(
    item: Any, given: Mapping[str, Any], environ: Mapping[str, str], table: Mapping[str, Any]
) -> tuple[Any, str]:
    variable = item.metadata["env"]
    if given.get(item.name) is not None:
        return _convert(item, given[item.name], item.name), "argument"
    if item.metadata.get("secret"):
        return _read_secret(variable, item.name in table, environ)
    if environ.get(variable):
        return _convert(item, environ[variable], variable), variable
    if item.name in table:
        return _convert(item, table[item.name], f"rag.toml: {item.name}"), "rag.toml"
    return item.default, "default"


def _read_secret(variable: str, in_table: bool, environ: Mapping[str, str]) -> tuple[str, str]:
    """The value of the variable, or what the file holds that ``…_FILE`` names."""
    if in_table:
        raise SettingError(
            say(f"rag.toml không phải chỗ để mật; đặt {variable} hoặc {variable}_FILE.",
                f"rag.toml is no place for a secret; set {variable} or {variable}_FILE.")
        )  # fmt: skip
    if environ.get(variable):
        return environ[variable], variable
    named = environ.get(f"{variable}_FILE")
    if not named:
        return "", "default"
    try:
        return Path(named).read_text(encoding="utf-8").strip(), f"{variable}{SECRET_FILE}{named}"
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            say(f"{variable}_FILE: không đọc được tệp: {error}.", f"{variable}_FILE: cannot be read: {error}.")
        ) from error


def _convert(item: Any, value: Any, name: str) -> Any:
    kind = type(item.default)
    try:
        if isinstance(value, bool):
            raise ValueError
        return kind(value)
    except (TypeError, ValueError):
        expected = {int: say("số nguyên", "a whole number"), float: say("số", "a number")}.get(kind, "text")
        raise SettingError(
            say(f"{name} là {value!r}; cần {expected}.", f"{name} is {value!r}; expected {expected}.")
        ) from None
