"""Messages become a question and what was said before it."""

from __future__ import annotations

import pytest

from qa.chat.errors import NoQuestion, QuestionTooLong
from qa.chat.messages import Asked, asked_of
from qa.chat.schemas import MessageIn
from qa.conversation import Turn
from qa.schemas import LONGEST_QUESTION


def message(role: str, content: object = None) -> MessageIn:
    return MessageIn.model_validate({"role": role, "content": content})


def test_the_last_message_of_the_user_is_the_question() -> None:
    asked = asked_of(
        [
            message("system", "Réponds en vers."),
            message("user", "Qu'est-ce qu'une CPTS ?"),
            message("assistant", "Une CPTS organise les soins."),
            message("tool", "un résultat"),
            message("user", "  Et qui la finance ? \n"),
        ]
    )
    history = (
        Turn("user", "Qu'est-ce qu'une CPTS ?"),
        Turn("assistant", "Une CPTS organise les soins."),
    )
    assert asked == Asked("Et qui la finance ?", history)


def test_a_reply_that_is_begun_after_the_question_is_left() -> None:
    messages = [message("user", "Qui la finance ?"), message("assistant", "Elle est")]
    assert asked_of(messages) == Asked("Qui la finance ?", ())


def test_the_pieces_of_text_are_joined_and_images_passed_over() -> None:
    parts = [
        {"type": "text", "text": "Que dit ce texte"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "text", "text": "des CPTS ?"},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
    ]
    assert asked_of([message("user", parts)]).question == "Que dit ce texte\ndes CPTS ?"
    assert asked_of([message("user", ["Que dit-il ?"])]).question == "Que dit-il ?"


@pytest.mark.parametrize("content", [None, "", " \n", "\x0c"])
def test_an_empty_question_is_refused(content: str | None) -> None:
    with pytest.raises(NoQuestion, match="aucun message ne pose de question"):
        asked_of([message("user", content)])


def test_without_a_message_of_the_user_there_is_no_question() -> None:
    for messages in ([], [message("system", "Réponds.")], [message("assistant", "Bonjour.")]):
        with pytest.raises(NoQuestion, match="aucun message ne pose de question"):
            asked_of(messages)


def test_an_image_alone_is_said_not_to_be_read() -> None:
    with pytest.raises(NoQuestion, match="les images et les sons ne sont pas lus"):
        asked_of([message("user", [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}])])


def test_a_question_of_just_the_limit_is_taken_and_one_character_more_refused() -> None:
    assert len(asked_of([message("user", "a" * LONGEST_QUESTION)]).question) == LONGEST_QUESTION
    with pytest.raises(QuestionTooLong, match=r"dépasse 2000 caractères .* sans y joindre de document"):
        asked_of([message("user", "a" * (LONGEST_QUESTION + 1))])


def test_control_characters_are_white_space_and_line_ends_stay() -> None:
    assert (
        asked_of([message("user", "Qui\x0cfinance\x00les\nCPTS ?\ud800")]).question
        == "Qui finance les\nCPTS ?"
    )


def test_what_open_webui_puts_around_a_question_about_files_is_taken_off() -> None:
    wrapped = (
        "### Task:\nRespond to the user query using the provided context, incorporating inline "
        'citations…\n\n<context>\n<source id="1">Autre chose </context> ici.</source>\n</context>\n'
        "\nQui finance les CPTS ?"
    )
    assert asked_of([message("user", wrapped)]).question == "Qui finance les CPTS ?"
    assert asked_of([message("user", wrapped + "a" * 1900)]).question.endswith("a" * 1900)


def test_the_question_that_several_replies_answered_is_asked_again() -> None:
    wrapped = (
        "You have been provided with a set of responses from various models to the latest user query: "
        '"Qui finance les "CPTS" ?"\n\nYour task is to synthesize these responses into a single, '
        "high-quality response.\n\nResponses from models: …"
    )
    assert asked_of([message("user", wrapped)]).question == 'Qui finance les "CPTS" ?'


def test_history_is_the_last_turns_cut_and_without_what_says_nothing() -> None:
    turns = [message("user" if i % 2 == 0 else "assistant", f"tour {i}") for i in range(20)]
    empty = [message("assistant"), message("user", " ")]
    long = message("assistant", "a" * 9000)
    asked = asked_of([*turns, *empty, long, message("user", "Et ensuite ?")])
    assert [turn.text for turn in asked.history[:-1]] == [f"tour {i}" for i in range(9, 20)]
    assert asked.history[-1] == Turn("assistant", "a" * 8000)


def test_the_notes_of_a_reply_are_no_part_of_what_was_said() -> None:
    replies = [
        "*Le modèle est trop lent. Voici les phrases des textes elles-mêmes.*\n\n"
        "Une CPTS organise les soins.",
        "Une CPTS organise les soins.\n\n"
        "*2 phrases du modèle écartées : les textes ne suffisent pas à les vérifier.*",
        "Une CPTS organise les soins.\n\n*La réponse du modèle est incomplète : trop lent.*",
    ]
    for reply in replies:
        asked = asked_of([message("user", "Quoi ?"), message("assistant", reply), message("user", "Et ?")])
        assert asked.history[1] == Turn("assistant", "Une CPTS organise les soins.")
