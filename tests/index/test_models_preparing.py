"""A model is prepared whole or not at all, whoever else prepares it and whatever stops it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index import onnx_export
from index.models import is_prepared, load_encoder
from index.onnx_encoder import OnnxEncoder
from tests.index import tiny_models

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _short_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_models.short_sample(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a model of which a graph can be written."""
    return tiny_models.save(tmp_path_factory.mktemp("writable"))


# Prepares a model; once its files are written, before they are renamed, waits until `others` have
# written theirs, or is killed.
_PREPARING = """
import os, signal, sys, time
from pathlib import Path
from index import onnx_export
from index.models import load_encoder
model, models, sample, others = sys.argv[1:]
onnx_export._SAMPLE = Path(sample)
write = onnx_export._write_best
def written(*given):
    write(*given)
    Path(sample).with_name(f"written-{os.getpid()}").touch()
    if others == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    while len(list(Path(sample).parent.glob("written-*"))) < int(others):
        time.sleep(0.01)
onnx_export._write_best = written
print(load_encoder(model, Path(models)).fingerprint)
"""


def preparing(model: str, folder: Path, others: str) -> subprocess.Popen[str]:
    """A process that prepares a model; see `_PREPARING`."""
    sample = folder / "sample.txt"
    given = [model, str(folder / "models"), str(sample), others]
    return subprocess.Popen(
        [sys.executable, "-c", _PREPARING, *given],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_that_prepare_at_once_leave_one_whole_model(writable: str, tmp_path: Path) -> None:
    both = [preparing(writable, tmp_path, "2") for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert len(list(tmp_path.glob("written-*"))) == 2
    (folder,) = (tmp_path / "models").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "embeddings.bin",
        "encoder.json",
        "model.onnx",
        "tokenizer.json",
    ]
    fingerprint = load_encoder(writable, tmp_path / "models").fingerprint
    assert [out for out, _ in said] == [f"{fingerprint}\n"] * 2


def test_a_preparation_that_was_killed_leaves_nothing_that_is_taken_for_a_model(
    writable: str, tmp_path: Path
) -> None:
    killed = preparing(writable, tmp_path, "killed")
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    (left,) = (tmp_path / "models").iterdir()
    assert left.name.startswith(".building-")
    assert (left / "model" / "encoder.json").exists()
    assert not is_prepared(writable, tmp_path / "models")
    assert isinstance(load_encoder(writable, tmp_path / "models"), OnnxEncoder)
    assert is_prepared(writable, tmp_path / "models")


def test_a_preparation_that_fails_leaves_nothing(
    writable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(onnx_export, "_write", full)
        with pytest.raises(OSError, match="No space left"):
            load_encoder(writable, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []
    assert isinstance(load_encoder(writable, tmp_path / "models"), OnnxEncoder)
