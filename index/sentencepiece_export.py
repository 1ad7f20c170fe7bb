"""Writes a unigram tokenizer of Hugging Face's as a SentencePiece model, where that cuts texts alike.

Two shapes are known: that of the default model (NFKC, white space runs to one space, and a space belongs
to the word after it), and the one in which transformers saves XLM-R and CamemBERT (SentencePiece's own
normalisation, and white space belongs to no token). What is written is tried on texts first. Used where
models are prepared: what it writes is read without protobuf and without Hugging Face's `tokenizers`.
"""

from __future__ import annotations

import base64
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.tokenisation import SPACE, HuggingFaceTokenizer, SentencePieceTokenizer

_METASPACE = {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": "always", "split": True}
_ONE_SPACE = {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}
_SPACES_JOINED = ({"type": "Sequence", "normalizers": [{"type": "NFKC"}, _ONE_SPACE]}, _METASPACE)
_SPACES_APART = {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, _METASPACE]}
# Types of pieces, and of models, in sentencepiece_model.proto.
_NORMAL, _UNKNOWN, _CONTROL = 1, 2, 3
_UNIGRAM = 1
# absl's: the compilation of a table of characters is told at level 0.
_ERRORS_ONLY = 2
# What a sample of clean lines may lack.
_UNEVEN = (
    "",
    " ",
    "\n",
    "  Les trois\n\n  mots\tdu\r\ntitre \n",
    "«\u00a0L’été\u00a0», dit-elle\u202f: 12\u202f500\u00a0€… l’œuvre d’ŒDIPE, 3 m², n° 1, ½ et 2ᵉ… ?",
    "LA COMMUNE DE L’ÎLE-D’YEU DÉCIDE : ART. 12 – LE PRENEUR",
    "Tre\u0301s de\u0301ja\u0300 vu, l´un ´ et ¨ ; eﬁn 🎉👏🏽 ! ….",
    "le\x85pont\x85",
    "01/02/2018, 35,6 %, 06 12 34 56 78 ; x²+3x−4=0 — https://exemple.fr/a_b?c=d&e=1#f",
)
# Tokens: long texts are tried cut short, and all of them whole.
_LONGEST = (48, 1_000_000)


@dataclass(frozen=True, slots=True)
class SentencePieceModel:
    """The bytes of a model, and how it is read: see `SentencePieceTokenizer`."""

    content: bytes
    spaces_apart: bool


def sentencepiece_of(tokenizer: Mapping[str, Any], texts: Sequence[str]) -> SentencePieceModel | None:
    """The SentencePiece model of what a `tokenizer.json` says; None where there is none that cuts alike.

    Tried on `texts`, on all of them in one, and on a few with odd characters: ids and offsets must be
    equal, whole and cut short. Imports tokenizers, sentencepiece and protobuf.
    """
    import sentencepiece
    from tokenizers import Tokenizer

    theirs = Tokenizer.from_str(json.dumps(tokenizer))
    specials = theirs.encode("").ids
    if not _is_unigram(tokenizer, specials):
        return None
    sentencepiece.set_min_log_level(_ERRORS_ONLY)
    normaliser, split = tokenizer["normalizer"] or {}, tokenizer["pre_tokenizer"]
    spaces_apart = split == _SPACES_APART
    if (normaliser, split) == _SPACES_JOINED:
        table = _table(theirs.normalizer.normalize_str)
    elif spaces_apart and normaliser.get("type") == "Precompiled":
        table = base64.b64decode(normaliser["precompiled_charsmap"])
    else:
        return None
    content = _model(tokenizer, specials, table).SerializeToString()
    try:
        processor = sentencepiece.SentencePieceProcessor(model_proto=content)
    except RuntimeError:
        return None  # it has the same piece twice, or an empty one
    ours = SentencePieceTokenizer(processor, spaces_apart=spaces_apart)
    expected = HuggingFaceTokenizer(theirs)
    tried = (*texts, "\n".join(texts), *_UNEVEN)
    if any(ours.encode(text, n) != expected.encode(text, n) for text in tried for n in _LONGEST):
        return None
    return SentencePieceModel(content, spaces_apart)


def _is_unigram(tokenizer: Mapping[str, Any], specials: Sequence[int]) -> bool:
    """Whether all that a text becomes is in one unigram vocabulary, between two special tokens."""
    model = tokenizer["model"]
    return (
        model["type"] == "Unigram"
        and model["unk_id"] is not None
        and not model.get("byte_fallback")
        and len(specials) == 2
        and max(specials) < len(model["vocab"])
        # Hugging Face cuts at each space before it looks for a piece, SentencePiece does not.
        and not any(SPACE in piece[1:] for piece, _ in model["vocab"])
        and all(added["special"] for added in tokenizer["added_tokens"])
    )


def _model(tokenizer: Mapping[str, Any], specials: Sequence[int], table: bytes) -> Any:
    from sentencepiece import sentencepiece_model_pb2 as protobuf

    model: Any = protobuf.ModelProto()  # type: ignore[attr-defined]
    vocabulary, unknown = tokenizer["model"]["vocab"], tokenizer["model"]["unk_id"]
    never = {added["id"] for added in tokenizer["added_tokens"]}
    for number, (piece, score) in enumerate(vocabulary):
        kind = _UNKNOWN if number == unknown else _CONTROL if number in never else _NORMAL
        model.pieces.add(piece=piece, score=score, type=kind)
    trainer = model.trainer_spec
    trainer.model_type, trainer.unk_id = _UNIGRAM, unknown
    trainer.bos_id, trainer.eos_id = specials
    trainer.unk_piece, trainer.bos_piece, trainer.eos_piece = (
        vocabulary[number][0] for number in (unknown, *specials)
    )
    normaliser = model.normalizer_spec
    normaliser.precompiled_charsmap = table
    normaliser.add_dummy_prefix = normaliser.remove_extra_whitespaces = normaliser.escape_whitespaces = True
    return model


def _table(normalise: Callable[[str], str]) -> bytes:
    """What a function makes of each character, and of those that are composed, as SentencePiece reads it."""
    from sentencepiece import SentencePieceNormalizer
    from sentencepiece import sentencepiece_model_pb2 as protobuf

    made = {text: changed for text in _characters() if (changed := normalise(text)) != text}
    model: Any = protobuf.ModelProto()  # type: ignore[attr-defined]
    model.ParseFromString(SentencePieceNormalizer(norm_map=list(made.items())).serialized_model_proto())
    return bytes(model.normalizer_spec.precompiled_charsmap)


def _characters() -> Iterable[str]:
    """Each character, and the sequences that are one: those of SentencePiece's NFKC, and a letter that is
    composed already with one accent more.
    """
    from sentencepiece import SentencePieceNormalizer

    # No text has half of a surrogate pair, nor can a zero be written here.
    every = [chr(number) for number in range(1, sys.maxunicode + 1) if not 0xD800 <= number <= 0xDFFF]
    yield from every
    yield from (text for text, _ in SentencePieceNormalizer(rule_name="nfkc").decompile() if len(text) > 1)
    for character in every:
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            yield "".join(chr(int(part, 16)) for part in parts)
