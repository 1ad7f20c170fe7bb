"""Which model is loaded and by what it is run; prepared once, whole or not at all."""

from __future__ import annotations

import logging
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from index import default_model, models, onnx_export
from index.deferred import DeferredEncoder
from index.errors import ModelUnavailable
from index.interaction import load_interaction
from index.models import Runtime, deferred_encoder, is_prepared, load_encoder, prepare
from index.onnx_encoder import OnnxEncoder, read_description
from index.onnx_export import Unsupported
from index.torch_encoder import SentenceTransformerEncoder
from qa.config import load_settings
from tests.index import tiny_models
from tests.index.tiny_models import SENTENCES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _short_sample(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The default model is shared by all that runs here: it is never prepared otherwise than it is.
    if request.node.get_closest_marker("model") is None:
        tiny_models.short_sample(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a model of which a graph can be written."""
    return tiny_models.save(tmp_path_factory.mktemp("writable"))


@pytest.fixture(scope="module")
def unwritable(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of one of which none can."""
    return tiny_models.save(tmp_path_factory.mktemp("unwritable"), pooling="max")


def never_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export, "export", lambda *given, **options: pytest.fail("exported"))


def prepared_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_model_is_written_once_and_run_without_torch(
    writable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "models"
    assert not is_prepared(writable, folder)
    first = load_encoder(writable, folder)
    assert isinstance(first, OnnxEncoder)
    assert (first.name, first.interaction) == (writable, None)
    assert is_prepared(writable, folder)
    (name,) = prepared_in(folder)
    assert re.fullmatch(r"model-[0-9a-f]{12}-onnx-r2", name)
    never_exported(monkeypatch)
    again = load_encoder(writable, folder)
    assert again.fingerprint == first.fingerprint
    question = SENTENCES[0]
    assert np.array_equal(again.encode_question(question).vector, first.encode_question(question).vector)
    assert caplog.records == []


def test_a_model_is_told_of_before_it_is_loaded(
    writable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = deferred_encoder(writable, tmp_path / "models")
    loaded = load_encoder(writable, tmp_path / "models")
    assert isinstance(waiting, DeferredEncoder)
    said = (waiting.name, waiting.fingerprint, waiting.dimension, waiting.interaction)
    assert said == (loaded.name, loaded.fingerprint, loaded.dimension, None)
    opened: list[Path] = []
    monkeypatch.setattr(models, "OnnxEncoder", lambda folder, learned: opened.append(folder) or loaded)
    waiting = deferred_encoder(writable, tmp_path / "models")
    assert opened == []
    assert list(waiting.token_starts("le")) == list(loaded.token_starts("le"))
    assert opened == [tmp_path / "models" / prepared_in(tmp_path / "models")[0]]


def test_one_that_cannot_be_written_is_run_by_torch_and_the_reason_is_kept(
    unwritable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "models"
    said = f"le modèle {unwritable} est calculé par torch, plus lentement : il résume ses mots par max"
    first = load_encoder(unwritable, folder)
    assert isinstance(first, SentenceTransformerEncoder)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(logging.WARNING, said)]
    (name,) = prepared_in(folder)
    assert prepared_in(folder / name) == ["refused.txt"]
    assert (folder / name / "refused.txt").read_text("utf-8") == "il résume ses mots par max"
    assert is_prepared(unwritable, folder)
    never_exported(monkeypatch)
    caplog.clear()
    again = load_encoder(unwritable, folder)
    assert isinstance(again, SentenceTransformerEncoder)
    assert again.fingerprint == first.fingerprint
    assert [record.getMessage() for record in caplog.records] == [said]


def test_torch_runs_what_it_is_told_to_and_nothing_is_prepared(writable: str, tmp_path: Path) -> None:
    assert is_prepared(writable, tmp_path / "models", "torch")
    encoder = load_encoder(writable, tmp_path / "models", runtime="torch")
    assert isinstance(encoder, SentenceTransformerEncoder)
    assert encoder.name == writable
    assert not (tmp_path / "models").exists()


def test_a_model_changed_in_place_is_prepared_again(tmp_path: Path) -> None:
    name = tiny_models.save(tmp_path)
    first = load_encoder(name, tmp_path / "models")
    shutil.rmtree(tmp_path / "parts")
    shutil.rmtree(name)
    assert tiny_models.save(tmp_path, seed=4) == name
    second = load_encoder(name, tmp_path / "models")
    assert first.fingerprint != second.fingerprint
    assert len(prepared_in(tmp_path / "models")) == 2


@pytest.mark.parametrize("runtime", ["onnx", "torch"])
def test_a_folder_that_is_no_model_is_named_with_the_setting(tmp_path: Path, runtime: Runtime) -> None:
    (tmp_path / "vide").mkdir()
    with pytest.raises(ModelUnavailable) as caught:
        load_encoder(str(tmp_path / "vide"), tmp_path / "models", runtime=runtime)
    assert str(caught.value).startswith(f"le modèle {tmp_path / 'vide'} ne se charge pas (")
    assert str(caught.value).endswith("un nom ou un dossier de modèle sentence-transformers")
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("lost", ["encoder.json", "model.onnx", "tokenizer.json", "embeddings.bin"])
def test_a_prepared_model_that_lost_a_file_is_not_prepared_over_and_its_folder_is_named(
    writable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    folder = prepare(writable, tmp_path / "models")
    assert folder is not None
    load_encoder(writable, tmp_path / "models")
    never_exported(monkeypatch)
    (folder / lost).unlink()
    with pytest.raises(ModelUnavailable) as caught:
        load_encoder(writable, tmp_path / "models")
    assert str(caught.value).startswith(f"le modèle préparé {folder} ne se charge pas (")
    assert str(caught.value).endswith("supprimez ce dossier, il sera préparé de nouveau")
    monkeypatch.undo()
    shutil.rmtree(folder)
    assert load_encoder(writable, tmp_path / "models").dimension == tiny_models.HIDDEN


def test_the_default_model_that_cannot_be_written_is_run_by_torch_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writable: str, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*given: object, **options: object) -> None:
        raise Unsupported("pour voir")

    monkeypatch.setattr(onnx_export, "export", refuse)
    monkeypatch.setattr(default_model, "prepare", lambda folder: Path(writable))
    waiting = deferred_encoder(None, tmp_path / "models")
    assert isinstance(waiting, DeferredEncoder)
    assert waiting.name == default_model.MODEL_NAME
    assert isinstance(waiting.loaded, SentenceTransformerEncoder)
    assert [record.getMessage() for record in caplog.records] == [
        f"le modèle {default_model.MODEL_NAME} est calculé par torch, plus lentement : pour voir"
    ]


@pytest.mark.model
@pytest.mark.parametrize(
    ("runtime", "name", "kind"),
    [
        ("onnx", default_model.ONNX_NAME, OnnxEncoder),
        ("torch", default_model.MODEL_NAME, SentenceTransformerEncoder),
    ],
)
def test_what_is_said_of_the_default_model_is_true_of_it_once_loaded(
    runtime: Runtime, name: str, kind: type
) -> None:
    folder = load_settings().models
    waiting, loaded = (
        deferred_encoder(None, folder, runtime=runtime),
        load_encoder(None, folder, runtime=runtime),
    )
    assert isinstance(waiting, DeferredEncoder)
    assert isinstance(loaded, kind)
    said = (waiting.name, waiting.fingerprint, waiting.dimension)
    assert said == (loaded.name, loaded.fingerprint, loaded.dimension)
    assert said == (name, f"{name}+{load_interaction().fingerprint}", 384)
    assert waiting.interaction is not None
    assert loaded.interaction is not None
    assert waiting.interaction.fingerprint == loaded.interaction.fingerprint
    bare = deferred_encoder(None, folder, interaction=False, runtime=runtime)
    assert (bare.fingerprint, bare.interaction) == (name, None)


@pytest.mark.model
def test_words_of_the_default_model_are_cut_by_sentencepiece() -> None:
    folder = prepare(None, load_settings().models)
    assert folder is not None
    files = ["embeddings.bin", "model.onnx", "tokenizer.model"]
    assert sorted(read_description(folder).files) == files
    assert prepared_in(folder) == sorted([*files, "encoder.json"])


def test_a_model_by_name_that_is_not_here_and_cannot_be_fetched_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelUnavailable, match=r"^le modèle personne/modele-absent ne se charge pas"):
        load_encoder("personne/modele-absent", tmp_path / "models")


def test_a_model_of_a_hub_that_is_here_is_not_asked_for_again(
    writable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[bool, object]] = []

    def snapshot(model: str, *, local_files_only: bool = False, ignore_patterns: object = None) -> str:
        asked.append((local_files_only, ignore_patterns))
        return writable

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    assert load_encoder("quelqu-un/un-modele", tmp_path / "models").dimension == tiny_models.HIDDEN
    # Looked for without what was never fetched: else the copy would not be taken for whole.
    assert set(map(repr, asked)) == {repr((True, models._LEFT))}


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "embeddings.bin"])
def test_a_prepared_model_with_a_flipped_bit_is_refused(writable: str, tmp_path: Path, name: str) -> None:
    folder = prepare(writable, tmp_path / "models")
    assert folder is not None
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ModelUnavailable) as caught:
        load_encoder(writable, tmp_path / "models")
    assert str(caught.value).startswith(f"le modèle préparé {folder} ne se charge pas (")


def test_what_dead_preparations_left_is_swept_and_not_what_lives(writable: str, tmp_path: Path) -> None:
    dead, alive = tmp_path / "models" / ".building-mort", tmp_path / "models" / ".building-vif"
    for folder in (dead, alive):
        folder.mkdir(parents=True)
    os.utime(dead, (0, 0))
    prepare(writable, tmp_path / "models")
    assert (dead.exists(), alive.exists()) == (False, True)


def test_a_model_kept_in_float32_says_so(
    writable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(onnx_export, "_LEAST_LIKENESS", 1.1)
    folder = prepare(writable, tmp_path / "models")
    assert folder is not None
    assert read_description(folder).precision == "float32"
    said = f"le modèle {writable} est calculé sans 8 bits, plus lentement : ils changeraient ses vecteurs"
    assert [record.getMessage() for record in caplog.records] == [said]
