"""Passwords: argon2id hashes, and the few rules that help (length; not the name; nothing about kinds of letters)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.lang import say
from rag.text.unicode import fold, nfc

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 200
"""Characters. The upper end only keeps hashing cheap."""


def check_password(password: str, name: str) -> None:
    """Refuse what is too easily guessed.

    :raises RagError: With what is wrong.
    """
    plain = fold(password).lower().strip()
    if not SHORTEST <= len(password) <= LONGEST:
        raise RagError(
            say(f"Mật khẩu cần từ {SHORTEST} đến {LONGEST} ký tự.",
                f"A password needs {SHORTEST} to {LONGEST} characters.")
        )  # fmt: skip
    is_mostly_name = len(plain.replace(fold(name).lower(), "")) < SHORTEST // 2
    if is_mostly_name or len(set(plain)) < 5:
        raise RagError(
            say("Mật khẩu quá dễ đoán: gần như chỉ là tên đăng nhập hoặc chỉ lặp vài ký tự.",
                "The password is too easily guessed: hardly more than the user's name, or few characters repeated.")
        )  # fmt: skip


def hash_password(password: str) -> str:
    """The argon2id hash with its salt and cost. The text is normalised: keyboards compose tone marks differently."""
    return _hasher().hash(nfc(password))


def is_right(hashed: str, password: str) -> bool:
    """Whether a password belongs to a hash. Takes as long where there is no hash: no name is given away by time."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(hashed or _nobody(), nfc(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return bool(hashed)


def is_outdated(hashed: str) -> bool:
    """Whether a hash was made with another cost than today's."""
    return _hasher().check_needs_rehash(hashed)


@cache
def _hasher() -> PasswordHasher:
    """RFC 9106's choice for little memory (64 MiB, 3 passes), with one lane: the cores are shared with the answers."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)


@cache
def _nobody() -> str:
    return hash_password("a password that nobody has \N{EM DASH} only time is spent on it")
