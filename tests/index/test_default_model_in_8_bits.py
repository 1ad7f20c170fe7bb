"""The default model in 8 bits says nearly what it said in float32, of the same words."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.documents import Span
from index.embedding import Encoder, EncoderInput
from index.models import load_encoder
from qa.config import load_settings

pytestmark = pytest.mark.model

# None of them is among those that the ranges of the 8 bits were fixed on.
VARIED = (
    "Les hôpitaux de proximité travaillent avec la médecine de ville.",
    "L’assurance maladie a versé 35,6 millions d’€ en 2018\u202f!",
    "Qu'est-ce qu'une communauté professionnelle territoriale de santé (CPTS) ?",
    "œuvre   Île-de-France, G.H.T. « guillemets » … été",
    "Le vieux phare de granit guide encore les chalutiers qui rentrent au port par gros temps.",
    "Combien de temps faut-il laisser reposer la pâte à brioche avant de la façonner ?",
    "En 1431, Jeanne d'Arc est brûlée vive à Rouen, place du Vieux-Marché.",
    "La photosynthèse convertit l’énergie lumineuse en énergie chimique ; elle libère du dioxygène.",
    "c koi la diff entre un bail meublé et un bail vide svp",
    "ART. 12 – LE PRENEUR RÈGLE SON LOYER LE 5 DE CHAQUE MOIS.",
    "Où ?",
    "x² + 3x − 4 = 0 admet deux racines : 1 et −4.",
    "Le train de 7 h 42 en direction de Quimper partira voie B avec dix minutes de retard.",
    "Mettez 5 µg de β-carotène dans 20 cl d'eau 😀.",
    "The lighthouse keeper went home before the storm.",
)


@pytest.fixture(scope="module")
def both() -> tuple[Encoder, Encoder]:
    """Run by ONNX Runtime, and by torch."""
    models = load_settings().models
    return load_encoder(None, models, runtime="onnx"), load_encoder(None, models, runtime="torch")


@pytest.mark.parametrize("sentence", VARIED)
def test_in_8_bits_a_question_and_its_tokens_are_nearly_what_they_were(
    both: tuple[Encoder, Encoder], sentence: str
) -> None:
    """Measured: a question 0.9989 at least, its tokens 0.998 in the mean; one that is rare, "β", 0.9895."""
    found, expected = (encoder.encode_question(sentence, " (GHT)") for encoder in both)
    assert float(found.vector @ expected.vector) >= 0.998
    for ours, theirs in ((found.tokens, expected.tokens), (found.aside, expected.aside)):
        assert ours.shape == theirs.shape
        likeness = np.sum(ours * theirs, axis=1)
        assert likeness.mean() >= 0.997
        assert likeness.min() >= 0.98


def test_in_8_bits_a_passage_and_its_sentences_are_nearly_what_they_were(
    both: tuple[Encoder, Encoder],
) -> None:
    texts = (*VARIED, " ".join(VARIED), " ".join(VARIED * 4))
    inputs = [
        EncoderInput("Titre > Partie", t, (Span(0, len(t) // 2), Span(len(t) // 2, len(t)))) for t in texts
    ]
    found, expected = (dict(encoder.encode_passages(inputs)) for encoder in both)
    for i in range(len(inputs)):
        assert found[i].truncated == expected[i].truncated == (i == len(inputs) - 1)
        assert float(found[i].vector @ expected[i].vector) >= 0.998
        for ours, theirs in zip(found[i].sentences, expected[i].sentences, strict=True):
            assert float(ours @ theirs) >= 0.995 or not (ours.any() or theirs.any())
        assert np.shape(found[i].codes) == np.shape(expected[i].codes)


@pytest.mark.parametrize("sentence", [*VARIED, " ".join(VARIED * 4)])
def test_both_runtimes_cut_words_at_the_same_places(both: tuple[Encoder, Encoder], sentence: str) -> None:
    found, expected = (list(encoder.token_starts(sentence)) for encoder in both)
    assert found == expected
