"""Prompts are files in ``prompts/``; this module reads them and refuses what it does not understand."""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from rag.errors import SettingError
from rag.lang import say

_KEYS = {"description", "variables", "system", "user"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One model call's texts.

    :param digest: First 16 hex digits of the file's SHA-256, kept in eval logs.
    """

    name: str
    system: str
    user: str
    variables: tuple[str, ...]
    digest: str


@lru_cache(maxsize=8)
def load_prompt(name: str) -> Prompt:
    """Read ``prompts/<name>.yaml``.

    :raises SettingError: If the file is missing, has unknown keys, or uses variables that it does not declare.
    """
    source = resources.files("prompts") / f"{name}.yaml"
    if not source.is_file():
        raise SettingError(say(f"Không có prompts/{name}.yaml.", f"There is no prompts/{name}.yaml."))
    raw = source.read_bytes()
    table = yaml.safe_load(raw.decode("utf-8"))
    unknown = set(table) - _KEYS
    used = {f for text in (table["system"], table["user"]) for _, f, _, _ in string.Formatter().parse(text) if f}
    if unknown or used != set(table["variables"]):
        raise SettingError(
            say(f"prompts/{name}.yaml: khóa lạ {sorted(unknown)}, biến dùng {sorted(used)}, biến khai báo "
                f"{sorted(table['variables'])}.",
                f"prompts/{name}.yaml: unknown keys {sorted(unknown)}, variables used {sorted(used)}, declared "
                f"{sorted(table['variables'])}.")
        )  # fmt: skip
    digest = hashlib.sha256(raw).hexdigest()[:16]
    return Prompt(name, table["system"], table["user"], tuple(table["variables"]), digest)
