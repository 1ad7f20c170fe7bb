"""A prepared model that is damaged is named, with what to do, before anything parses it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import onnx_encoder
from index.errors import ModelUnavailable
from index.onnx_encoder import OnnxEncoder
from tests.index import tiny_models


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def garble(path: Path) -> None:
    path.write_text('{"model": ', "utf-8")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_another_shape(path: Path) -> None:
    path.write_text('{"name": "un nom"}', "utf-8")


def a_list(path: Path) -> None:
    path.write_text("[1, 2]", "utf-8")


def not_utf8(path: Path) -> None:
    path.write_bytes(b"\xff\xfe{")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("model.onnx", cut),
        ("model.onnx", empty),
        ("model.onnx", Path.unlink),
        ("embeddings.bin", cut),
        ("embeddings.bin", Path.unlink),
        ("tokenizer.json", cut),
        ("tokenizer.json", garble),
        ("tokenizer.json", Path.unlink),
        ("tokenizer.model", cut),
        ("tokenizer.model", garble),
        ("tokenizer.model", Path.unlink),
        ("encoder.json", cut),
        ("encoder.json", Path.unlink),
        ("encoder.json", of_another_shape),
        ("encoder.json", a_list),
        ("encoder.json", not_utf8),
    ],
)
def test_a_damaged_model_names_its_folder_and_what_to_do(
    graph: Path, unigram_graph: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "graph"
    shutil.copytree(unigram_graph if name == "tokenizer.model" else graph, folder)
    assert OnnxEncoder(folder).dimension == tiny_models.HIDDEN
    damage(folder / name)
    with pytest.raises(ModelUnavailable) as caught:
        OnnxEncoder(folder)
    assert str(caught.value).startswith(f"le modèle préparé {folder} ne se charge pas (")
    assert str(caught.value).endswith(") ; supprimez ce dossier, il sera préparé de nouveau")


@pytest.mark.parametrize(
    ("name", "reached"), [("tokenizer.model", 0), ("model.onnx", 0), ("embeddings.bin", 2)]
)
def test_what_is_parsed_has_its_hash_first(
    unigram_graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, reached: int
) -> None:
    folder = tmp_path / "graph"
    shutil.copytree(unigram_graph, folder)
    parsed: list[str] = []
    for parser in ("open_tokenizer", "open_session"):
        original = getattr(onnx_encoder, parser)

        def noted(*given: Any, parser: str = parser, original: Any = original, **named: Any) -> Any:
            parsed.append(parser)
            return original(*given, **named)

        monkeypatch.setattr(onnx_encoder, parser, noted)
    OnnxEncoder(folder)
    assert parsed == ["open_tokenizer", "open_session"]
    parsed.clear()
    garble(folder / name)
    with pytest.raises(ModelUnavailable, match="ne se charge pas"):
        OnnxEncoder(folder)
    assert len(parsed) == reached


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer.model"])
def test_a_tokenizer_that_was_written_wrong_is_named(
    graph: Path, unigram_graph: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "graph"
    shutil.copytree(unigram_graph if name == "tokenizer.model" else graph, folder)
    assert OnnxEncoder(folder).dimension == tiny_models.HIDDEN
    garble(folder / name)
    said = json.loads((folder / "encoder.json").read_text("utf-8"))
    said["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "encoder.json").write_text(json.dumps(said), "utf-8")
    with pytest.raises(ModelUnavailable) as caught:
        OnnxEncoder(folder)
    assert str(caught.value).startswith(f"{folder / name} ne se lit pas (")
