"""Imports go one way, qa → index → corpus, and each heavy library stays in its room."""

from __future__ import annotations

import ast
from collections.abc import Iterable
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
    "onnx": "index",
    "onnxruntime": "index",
    "sentencepiece": "index",
    "tokenizers": "index",
    "sentence_transformers": "index",
    "transformers": "index",
    "sqlite3": "index",
    "fastapi": "qa",
    "starlette": "qa",
    "uvicorn": "qa",
    "typer": "qa",
}
# Libraries that take seconds and a gigabyte: for preparing a model, never for answering.
HEAVY = ("torch", "transformers", "sentence_transformers")
MAY_BE_HEAVY = {"torch_encoder.py", "default_model.py", "cross_encoder.py", "onnx_export.py"}
_AT_ONCE = "imports sentence_transformers at once"


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


def loaded_too_soon(root: Path) -> list[str]:
    """One line for each import of a heavy library below `root` that importing the module itself would run,
    or that stands in a module that has no use for it.
    """
    found = []
    for path in sorted((root / "index").rglob("*.py")):
        at_once = _imported_at_once(path)
        for imported in _imported(path):
            if imported in HEAVY and path.name not in MAY_BE_HEAVY:
                found.append(f"{path.relative_to(root)} imports {imported}")
            elif imported in HEAVY and imported in at_once:
                found.append(f"{path.relative_to(root)} imports {imported} at once")
    return found


def _imported(path: Path) -> list[str]:
    """The top-level packages that a module imports, anywhere in it."""
    return _names(ast.walk(ast.parse(path.read_text("utf-8"))))


def _imported_at_once(path: Path) -> list[str]:
    """Those that importing the module imports: not in a function, nor for the type checker alone."""
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    nodes: list[ast.AST] = []
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)
    return _names(nodes)


def _names(nodes: Iterable[ast.AST]) -> list[str]:
    names: list[str] = []
    for node in nodes:
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


def test_what_is_heavy_is_loaded_when_it_is_needed() -> None:
    assert loaded_too_soon(ROOT) == []


@pytest.mark.parametrize(
    ("module", "line", "expected"),
    [
        ("engine", "def f():\n    import torch", "imports torch"),
        ("engine", "from transformers.utils import logging", "imports transformers"),
        ("torch_encoder", "import torch", "imports torch at once"),
        ("onnx_export", "try:\n    import sentence_transformers\nexcept ImportError:\n    pass", _AT_ONCE),
        ("onnx_export", "class A:\n    from sentence_transformers import models", _AT_ONCE),
        ("onnx_export", "if TYPE_CHECKING:\n    pass\nelse:\n    import sentence_transformers", _AT_ONCE),
    ],
)
def test_a_heavy_library_loaded_too_soon_is_found(
    tmp_path: Path, module: str, line: str, expected: str
) -> None:
    planted = tmp_path / "index" / f"{module}.py"
    planted.parent.mkdir()
    planted.write_text("if TYPE_CHECKING:\n    pass\n\ndef f():\n    import onnx\n")
    assert loaded_too_soon(tmp_path) == []
    planted.write_text(line + "\n")
    assert loaded_too_soon(tmp_path) == [f"index/{module}.py {expected}"]


def test_every_module_says_what_it_does() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []
