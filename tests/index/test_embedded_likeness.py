"""How near a text is to given passages, with the fake encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embedded import EmbeddedEngine
from tests.index.support import indexed, interacting_encoder

TEXTS = {
    "lit.txt": "Un lit est libre à la clinique.",
    "quai.txt": "Le quai reste ouvert le soir.",
    "sirop.txt": "La pharmacie de nuit vend du sirop.",
}
LIT, QUAI, SIROP = (("lit.txt", 0), ("quai.txt", 3), ("sirop.txt", 5))


def test_each_place_gets_its_own_likeness_in_the_order_asked(tmp_path: Path) -> None:
    engine = indexed(tmp_path, TEXTS, interacting_encoder())
    quay = engine.likeness("Le quai reste ouvert", (LIT, QUAI, SIROP))
    turned = engine.likeness("Le quai reste ouvert", (QUAI, SIROP, LIT, QUAI))
    assert quay is not None
    assert turned is not None
    assert quay[1] > 0.95 > 0.8 > max(quay[0], quay[2])
    assert turned == (quay[1], quay[2], quay[0], quay[1])


def test_where_no_passage_is_nothing_is_like_anything(tmp_path: Path) -> None:
    engine = indexed(tmp_path, TEXTS, interacting_encoder())
    found = engine.likeness("Un lit est libre", (LIT, ("lit.txt", 900), ("absent.txt", 0)))
    assert found is not None
    assert found[0] > 0.8
    assert found[1:] == (0.0, 0.0)
    assert engine.likeness("Un lit est libre", ()) == ()


@pytest.mark.parametrize("places", [(), (("cpts.md", 0),)])
def test_without_tokens_nothing_tells(engine: EmbeddedEngine, places: tuple[tuple[str, int], ...]) -> None:
    assert engine.likeness("Une CPTS", places) is None
