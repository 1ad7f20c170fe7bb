"""Whatever the system refuses while a text is written, the old text stays, or the new one is whole."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa.texts_folder import UnwritableTexts, write_text
from tests.qa.writing import NEW, texts_in, tree

LARGEST = 2**20


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return texts_in(tmp_path)


def put(texts: Path, source: str) -> None:
    write_text(texts, source, [NEW[:5], NEW[5:]], LARGEST)


CALLS = ("open", "mkdir", "stat", "scandir", "fchmod", "fsync", "fstat", "rename", "unlink")
REFUSED = (
    "le dossier de textes ne peut pas être changé : le disque est défaillant ; donnez-en le droit au service"
)


class Blow:
    """Makes the n-th call of the system fail, and says which it was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
        self.calls, self.struck, self.nth = 0, "", nth
        for name in CALLS:
            monkeypatch.setattr(os, name, self._wrapped(name, getattr(os, name)))

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self.nth:
                self.struck = name
                raise OSError(errno.EIO, "Input/output error")
            return call(*args, **kwargs)

        return wrapped


@pytest.mark.parametrize("source", ["dossier/été.md", "neuf/a.md"])
def test_each_call_of_the_system_failing_in_turn_leaves_the_old_text_or_the_new(
    texts: Path, source: str
) -> None:
    before = tree(texts)
    struck: dict[str, int] = {}
    for nth in range(1, 1000):
        with pytest.MonkeyPatch.context() as monkeypatch:
            blow = Blow(monkeypatch, nth)
            try:
                put(texts, source)
                message = REFUSED
            except UnwritableTexts as error:
                message = str(error)
        if not blow.struck:
            break
        struck[blow.struck] = struck.get(blow.struck, 0) + 1
        after = tree(texts)
        assert message == REFUSED
        assert after.get(source) in (NEW, before.get(source))
        # A folder just made whose own sync fails is left empty; nothing else is.
        assert {n: c for n, c in after.items() if n not in (source, "neuf")} == {
            n: c for n, c in before.items() if n != source
        }
        _restore(texts, before)
    assert struck.keys() >= {"open", "stat", "scandir", "fsync", "rename", "unlink"}
    assert sum(struck.values()) >= 15


def _restore(texts: Path, before: dict[str, bytes]) -> None:
    for name in sorted(tree(texts), reverse=True):
        path = texts / name
        if name not in before:
            path.rmdir() if path.is_dir() else path.unlink()
    for name, content in before.items():
        if content != b"/":
            (texts / name).write_bytes(content)


def test_a_disk_that_fills_up_at_twenty_sizes_leaves_the_old_text(texts: Path) -> None:
    before, content = tree(texts), NEW * 4000
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    full = 0
    for step in range(20):
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(content) * step // 20, hard))
        try:
            with pytest.raises(UnwritableTexts):
                write_text(texts, "dossier/été.md", [content[:70_000], content[70_000:]], LARGEST)
            full += 1
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert tree(texts) == before
    assert full == 20
    assert not write_text(texts, "dossier/été.md", [content], LARGEST).created


def test_a_full_disk_says_so(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = tree(texts)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnwritableTexts) as refused:
        put(texts, "dossier/été.md")
    assert str(refused.value) == (
        "le disque est plein, le dossier de textes n'a pas changé ; libérez de la place"
    )
    assert tree(texts) == before
