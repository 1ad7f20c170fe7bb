"""Sentence-transformers models of a few thousand random weights, of each shape that is met.

What they make of a text means nothing; what is made of them by two runtimes must be the same.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from index import onnx_export
from index.onnx_encoder import read_description
from index.onnx_export import export
from index.torch_encoder import load_model

Spaces = Literal["kept", "joined", "apart"]
HIDDEN = 32
# Tokens read, special ones included.
LONGEST = 128
POSITIONS = 160
PROMPTS = {"query": "demande : ", "document": "texte : "}
SENTENCES = (
    "Le pont de la ville est ouvert.",
    "Quel quai ferme à 18 h ? Celui des « œuvres », dit-on… 5 €.",
    "Où ?",
    "L’été, les bateaux du quai partent une heure plus tard ; en hiver la ville les garde.",
    "UNE FERME A 12 m² DE SERRES",
    "des",
)
# More than the models read.
LONG = " ".join(SENTENCES) * 3
_WORDS = ("le", "la", "les", "un", "une", "de", "des", "est", "pont", "quai", "ferme", "ouvert", "ville")
_LETTERS = string.ascii_letters + string.digits + string.punctuation + "éèêàçùôîïœ’«»…€²"


def save(
    folder: Path,
    family: str = "bert",
    *,
    pooling: str = "mean",
    after: tuple[str, ...] = ("Normalize",),
    prompts: dict[str, str] | None = None,
    longest: int | None = LONGEST,
    extra: tuple[str, ...] = (),
    spaces: Spaces = "kept",
    seed: int = 3,
    **options: Any,
) -> str:
    """Saves a model of this family and returns its folder, as a name. `options` go to its configuration.

    `after` are the modules after the pooling, "Normalize" or "Dense"; `extra` and `spaces`: see `unigram`.
    """
    # Slow to import, and not needed by those who run the other tests.
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
    from transformers import AutoConfig, AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.manual_seed(seed)
    tokenizer = _tokenizer(family, extra, spaces)
    model = AutoModel.from_config(AutoConfig.for_model(family, **_config(family, len(tokenizer)), **options))
    with torch.no_grad():
        for parameter in model.parameters():
            # Far from what a configuration starts from, all zeros and ones: a bias left out must show.
            parameter.add_(0.2 * torch.randn_like(parameter))
        _representable(model.get_input_embeddings().weight)
    parts = folder / "parts"
    model.save_pretrained(parts)
    tokenizer.save_pretrained(parts)
    size = model.config.hidden_size
    made = {"Normalize": Normalize, "Dense": lambda: Dense(size, size)}
    modules = [Transformer(str(parts), max_seq_length=longest), Pooling(size, pooling_mode=pooling)]
    modules += [made[name]() for name in after]
    source = SentenceTransformer(
        modules=modules, prompts=PROMPTS if prompts is None else prompts, device="cpu"
    )
    source.save(str(folder / "model"), create_model_card=False)
    return str(folder / "model")


def _representable(table: Any) -> None:
    """Makes each row what 8 bits hold exactly, so that only the arithmetic is compared."""
    import torch

    rows = table.numpy()
    steps = np.abs(rows).max(axis=1, keepdims=True) / np.float32(127)
    table.copy_(torch.from_numpy(np.rint(rows / steps) * steps))


def _config(family: str, vocabulary: int) -> dict[str, Any]:
    if family == "distilbert":
        return {"vocab_size": vocabulary, "dim": HIDDEN, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
    common = {
        "vocab_size": vocabulary,
        "hidden_size": HIDDEN,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": POSITIONS,
    }
    # XLM-R pads with 1; the other two have 1 by default, BERT 0.
    return common | ({"type_vocab_size": 1} if family not in ("bert", "mpnet") else {})


def _tokenizer(family: str, extra: tuple[str, ...], spaces: Spaces) -> Any:
    from transformers import PreTrainedTokenizerFast

    start, end, pad, unknown = "<s>", "</s>", "<pad>", "<unk>"
    if family in ("bert", "distilbert"):
        made = word_pieces()
        start, end, pad, unknown = "[CLS]", "[SEP]", "[PAD]", "[UNK]"
    elif family == "roberta":
        made = byte_pairs()
    else:
        made = unigram(extra, spaces)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=made,
        cls_token=start,
        sep_token=end,
        pad_token=pad,
        unk_token=unknown,
        model_max_length=POSITIONS,
        model_input_names=["input_ids", "attention_mask"],
    )


def word_pieces() -> Any:
    """BERT's: words split off at spaces and punctuation, without capitals and accents."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *_WORDS, *_LETTERS, *(f"##{letter}" for letter in _LETTERS)]
    made = Tokenizer(models.WordPiece({piece: n for n, piece in enumerate(pieces)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


def unigram(extra: tuple[str, ...] = (), spaces: Spaces = "kept") -> Any:
    """As XLM-R's and CamemBERT's; `extra` are tokens added to the vocabulary. Of the `spaces` of a text,
    "kept": each is a token; "joined": one, and part of the word after it; "apart": part of no word.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    specials = [(name, 0.0) for name in ("<s>", "<pad>", "</s>", "<unk>")]
    words = [(piece, -4.0 - n / 10) for n, piece in enumerate((*(f"▁{word}" for word in _WORDS), *extra))]
    letters = [(letter, -8.0 - n / 100) for n, letter in enumerate(("▁", *_LETTERS))]
    made = Tokenizer(models.Unigram([*specials, *words, *letters], unk_id=3))
    made.add_special_tokens([name for name, _ in specials])
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    if spaces == "joined":
        made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    elif spaces == "apart":
        made.normalizer = normalizers.Precompiled(_charsmap())
        made.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
        )
    made.decoder = decoders.Metaspace()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return made


def _charsmap() -> bytes:
    """XLM-R's table of characters: SentencePiece's own."""
    from sentencepiece import SentencePieceNormalizer
    from sentencepiece import sentencepiece_model_pb2 as protobuf

    model: Any = protobuf.ModelProto()  # type: ignore[attr-defined]
    model.ParseFromString(SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto())
    return bytes(model.normalizer_spec.precompiled_charsmap)


def byte_pairs() -> Any:
    """RoBERTa's: pairs of bytes."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    pieces = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        *sorted(pre_tokenizers.ByteLevel.alphabet()),
        "Ġl",
        "le",
        "Ġle",
    ]
    merges = [("Ġ", "l"), ("l", "e"), ("Ġl", "e")]
    made = Tokenizer(models.BPE({piece: n for n, piece in enumerate(pieces)}, merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True)
    return made


def short_sample(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """A sample of a few lines in place of the whole one: a tenth of the time to write a graph."""
    path = folder / "sample.txt"
    path.write_text("\n".join((*SENTENCES, LONG)), "utf-8")
    patch.setattr(onnx_export, "_SAMPLE", path)


def exported(folder: Path, spaces: Spaces) -> Path:
    """The folder of a tiny model's graph, in 8 bits, written on a short sample."""
    name = save(folder, "xlm-roberta", spaces=spaces)
    with pytest.MonkeyPatch.context() as patch:
        short_sample(patch, folder)
        export(load_model(Path(name)), folder / "graph", name)
    assert read_description(folder / "graph").precision == "int8"
    return folder / "graph"
