"""Imports go one way, qa → index → corpus, and each heavy library stays in its room."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("corpus", "index", "qa")
# Room → the packages of ours it may import.
MAY_IMPORT = {"corpus": {"corpus"}, "index": {"index", "corpus"}, "qa": {"qa", "index", "corpus"}}
# Library → the only room that may import it.
ONLY_IN = {
    "faiss": "index",
    "torch": "index",
    "onnxruntime": "index",
    "sentence_transformers": "index",
    "transformers": "index",
    "sqlite3": "index",
    "fastapi": "qa",
    "starlette": "qa",
    "uvicorn": "qa",
    "typer": "qa",
}


def violations(root: Path) -> list[str]:
    """One line for each import that goes the wrong way below `root`."""
    found = []
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            for imported in _imported(path):
                ours = imported in ROOMS or imported in ("tests", "bench")
                if (ours and imported not in MAY_IMPORT[room]) or ONLY_IN.get(imported, room) != room:
                    found.append(f"{path.relative_to(root)} imports {imported}")
    return found


def _imported(path: Path) -> list[str]:
    """The top-level packages that a module imports, anywhere in it."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.append(node.module)
    return [name.partition(".")[0] for name in names]


def test_imports_go_one_way() -> None:
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("room", "line", "expected"),
    [
        ("corpus", "import index.build", "corpus/planted.py imports index"),
        ("corpus", "from qa import config", "corpus/planted.py imports qa"),
        ("index", "def f():\n    from qa.answer import ask", "index/planted.py imports qa"),
        ("qa", "import faiss", "qa/planted.py imports faiss"),
        ("corpus", "if True:\n    import torch", "corpus/planted.py imports torch"),
        ("index", "from fastapi import FastAPI", "index/planted.py imports fastapi"),
        ("index", "from tests.conftest import FakeEncoder", "index/planted.py imports tests"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, room: str, line: str, expected: str) -> None:
    for name in ROOMS:
        (tmp_path / name).mkdir()
    (tmp_path / room / "planted.py").write_text("from corpus import documents\n")
    assert violations(tmp_path) == []
    (tmp_path / room / "planted.py").write_text(line + "\n")
    assert violations(tmp_path) == [expected]


def test_every_module_says_what_it_does() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []
