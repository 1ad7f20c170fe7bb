"""What is taken over was made by the code that would make it now."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import counting, previous


def test_other_terms_counts_or_digests_are_another_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Path] = []

    def hashed(paths: object, _: object) -> str:
        told.extend(paths)  # type: ignore[call-overload]
        return ""

    monkeypatch.setattr(previous.reading, "hashed", hashed)
    monkeypatch.setattr(previous.reading, "recipe", lambda: "")
    previous.recipe()
    assert Path(counting.__file__) in told
    assert all(path.is_file() for path in told)
