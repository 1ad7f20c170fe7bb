"""Searching one generation on this machine, with the fake encoder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.calibration import Match
from index.duplicates import Place
from index.embedded import SENTENCE_WORD_WEIGHT, EmbeddedEngine
from index.engine import NOTHING_FOUND
from index.filtering import Filters
from tests.conftest import TEXTS, FakeEncoder
from tests.index.support import indexed, interacting_encoder

NOTICE = "Le secrétariat de la maison de santé répond au téléphone chaque matin, du lundi au vendredi."
REPEATED = {
    "notes/accueil.md": f"# Accueil\n\n{NOTICE}\n",
    "notes/horaires.md": f"# Horaires du secrétariat\n\n{NOTICE.replace('é', 'É')}\n",
    "notes2/accueil.txt": f"{NOTICE[:-1]} !",
    "notes2/soir.txt": f"{NOTICE.replace('matin', 'soir')}",
}
ASKED = "Quand le secrétariat de la maison de santé répond-il au téléphone ?"
QUESTIONS = ("Que fait une CPTS ?", "téléconsultation par vidéo", "groupement d'hôpitaux publics")


def test_the_passage_that_shares_the_words_comes_first(engine: EmbeddedEngine) -> None:
    found = {q: engine.search(q, 1).hits[0].passage.document_id for q in QUESTIONS}
    assert list(found.values()) == ["cpts.md", "dossier/télémédecine.html", "ght.txt"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_hit_is_the_slice_of_its_document(engine: EmbeddedEngine, question: str) -> None:
    hits = engine.search(question, 50).hits
    for hit in hits:
        document = engine.document(hit.passage.document_id)
        assert document is not None
        assert document.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert len(hit.sentence_scores) == len(hit.passage.sentences)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits) == engine.manifest.counts["passages"]


def test_a_heading_is_searched_but_never_quoted(engine: EmbeddedEngine) -> None:
    hit = engine.search("financement", 1).hits[0]
    assert hit.passage.headings == ("Financement",)
    assert hit.passage.text == "L'assurance maladie finance chaque CPTS selon sa taille."


def test_the_searchers_that_proposed_a_hit_are_named(engine: EmbeddedEngine) -> None:
    assert engine.search("vidéo", 1).hits[0].found_by == ("vectors", "words")
    assert engine.search("zzz", 1).hits[0].found_by == ("vectors",)


def test_what_was_set_aside_is_not_found_and_is_told(engine: EmbeddedEngine) -> None:
    assert all("Bien dormir" not in hit.passage.text for hit in engine.search("Bien dormir", 50).hits)
    document = engine.document("ght.txt")
    assert document is not None
    told = [(document.text[s.start : s.end], s.reason) for s in engine.set_aside_of("ght.txt")]
    assert told == [
        ("Les groupements hospitaliers", "heading"),
        ("A lire aussi : Bien dormir", "see_also"),
    ]


def test_the_signals_tell_known_words_from_unknown_ones(engine: EmbeddedEngine) -> None:
    known = engine.search("pharmacie du groupement", 1).signals
    unknown = engine.search("recette de ratatouille", 1).signals
    assert (known.known, known.best.coverage) == (1.0, 1.0)
    assert (unknown.known, unknown.best.coverage) == (0.0, 0.0)
    assert known.best.cosine > unknown.best.cosine
    assert known.usual == unknown.usual == Match(**engine.manifest.level)


def test_a_sentence_scores_its_cosine_and_its_share_of_the_question_s_rare_words(tmp_path: Path) -> None:
    sentences = ("Un lit est libre.", "La pharmacie de nuit vend du sirop.")
    engine = indexed(tmp_path, {"a.txt": " ".join(sentences), "b.txt": "Un lit, un sirop."})
    question = "Quelle pharmacie vend un lit ?"
    hit = next(h for h in engine.search(question, 2).hits if h.passage.document_id == "a.txt")
    vector, *vectors = (FakeEncoder().encode_question(text).vector for text in (question, *sentences))
    # Of two passages, "lit" is in both: ln(1 + 0.5/2.5). "pharmacie" and "vend" are in one: ln 2.
    rare, common = np.log(2), np.log(1.2)
    shares = (common / (2 * rare + common), 2 * rare / (2 * rare + common))
    assert hit.sentence_scores == pytest.approx(
        [vector @ each + SENTENCE_WORD_WEIGHT * share for each, share in zip(vectors, shares, strict=True)],
        abs=1e-3,
    )


def test_the_documents_are_those_of_the_folder(engine: EmbeddedEngine) -> None:
    assert [summary.id for summary in engine.documents()] == sorted(TEXTS)


def test_threads_get_the_answers_that_one_gets(engine: EmbeddedEngine) -> None:
    alone = [engine.search(q, 3) for q in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda q: engine.search(q, 3), QUESTIONS * 20))
    assert together == alone * 20


ENCODERS = pytest.mark.parametrize(
    "encoder", [FakeEncoder(), interacting_encoder()], ids=["fused", "token by token"]
)


@pytest.fixture(scope="module", params=[False, True], ids=["fused", "token by token"])
def repeated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    encoder = interacting_encoder() if request.param else FakeEncoder()
    return indexed(tmp_path_factory.mktemp("repeated"), REPEATED, encoder)


def test_passages_that_say_the_same_are_found_once_with_the_places_of_the_others(
    repeated: EmbeddedEngine,
) -> None:
    best, other = repeated.search(f"Horaires : {ASKED}", 5).hits
    assert best.passage.document_id == "notes/horaires.md"
    assert [(place.document_id, place.title) for place in best.also] == [
        ("notes/accueil.md", "Accueil"),
        ("notes2/accueil.txt", "accueil"),
    ]
    for place in best.also:
        document = repeated.document(place.document_id)
        assert document is not None
        assert document.text[place.start : place.end] == place.quote
    assert best.also[1] == Place("notes2/accueil.txt", "accueil", 0, len(NOTICE) + 1, f"{NOTICE[:-1]} !")
    assert (other.passage.document_id, other.also) == ("notes2/soir.txt", ())


@ENCODERS
def test_a_notice_on_every_page_does_not_crowd_out_the_other_passages(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    pages = {f"page{n:03}.txt": NOTICE for n in range(150)}
    others = {f"autre{n}.txt": f"La salle numéro {n} ouvre demain." for n in range(6)}
    hits = indexed(tmp_path, pages | others, encoder).search(ASKED, 5).hits
    assert len(hits) == 5
    assert (hits[0].passage.text, len(hits[0].also)) == (NOTICE, 100)
    assert len({hits[0].passage.document_id, *(place.document_id for place in hits[0].also)}) == 101
    assert all(hit.passage.document_id.startswith("autre") and hit.also == () for hit in hits[1:])


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (Filters(), ["cpts.md", "cpts.md", "dossier/télémédecine.html", "ght.txt"]),
        (Filters(folders=("dossier/",)), ["dossier/télémédecine.html"]),
        (Filters(sources=("ght.txt",)), ["ght.txt"]),
        (Filters(formats=("md", "txt")), ["cpts.md", "cpts.md", "ght.txt"]),
    ],
)
def test_only_allowed_passages_are_found_even_far_from_the_question(
    engine: EmbeddedEngine, filters: Filters, sources: list[str]
) -> None:
    hits = engine.search("Que fait une CPTS ?", 50, filters).hits
    assert sorted(hit.passage.document_id for hit in hits) == sources


@ENCODERS
def test_the_only_allowed_passage_is_found_behind_hundreds_of_nearer_ones(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    near = {f"près/{n}.txt": f"Le lit {n} est libre ce soir." for n in range(300)}
    engine = indexed(tmp_path, {**near, "loin/a.txt": "Une pharmacie vend des pansements."}, encoder)
    assert engine.search("Quel lit est libre ce soir ?", 50).hits[-1].passage.document_id != "loin/a.txt"
    (hit,) = engine.search("Quel lit est libre ce soir ?", 50, Filters(folders=("loin",))).hits
    assert (hit.passage.document_id, hit.found_by) == ("loin/a.txt", ("vectors",))


def test_when_nothing_is_allowed_nothing_is_found(engine: EmbeddedEngine) -> None:
    search = engine.search("Que fait une CPTS ?", 5, Filters(folders=("absent",)))
    assert (search.hits, search.signals) == ((), NOTHING_FOUND)
    assert search.generation == engine.manifest.generation


def test_filters_hide_the_other_places_too(repeated: EmbeddedEngine) -> None:
    (hit,) = repeated.search(ASKED, 5, Filters(folders=("notes",))).hits
    assert {hit.passage.document_id, *(place.document_id for place in hit.also)} == {
        "notes/accueil.md",
        "notes/horaires.md",
    }


@ENCODERS
def test_a_definition_outside_the_filters_is_not_given(tmp_path: Path, encoder: FakeEncoder) -> None:
    defining = "Le groupement hospitalier de territoire (GHT) réunit des hôpitaux publics."
    engine = indexed(tmp_path, {"a/ght.txt": defining, "b/lit.txt": "Un lit est libre ce soir."}, encoder)
    question = "Que signifie GHT ?"
    allowed = engine.search(question, 5, Filters(folders=("a",)))
    assert ([hit.passage.document_id for hit in allowed.hits], allowed.signals.defined) == (
        ["a/ght.txt"],
        True,
    )
    other = engine.search(question, 5, Filters(folders=("b",)))
    assert ([hit.passage.document_id for hit in other.hits], other.signals.defined) == (["b/lit.txt"], False)


@ENCODERS
def test_the_passage_that_defines_comes_first_however_many_are_nearer(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    asking = "Que signifie GHT, un groupement de soins ou un territoire hospitalier ?"
    near = {f"près/{n}.txt": f"{asking} Bilan numéro {n}." for n in range(150)}
    defining = "Le groupement hospitalier de territoire (GHT) réunit, au chef-lieu, des hôpitaux publics."
    engine = indexed(tmp_path, {**near, "loin.txt": f"GHT signifie ceci. {defining}"}, encoder)
    search = engine.search("Que signifie GHT ?", 3)
    assert [hit.passage.document_id == "loin.txt" for hit in search.hits] == [True, False, False]
    assert search.signals.defined
    best, second, _ = search.hits
    assert best.score < second.score
    # Though the other sentence says more of the question's words.
    sentence = best.passage.sentences[best.sentence_scores.index(max(best.sentence_scores))]
    assert best.passage.slice(sentence) == defining
    # A question that asks something else of it is ranked as any other.
    other = engine.search("Quel bilan du GHT, groupement ou territoire ?", 3)
    assert "loin.txt" not in [hit.passage.document_id for hit in other.hits]
    assert not other.signals.defined
