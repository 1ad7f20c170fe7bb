"""What gathering a folder tells: which documents stay, what is read, in which stages, and what fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import index.texts as module
from corpus.changes import Changes
from corpus.documents import Unread
from corpus.errors import MissingTexts
from corpus.reading import apart
from corpus.reading.apart import KILLED
from corpus.reading.folder import CHANGED, Read
from index.build import build
from index.previous import Previous, open_previous
from index.readings import Readings
from index.texts import Gathered, gather, read_folder
from tests.conftest import FakeEncoder
from tests.corpus.support import HOSTILE

LIT, SALLE = "# Lits\n\nLe lit est libre.\n", "# Salles\n\nLa salle est fermée.\n"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "lit.md").write_text(LIT, "utf-8")
    (folder / "salle.md").write_text(SALLE, "utf-8")
    return folder


@pytest.fixture
def previous(texts: Path, tmp_path: Path) -> Iterator[Previous]:
    build(texts, tmp_path / "home", FakeEncoder())
    with closing(opened(tmp_path / "home")) as found:
        yield found


def opened(home: Path) -> Previous:
    found = open_previous(home, FakeEncoder())
    assert found is not None
    return found


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that are read and parsed, in order."""
    found: list[str] = []
    real = module.read_files

    def noted(folder: Path, sources: list[str], *others: Any) -> Iterator[Read | Unread]:
        found.extend(sources)
        return real(folder, sources, *others)

    monkeypatch.setattr(module, "read_files", noted)
    return found


_OPENED: list[Readings] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


def readings() -> Readings:
    """Where what is read goes; closed after the test."""
    _OPENED.append(Readings(None))
    return _OPENED[-1]


def gathered(texts: Path, previous: Previous | None = None) -> Gathered:
    return gather(texts, previous, readings(), lambda *_: None)


def sources(found: Gathered) -> tuple[list[str], list[str], list[str]]:
    """Those kept, those fresh, those whose file has a state."""
    return [d.id for d in found.kept], found.fresh.sources(), [file.source for file in found.files]


def test_without_an_index_before_all_is_read_and_nothing_kept(texts: Path, read: list[str]) -> None:
    found = gathered(texts)
    assert sources(found) == ([], ["lit.md", "salle.md"], ["lit.md", "salle.md"])
    assert read == ["lit.md", "salle.md"]
    assert found.changes == Changes(added=("lit.md", "salle.md"))
    assert {f.source: f.sha256 for f in found.files} == {
        source: found.fresh.get(source).sha256 for source in found.fresh.sources()
    }
    assert (found.unread, found.recurring) == ((), frozenset())


def test_of_an_index_before_only_what_is_new_is_read(
    texts: Path, previous: Previous, read: list[str]
) -> None:
    (texts / "neuf.md").write_text("# Neuf\n\nUn texte neuf.\n", "utf-8")
    (texts / "lit.md").unlink()
    found = gathered(texts, previous)
    assert sources(found) == (["salle.md"], ["neuf.md"], ["neuf.md", "salle.md"])
    assert read == ["neuf.md"]
    assert found.kept == tuple(d for d in previous.store.document_rows() if d.id == "salle.md")
    assert found.changes == Changes(added=("neuf.md",), removed=("lit.md",), unchanged=1)


def test_an_empty_folder_gathers_nothing_and_a_missing_one_is_named(tmp_path: Path) -> None:
    found = gathered(tmp_path)
    assert (sources(found), found.unread, found.changes) == (([], [], []), (), Changes())
    with pytest.raises(MissingTexts, match="absent n'existe pas"):
        gathered(tmp_path / "absent")


def test_the_stages_and_their_ends_are_told_in_order(texts: Path) -> None:
    told: list[object] = []
    gather(texts, None, readings(), lambda *step: told.append(step), lap=told.append)
    assert told == [
        *[("inventaire", done, 2) for done in range(3)],
        "inventaire",
        *[("lecture", done, 2) for done in range(3)],
        "lecture",
    ]


def test_where_nothing_changed_each_stage_is_told_empty(texts: Path, previous: Previous) -> None:
    told: list[tuple[str, int, int]] = []
    gather(texts, previous, readings(), lambda *step: told.append(step))
    assert told[-1] == ("lecture", 0, 0)


def written_after_the_survey(monkeypatch: pytest.MonkeyPatch, path: Path, text: str) -> None:
    real = module.survey

    def surveyed(*arguments: object) -> object:
        found = real(*arguments)  # type: ignore[arg-type]
        path.write_text(text, "utf-8")
        return found

    monkeypatch.setattr(module, "survey", surveyed)


@pytest.mark.parametrize("meanwhile", [SALLE, ""])
def test_a_new_text_written_since_it_was_hashed_is_not_read_and_is_named(
    texts: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    with monkeypatch.context() as context:
        written_after_the_survey(context, texts / "lit.md", meanwhile)
        found = gathered(texts)
    assert found.fresh.sources() == ["salle.md"]
    assert found.unread == (Unread("lit.md", CHANGED, failed=True),)


def test_a_text_written_since_it_was_hashed_keeps_its_old_version(
    texts: Path, previous: Previous, monkeypatch: pytest.MonkeyPatch
) -> None:
    (texts / "lit.md").write_text(SALLE, "utf-8")
    with monkeypatch.context() as context:
        written_after_the_survey(context, texts / "lit.md", "")
        found = gathered(texts, previous)
    assert (found.fresh.sources(), found.unread) == ([], ())
    assert sorted(document.id for document in found.kept) == ["lit.md", "salle.md"]


def test_a_file_left_out_on_purpose_is_not_tried_again_until_its_bytes_change(
    texts: Path, tmp_path: Path, read: list[str]
) -> None:
    (texts / "vide.md").write_text(" \n", "utf-8")
    empty = Unread("vide.md", "fichier vide", failed=False)
    build(texts, tmp_path / "home", FakeEncoder())
    with closing(opened(tmp_path / "home")) as previous:
        read.clear()
        assert gathered(texts, previous).unread == (empty,)
        assert read == []
        (texts / "vide.md").write_text("# Plein\n\nUn texte enfin.\n", "utf-8")
        found = gathered(texts, previous)
        assert (found.unread, read) == ((), ["vide.md"])
        # Another recipe might make something of those bytes.
        (texts / "vide.md").write_text(" \n", "utf-8")
        read.clear()
        again = gathered(texts, replace(previous, same_recipe=False))
        assert (again.unread, read) == ((empty,), ["lit.md", "salle.md", "vide.md"])
        assert sources(again)[:2] == ([], ["lit.md", "salle.md"])


def test_a_file_that_failed_is_tried_at_each_build(texts: Path, tmp_path: Path, read: list[str]) -> None:
    (texts / "cassé.pdf").write_bytes(b"%PDF-1.4 rien")
    build(texts, tmp_path / "home", FakeEncoder())
    with closing(opened(tmp_path / "home")) as previous:
        read.clear()
        found = gathered(texts, previous)
        assert read == ["cassé.pdf"]
        assert [(u.source, u.failed) for u in found.unread] == [("cassé.pdf", True)]
        assert found.changes == Changes(failed=("cassé.pdf",), unchanged=3)


def test_a_file_that_killed_its_reader_is_never_parsed_in_this_process(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setattr(module, "parsing", partial(apart.parsing, command=HOSTILE))
    monkeypatch.setattr(apart.cores, "count", lambda: 2)
    (texts / "mortel.pdf").write_bytes(b"kill")
    (texts / "cassé.pdf").write_bytes(b"%PDF-1.4 rien")
    with monkeypatch.context() as context:
        # As many as are shared out among processes; then so few that they would not be.
        context.setattr(apart, "_WORTH", 1)
        report = build(texts, home, FakeEncoder())
    (killed,) = (u for u in report.unread if u.source == "mortel.pdf")
    assert killed.reason.startswith(KILLED)
    (texts / "neuf.md").write_text("# Neuf\n\nUn texte neuf.\n", "utf-8")
    assert killed in build(texts, home, FakeEncoder()).unread
    (texts / "mortel.pdf").rename(texts / "renommé.pdf")
    again = build(texts, home, FakeEncoder())
    assert replace(killed, source="renommé.pdf") in again.unread
    assert (again.documents, again.encoded) == (3, 0)


def test_files_left_out_are_named_once_in_order_whatever_left_them_out(texts: Path, tmp_path: Path) -> None:
    (texts / "image.jpeg").write_bytes(b"")
    (texts / "vide.md").write_text("", "utf-8")
    (texts / "cassé.pdf").write_bytes(b"%PDF-1.4 rien")
    build(texts, tmp_path / "home", FakeEncoder())
    with closing(opened(tmp_path / "home")) as previous:
        named = [u.source for u in gathered(texts, previous).unread]
        assert named == [u.source for u in gathered(texts).unread] == ["cassé.pdf", "image.jpeg", "vide.md"]


def test_a_folder_is_read_whole_and_every_file_left_out_is_named(texts: Path) -> None:
    (texts / "image.jpeg").write_bytes(b"")
    (texts / "vide.md").write_text("", "utf-8")
    told: list[tuple[str, int, int]] = []
    found, unread = read_folder(texts, lambda *step: told.append(step))
    assert [(r.source, r.extraction.text) for r in found] == [("lit.md", LIT), ("salle.md", SALLE)]
    assert [u.source for u in unread] == ["image.jpeg", "vide.md"]
    assert told == [("lecture", done, 3) for done in range(4)]
