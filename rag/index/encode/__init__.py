"""Encoders: a protocol, one file a back end, and the choice between them."""

from __future__ import annotations

from pathlib import Path

from rag.index.encode.base import Encoder, Progress
from rag.settings import BUNDLED_ENCODER, Settings

__all__ = ["Encoder", "Progress", "encoder_name", "load_encoder", "prepare"]


def encoder_name(settings: Settings) -> str:
    """Identity of the configured encoder, without loading it."""
    if settings.encoder == BUNDLED_ENCODER:
        from rag.index.encode.bundled import NAME

        return NAME
    from rag.index.encode.torch import model_name

    return model_name(settings.encoder)


def load_encoder(settings: Settings) -> Encoder:
    """The configured encoder. The bundled one is prepared first where needed; nothing is ever downloaded.

    :raises EncoderError: If it cannot be loaded.
    """
    if settings.encoder == BUNDLED_ENCODER:
        from rag.index.encode.bundled import load_bundled

        return load_bundled(settings.models, settings.threads)
    from rag.index.encode.torch import TorchEncoder

    return TorchEncoder(settings.encoder, settings.threads)


def prepare(settings: Settings, progress: Progress | None = None) -> Path:
    """Have the configured encoder ready on this machine; quick when it already is.

    :param progress: Told how far the work is.
    :return: Folder of the model, or the folder of all models where sentence-transformers keeps it elsewhere.
    :raises EncoderError: If it cannot be made or had.
    """
    if settings.encoder == BUNDLED_ENCODER:
        from rag.index.encode.bundled import prepare_bundled

        return prepare_bundled(settings.models, progress)
    from rag.index.encode.torch import fetch_model

    fetch_model(settings.encoder)
    folder = Path(settings.encoder)
    return folder if folder.is_dir() else settings.models
