"""Growth is measured in a process that holds what a server does, on questions enough."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.growth import WARM, _questions


def test_the_process_that_is_measured_imports_nothing_that_builds() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, bench.growth; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "index.embedded" in told
    assert not {"index.build", "index.drafting", "bench.near_real", "torch", "matplotlib"} & set(told)


def test_too_few_questions_are_told_with_how_many_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps({"text": f"Où est le lit {n} ?"}) for n in range(WARM + 2)), "utf-8")
    assert len(_questions(path)) == WARM + 2
    path.write_text("\n".join(json.dumps({"text": f"Où est le lit {n % 9} ?"}) for n in range(400)), "utf-8")
    with pytest.raises(SystemExit, match=r"questions\.jsonl: 9 questions that differ; give at least 102"):
        _questions(path)
