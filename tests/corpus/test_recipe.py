"""The recipe changes with the code and the libraries that read, and with nothing else."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions
from pathlib import Path

import pytest

from corpus import recipe as module
from corpus.recipe import hashed, recipe

CORPUS = Path(module.__file__).parent


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(f"# {name}\n", "utf-8")
    return sorted(tmp_path.iterdir())


def test_the_same_sources_and_versions_have_the_same_hash_in_any_order(sources: list[Path]) -> None:
    found = hashed(sources, ["lxml"])
    assert re.fullmatch("[0-9a-f]{16}", found)
    assert hashed(iter(sources), ["lxml"]) == found
    assert hashed(reversed(sources), ["lxml"]) == found


def test_every_byte_of_a_source_counts(sources: list[Path]) -> None:
    seen = {hashed(sources, [])}
    for path in sources:
        intact = path.read_bytes()
        for i in range(len(intact)):
            path.write_bytes(intact[:i] + bytes([intact[i] ^ 1]) + intact[i + 1 :])
            seen.add(hashed(sources, []))
        path.write_bytes(intact)
    assert len(seen) == 1 + sum(len(path.read_bytes()) for path in sources)
    assert hashed(sources, []) in seen


def test_a_source_more_or_less_and_bytes_moved_to_another_count(sources: list[Path]) -> None:
    (*_, last) = sources
    seen = {hashed(sources, []), hashed(sources[:1], []), hashed([], [])}
    moved = last.with_name("c.py")
    moved.write_bytes(b"")
    seen.add(hashed([*sources, moved], []))
    moved.write_bytes(last.read_bytes())
    last.write_bytes(b"")
    seen.add(hashed([*sources, moved], []))
    assert len(seen) == 5


def test_the_version_of_each_package_counts(sources: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"lxml": "1.0", "mammoth": "2.0"}
    monkeypatch.setattr(module, "version", versions.__getitem__)
    seen = {hashed(sources, versions), hashed(sources, ["lxml"]), hashed(sources, [])}
    for package in versions:
        monkeypatch.setitem(versions, package, "9.0")
        seen.add(hashed(sources, versions))
    assert len(seen) == 5


def test_a_package_that_is_not_installed_is_named(sources: list[Path]) -> None:
    with pytest.raises(PackageNotFoundError, match="ce-paquet-n-existe-pas"):
        hashed(sources, ["ce-paquet-n-existe-pas"])


def test_the_recipe_is_of_every_module_of_this_room_and_the_same_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = recipe()
    assert re.fullmatch("[0-9a-f]{16}", found)
    assert recipe.__wrapped__() == found
    asked: list[Path] = []

    def noted(paths: Iterable[Path], packages: Iterable[str]) -> str:
        asked.extend(paths)
        return hashed(asked, packages)

    monkeypatch.setattr(module, "hashed", noted)
    assert recipe.__wrapped__() == found
    assert {CORPUS / "passages.py", CORPUS / "reading" / "pdf.py"} <= set(asked)
    assert sorted(asked) == sorted(path for path in CORPUS.rglob("*") if path.suffix == ".py")


def test_every_library_that_this_room_imports_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = {
        name.partition(".")[0]
        for path in CORPUS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _imports(node)
    }
    outside = imported - set(sys.stdlib_module_names) - {"corpus"}
    distributions = packages_distributions()
    asked: list[str] = []
    monkeypatch.setattr(module, "version", lambda package: asked.append(package) or "1")
    recipe.__wrapped__()
    assert sorted(asked) == sorted({name for top in outside for name in distributions[top]})


def _imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
