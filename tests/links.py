"""Links that lead out of a folder of texts, and a tree outside that shows whether one was followed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

SECRET = "Le canari zzcanari chante dehors."
# Content, mode, size and dates of everything outside.
Snapshot = dict[str, tuple[object, ...]]


def outside_of(texts: Path) -> Path:
    """A tree beside the folder of texts, whose name begins like its name."""
    outside = texts.with_name(texts.name + "-dehors")
    (outside / "sous").mkdir(parents=True)
    (outside / "secret.md").write_text(SECRET, "utf-8")
    (outside / "sous" / "secret.md").write_text(SECRET, "utf-8")
    return outside


def snapshot(outside: Path) -> Snapshot:
    """What changes when anything outside is written, made or removed."""
    found: Snapshot = {}
    for path in [outside, *sorted(outside.rglob("*"))]:
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        found[str(path)] = (content, status.st_mode, status.st_mtime_ns, status.st_nlink, status.st_ino)
    return found


def _link(texts: Path, name: str, target: Path | str, source: str) -> str:
    (texts / name).symlink_to(target)
    return source


def _chain(texts: Path, name: str, target: Path, source: str) -> str:
    (texts / "z-maillon").symlink_to(target)
    (texts / "y-maillon").symlink_to("z-maillon")
    return _link(texts, name, "y-maillon", source)


# Plants a link in the folder of texts; returns the source that would lead through it.
SHAPES: dict[str, Callable[[Path, Path], str]] = {
    "a link to a file": lambda t, out: _link(t, "lien.md", out / "secret.md", "lien.md"),
    "a relative link": lambda t, out: _link(t, "lien.md", f"../{out.name}/secret.md", "lien.md"),
    "a link to a file to be": lambda t, out: _link(t, "lien.md", out / "neuf.md", "lien.md"),
    "a link to a folder": lambda t, out: _link(t, "lien", out, "lien/secret.md"),
    "a link to a deeper folder": lambda t, out: _link(t, "lien", out, "lien/sous/secret.md"),
    "a link to a folder, new name": lambda t, out: _link(t, "lien", out, "lien/neuf/texte.md"),
    "a link to itself": lambda t, _: _link(t, "boucle.md", "boucle.md", "boucle.md"),
    "a folder link to itself": lambda t, _: _link(t, "boucle", "boucle", "boucle/secret.md"),
    "a chain to a file": lambda t, out: _chain(t, "a.md", out / "secret.md", "a.md"),
    "a chain to a folder": lambda t, out: _chain(t, "a", out, "a/secret.md"),
    "a link to the parent": lambda t, out: _link(t, "haut", "..", f"haut/{out.name}/secret.md"),
}
