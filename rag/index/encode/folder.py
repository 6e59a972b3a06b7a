"""Writes the bundled weights as an ordinary sentence-transformers folder, which any tool of that kind can load."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rag.index.encode.base import E5_PASSAGE, E5_QUERY
from rag.index.encode.package import Pieces, Sizes, Weights
from rag.index.encode.segment import MAX_TOKENS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_METASPACE = "▁"
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def write_folder(weights: Weights, folder: Path) -> None:
    """Write weights, tokenizer and configuration."""
    from safetensors.numpy import save_file

    save_file(_tensors(weights), folder / "model.safetensors", metadata={"format": "pt"})
    build_tokenizer(weights.pieces).save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _configuration(weights.sizes, weights.pieces).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _tensors(weights: Weights) -> dict[str, npt.NDArray[np.float32]]:
    """All weights as float32 under BERT's names."""
    sizes = weights.sizes
    found = {_bert_name(name): blocks.dense() for name, blocks in weights.blocks.items()}
    for name, values in weights.floats.items():
        found[_bert_name(name)] = np.array(values)
    positions, types = _EMBEDDING_NAMES["emb.pos"], _EMBEDDING_NAMES["emb.type"]
    found[positions] = found[positions].reshape(sizes.positions, sizes.hidden)
    padded = np.zeros((sizes.token_types, sizes.hidden), dtype=np.float32)  # rows that the file leaves out are zero
    padded.ravel()[: found[types].size] = found[types]
    found[types] = padded
    # The pooler is not part of this model; zeros keep loaders from inventing one and warning about it.
    found["pooler.dense.weight"] = np.zeros((sizes.hidden, sizes.hidden), dtype=np.float32)
    found["pooler.dense.bias"] = np.zeros(sizes.hidden, dtype=np.float32)
    return found


def _bert_name(name: str) -> str:
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def build_tokenizer(pieces: Pieces) -> Tokenizer:
    """The tokenizer: normaliser, unigram model, ``<s> $A </s>``; cuts at 512 tokens."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

    table = list(pieces.scored)
    tokenizer = Tokenizer(models.Unigram(table, unk_id=pieces.unk, byte_fallback=False))
    tokenizer.normalizer = _normalizer(own_replacements(pieces))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(_METASPACE, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(_METASPACE, prepend_scheme="always")
    bos, eos = table[pieces.bos][0], table[pieces.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, pieces.bos), (eos, pieces.eos)],
    )
    names = [table[i][0] for i in (pieces.bos, pieces.pad, pieces.eos, pieces.unk)] + ["<mask>"]
    tokenizer.add_special_tokens([AddedToken(name, normalized=False, special=True) for name in names])
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def own_replacements(pieces: Pieces) -> dict[str, str]:
    """The few entries of the normaliser's table that NFKC does not do itself ("" = removed)."""
    return {char: to for char, to in pieces.replacements.items() if unicodedata.normalize("NFKC", char) != to}


def _normalizer(replacements: Mapping[str, str]) -> Any:
    from tokenizers import Regex, normalizers

    classes: dict[str, str] = {}
    for char, to in replacements.items():
        classes[to] = classes.get(to, "") + re.escape(char)
    steps: list[Any] = [normalizers.Replace(Regex(f"[{chars}]"), to) for to, chars in sorted(classes.items())]
    return normalizers.Sequence([*steps, normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])


def _configuration(sizes: Sizes, pieces: Pieces) -> dict[str, Any]:
    names = [piece for piece, _score in (pieces.scored[i] for i in (pieces.bos, pieces.eos, pieces.pad, pieces.unk))]
    bos, eos, pad, unk = names
    package = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": sizes.hidden,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.feed_forward,
            "vocab_size": sizes.vocabulary,
            "max_position_embeddings": sizes.positions,
            "type_vocab_size": sizes.token_types,
            "layer_norm_eps": 1e-12,
            "hidden_act": "gelu",
            "pad_token_id": pieces.pad,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "model_input_names": ["input_ids", "attention_mask"],
            "padding_side": "right",
            "clean_up_tokenization_spaces": False,
            **{"bos_token": bos, "eos_token": eos, "cls_token": bos, "sep_token": eos},
            **{"pad_token": pad, "unk_token": unk, "mask_token": "<mask>"},
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{package}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{package}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{package}.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"query": E5_QUERY, "document": E5_PASSAGE, "passage": E5_PASSAGE},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
