"""What no backslash protects is shown as code; the rest is tested with `markdown`, which it is for."""

from __future__ import annotations

import pytest

from qa.chat.escaping import escaped, label
from tests.timing import seconds


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (r"la note \[1\]", r"la note `\`[1`\`\]"),
        (r"\(x\) \\[y", r"`\`(x`\`) `\\`[y"),
        ("a \\ b < c", r"a \\ b \< c"),
        ("<think>a</think> <Thought n='1'>", r"`<`think>a\</think> `<`Thought n='1'>"),
        ("un <thing> ◁ et ◁think▷", r"un \<thing> ◁ et `◁`think▷"),
    ],
)
def test_what_is_acted_on_before_markdown_is_read_is_broken_by_code(text: str, written: str) -> None:
    assert escaped(text) == written


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Arrêté [modifié] [1]", "Arrêté [modifié] [1]"),
        ("Plan [brouillon", "Plan `[`brouillon"),
        ("a [b [c]] d", "a `[`b `[`c`]]` d"),
        ("[<think>", "`[<`think>"),
    ],
)
def test_brackets_of_a_title_that_come_in_no_pairs_are_code(words: str, shown: str) -> None:
    # Not `\\[`: Open WebUI would end the paragraph there, in the middle of the link.
    assert label(words) == shown


def test_no_text_takes_longer_than_its_length_to_escape() -> None:
    def took(unit: str, length: int) -> float:
        return seconds(lambda: (escaped(unit * length), label(unit * length)))

    for unit in ("\\", "<", "[", "<think", "&", "  ", "\\[", "{", "www.", "\n", "a b\n\n"):
        assert took(unit, 100_000) < 40 * took(unit, 10_000) + 0.5, unit
