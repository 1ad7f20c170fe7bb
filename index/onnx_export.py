"""Writes a sentence-transformers model as an ONNX graph in 8 bits, once, where it can; else says why not.

Known: models of the BERT family (BERT, RoBERTa, CamemBERT, XLM-R) that pool by mean or first token.
What is written is compared with the model itself on French sentences: 8 bits that change the vectors
too much give way to float32, and a graph that is not the model is not written. Imports torch; what
it writes is run without.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.embedding import EncodedQuestion
from index.onnx_encoder import DESCRIPTION, GRAPH, TABLE, Description, OnnxEncoder, open_session
from index.onnx_graph import EMBEDDINGS, Architecture, build_graph, observed_names
from index.quantisation import Floats, Range
from index.sentencepiece_export import sentencepiece_of
from index.tokenisation import SENTENCEPIECE, SPACE, TOKENIZER
from index.torch_encoder import SentenceTransformerEncoder, prompts_of

if TYPE_CHECKING:
    import onnx
    from sentence_transformers import SentenceTransformer

# French of many kinds, questions, some English: what fixes the ranges of the activations.
_SAMPLE = Path(__file__).with_name("sample.txt")
# transformers' name of a model, and whether its positions are counted from after the padding's.
_FAMILIES = {"bert": False, "roberta": True, "camembert": True, "xlm-roberta": True}
# Mean cosine to the model's own vectors, below which 8 bits cost quality: the default model has
# 0.9994, and the nDCG of float32 (bench/RESULTS.md, "Encoder").
_LEAST_LIKENESS = 0.99
# Of a graph in float32, whose embeddings alone are in 8 bits.
_SAME = 0.999
# One sentence of the sample in so many is compared.
_COMPARED = 4
# Special tokens come first in a vocabulary.
_SPECIALS = 5


class Unsupported(Exception):
    """The model has a shape that this module does not write; the reason is in French."""


def export(
    source: SentenceTransformer,
    target: Path,
    name: str,
    *,
    fingerprint: str = "",
    latin: bool = False,
    exact: bool = False,
) -> None:
    """Writes a model to the folder `target`, whole or not at all.

    `fingerprint` is that of what is written, unless given. `latin` drops the longer tokens of other
    scripts, of which French texts have none: their letters stay, one by one. `exact` keeps float32.
    Raises Unsupported.
    """
    transformer, pooling = _modules(source)
    weights = {key: value.detach().float().cpu().numpy() for key, value in transformer.state_dict().items()}
    tokenizer = json.loads(source.tokenizer.backend_tokenizer.to_str())
    tokenizer["truncation"] = tokenizer["padding"] = None
    if latin:
        kept = _latin(tokenizer)
        key = "embeddings.word_embeddings.weight"
        weights[key] = weights[key][kept]
    config = transformer.config
    shape = Architecture(
        config.hidden_size, config.num_hidden_layers, config.num_attention_heads, config.layer_norm_eps
    )
    first = config.pad_token_id + 1 if _FAMILIES[config.model_type] else 0
    prompts = prompts_of(source)
    unigram = sentencepiece_of(tokenizer, _SAMPLE.read_text("utf-8").splitlines())
    description = Description(
        name=name,
        fingerprint=fingerprint,
        dimension=config.hidden_size,
        longest=min(source.max_seq_length or 512, config.max_position_embeddings - first),
        first_position=first,
        pooling=pooling,
        precision="float32" if exact else "int8",
        question_prompt=prompts.question,
        passage_prompt=prompts.passage,
        files={},
        spaces_apart=unigram is not None and unigram.spaces_apart,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    # Same folder: a rename is atomic only within one filesystem.
    with tempfile.TemporaryDirectory(
        prefix=".building-", dir=target.parent, ignore_cleanup_errors=True
    ) as made:
        folder = Path(made, "model")
        folder.mkdir()
        if unigram is None:
            (folder / TOKENIZER).write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
        else:
            (folder / SENTENCEPIECE).write_bytes(unigram.content)
        _write_best(folder, description, weights, shape, source)
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)  # for whoever serves, not only who prepared
        try:
            folder.rename(target)
        except OSError:
            # Another process finished first; its model is the same.
            if not (target / DESCRIPTION).exists():
                raise


def _write_best(
    folder: Path,
    description: Description,
    weights: Mapping[str, Floats],
    shape: Architecture,
    source: SentenceTransformer,
) -> None:
    """As described, or in float32 where 8 bits cost quality. Raises Unsupported if neither is the model."""
    sample = _SAMPLE.read_text("utf-8").splitlines()
    reference = SentenceTransformerEncoder(source, "", "")
    expected = {text: reference.encode_question(text) for text in sample[::_COMPARED]}
    exact = replace(description, precision="float32")
    _write(folder, build_graph(weights, shape, observed=True), exact)
    likeness = _likeness(OnnxEncoder(folder), expected)
    if likeness < _SAME:
        raise Unsupported(f"cosinus moyen de {likeness:.3f} avec ses propres vecteurs")
    if description != exact:
        ranges = _observed(folder, shape, sample)
        _write(folder, build_graph(weights, shape, ranges), description)
        if _likeness(OnnxEncoder(folder), expected) >= _LEAST_LIKENESS:
            return
    _write(folder, build_graph(weights, shape), exact)


def _write(folder: Path, model: onnx.ModelProto, description: Description) -> None:
    import onnx

    # Beside the graph, the table of embeddings is mapped: only the rows of words met are in memory.
    for constant in model.graph.initializer:
        if constant.name == EMBEDDINGS:
            onnx.external_data_helper.set_external_data(constant, location=TABLE)
    (folder / TABLE).unlink(missing_ok=True)
    onnx.save_model(model, folder / GRAPH)
    others = sorted(path for path in folder.iterdir() if path.name != DESCRIPTION)
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in others}
    described = replace(description, files=files)
    # Prompts, pooling and the rest are said there alone; under another name the vectors are the same.
    digest = hashlib.sha256(replace(described, name="").to_json().encode()).hexdigest()
    given = description.fingerprint
    if given and description.precision != "int8":
        given += f"-{description.precision}"  # other vectors
    if given and SENTENCEPIECE not in files:
        given += "-tokenizers"  # other cuts, of what is hardly written
    whole = replace(described, fingerprint=given or digest)
    (folder / DESCRIPTION).write_text(whole.to_json(), "utf-8")


def _modules(source: SentenceTransformer) -> tuple[Any, str]:
    """The transformer of a model, and how its tokens become one vector. Raises Unsupported."""
    names = [type(module).__name__ for module in source]
    if names not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise Unsupported(f"il est fait de {', '.join(names)}")
    modules: list[Any] = list(source)
    transformer, pooling = modules[0].auto_model, modules[1].pooling_mode
    config = transformer.config
    if config.model_type not in _FAMILIES:
        raise Unsupported(f"il est de la famille {config.model_type}")
    if pooling not in ("mean", "cls"):
        raise Unsupported(f"il résume ses mots par {pooling}")
    if not modules[1].include_prompt:
        raise Unsupported("il ne résume que les mots qui suivent sa consigne")
    if config.hidden_act != "gelu" or getattr(config, "position_embedding_type", "absolute") != "absolute":
        raise Unsupported("il calcule autrement que BERT")
    if getattr(source.tokenizer, "backend_tokenizer", None) is None or getattr(
        source[0], "do_lower_case", False
    ):
        raise Unsupported("il découpe les mots autrement")
    return transformer, pooling


def _latin(tokenizer: dict[str, Any]) -> NDArray[np.int64]:
    """Takes the tokens of other scripts out of a unigram vocabulary; the numbers of those that stay.

    The best cut of a text has only tokens that stand in it: one without such letters is cut as before,
    and so is one whose letters stand alone, as in "5 µg" or "π".
    """
    vocabulary = tokenizer["model"]["vocab"]
    kept = [
        number
        for number, (piece, _) in enumerate(vocabulary)
        if number < _SPECIALS or len(piece.lstrip(SPACE)) == 1 or all(map(_is_latin, piece))
    ]
    tokenizer["model"]["vocab"] = [vocabulary[number] for number in kept]
    return np.array(kept)


def _is_latin(character: str) -> bool:
    return not character.isalpha() or unicodedata.name(character, "").startswith("LATIN")


def _observed(folder: Path, shape: Architecture, sample: Sequence[str]) -> dict[str, Range]:
    """The range of each channel of each product's input, over the sample."""
    encoder, session, names = OnnxEncoder(folder), open_session(folder / GRAPH), observed_names(shape)
    ranges: dict[str, Range] = {}
    for text in sample:
        for name, values in zip(names, session.run(names, encoder.fed(text)), strict=True):
            low, high = values.min(axis=(0, 1)), values.max(axis=(0, 1))
            before = ranges.get(name, Range(low, high))
            ranges[name] = Range(np.minimum(low, before.low), np.maximum(high, before.high))
    return ranges


def _likeness(ours: OnnxEncoder, expected: Mapping[str, EncodedQuestion]) -> float:
    """The mean cosine of vectors and token vectors to those of a reference. Raises Unsupported."""
    cosines = []
    for text, reference in expected.items():
        found = ours.encode_question(text)
        if found.tokens.shape != reference.tokens.shape:
            raise Unsupported("ses mots ne sont pas découpés de même")
        cosines += [found.vector @ reference.vector, *np.sum(found.tokens * reference.tokens, axis=1)]
    return float(np.mean(cosines))
