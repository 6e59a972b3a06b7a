"""What can go wrong, as a small tree. Users catch :class:`RagError`; its message is for them, in their language.

::

    RagError                   a clear message: what was found, what was expected, what to do
    ├── SettingError           a setting or an option has a value that cannot be used
    ├── LoadError              a file or row cannot be read (reported by name, the others go on)
    ├── StoreError             the store cannot be opened, read or written
    │   ├── StoreMissingError  nothing was indexed there yet
    │   └── StoreBusyError     another process is writing
    ├── EncoderError           the encoder cannot be prepared or loaded
    ├── QuestionError          the question cannot be asked (empty, too long)
    └── ModelError             the configured language model failed
"""

from __future__ import annotations


class RagError(Exception):
    """An expected failure; its text is shown to the person as it stands."""


class SettingError(RagError):
    """A setting or an option has a value that cannot be used."""


class LoadError(RagError):
    """A file or a row cannot be read."""


class StoreError(RagError):
    """The store cannot be opened, read or written."""


class StoreMissingError(StoreError):
    """Nothing was indexed there yet."""


class StoreBusyError(StoreError):
    """Another process is writing to the store."""


class EncoderError(RagError):
    """The encoder cannot be prepared or loaded."""


class QuestionError(RagError):
    """The question cannot be asked."""


class ModelError(RagError):
    """The configured language model failed."""
