"""How much the checker keeps and lets through, on sentences made by rule from the demonstration texts."""

from __future__ import annotations

from pathlib import Path

import corpus
from index import generation
from index.build import build
from index.files import STORE
from index.store import Store
from tests.conftest import FakeEncoder
from tests.qa.llm.pairs import counted


def test_nearly_all_that_is_true_is_shown_and_next_to_nothing_that_is_false(tmp_path: Path) -> None:
    build(Path(corpus.__file__ or "").parent / "texts", tmp_path, FakeEncoder())
    store = generation.opened(tmp_path, lambda folder: Store(folder / STORE))
    made, shown, wrong = counted(store, 300)
    true = [kind for kind in made if kind.startswith("+")]
    false = [kind for kind in made if kind.startswith("-")]
    assert sum(made[kind] for kind in true) > 350
    assert sum(made[kind] for kind in false) > 750
    assert sum(shown[kind] for kind in true) >= 0.93 * sum(made[kind] for kind in true)
    # Those let through join two sentences of one passage about one subject: read, they are true.
    through = [claim for claim in wrong if claim[0].startswith("-")]
    assert len(through) <= 4
    assert {kind for kind, *_ in through} <= {"- another's subject"}
    store.close()
