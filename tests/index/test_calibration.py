"""The level of questions that an index cannot answer is learned from its own texts."""

from __future__ import annotations

from dataclasses import asdict, astuple
from pathlib import Path

import numpy as np
import pytest

from corpus.documents import Passage
from index import calibration
from index.calibration import (
    USUAL,
    Match,
    as_record,
    covered_share,
    match,
    read_text,
    unanswerable_level,
)
from index.default_model import MODEL_NAME
from index.embedding import EncodedQuestion
from index.encoding import contents
from tests.conftest import FakeEncoder
from tests.index.support import asked_of, indexed, interacting_encoder, passage_of, retriever_of

# Each says something else, in words of its own.
APART = {
    "a.txt": "La bibliothèque municipale prête gratuitement des livres aux enfants.",
    "b.txt": "Le boulanger pétrit longuement sa pâte avant chaque fournée nocturne.",
    "c.txt": "Plusieurs navires chargés quittent aujourd'hui le port industriel voisin.",
    "d.txt": "Notre équipe féminine remporte facilement cette rencontre sportive régionale.",
}
# Each says nearly what the others say, and none the same.
ALIKE = {
    f"{town}.txt": f"La bibliothèque municipale de {town} prête gratuitement des livres aux enfants."
    for town in ("Vierzon", "Bourges", "Nevers", "Moulins")
}
# What the usual level weighs among the sentences asked.


def level_of(texts: dict[str, str], encoder: FakeEncoder) -> Match:
    """The level of these texts, each one passage."""
    return level_of_passages(
        [passage_of(text, document_id=source) for source, text in texts.items()], encoder
    )


def level_of_passages(passages: list[Passage], encoder: FakeEncoder) -> Match:
    """The level of these passages."""
    titled = [("", passage) for passage in passages]
    sources = [passage.document_id for passage in passages]
    return unanswerable_level(
        retriever_of([passage.text for passage in passages], encoder),
        encoder,
        contents(titled),
        np.array([sources.index(source) for source in sources], np.int32),
        lambda rows: [titled[row] for row in rows],
        usual=encoder.fingerprint.startswith(MODEL_NAME),
    )


def test_the_covered_share_weighs_each_term_by_its_rarity() -> None:
    assert covered_share("un hôpital", {"hopital": 3.0, "lit": 1.0}) == 0.75
    assert covered_share("un hôpital et son lit", {"hopital": 3.0, "lit": 1.0}) == 1.0
    assert covered_share("une clinique", {"hopital": 3.0, "lit": 1.0}) == 0.0
    assert covered_share("un hôpital", {}) == 0.0


def test_what_is_searched_of_a_passage_is_its_title_its_headings_and_its_text() -> None:
    assert (
        read_text("Lits", passage_of("Un lit.", headings=("Soins", "Nuit"))) == "Lits\nSoins\nNuit\nUn lit."
    )


@pytest.mark.parametrize("tokens", [False, True])
def test_a_match_says_how_the_first_candidate_fits(tokens: bool) -> None:
    encoder = interacting_encoder() if tokens else FakeEncoder()
    texts = list(APART.values())
    retriever = retriever_of(texts, encoder)
    asked = asked_of("Un boulanger pétrit-il sa pâte avec des livres ?", encoder)
    found = retriever.search(asked, 1)
    assert found.candidates.rows[0] == 1
    fit = match(retriever, asked, found, texts[1])
    assert fit.cosine == pytest.approx(encoder.encode_question(texts[1]).vector @ asked.vector, abs=1e-5)
    # Each of its four terms stands in one passage; three of them in this one.
    assert fit.coverage == pytest.approx(3 / 4)
    assert fit.late == found.candidates.late[0]
    assert (fit.late > 0) is tokens


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Quel lit est libre ?", 0.0),
        ("Quel lit de Nevers est libre ?", 0.0),
        ("Quel lit de Bourges est libre ?", 1.0),
        ("Quel lit est libre à Nevers en 2023 ?", 0.5),
    ],
)
def test_a_match_tells_the_names_and_figures_that_the_passage_lacks(question: str, missing: float) -> None:
    text = "À Nevers, un lit est libre."
    retriever = retriever_of([text], FakeEncoder())
    asked = asked_of(question, FakeEncoder())
    assert match(retriever, asked, retriever.search(asked, 1), text).missing == missing


def test_the_texts_of_one_document_alone_have_the_usual_level(tmp_path: Path) -> None:
    engine = indexed(tmp_path, {"a.txt": " ".join(APART.values())}, interacting_encoder())
    assert dict(engine.manifest.level) == as_record(USUAL)


def test_sentences_that_say_too_little_or_too_much_are_not_asked() -> None:
    encoder = interacting_encoder()
    little = {"a.txt": "La bibliothèque prête des livres.", "b.txt": "Le boulanger pétrit sa pâte."}
    much = {source: " ".join([text[:-1]] * 4) for source, text in APART.items()}
    for texts in (little, much):
        assert astuple(level_of(texts, encoder)) == pytest.approx(astuple(USUAL))
    assert level_of(APART, encoder) != USUAL


def test_a_question_s_own_document_is_left_out() -> None:
    # Asked of its own document, a sentence would be covered whole.
    level = level_of(APART, interacting_encoder())
    assert level.coverage == 0.0
    assert level.cosine < USUAL.cosine
    assert level.late < USUAL.late


def test_every_passage_of_the_document_is_left_out_not_only_the_one_that_asks() -> None:
    first, *others = APART.values()
    passages = [passage_of(first), passage_of(first[:-1] + " ?")]
    passages += [passage_of(text, document_id=f"{n}.txt") for n, text in enumerate(others)]
    level = level_of_passages(passages, interacting_encoder())
    assert level.coverage == 0.0


def test_a_copy_in_another_document_is_left_out_too() -> None:
    copied = {**APART, "copie.txt": APART["a.txt"].upper()}
    level = level_of(copied, interacting_encoder())
    assert level.coverage == 0.0


def test_texts_that_repeat_one_another_have_a_higher_level(tmp_path: Path) -> None:
    encoder = interacting_encoder()
    alike = Match(**indexed(tmp_path / "alike", ALIKE, encoder).manifest.level)
    apart = Match(**indexed(tmp_path / "apart", APART, encoder).manifest.level)
    assert alike.cosine > apart.cosine
    assert alike.coverage > apart.coverage
    assert alike.late > apart.late


def test_the_same_texts_have_the_same_level(tmp_path: Path) -> None:
    once = indexed(tmp_path / "once", APART, interacting_encoder()).manifest
    again = indexed(tmp_path / "again", APART, interacting_encoder()).manifest
    assert once.generation != again.generation
    assert once.level == again.level


def test_of_many_texts_only_so_many_sentences_are_asked_and_always_the_same() -> None:
    asked: list[str] = []

    class Listening(FakeEncoder):
        def encode_question(self, question: str, aside: str = "") -> EncodedQuestion:
            asked.append(question + aside)
            return super().encode_question(question, aside)

    texts = {f"{n}.txt": f"Le lit numéro {n} du service {n * 7} reste libre chaque soir." for n in range(200)}
    level = level_of(texts, Listening())
    assert len(asked) == len(set(asked)) == 128
    assert set(asked) < set(texts.values())
    assert level_of(texts, Listening()) == level
    assert asked[128:] == asked[:128]


def test_a_level_is_kept_by_name_to_six_decimals() -> None:
    assert as_record(Match(0.1234567, 0.5, 1 / 3, 0.25)) == {
        "cosine": 0.123457,
        "coverage": 0.5,
        "late": 0.333333,
        "missing": 0.25,
    }
    assert as_record(USUAL) == asdict(USUAL)


def test_the_usual_level_of_the_default_model_steadies_a_small_folder_of_its_own() -> None:
    class Default(FakeEncoder):
        fingerprint = f"{MODEL_NAME}+abc"

    alone, steadied = level_of(APART, FakeEncoder()), level_of(APART, Default())
    assert alone.coverage == 0.0
    assert steadied.coverage == pytest.approx(20 * USUAL.coverage / (20 + len(APART)))


@pytest.mark.parametrize("rows", [0, 1, 127, 128, 129, 400])
@pytest.mark.parametrize("alike", [0, 7, 8, 16])
def test_the_sample_is_the_first_of_all_digests_in_order(rows: int, alike: int) -> None:
    digests = np.random.default_rng(rows).integers(0, 256, (rows, 16)).astype(np.uint8)
    # Digests whose first bytes do not tell them apart.
    digests[: rows // 2, :alike] = 0
    expected = sorted(range(rows), key=lambda row: (digests[row].tobytes(), row))[:128]
    assert calibration._first_rows(digests, 128) == expected
