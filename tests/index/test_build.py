"""The pipeline, with the fake encoder."""

from __future__ import annotations

import resource
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import index.readings
from corpus.errors import MissingTexts
from index import generation
from index.build import build
from index.embedded import EmbeddedEngine
from index.encoding import encoder_input
from index.errors import DamagedIndex, IncompatibleIndex, NothingIndexed
from index.files import TOKEN_STARTS, TOKENS
from index.opening import open_engine
from index.spill import Spill
from tests.conftest import TEXTS, FakeEncoder
from tests.index.support import interacting_encoder


def test_a_build_reports_what_it_did(texts: Path, tmp_path: Path, fake_encoder: FakeEncoder) -> None:
    seen: list[tuple[str, int, int]] = []
    report = build(texts, tmp_path, fake_encoder, lambda *step: seen.append(step))
    assert (report.documents, report.unread, report.truncated) == (3, (), 0)
    assert report.generation == generation.current(tmp_path).name
    assert list(report.seconds) == ["inventaire", "lecture", "découpage", "encodage", "index", "écriture"]
    assert list(dict.fromkeys(stage for stage, _, _ in seen)) == list(report.seconds)
    # After the last one it is too late to stop.
    assert seen[-1] == ("écriture", 0, 1)
    for stage in list(report.seconds)[:-1]:
        steps = [(done, total) for name, done, total in seen if name == stage]
        assert steps == sorted(steps)
        assert steps[0][0] == 0
        assert steps[-1][0] == steps[-1][1] > 0
    # Cutting is told when it begins and ends, and while it is waited for; the others step by step.
    for stage in ("inventaire", "lecture", "encodage", "index"):
        steps = {(done, total) for name, done, total in seen if name == stage}
        assert steps == {(done, len(steps) - 1) for done in range(len(steps))}


def test_one_unreadable_file_is_named_and_the_others_are_indexed(
    tmp_path: Path, fake_encoder: FakeEncoder
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "bon.txt").write_text("Un texte lisible.", "utf-8")
    (folder / "cassé.pdf").write_bytes(b"%PDF-1.4 rien")
    report = build(folder, tmp_path / "home", fake_encoder)
    assert report.documents == 1
    assert [(u.source, u.failed) for u in report.unread] == [("cassé.pdf", True)]


def test_when_every_file_fails_the_old_index_stays(tmp_path: Path, fake_encoder: FakeEncoder) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    path = folder / "a.txt"
    path.write_text("Un texte.", "utf-8")
    build(folder, tmp_path, fake_encoder)
    served = generation.current(tmp_path)
    path.rename(folder / "a.pdf")
    with pytest.raises(NothingIndexed, match=r"a\.pdf"):
        build(folder, tmp_path, fake_encoder)
    assert generation.current(tmp_path) == served
    assert sorted(p.name for p in (tmp_path / "index").iterdir()) == [".lock", "CURRENT", served.name]


def test_an_empty_folder_says_what_to_put_there(tmp_path: Path, fake_encoder: FakeEncoder) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    with pytest.raises(NothingIndexed, match=r"\.docx"):
        build(folder, tmp_path, fake_encoder)


def test_a_missing_folder_is_named(tmp_path: Path, fake_encoder: FakeEncoder) -> None:
    with pytest.raises(MissingTexts, match="absent"):
        build(tmp_path / "absent", tmp_path, fake_encoder)


def test_a_build_that_dies_while_encoding_leaves_nothing(texts: Path, tmp_path: Path) -> None:
    class Dying(FakeEncoder):
        def encode_passages(self, passages):  # type: ignore[no-untyped-def]
            raise MemoryError

    with pytest.raises(MemoryError):
        build(texts, tmp_path, Dying())
    assert [path.name for path in (tmp_path / "index").iterdir()] == [".lock"]


def test_an_index_of_another_model_is_refused(home: Path) -> None:
    class Other(FakeEncoder):
        name, fingerprint = "autre", "autre-1"

    with pytest.raises(IncompatibleIndex) as refused:
        open_engine(home, Other())
    assert str(refused.value) == (
        "l'index a été construit avec le modèle fake (fake-1), pas avec autre (autre-1) ; "
        "lancez : sourcier build"
    )


def test_the_tokens_of_passages_are_kept_and_hashed_where_the_model_has_an_interaction(
    texts: Path, tmp_path: Path
) -> None:
    encoder = interacting_encoder()
    build(texts, tmp_path, encoder)
    served = generation.current(tmp_path)
    manifest = generation.verify(served)
    assert {TOKENS, TOKEN_STARTS} < set(manifest.files)
    codes = np.load(served / TOKENS, allow_pickle=False)
    starts = np.load(served / TOKEN_STARTS, allow_pickle=False)
    engine = open_engine(tmp_path, encoder)
    titled = [(d.title, p) for d in engine.documents() for p in engine.passages_of(d.id)]
    expected = dict(encoder.encode_passages([encoder_input(title, p) for title, p in titled]))
    kept = [np.asarray(expected[row].codes) for row in range(len(titled))]
    assert (codes.dtype, starts.dtype) == (np.dtype(np.uint8), np.dtype(np.int64))
    assert np.array_equal(codes, np.concatenate(kept))
    assert starts.tolist() == np.cumsum([0, *map(len, kept)]).tolist()


def test_a_flipped_byte_of_the_tokens_is_refused(texts: Path, tmp_path: Path) -> None:
    encoder = interacting_encoder()
    build(texts, tmp_path, encoder)
    assert open_engine(tmp_path, encoder).search("Que fait une CPTS ?", 1).hits[0].passage.text
    path = generation.current(tmp_path) / TOKENS
    path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))
    with pytest.raises(DamagedIndex, match=r"tokens\.npy .* sourcier build"):
        open_engine(tmp_path, encoder)


def test_no_tokens_are_kept_where_the_model_has_no_interaction(home: Path) -> None:
    served = generation.current(home)
    assert {TOKENS, TOKEN_STARTS}.isdisjoint(generation.verify(served).files)
    assert not (served / TOKENS).exists()


def test_the_level_of_calibration_is_in_the_manifest(home: Path, engine: EmbeddedEngine) -> None:
    level = generation.verify(generation.current(home)).level
    assert list(level) == ["cosine", "coverage", "late", "missing"]
    assert engine.manifest.level == level


def test_passages_that_repeat_one_another_are_grouped_and_the_groups_are_hashed(
    tmp_path: Path, fake_encoder: FakeEncoder
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in (("a", "Bonjour à tous."), ("b", "Bonsoir à tous."), ("c", "BONJOUR à tous.")):
        (folder / f"{name}.txt").write_text(text, "utf-8")
    build(folder, tmp_path, fake_encoder)
    served = generation.current(tmp_path)
    groups = np.load(served / "duplicates.npy", allow_pickle=False)
    assert (groups.dtype, groups.tolist()) == (np.dtype(np.int32), [0, 1, 0])
    assert "duplicates.npy" in generation.verify(served).files


def test_building_twice_gives_the_same_passages(
    texts: Path, home: Path, tmp_path: Path, fake_encoder: FakeEncoder
) -> None:
    build(texts, tmp_path, fake_encoder)
    first, second = open_engine(home, fake_encoder), open_engine(tmp_path, fake_encoder)
    for source in TEXTS:
        assert first.passages_of(source) == second.passages_of(source)


def test_a_disk_that_fills_up_while_texts_are_put_aside_is_told_and_nothing_is_left(
    tmp_path: Path, fake_encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for n in range(9):
        (folder / f"{n}.txt").write_text(f"Le lit {n} est libre. " * 50, "utf-8")
    monkeypatch.setattr(index.readings, "Spill", partial(Spill, in_memory=1))
    (tmp_path / "index").mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            build(folder, tmp_path, fake_encoder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in (tmp_path / "index").iterdir()] == [".lock"]
    assert build(folder, tmp_path, fake_encoder).documents == 9
