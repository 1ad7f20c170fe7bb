"""A tokenizer is opened from the file that its model names, by the library that reads it, or refused."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.errors import ModelUnavailable
from index.sentencepiece_export import sentencepiece_of
from index.tokenisation import HuggingFaceTokenizer, SentencePieceTokenizer, Tokens, open_tokenizer
from tests.index.tiny_models import SENTENCES, unigram

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    theirs = unigram(spaces="joined")
    folder = tmp_path_factory.mktemp("written")
    theirs.save(str(folder / "tokenizer.json"))
    model = sentencepiece_of(json.loads(theirs.to_str()), SENTENCES)
    assert model is not None
    (folder / "tokenizer.model").write_bytes(model.content)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """One file of each kind, of the same vocabulary, to damage."""
    return Path(shutil.copytree(written, tmp_path / "model"))


@pytest.mark.parametrize(
    ("name", "kind"), [("tokenizer.json", HuggingFaceTokenizer), ("tokenizer.model", SentencePieceTokenizer)]
)
def test_the_file_that_is_named_is_the_one_that_is_read(folder: Path, name: str, kind: type) -> None:
    found = open_tokenizer(folder, ["model.onnx", name], spaces_apart=False)
    assert type(found) is kind
    assert found.encode("le pont 🎉", 512) == Tokens(
        [0, 4, 12, 17, 3, 2], [(0, 0), (0, 2), (2, 7), (7, 8), (8, 9), (0, 0)]
    )


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer.model"])
@pytest.mark.parametrize("content", [b"", b'{"model": ', b"\xff\xfe{", None])
def test_a_damaged_tokenizer_is_refused_by_name(folder: Path, name: str, content: bytes | None) -> None:
    assert open_tokenizer(folder, [name], spaces_apart=False).starts("le le") == [0, 2]
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelUnavailable) as caught:
        open_tokenizer(folder, [name], spaces_apart=False)
    assert re.fullmatch(
        re.escape(f"{folder / name} ne se lit pas (")
        + r"\w+\) ; supprimez le dossier "
        + re.escape(f"{folder}, le modèle sera préparé de nouveau"),
        str(caught.value),
    )


_OPENING = """
import sys
from pathlib import Path
from index.tokenisation import open_tokenizer
assert open_tokenizer(Path(sys.argv[1]), [sys.argv[2]], spaces_apart=False).starts("le le") == [0, 2]
print(*(name for name in ("tokenizers", "sentencepiece", "google.protobuf") if name in sys.modules))
"""


@pytest.mark.parametrize(
    ("name", "imported"), [("tokenizer.json", "tokenizers"), ("tokenizer.model", "sentencepiece")]
)
def test_only_the_library_that_reads_the_file_is_imported(folder: Path, name: str, imported: str) -> None:
    command: Sequence[str] = [sys.executable, "-W", "error", "-c", _OPENING, str(folder), name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{imported}\n", "")
