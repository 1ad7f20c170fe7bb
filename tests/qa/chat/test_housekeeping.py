"""A front end's own prompts are answered without a search; a person's questions are not."""

from __future__ import annotations

import json

import pytest

from qa.chat.housekeeping import housekeeping
from qa.chat.schemas import MessageIn

CHAT = "USER: Qui finance une CPTS et un GHT ?\nASSISTANT: L'assurance maladie.\nElle finance : USER: non.\n"


def prompt(opening: str, chat: str = CHAT) -> list[MessageIn]:
    text = f"### Task:\n{opening}\n### Guidelines:\n- …\n<chat_history>\n{chat}</chat_history>"
    return [MessageIn(role="user", content=text)]


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        (
            "Generate a concise title summarizing the chat history.",
            {"title": "Qui finance une CPTS et un GHT"},
        ),
        (
            "Generate a concise, 3-5 word title with an emoji summarizing the chat history.",
            {"title": "Qui finance une CPTS et un GHT"},
        ),
        (
            "Generate 1-3 broad tags categorizing the main themes of the chat history, along with…",
            {"tags": ["CPTS", "GHT"]},
        ),
        (
            "Predict 3-5 useful messages this user might naturally send next to advance…",
            {"follow_ups": []},
        ),
        (
            "Suggest 3-5 relevant follow-up questions or prompts that the user might naturally ask…",
            {"follow_ups": []},
        ),
        (
            "Analyze the chat history to determine the necessity of generating search queries…",
            {"queries": []},
        ),
        (
            "Generate a detailed prompt for am image generation task based on the given language…",
            {"prompt": "Qui finance une CPTS et un GHT"},
        ),
        ("You are an autocompletion system. Continue the text in `<text>` based on…", {"text": ""}),
    ],
)
def test_open_webui_s_tasks_are_answered_in_their_shape(opening: str, expected: dict[str, object]) -> None:
    answer = housekeeping(prompt(opening))
    assert answer is not None
    assert json.loads(answer) == expected


def test_what_is_kept_of_a_long_chat_is_its_questions() -> None:
    text = (
        "### Task:\nSummarize the conversation history that will be compacted out of the active chat "
        "context.\n\n### Messages Being Compacted:\nUSER: Qui finance\nune CPTS ?\nASSISTANT: L'assurance.\n"
        "USER: Et un GHT ?"
    )
    assert housekeeping([MessageIn(role="user", content=text)]) == "- Qui finance une CPTS ?\n- Et un GHT ?"


def test_memories_and_faces_are_answered() -> None:
    memory = "Review the completed conversation turn and decide whether long-term memory should change.\n…"
    assert housekeeping([MessageIn(role="user", content=memory)]) == '{"operations": []}'
    face = "Your task is to reflect the speaker's likely facial expression through a fitting emoji. …"
    assert housekeeping([MessageIn(role="user", content=face)]) == "🙂"


def test_no_tool_is_chosen() -> None:
    system = (
        "Available Tools: [{}]\n\nYour task is to choose and return the correct tool(s) from the list of "
        "available tools based on the query."
    )
    messages = [MessageIn(role="system", content=system), MessageIn(role="user", content="Query: Qui ?")]
    assert housekeeping(messages) == '{"tool_calls": []}'
    assert housekeeping(messages[1:]) is None


def test_librechat_s_titles_are_the_first_question() -> None:
    chat = "User: qui finance une CPTS ?\nAI: L'assurance maladie.\nUser: rien"
    by_text = (
        "Provide a concise, 5-word-or-less title for the conversation, using title case conventions. "
        f"Only return the title itself.\n\nConversation:\n{chat}"
    )
    assert housekeeping([MessageIn(role="user", content=by_text)]) == "Qui finance une CPTS"
    by_shape = (
        "Analyze this conversation and provide:\n1. The detected language of the conversation\n"
        f"2. A concise title in the detected language (5 words or less, no punctuation)\n\n{chat}"
    )
    answer = housekeeping([MessageIn(role="user", content=by_shape)])
    assert json.loads(answer or "") == {"language": "French", "title": "Qui finance une CPTS"}


def test_a_long_title_is_cut_between_two_words_and_none_is_named() -> None:
    opening = "Generate a concise title summarizing the chat history."
    answer = housekeeping(prompt(opening, "USER: comment " + "s'organisent les soins " * 9 + "?\n"))
    title = json.loads(answer or "")["title"]
    assert title == "Comment s'organisent les soins s'organisent les soins…"
    assert json.loads(housekeeping(prompt(opening, "")) or "") == {"title": "Nouvelle conversation"}
    unbroken = housekeeping(prompt(opening, f"USER: {'x' * 300}\n"))
    assert json.loads(unbroken or "") == {"title": "X" + "x" * 58 + "…"}


def test_what_cannot_be_sent_back_is_not() -> None:
    opening = "Generate a concise title summarizing the chat history."
    answer = housekeeping(prompt(opening, "USER: Qui\ud800 finance ?\n"))
    assert json.loads(answer or "") == {"title": "Qui finance"}


@pytest.mark.parametrize(
    "question",
    [
        "### Task:\nTrouve qui finance les CPTS.",
        "### Task: qui finance les CPTS ?",
        "Que veut dire « ### Task:\nGenerate a concise title summarizing » ?",
        "Review the completed files.",
        "Provide a concise title.",
        "",
    ],
)
def test_a_person_s_own_question_is_no_housekeeping(question: str) -> None:
    assert housekeeping([MessageIn(role="user", content=question)]) is None
