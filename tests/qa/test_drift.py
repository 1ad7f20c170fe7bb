"""What becomes of answers from one index to another: unchanged, changed, refused, answered, astray."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from corpus.documents import Passage, Span
from index.calibration import Match
from index.duplicates import Place
from index.embedded import EmbeddedEngine
from index.engine import Engine, Hit, Search, Signals
from index.filtering import NO_FILTERS, Filters
from index.opening import open_engine
from qa.answer import ask
from qa.drift import Drift, Fate, Kind, compare
from qa.refusal import THRESHOLD
from tests.conftest import FakeEncoder
from tests.qa.helpers import index_texts

RAIN = "La pluie tombe sur Rennes en novembre."
WEATHER = {
    "pluie.txt": RAIN,
    "neige.txt": "La neige couvre les sommets des Alpes en janvier.",
    "vent.txt": "Le vent souffle fort sur la côte de Brest.",
    "gel.txt": "Le gel abîme les vergers de Touraine au printemps.",
}
DRY = {source: text for source, text in WEATHER.items() if source != "pluie.txt"}
# To the fake encoder each is nearest to one of the texts.
ON_RAIN = "La pluie tombe-t-elle sur Rennes en novembre ?"
QUESTIONS = (
    ON_RAIN,
    "La neige couvre-t-elle les sommets des Alpes en janvier ?",
    "Le vent souffle-t-il fort sur la côte de Brest ?",
    "Le gel abîme-t-il les vergers de Touraine au printemps ?",
)


class Indexes:
    """Small indexes and their comparison; one of the same texts is built once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engines: dict[str, EmbeddedEngine] = {}

    def of(self, texts: Mapping[str, str]) -> EmbeddedEngine:
        if str(texts) not in self._engines:
            folder = self._folder / str(len(self._engines))
            index_texts(folder, texts)
            self._engines[str(texts)] = open_engine(folder / "home", FakeEncoder())
        return self._engines[str(texts)]

    def drift(self, before: Mapping[str, str], after: Mapping[str, str], *questions: str) -> Drift:
        old, new = self.of(before), self.of(after)
        drift = compare(old, new, questions or QUESTIONS, THRESHOLD)
        assert (drift.old, drift.new) == (old.manifest.generation, new.manifest.generation)
        return drift

    def close(self) -> None:
        for engine in self._engines.values():
            engine.close()


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexes]:
    made = Indexes(tmp_path_factory.mktemp("indexes"))
    yield made
    made.close()


def only(drift: Drift) -> tuple[Kind, str | None, str | None, Fate | None]:
    """The one answer that changed: how, its old and new source, and the fate of the old."""
    (changed,) = drift.changed
    assert changed.question == ON_RAIN
    return changed.kind, changed.old.source, changed.new.source, changed.fate


def test_answers_that_stay_are_unchanged_whatever_is_added_beside_them(indexes: Indexes) -> None:
    drift = indexes.drift(WEATHER, {**WEATHER, "mer.txt": "La mer monte deux fois par jour à Dieppe."})
    assert (drift.questions, drift.unchanged, drift.changed) == (4, 4, ())
    assert (drift.regressions, drift.share) == (0, 0.0)


def test_another_sentence_of_the_same_document_is_a_change_and_no_regression(indexes: Indexes) -> None:
    drift = indexes.drift(WEATHER, {**WEATHER, "pluie.txt": "La pluie tombe souvent sur Rennes en novembre."})
    assert only(drift) == (Kind.CHANGED, "pluie.txt", "pluie.txt", Fate.CHANGED)
    assert drift.changed[0].old.text == f"{RAIN} [1]"
    assert drift.changed[0].new.text == "La pluie tombe souvent sur Rennes en novembre. [1]"
    assert (drift.questions, drift.unchanged, drift.regressions) == (4, 3, 0)


def test_an_answer_whose_text_is_removed_becomes_a_refusal_and_a_regression(indexes: Indexes) -> None:
    drift = indexes.drift(WEATHER, DRY)
    assert only(drift) == (Kind.REFUSED, "pluie.txt", None, Fate.REMOVED)
    assert drift.changed[0].new.text is None
    assert drift.changed[0].new.confidence < THRESHOLD <= drift.changed[0].old.confidence
    assert (drift.unchanged, drift.regressions, drift.share) == (3, 1, 0.25)


def test_an_answer_found_for_what_was_refused_is_no_regression(indexes: Indexes) -> None:
    drift = indexes.drift(DRY, WEATHER)
    assert only(drift) == (Kind.ANSWERED, None, "pluie.txt", None)
    assert (drift.unchanged, drift.regressions) == (3, 0)


def test_a_question_refused_before_and_after_is_unchanged(indexes: Indexes) -> None:
    drift = indexes.drift(DRY, {**DRY, "cuisine.txt": "Cuire deux œufs dans une casserole."}, ON_RAIN)
    assert (drift.questions, drift.unchanged) == (1, 1)


def test_an_answer_taken_from_another_text_than_the_one_removed_has_lost_its_source(indexes: Indexes) -> None:
    drift = indexes.drift(WEATHER, {**DRY, "radio.txt": f"{RAIN[:-1]}, dit la radio."})
    assert only(drift) == (Kind.LOST_SOURCE, "pluie.txt", "radio.txt", Fate.REMOVED)
    assert (drift.regressions, drift.share) == (1, 0.25)


@pytest.mark.parametrize(("name", "fate"), [("pluie.txt", Fate.SAME), ("averses.txt", Fate.RENAMED)])
def test_a_source_crowded_out_by_others_is_lost_though_its_text_is_still_there(
    indexes: Indexes, name: str, fate: Fate
) -> None:
    vague = "La pluie vient parfois, le soir, sur les toits et les rues de Rennes."
    nearer = {f"{n}.txt": f"La pluie tombe sur Rennes en novembre {n}." for n in range(2001, 2006)}
    drift = indexes.drift({**DRY, "pluie.txt": vague}, {**DRY, name: vague, **nearer}, ON_RAIN)
    kind, old, new, found = only(drift)
    assert (kind, old, found) == (Kind.LOST_SOURCE, "pluie.txt", fate)
    assert new in nearer


def test_a_renamed_text_loses_nothing(indexes: Indexes) -> None:
    drift = indexes.drift(WEATHER, {**DRY, "bretagne/averses.txt": RAIN})
    assert drift.unchanged == 4


def test_a_text_renamed_while_another_takes_its_name_is_followed(indexes: Indexes) -> None:
    after = {**DRY, "averses.txt": RAIN, "pluie.txt": "Le parapluie se vend au marché de Lille."}
    assert indexes.drift(WEATHER, after).unchanged == 4


def test_of_two_copies_of_a_text_either_may_be_cited(indexes: Indexes) -> None:
    twice = {**WEATHER, "averses.txt": RAIN}
    for left in ("pluie.txt", "averses.txt"):
        drift = indexes.drift(twice, {**DRY, left: RAIN})
        assert drift.unchanged == 4


def test_a_text_that_cannot_be_read_any_more_is_told_from_one_removed(indexes: Indexes) -> None:
    pages = {**DRY, "pluie.html": f"<h1>Pluie</h1><p>{RAIN}</p>"}
    damaged = {**DRY, "pluie.html": ""}
    assert only(indexes.drift(pages, damaged)) == (Kind.REFUSED, "pluie.html", None, Fate.UNREAD)


def test_with_no_index_before_nothing_is_asked(indexes: Indexes) -> None:
    new = indexes.of(WEATHER)
    told: list[tuple[str, int, int]] = []
    drift = compare(None, new, QUESTIONS, THRESHOLD, lambda *step: told.append(step))
    assert drift == Drift(None, new.manifest.generation, 0, ())
    assert told == []
    assert compare(new, new, QUESTIONS, THRESHOLD, lambda *step: told.append(step)).unchanged == 4
    assert told == [("épreuve", done, 4) for done in (1, 2, 3, 4)]


class PreparedEngine:
    """Finds the same hits whatever the question: a sentence of each document, and its score.

    `also`: the document where the first one is said too.
    """

    def __init__(self, *found: tuple[str, str, float], also: str | None = None) -> None:
        self.manifest = SimpleNamespace(generation="g-essai")
        self._found, self._also = found, also

    def search(self, question: str, limit: int, filters: Filters = NO_FILTERS) -> Search:
        usual = Match(cosine=0.8, coverage=0.2, late=0.7)
        sure = Signals(best=Match(cosine=0.95, coverage=1.0, late=0.95), usual=usual, known=1.0)
        hits = []
        for source, text, score in self._found:
            passage = Passage(source, source, 0, len(text), text, (), (Span(0, len(text)),))
            also = (Place(self._also, "Titre", 0, len(text), text),) if self._also and not hits else ()
            hits.append(Hit(passage, "Titre", None, score, ("vectors",), (1.0,), also))
        return Search(tuple(hits), sure, "g-essai")

    def documents(self) -> Sequence[SimpleNamespace]:
        sources = [source for source, _, _ in self._found] + ([self._also] if self._also else [])
        return [SimpleNamespace(id=source, sha256=source) for source in sources]

    def unread(self) -> tuple[()]:
        return ()


def test_the_same_sentences_under_other_numbers_and_scores_are_unchanged() -> None:
    before = PreparedEngine(("a.md", "Il pleut.", 0.9), ("b.md", "Il vente.", 0.89))
    after = PreparedEngine(
        ("a.md", "Il pleut.", 0.8), ("c.md", "Il pleut.", 0.79), ("b.md", "Il vente.", 0.78)
    )
    texts = [ask(cast(Engine, engine), "Quel temps ?", 5).text for engine in (before, after)]
    assert texts == ["Il pleut. [1]\n\nIl vente. [2]", "Il pleut. [1]\n\nIl vente. [3]"]
    drift = compare(cast(Engine, before), cast(Engine, after), ["Quel temps ?"], THRESHOLD)
    assert drift.unchanged == 1


def test_the_same_words_of_another_document_are_a_change() -> None:
    before = PreparedEngine(("a.md", "Il pleut.", 0.9), ("b.md", "Il pleut.", 0.8))
    after = PreparedEngine(("b.md", "Il pleut.", 0.9), ("a.md", "Il pleut.", 0.8))
    drift = compare(cast(Engine, before), cast(Engine, after), ["Quel temps ?"], THRESHOLD)
    assert [(each.kind, each.old.source, each.new.source) for each in drift.changed] == [
        (Kind.CHANGED, "a.md", "b.md")
    ]


def test_a_source_named_beside_another_of_the_same_words_is_not_lost() -> None:
    before = PreparedEngine(("a.md", "Il pleut.", 0.9))
    for also, kind in ((None, Kind.LOST_SOURCE), ("a.md", Kind.CHANGED)):
        after = PreparedEngine(("b.md", "Il pleut.", 0.9), also=also)
        drift = compare(cast(Engine, before), cast(Engine, after), ["Quel temps ?"], THRESHOLD)
        assert [each.kind for each in drift.changed] == [kind]


def test_one_more_sentence_is_a_change() -> None:
    before = PreparedEngine(("a.md", "Il pleut.", 0.9))
    after = PreparedEngine(("a.md", "Il pleut.", 0.9), ("b.md", "Il vente.", 0.89))
    drift = compare(cast(Engine, before), cast(Engine, after), ["Quel temps ?"], THRESHOLD)
    assert [(each.kind, each.new.text) for each in drift.changed] == [
        (Kind.CHANGED, "Il pleut. [1]\n\nIl vente. [2]")
    ]
