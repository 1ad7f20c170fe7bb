"""A build takes over what it can: it encodes what changed, and gives the index of a build from nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random

import pytest

import index.build
import index.previous
import index.readings
from index import generation
from index.build import BuildOptions, BuildReport, build
from index.embedding import EncodedPassage, EncodedQuestion, EncoderInput
from index.files import TOKENS
from index.pending import pending
from index.spill import Spill
from index.windows import windows
from tests.conftest import FakeEncoder, fake_interaction
from tests.index.incremental import content_of, edit, text_of

FULL = BuildOptions(full=True)


class Counting(FakeEncoder):
    """Counts what it encodes."""

    def __init__(self) -> None:
        super().__init__(fake_interaction())
        self.passages: list[str] = []
        self.questions = 0

    def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
        self.questions += 1
        return super().encode_question(question, aside)

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        self.passages += [p.text for p in passages]
        yield from super().encode_passages(passages)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Six texts of two passages each."""
    folder = tmp_path / "texts"
    folder.mkdir()
    # Lines that differ in a figure alone would be taken for furniture.
    for n, place in enumerate(("nord", "sud", "est", "ouest", "centre", "parc")):
        folder.joinpath(f"{n}.md").write_text(
            f"# Le {place}\n\n## Lits {place}\n\nLe lit {place} est libre.\n\n"
            f"## Salles {place}\n\nLa salle {place} est fermée.\n",
            "utf-8",
        )
    return folder


@pytest.fixture
def home(tmp_path: Path, texts: Path) -> Path:
    build(texts, tmp_path / "home", Counting())
    return tmp_path / "home"


def rebuilt(texts: Path, home: Path) -> tuple[BuildReport, Counting]:
    """A build, and what it encoded; equal to one from nothing."""
    encoder = Counting()
    report = build(texts, home, encoder)
    again = home.parent / f"from-nothing-{report.generation}"
    build(texts, again, Counting(), options=FULL)
    assert content_of(home) == content_of(again)
    return report, encoder


def test_nothing_changed_writes_and_encodes_nothing(texts: Path, home: Path) -> None:
    served = generation.current(home)
    report, encoder = rebuilt(texts, home)
    assert generation.current(home) == served
    assert report.generation == served.name
    assert not report.changes
    assert (report.changes.unchanged, report.encoded, report.reused) == (6, 0, 12)
    assert (encoder.passages, encoder.questions) == ([], 0)


def test_one_changed_passage_is_encoded_and_the_others_are_taken_over(texts: Path, home: Path) -> None:
    path = texts / "3.md"
    path.write_text(path.read_text("utf-8").replace("fermée", "ouverte"), "utf-8")
    report, encoder = rebuilt(texts, home)
    assert report.changes.changed == ("3.md",)
    assert encoder.passages == ["La salle ouest est ouverte."]
    assert (report.encoded, report.reused, report.changes.unchanged) == (1, 11, 5)


def test_a_line_put_before_moves_every_offset_and_encodes_itself_alone(texts: Path, home: Path) -> None:
    path = texts / "3.md"
    path.write_text(path.read_text("utf-8").replace("## Lits", "Prologue inédit.\n\n## Lits"), "utf-8")
    report, encoder = rebuilt(texts, home)
    assert encoder.passages == ["Prologue inédit."]
    assert (report.encoded, report.reused) == (1, 12)


def test_a_renamed_text_is_known_again_and_encodes_nothing(texts: Path, home: Path) -> None:
    (texts / "3.md").rename(texts / "trois.md")
    report, encoder = rebuilt(texts, home)
    assert report.changes.renamed == (("3.md", "trois.md"),)
    assert (report.changes.added, report.changes.removed) == ((), ())
    assert (encoder.passages, report.encoded, report.reused) == ([], 0, 12)


def test_a_removed_text_leaves_the_index(texts: Path, home: Path) -> None:
    (texts / "3.md").unlink()
    report, encoder = rebuilt(texts, home)
    assert report.changes.removed == ("3.md",)
    assert (encoder.passages, report.documents, report.passages) == ([], 5, 10)


def test_an_added_text_is_encoded_alone_and_a_copy_not_at_all(texts: Path, home: Path) -> None:
    (texts / "3 bis.md").write_bytes((texts / "3.md").read_bytes())
    (texts / "neuf.md").write_text("# Neuf\n\nUn texte neuf.", "utf-8")
    report, encoder = rebuilt(texts, home)
    assert report.changes.added == ("3 bis.md", "neuf.md")
    assert encoder.passages == ["Un texte neuf."]


def test_two_new_passages_of_one_content_are_encoded_once(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.md").write_text("# Titre\n\nUn texte en deux exemplaires.", "utf-8")
    report, encoder = rebuilt(folder, tmp_path / "home")
    assert encoder.passages == ["Un texte en deux exemplaires."]
    assert (report.encoded, report.reused, report.passages) == (1, 1, 2)


def test_a_file_that_could_not_be_read_is_tried_again_and_then_indexed(texts: Path, home: Path) -> None:
    path = texts / "cassé.pdf"
    path.write_bytes(b"%PDF-1.4 rien")
    report, _ = rebuilt(texts, home)
    assert report.changes.failed == ("cassé.pdf",)
    report, _ = rebuilt(texts, home)
    assert (report.changes.failed, bool(report.changes)) == (("cassé.pdf",), False)
    path.rename(texts / "réparé.txt")
    report, encoder = rebuilt(texts, home)
    assert encoder.passages == ["%PDF-1.4 rien"]


def test_a_line_that_begins_to_recur_is_set_aside_in_the_unchanged_texts_too(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    footer = "\n\nFédération des hôpitaux du Cher, 2021\n"
    for n in range(2):
        (folder / f"{n}.md").write_text(f"# Texte {n}\n\nLe lit {n} est libre.{footer}", "utf-8")
    home = tmp_path / "home"
    build(folder, home, Counting())
    assert generation.verify(generation.current(home)).counts["set_aside"] == 2
    (folder / "2.md").write_text(f"# Texte 2\n\nLe lit 2 est libre.{footer}", "utf-8")
    report, _ = rebuilt(folder, home)
    assert (report.changes.added, report.changes.unchanged) == (("2.md",), 2)
    assert generation.verify(generation.current(home)).counts["set_aside"] == 6


def test_when_the_readers_change_every_text_is_cut_again_and_no_vector_is_made_again(
    texts: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.previous, "recipe", lambda: "another")
    monkeypatch.setattr("index.drafting.recipe", lambda: "another")
    served = generation.current(home)
    report, encoder = rebuilt(texts, home)
    assert generation.current(home) != served
    assert (encoder.passages, report.encoded, report.reused) == ([], 0, 12)
    assert not report.changes


def test_another_model_takes_nothing_over(texts: Path, home: Path) -> None:
    class Other(Counting):
        fingerprint = "autre-1"

    other = Other()
    assert build(texts, home, other).encoded == len(other.passages) == 12


def test_nothing_is_taken_over_from_a_damaged_index(texts: Path, home: Path) -> None:
    path = generation.current(home) / TOKENS
    path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))
    encoder = Counting()
    assert build(texts, home, encoder).encoded == len(encoder.passages) == 12
    generation.verify(generation.current(home))


def test_a_dry_run_says_what_would_be_done_and_does_nothing(texts: Path, home: Path) -> None:
    (texts / "3.md").unlink()
    (texts / "neuf.md").write_text("# Neuf\n\nUn texte neuf.", "utf-8")
    served, encoder = generation.current(home), Counting()
    before = sorted(path.name for path in (home / "index").iterdir())
    report = build(texts, home, encoder, options=BuildOptions(dry_run=True))
    assert (report.changes.added, report.changes.removed) == (("neuf.md",), ("3.md",))
    assert (report.encoded, report.reused, report.passages) == (1, 10, 11)
    assert report.generation == served.name
    assert encoder.passages == []
    assert sorted(path.name for path in (home / "index").iterdir()) == before


def test_pending_tells_the_changes_without_reading(texts: Path, home: Path) -> None:
    assert not pending(texts, home)
    (texts / "0.md").rename(texts / "zéro.md")
    (texts / "1.md").unlink()
    (texts / "2.md").write_text("Autre chose.", "utf-8")
    (texts / "neuf.md").write_text("Neuf.", "utf-8")
    found = pending(texts, home)
    assert (found.added, found.changed, found.removed) == (("neuf.md",), ("2.md",), ("1.md",))
    assert (found.renamed, found.unchanged) == ((("0.md", "zéro.md"),), 3)


@pytest.mark.parametrize("seed", range(4))
def test_after_random_edits_the_index_is_that_of_a_build_from_nothing(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    folder = tmp_path / "texts"
    folder.mkdir()
    for n in range(8):
        (folder / f"{n}.md").write_text(text_of(random), "utf-8")
    home = tmp_path / "home"
    build(folder, home, Counting())
    builds = 0
    for _ in range(6):
        for _ in range(random.randint(1, 3)):
            edit(folder, random)
        report, _ = rebuilt(folder, home)
        builds += report.reused > 0
    assert builds == 6


@pytest.mark.parametrize("size", [1, 2, 5])
def test_windows_of_any_size_give_the_same_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    random = Random(7)
    folder = tmp_path / "texts"
    folder.mkdir()
    for n in range(8):
        (folder / f"{n}.md").write_text(text_of(random), "utf-8")
    build(folder, tmp_path / "whole", Counting())
    with monkeypatch.context() as context:
        context.setattr(index.build, "windows", partial(windows, size=size))
        build(folder, tmp_path / "parts", Counting())
        assert content_of(tmp_path / "parts") == content_of(tmp_path / "whole")
        for _ in range(4):
            edit(folder, random)
        build(folder, tmp_path / "parts", Counting())
    build(folder, tmp_path / "again", Counting())
    assert content_of(tmp_path / "parts") == content_of(tmp_path / "again")


def test_texts_put_aside_on_the_disk_give_the_same_index(
    texts: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.readings, "Spill", partial(Spill, in_memory=1))
    again = home.parent / "again"
    build(texts, again, Counting())
    assert content_of(again) == content_of(home)
    served = generation.current(again).name
    assert sorted(path.name for path in (again / "index").iterdir()) == [".lock", "CURRENT", served]


def test_an_encoder_that_dies_in_a_later_window_leaves_nothing(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(Counting):
        def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
            yield from super().encode_passages(passages)
            if len(self.passages) > 6:
                raise MemoryError

    monkeypatch.setattr(index.build, "windows", partial(windows, size=2))
    with pytest.raises(MemoryError):
        build(texts, tmp_path / "dead", Dying())
    assert [path.name for path in (tmp_path / "dead" / "index").iterdir()] == [".lock"]
    assert not [thread for thread in threading.enumerate() if thread.name == "sourcier-ahead"]


def test_a_text_that_cannot_be_cut_stops_the_build_and_leaves_nothing(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deaf(Counting):
        def token_starts(self, text: str) -> Sequence[int]:
            if "centre" in text:
                raise MemoryError
            return super().token_starts(text)

    monkeypatch.setattr(index.build, "windows", partial(windows, size=1))
    with pytest.raises(MemoryError):
        build(texts, tmp_path / "dead", Deaf())
    assert [path.name for path in (tmp_path / "dead" / "index").iterdir()] == [".lock"]
