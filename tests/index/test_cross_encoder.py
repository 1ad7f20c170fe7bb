"""A cross-encoder is loaded from a folder, gives each passage one score, and is refused otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import default_model
from index.cross_encoder import load_reranker
from index.errors import ModelUnavailable
from qa.config import load_settings

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "quel", "quai", "est", "ouvert", "le", "pont", "ferme", "?")
QUESTION = "quel quai est ouvert ?"
PASSAGES = ("le quai est ouvert", "le pont ferme", "le quai ferme", "le pont")


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    # Set here so that what loading sets, from inside, is undone.
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "1")


def save(folder: Path, labels: int) -> tuple[Any, Any]:
    """Saves a tiny cross-encoder of random weights; returns its model and its tokenizer."""
    # Slow to import, and not needed by those who run the other tests.
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", WORDS.index("[CLS]")), ("[SEP]", WORDS.index("[SEP]"))],
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=32,
    )
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=32,
        initializer_range=0.3,  # wide, so that no two passages score alike
        num_labels=labels,
    )
    model = BertForSequenceClassification(config).eval()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model, tokenizer


def test_each_passage_has_the_score_between_0_and_1_that_the_model_gives_it(tmp_path: Path) -> None:
    model, tokenizer = save(tmp_path, labels=1)
    expected = [
        model(**tokenizer(QUESTION, passage, return_tensors="pt")).logits.sigmoid().item()
        for passage in PASSAGES
    ]
    scores = load_reranker(str(tmp_path)).scores(QUESTION, PASSAGES)
    assert (scores.shape, scores.dtype) == ((4,), np.float32)
    assert scores.tolist() == pytest.approx(expected, abs=1e-5)
    assert all(0 < score < 1 for score in expected)
    assert len({round(score, 3) for score in expected}) == len(PASSAGES)


def test_a_passage_scores_alike_alone_and_in_any_order(tmp_path: Path) -> None:
    save(tmp_path, labels=1)
    reranker = load_reranker(str(tmp_path))
    scores = reranker.scores(QUESTION, PASSAGES)
    assert reranker.scores(QUESTION, PASSAGES[::-1]) == pytest.approx(scores[::-1], abs=1e-5)
    assert reranker.scores(QUESTION, PASSAGES[1:2]) == pytest.approx(scores[1:2], abs=1e-5)
    assert reranker.scores(QUESTION, ()).shape == (0,)


def test_a_model_of_two_labels_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "one", labels=1)
    assert len(load_reranker(str(tmp_path / "one")).scores(QUESTION, PASSAGES)) == 4
    save(tmp_path / "two", labels=2)
    with pytest.raises(ModelUnavailable) as refused:
        load_reranker(str(tmp_path / "two"))
    assert str(refused.value) == (
        f"le modèle {tmp_path / 'two'} ne donne pas une note à un passage lu avec sa question ; "
        "choisissez pour SOURCIER_RERANKER un modèle fait pour reclasser"
    )


@pytest.mark.parametrize(
    ("files", "error"),
    [
        pytest.param({}, "ValueError", id="empty"),
        pytest.param({"notes.txt": "Le quai est ouvert."}, "ValueError", id="texts"),
        pytest.param({"config.json": "{}"}, "ValueError", id="no kind of model"),
        pytest.param({"config.json": '{"model_type": "bert"}'}, "OSError", id="no weights"),
    ],
)
def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path, files: dict[str, str], error: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(ModelUnavailable) as refused:
        load_reranker(str(tmp_path))
    assert str(refused.value) == (
        f"le modèle {tmp_path} ne se charge pas ({error}) ; "
        "vérifiez SOURCIER_RERANKER : un nom ou un dossier de cross-encoder"
    )


def test_a_folder_may_be_named_from_the_person_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "relecteur", labels=1)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_reranker("~/relecteur").scores(QUESTION, PASSAGES) == pytest.approx(
        load_reranker(str(tmp_path / "relecteur")).scores(QUESTION, PASSAGES)
    )


@pytest.mark.model
def test_an_embedding_model_is_refused_for_its_head_would_be_drawn_at_random() -> None:
    with pytest.raises(ModelUnavailable, match="modèle fait pour reclasser"):
        load_reranker(str(default_model.prepare(load_settings().models)))
