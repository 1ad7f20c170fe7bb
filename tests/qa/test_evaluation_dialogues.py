"""Dialogues are read, played with the answers really given, and counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.duplicates import Place
from index.embedded import EmbeddedEngine
from index.engine import Engine, Search
from index.filtering import NO_FILTERS, Filters
from qa.answer import ask
from qa.conversation import Turn
from qa.evaluation.dialogues import (
    Dialogue,
    DialogueTurn,
    Kind,
    KindFigures,
    TurnOutcome,
    figures,
    load_dialogues,
    plain_text,
    play,
)
from qa.evaluation.records import BadQuestions
from tests.qa.helpers import ANSWER, ANSWERED, REFUSED, UNKNOWN_WORDS

HTML, CPTS = "dossier/télémédecine.html", "cpts.md"
FINANCED = "L'assurance maladie finance chaque CPTS selon sa taille."
ORGANISES = "Une CPTS organise les soins de ville d'un territoire."
ROW: dict[str, Any] = {
    "id": "d1",
    "turns": [
        {"question": " Que fait une CPTS ? ", "kind": "first", "source": CPTS, "evidence": ["organise"]},
        {"question": "Qui paie ?", "kind": "follow", "source": [CPTS, HTML], "evidence": ["a", "b"]},
    ],
}


class Resolver:
    """Replaces the questions it knows, and remembers the history it was given with each."""

    def __init__(self, **questions: str) -> None:
        self._questions = questions
        self.given: list[tuple[str, tuple[Turn, ...]]] = []

    def __call__(self, engine: Engine, question: str, history: Sequence[Turn]) -> str:
        self.given.append((question, tuple(history)))
        return self._questions.get(question, question)


def turn(question: str, kind: Kind, source: str, *evidence: str) -> DialogueTurn:
    return DialogueTurn(question, kind, (source,), evidence)


def dialogue(*turns: DialogueTurn) -> Dialogue:
    return Dialogue("d1", turns)


def outcome(kind: Kind, alone: int | None, resolved: int | None, searched: str = "Et ?") -> TurnOutcome:
    return TurnOutcome("d1", 2, "Et ?", kind, searched, alone, resolved)


def written(folder: Path, *rows: object) -> Path:
    path = folder / "dialogues.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def with_turn(**changes: object) -> dict[str, Any]:
    """The row above, its second turn changed."""
    return {**ROW, "turns": [ROW["turns"][0], {**ROW["turns"][1], **changes}]}


def test_a_file_is_read_with_one_source_or_several(tmp_path: Path) -> None:
    assert load_dialogues(written(tmp_path, ROW)) == [
        Dialogue(
            "d1",
            (
                DialogueTurn("Que fait une CPTS ?", "first", (CPTS,), ("organise",)),
                DialogueTurn("Qui paie ?", "follow", (CPTS, HTML), ("a", "b")),
            ),
        )
    ]


@pytest.mark.parametrize(
    "row",
    [
        [],
        {"id": "d1"},
        {"turns": ROW["turns"]},
        {"id": "d1", "turns": ["Qui ?"]},
        with_turn(question=" "),
        with_turn(question=3),
        with_turn(kind="autre"),
        with_turn(kind=["follow"]),
        with_turn(source=[]),
        with_turn(source=None),
        with_turn(evidence="a"),
        with_turn(evidence=[]),
        with_turn(evidence=["a", ""]),
    ],
)
def test_a_line_that_is_no_dialogue_is_named_by_its_number(tmp_path: Path, row: object) -> None:
    path = written(tmp_path, {**ROW, "id": "d0"}, row)
    with pytest.raises(BadQuestions) as caught:
        load_dialogues(path)
    assert str(caught.value) == (
        f"{path}, ligne 2 : un objet JSON avec id et turns est attendu, et pour chaque tour "
        "question, kind (first, follow, switch), source et evidence"
    )


@pytest.mark.parametrize(
    "turns", [[], ROW["turns"][1:], ROW["turns"][:1] * 2], ids=["none", "no first", "two"]
)
def test_the_first_turn_and_it_alone_is_of_the_kind_first(tmp_path: Path, turns: list[object]) -> None:
    path = written(tmp_path, {**ROW, "turns": turns})
    with pytest.raises(BadQuestions) as caught:
        load_dialogues(path)
    assert str(caught.value) == f"{path}, ligne 1 : le premier tour, et lui seul, doit être du genre first"


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, ROW, ROW)
    with pytest.raises(BadQuestions) as caught:
        load_dialogues(path)
    assert str(caught.value) == f"{path} : l'identifiant d1 s'y trouve deux fois"


def test_the_history_holds_the_answers_given_to_what_was_searched(engine: EmbeddedEngine) -> None:
    resolver = Resolver(**{"Et qui finance ?": "Qui finance chaque CPTS selon sa taille ?"})
    turns = (
        turn(REFUSED, "first", CPTS, "CPTS"),
        turn("Et qui finance ?", "follow", CPTS, FINANCED),
        turn(ANSWERED, "switch", HTML, ANSWER),
    )
    play(engine, [dialogue(*turns)], resolver)
    refused = (Turn("user", REFUSED), Turn("assistant", UNKNOWN_WORDS))
    assert resolver.given == [
        (REFUSED, ()),
        ("Et qui finance ?", refused),
        (ANSWERED, (*refused, Turn("user", "Et qui finance ?"), Turn("assistant", FINANCED))),
    ]


def test_the_history_of_one_dialogue_is_not_that_of_the_next(engine: EmbeddedEngine) -> None:
    resolver = Resolver()
    first = dialogue(turn(ANSWERED, "first", HTML, ANSWER))
    play(engine, [first, replace(first, id="d2")], resolver)
    assert resolver.given == [(ANSWERED, ()), (ANSWERED, ())]


def test_each_turn_is_ranked_alone_and_as_it_was_searched(engine: EmbeddedEngine) -> None:
    resolver = Resolver(**{"Qui finance ?": ANSWERED})
    turns = (turn(ORGANISES, "first", CPTS, ORGANISES), turn("Qui finance ?", "follow", HTML, ANSWER))
    alone = next(c.number for c in ask(engine, "Qui finance ?", 5).citations if c.source == HTML)
    assert alone > 1
    assert play(engine, [dialogue(*turns)], resolver) == [
        TurnOutcome("d1", 1, ORGANISES, "first", ORGANISES, 1, 1),
        TurnOutcome("d1", 2, "Qui finance ?", "follow", ANSWERED, alone, 1),
    ]


def test_without_another_resolver_it_is_that_of_the_service(engine: EmbeddedEngine) -> None:
    (found,) = play(engine, [dialogue(turn(ANSWERED, "first", HTML, ANSWER))])
    assert found == TurnOutcome("d1", 1, ANSWERED, "first", ANSWERED, 1, 1)


def test_a_passage_is_right_by_any_of_the_strings_to_the_character(engine: EmbeddedEngine) -> None:
    def rank(*evidence: str) -> int | None:
        (found,) = play(engine, [dialogue(turn(ANSWERED, "first", HTML, *evidence))])
        return found.alone

    # A heading is never quoted, so that no passage holds these words.
    heading = "Télémédecine"
    assert rank("par vidéo &") == 1
    assert rank(heading) is None
    assert rank(heading, "par vidéo &") == 1


def test_words_found_in_another_source_do_not_count(engine: EmbeddedEngine) -> None:
    (found,) = play(engine, [dialogue(turn(ANSWERED, "first", CPTS, "se"))])
    assert ask(engine, ANSWERED, 5).citations[0].source == HTML
    assert found.alone is not None
    assert found.alone > 1


def test_a_further_place_of_the_same_passage_counts(engine: EmbeddedEngine) -> None:
    place = Place(CPTS, "Les CPTS", 137, 137 + len(FINANCED), FINANCED)

    class Doubled:
        """Finds as the engine does; its first hit says that it stands elsewhere too."""

        document = engine.document

        def search(self, question: str, limit: int, filters: Filters = NO_FILTERS) -> Search:
            found = engine.search(question, limit, filters)
            return replace(found, hits=(replace(found.hits[0], also=(place,)), *found.hits[1:]))

    asked = [dialogue(turn(ANSWERED, "first", CPTS, FINANCED))]
    assert play(engine, asked)[0].alone != 1
    assert play(Doubled(), asked)[0].alone == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("source", [CPTS, "absent.md"])
def test_an_index_of_other_texts_is_refused(engine: EmbeddedEngine, source: str) -> None:
    turns = (turn(ANSWERED, "first", HTML, ANSWER), turn("Et ?", "follow", source, "par fax"))
    with pytest.raises(BadQuestions) as caught:
        play(engine, [dialogue(*turns)])
    assert str(caught.value) == (
        f"d1, tour 2 : « par fax » n'est pas dans {source} ; "
        "construisez l'index des textes que ces dialogues citent"
    )


def test_the_text_of_an_answer_bears_no_numbers(engine: EmbeddedEngine) -> None:
    assert plain_text(ask(engine, ANSWERED, 5)) == ANSWER
    assert plain_text(ask(engine, REFUSED, 5)) == UNKNOWN_WORDS


def test_a_turn_is_harmed_only_when_its_passage_leaves_the_first_three() -> None:
    ranks = ((1, 3), (3, 4), (1, None), (4, 5), (None, None), (None, 1))
    harmed = [outcome("switch", alone, resolved).harmed for alone, resolved in ranks]
    assert harmed == [False, True, True, False, False, False]
    missed = [outcome("switch", alone, resolved).missed for alone, resolved in ranks]
    assert missed == [False, True, True, True, True, False]


def test_the_turns_of_each_kind_are_counted() -> None:
    outcomes = [
        outcome("follow", None, 1, "Et la CPTS ?"),
        outcome("follow", 2, 3, "Et la CPTS ?"),
        outcome("follow", 1, 1),
        outcome("follow", 4, 4),
        outcome("switch", 1, 4, "Et la CPTS ?"),
    ]
    found = figures(outcomes)
    assert found == (
        KindFigures("first", 0, 0, 0, 0, 0, 0, 0),
        KindFigures("follow", 4, 1, 2, 2, 3, 2, 0),
        KindFigures("switch", 1, 1, 1, 0, 0, 1, 1),
    )
    assert found[1].share(found[1].resolved_in_three) == 0.75
    assert str(found[0].share(0)) == "nan"
