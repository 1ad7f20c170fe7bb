"""What front ends ask a model for themselves: a title for the chat, tags, follow-up questions…

Recognised by the exact opening of their prompts and answered in the shape that they read, without a
search and without a model: what would take one is left empty. A person's own question passes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from qa.chat.messages import printable
from qa.chat.schemas import MessageIn

_LONGEST_TITLE = 60  # characters: one line in the list of chats of Open WebUI and LibreChat
_MOST_TAGS = 3
_NO_TITLE = "Nouvelle conversation"
# The conversation as Open WebUI, then LibreChat, quote it: each turn from its name to the next one.
_ASKED = re.compile(
    r"^(?:USER|User): (.*?)(?=^(?:USER|User|ASSISTANT|AI|SYSTEM|TOOL): |\Z)", re.DOTALL | re.MULTILINE
)
_ACRONYM = re.compile(r"\b[A-ZÀ-Ý]{2,}[\w-]*")


def housekeeping(messages: Sequence[MessageIn]) -> str | None:
    """The answer to a front end's own prompt; None where the messages are a person's."""
    last = next((m.text for m in reversed(messages) if m.role == "user"), "")
    for opening, answer in _PROMPTS:
        if last.startswith(opening):
            # Half a surrogate pair cannot be sent back.
            return answer(printable(last))
    if any(
        m.role == "system" and m.text.startswith("Available Tools: ") and _TOOLS in m.text for m in messages
    ):
        return _json(tool_calls=[])
    return None


def _title(prompt: str) -> str:
    """The first question of the chat, cut where it is long, between two words if it has several."""
    questions = _questions(prompt)
    title = " ".join(questions[0].split()).rstrip(" ?!.") if questions else ""
    if len(title) > _LONGEST_TITLE:
        cut = title[: _LONGEST_TITLE - 1]
        title = (cut.rpartition(" ")[0] or cut).rstrip(" ,;:") + "…"
    return title[:1].upper() + title[1:] or _NO_TITLE


def _tags(prompt: str) -> list[str]:
    """The acronyms that were asked about: what is a subject for sure, and often none."""
    found = (tag for question in _questions(prompt) for tag in _ACRONYM.findall(question))
    return list(dict.fromkeys(found))[:_MOST_TAGS]


def _summary(prompt: str) -> str:
    return "\n".join(f"- {' '.join(question.split())}" for question in _questions(prompt))


def _questions(prompt: str) -> list[str]:
    """What the user said in the conversation that a prompt quotes."""
    quoted = prompt.rpartition("<chat_history>")[2].partition("</chat_history>")[0]
    return [question.strip() for question in _ASKED.findall(quoted) if question.strip()]


def _json(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False)


_TOOLS = "Your task is to choose and return the correct tool(s) from the list of available tools"
_OPEN_WEBUI = "### Task:\n"
# Openings of Open WebUI 0.12 and, where they differ, 0.6; the last two are LibreChat's.
_PROMPTS: tuple[tuple[str, Callable[[str], str]], ...] = (
    (_OPEN_WEBUI + "Generate a concise title summarizing", lambda prompt: _json(title=_title(prompt))),
    (_OPEN_WEBUI + "Generate a concise, 3-5 word title", lambda prompt: _json(title=_title(prompt))),
    (_OPEN_WEBUI + "Generate 1-3 broad tags", lambda prompt: _json(tags=_tags(prompt))),
    (_OPEN_WEBUI + "Predict 3-5 useful messages", lambda _: _json(follow_ups=[])),
    (_OPEN_WEBUI + "Suggest 3-5 relevant follow-up questions", lambda _: _json(follow_ups=[])),
    (_OPEN_WEBUI + "Analyze the chat history to determine the necessity", lambda _: _json(queries=[])),
    (_OPEN_WEBUI + "Generate a detailed prompt for am image", lambda prompt: _json(prompt=_title(prompt))),
    (_OPEN_WEBUI + "You are an autocompletion system.", lambda _: _json(text="")),
    (_OPEN_WEBUI + "Summarize the conversation history that will be compacted", _summary),
    ("Review the completed conversation turn and decide whether", lambda _: _json(operations=[])),
    ("Your task is to reflect the speaker's likely facial expression", lambda _: "🙂"),
    ("Provide a concise, 5-word-or-less title for the conversation", _title),
    (
        "Analyze this conversation and provide:\n1. The detected language",
        lambda prompt: _json(language="French", title=_title(prompt)),
    ),
)
