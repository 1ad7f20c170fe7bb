"""`read_document`: whole, piece by piece, around a citation; always exactly the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp.server.lowlevel.server import Server

from tests.conftest import TEXTS
from tests.qa.mcp.support import BASE, CONTENTS, LONG, call, result, server, text


@pytest.fixture(scope="module")
def served(home: Path) -> Server[Any]:
    return server(home, BASE)


def test_a_short_document_is_read_whole(served: Server[Any], generation: str) -> None:
    reply = call(served, "read_document", source="cpts.md")
    assert result(reply) == {
        "source": "cpts.md",
        "title": "Les CPTS",
        "format": "md",
        "page": None,
        "start": 0,
        "end": 194,
        "text": TEXTS["cpts.md"],
        "characters": 194,
        "truncated": False,
        "before": None,
        "after": None,
        "url": f"{BASE}/source/cpts.md?start=0&end=194#passage",
        "resource": "sourcier://documents/cpts.md",
        "generation": generation,
    }
    assert f"«{TEXTS['cpts.md']}»" in text(reply)


def test_a_long_document_is_read_piece_by_piece_to_its_end(served: Server[Any]) -> None:
    found = result(call(served, "read_document", source=LONG, max_characters=500))
    assert (found["truncated"], found["before"]) == (True, None)
    pieces = [found["text"]]
    while found["after"]:
        found = result(
            call(served, "read_document", source=LONG, max_characters=500, **found["after"]),
        )
        pieces.append(found["text"])
    assert "".join(pieces) == CONTENTS[LONG]
    assert len(pieces) == -(-len(CONTENTS[LONG]) // 500)


def test_a_citation_is_read_with_what_surrounds_it(served: Server[Any]) -> None:
    content = CONTENTS[LONG]
    start = content.index("La règle numéro 20")
    reply = call(served, "read_document", source=LONG, start=start, end=start + 18, around=100)
    found = result(reply)
    assert (found["start"], found["end"]) == (start - 100, start + 118)
    assert found["text"] == content[start - 100 : start + 118]
    assert (found["before"], found["after"]) == (
        {"start": 0, "end": start - 100},
        {"start": start + 118, "end": len(content)},
    )
    assert f"Avant : start=0, end={start - 100}." in text(reply)
    assert "coupé" not in text(reply)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"source": "absent.md"},
            "aucun document de l'index ne porte ce nom ; « list_documents » donne les noms exacts",
        ),
        (
            {"source": "cpts.md", "start": 195},
            "« start » ou « end » dépasse la fin du document, qui a 194 caractères",
        ),
        (
            {"source": "cpts.md", "end": 195},
            "« start » ou « end » dépasse la fin du document, qui a 194 caractères",
        ),
        (
            {"source": "cpts.md", "start": 9, "end": 9},
            "« start » doit être avant « end » et avant la fin du document, qui a 194 caractères",
        ),
        (
            {"source": "cpts.md", "start": 194},
            "« start » doit être avant « end » et avant la fin du document, qui a 194 caractères",
        ),
        ({"source": "cpts.md", "start": -1}, "l'argument « start » est trop petit : 0 au moins"),
    ],
)
def test_a_stretch_that_is_not_in_the_texts_is_refused(
    served: Server[Any], arguments: dict[str, Any], sentence: str
) -> None:
    reply = call(served, "read_document", **arguments)
    assert (reply.is_error, text(reply)) == (True, sentence)
