"""A text of the folder is opened through links that stay inside, and nothing else is."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from corpus.errors import UnreadableFile
from corpus.reading import opening
from corpus.reading.opening import LEADS_OUT, open_inside
from tests.links import SECRET, SHAPES, outside_of, snapshot

GOOD = "Le médecin de garde répond."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "textes"
    (folder / "dossier").mkdir(parents=True)
    (folder / "dossier" / "secret.md").write_text(GOOD, "utf-8")
    return folder


def opened(root: Path, source: str) -> str:
    with open_inside(root, source) as file:
        return file.read().decode()


def still_open(below: Path) -> list[str]:
    """The files below a folder that this process holds open."""
    held = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the descriptor of this very listing
            held.append(str(descriptor.readlink()))
    return [path for path in held if path.startswith(str(below))]


def around_opening(
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[], object] = lambda: None,
    after: Callable[[], object] = lambda: None,
) -> None:
    """Somebody acts once the path is resolved, right before and right after it is opened."""
    real = os.open

    def acted(path: Path, flags: int) -> int:
        before()
        descriptor = real(path, flags)
        after()
        return descriptor

    monkeypatch.setattr(opening.os, "open", acted)


def test_a_text_is_opened_by_its_path_below_the_folder(root: Path) -> None:
    (root / "été d'août.md").write_bytes(b"\x00\xff\r\n")
    assert opened(root, "dossier/secret.md") == GOOD
    with open_inside(root, "été d'août.md") as file:
        assert file.read() == b"\x00\xff\r\n"
        assert still_open(root) == [str(root / "été d'août.md")]
    assert still_open(root) == []


def test_links_that_stay_inside_are_followed(root: Path) -> None:
    (root / "fichier.md").symlink_to("dossier/secret.md")
    (root / "absolu.md").symlink_to(root / "dossier" / "secret.md")
    (root / "chaîne.md").symlink_to("fichier.md")
    (root / "lien").symlink_to("dossier")
    for source in ("fichier.md", "absolu.md", "chaîne.md", "lien/secret.md"):
        assert opened(root, source) == GOOD


@pytest.mark.parametrize("shape", SHAPES)
def test_no_link_leads_out(root: Path, shape: str) -> None:
    assert opened(root, "dossier/secret.md") == GOOD
    outside = outside_of(root)
    source = SHAPES[shape](root, outside)
    before = snapshot(outside)
    with pytest.raises((OSError, UnreadableFile)):
        open_inside(root, source)
    assert (snapshot(outside), still_open(root.parent)) == (before, [])


@pytest.mark.parametrize("shape", ["a link to a file", "a chain to a folder", "a link to the parent"])
def test_a_link_out_is_refused_with_its_reason(root: Path, shape: str) -> None:
    with pytest.raises(UnreadableFile, match=f"^{LEADS_OUT}$"):
        open_inside(root, SHAPES[shape](root, outside_of(root)))


def test_no_name_leads_out(root: Path) -> None:
    secret = outside_of(root) / "secret.md"
    for source in (
        str(secret),
        f"../{secret.parent.name}/secret.md",
        "dossier/../../textes-dehors/secret.md",
    ):
        with pytest.raises(UnreadableFile, match=f"^{LEADS_OUT}$"):
            open_inside(root, source)
    assert opened(root, "dossier/../dossier/secret.md") == GOOD


def test_a_missing_text_is_an_os_error(root: Path) -> None:
    for source in ("absent.md", "dossier/absent.md", "absent/secret.md"):
        with pytest.raises(FileNotFoundError):
            open_inside(root, source)
    with pytest.raises(NotADirectoryError):
        open_inside(root, "dossier/secret.md/sous.md")


def test_a_pipe_is_refused_without_waiting_for_a_writer(root: Path) -> None:
    os.mkfifo(root / "tube.md")
    with pytest.raises(UnreadableFile, match=r"^pas un fichier ordinaire$"):
        open_inside(root, "tube.md")
    assert still_open(root.parent) == []


def test_a_folder_is_refused_and_nothing_stays_open(root: Path) -> None:
    with pytest.raises((OSError, UnreadableFile)):
        open_inside(root, "dossier")
    assert still_open(root.parent) == []


def test_a_text_replaced_by_a_link_before_it_is_opened_is_not_followed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, secret = root / "dossier" / "secret.md", outside_of(root) / "secret.md"

    def swap() -> None:
        path.unlink()
        path.symlink_to(secret)

    around_opening(monkeypatch, swap)
    with pytest.raises(OSError, match="symbolic links"):
        open_inside(root, "dossier/secret.md")


def test_a_text_replaced_by_a_pipe_before_it_is_opened_does_not_block(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "dossier" / "secret.md"

    def swap() -> None:
        path.unlink()
        os.mkfifo(path)

    around_opening(monkeypatch, swap)
    with pytest.raises(UnreadableFile, match=r"^pas un fichier ordinaire$"):
        open_inside(root, "dossier/secret.md")


@pytest.mark.parametrize("back", [False, True])
def test_a_parent_replaced_by_a_link_before_it_is_opened_is_noticed(
    root: Path, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    outside, folder, aside = outside_of(root), root / "dossier", root / "ailleurs"
    assert (outside / "secret.md").read_text("utf-8") == SECRET

    def swap() -> None:
        folder.rename(aside)
        folder.symlink_to(outside)

    def swap_back() -> None:
        if back:
            folder.unlink()
            aside.rename(folder)

    around_opening(monkeypatch, swap, swap_back)
    with pytest.raises(UnreadableFile, match=r"^remplacé pendant la lecture$"):
        open_inside(root, "dossier/secret.md")
    assert still_open(root.parent) == []
    assert folder.is_symlink() is not back


def test_a_text_replaced_by_another_once_opened_is_noticed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "dossier" / "secret.md"
    (root / "neuf.md").write_text("Neuf.", "utf-8")
    around_opening(monkeypatch, after=lambda: (root / "neuf.md").replace(path))
    with pytest.raises(UnreadableFile, match=r"^remplacé pendant la lecture$"):
        open_inside(root, "dossier/secret.md")


def test_a_text_removed_once_opened_is_an_os_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    around_opening(monkeypatch, after=(root / "dossier" / "secret.md").unlink)
    with pytest.raises(FileNotFoundError):
        open_inside(root, "dossier/secret.md")
    assert still_open(root.parent) == []
