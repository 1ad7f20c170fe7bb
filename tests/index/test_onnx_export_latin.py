"""The default model's graph has no long tokens of other scripts: French is cut as before, they by letters."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from index import default_model, onnx_export
from index.onnx_encoder import OnnxEncoder
from index.onnx_export import export
from index.texts import read_folder
from index.torch_encoder import load_model
from qa.config import load_settings
from tests.index import tiny_models
from tests.index.tiny_models import SENTENCES


def test_tokens_of_other_scripts_are_dropped_and_those_that_stay_keep_their_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_models.short_sample(monkeypatch, tmp_path)
    name = tiny_models.save(
        tmp_path, "xlm-roberta", extra=("▁улица", "ли", "ли\u0301", "л", "и", "▁ville²", "▁μ")
    )
    source = load_model(Path(name))
    export(source, tmp_path / "whole", name)
    export(source, tmp_path / "latin", name, latin=True)
    whole, latin = OnnxEncoder(tmp_path / "whole"), OnnxEncoder(tmp_path / "latin")
    kept = json.loads((tmp_path / "latin" / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    every = json.loads((tmp_path / "whole" / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    assert [piece for piece in every if piece not in kept] == [
        piece for piece in every if piece[0] in ("▁улица", "ли", "ли\u0301")
    ]
    for question in (*SENTENCES, "5 μg de л"):
        found, expected = latin.encode_question(question), whole.encode_question(question)
        assert np.array_equal(found.vector, expected.vector)
        assert np.array_equal(found.tokens, expected.tokens)
    assert list(whole.token_starts("лили")) == [0, 0, 2]
    assert list(latin.token_starts("лили")) == [0, 0, 1, 2, 3]


@pytest.fixture(scope="module")
def tokenizers() -> tuple[Tokenizer, Tokenizer]:
    """The whole tokenizer of the default model, and that of its graph."""
    models = load_settings().models
    whole = Tokenizer.from_file(str(default_model.prepare(models) / "tokenizer.json"))
    whole.no_truncation()
    whole.no_padding()
    written = json.loads(whole.to_str())
    onnx_export._latin(written)
    return whole, Tokenizer.from_str(json.dumps(written))


@pytest.mark.model
@pytest.mark.parametrize(
    "line",
    [
        "L’œuvre, le cœur et les œufs ; æ, ÿ, Ç, É, ŒUVRE",
        "12 m², 3 km³, 1ᵉʳ, 2ᵉ, nᵒ 5, №\u202f7, ½, ¾, ‰, ≥ 4,5 %",
        "Coût : 1\u202f234,50 €, £5, $6 ; © ® ™ § ¶ † ‡ • – — … « ‹ › »",
        "Bravo 🎉👏🏽 ! 👨‍👩‍👧 🇫🇷 ❤️ ☎",
        "5 µg/l de β-carotène, α et γ, ΔT = π/2 Ω",
        "de\u0301ja\u0300 vu, ﬁn, Ⅳ, ＡＢＣ, lʼeau",
        "Łódź, Brno, Dvořák, São Tomé, Þór, İstanbul, ñandú, Nguyễn",
        "\ufeffun\u00a0deux\u2009trois\u200b\tquatre\r\n\x00cinq",
        "if (x != 0) { return a[i] >> 2; } // <b>&amp;</b> <s>barré</s>",
        "",
    ],
)
def test_without_the_other_scripts_french_is_cut_as_before(
    tokenizers: tuple[Tokenizer, Tokenizer], line: str
) -> None:
    whole, latin = (tokenizer.encode(line) for tokenizer in tokenizers)
    assert latin.tokens == whole.tokens
    assert latin.offsets == whole.offsets


@pytest.mark.model
def test_without_the_other_scripts_every_demonstration_text_is_cut_as_before(
    tokenizers: tuple[Tokenizer, Tokenizer],
) -> None:
    read, unread = read_folder(Path(__file__).resolve().parents[2] / "corpus" / "texts")
    assert (len(read) >= 10, unread) == (True, [])
    for each in read:
        whole, latin = (tokenizer.encode(each.extraction.text) for tokenizer in tokenizers)
        assert latin.tokens == whole.tokens
        assert latin.offsets == whole.offsets


@pytest.mark.model
@pytest.mark.parametrize(
    "line", ["Москва, столица России", "Η Αθήνα είναι πόλη", "日本の首都は東京", "القاهرة"]
)
def test_a_text_in_another_script_is_read_letter_by_letter(
    tokenizers: tuple[Tokenizer, Tokenizer], line: str
) -> None:
    whole, latin = (tokenizer.encode(line) for tokenizer in tokenizers)
    assert "<unk>" not in latin.tokens
    assert len(latin.tokens) > len(whole.tokens)
    assert "".join(latin.tokens) == "".join(whole.tokens)
