"""The engine of an index that was built with a late interaction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.encoding import encoder_input
from index.errors import IncompatibleIndex
from index.interaction import late_scores
from index.opening import open_engine
from index.ranking import LATE_SHARE
from tests.conftest import TEXTS, FakeEncoder
from tests.index.support import asked_of, indexed, interacting_encoder


def test_the_order_is_that_of_the_late_scores_and_the_cosines(tmp_path: Path) -> None:
    encoder = interacting_encoder()
    engine = indexed(tmp_path, TEXTS, encoder)
    # No passage holds these words, so that the word index has no say.
    question = "Girafes, zèbres, okapis : lesquels courent vite ?"
    titled = [(d.title, p) for d in engine.documents() for p in engine.passages_of(d.id)]
    encoded = dict(encoder.encode_passages([encoder_input(title, p) for title, p in titled]))
    asked = asked_of(question, encoder)
    assert len(asked.tokens) == 1
    late = {
        p.id: late_scores(asked.tokens[0], np.asarray(encoded[row].codes), np.array([0]))[0]
        for row, (_, p) in enumerate(titled)
    }
    expected = {
        p.id: LATE_SHARE * late[p.id] + (1 - LATE_SHARE) * (encoded[row].vector @ asked.vector)
        for row, (_, p) in enumerate(titled)
    }
    search = engine.search(question, 50)
    assert [hit.passage.id for hit in search.hits] == sorted(expected, key=lambda i: -expected[i])
    assert [hit.score for hit in search.hits] == pytest.approx(sorted(expected.values(), reverse=True))
    assert search.signals.best.late == pytest.approx(late[search.hits[0].passage.id])
    assert [hit.passage.document_id for hit in engine.search("Que fait une CPTS ?", 1).hits] == ["cpts.md"]


def test_an_index_is_refused_where_the_interaction_is_not_that_it_was_built_with(tmp_path: Path) -> None:
    encoder = interacting_encoder()
    built = indexed(tmp_path, {"a.txt": "Un lit est libre ce soir."}, encoder).manifest
    assert open_engine(tmp_path / "home", encoder).manifest == built
    with pytest.raises(IncompatibleIndex) as refused:
        open_engine(tmp_path / "home", FakeEncoder())
    assert str(refused.value) == (
        f"l'index a été construit avec le modèle fake ({encoder.fingerprint}), pas avec fake (fake-1) ; "
        "lancez : sourcier build"
    )
